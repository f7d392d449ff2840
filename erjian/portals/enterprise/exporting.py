"""导出: the filtered list as a spreadsheet. Every cell is text or a date, never a formula; numbers stay masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from erjian.exchange import spreadsheets
from erjian.policy import clock

LIMIT = 20_000
"""Rows of one file. An enterprise with more narrows the filter."""


def workbook(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The rows under their headings, as a download named after the list and today."""
    content = spreadsheets.xlsx(headings, rows, sheet=name)
    return spreadsheets.attachment(content, filename=f"{name}-{clock.today()}.xlsx")
