"""导出: the filtered list as a spreadsheet. Every cell is text or a date, never a formula; numbers stay masked."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.http import FileResponse

from erjian.policy import clock

LIMIT = 20_000
"""Rows of one file. An enterprise with more narrows the filter."""
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """The rows under their headings, as a download named after the list and today."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True})
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
        sheet.set_column(column, column, max(12, len(heading) * 2 + 2))
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            sheet.write_string(number, column, "" if value is None else str(value))
    sheet.freeze_panes(1, 0)
    book.close()
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=f"{name}-{clock.today()}.xlsx", content_type=_TYPE)
