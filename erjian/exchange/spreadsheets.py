"""Writing spreadsheets that are safe to open: every text is a text, never a formula.

A cell that begins with = + - @ or a tab is run by spreadsheet programs when it comes from a CSV or is typed; in an
XLSX it is harmless as long as it is written as a string cell, which is what happens here, whatever it looks like.
For CSV, where no such type exists, `csv_safe` puts an apostrophe in front (OWASP, CSV injection).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.http import HttpResponse
from django.utils.http import content_disposition_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 32_767


def csv_safe(value: object) -> str:
    """A text that no spreadsheet program takes for a formula when it opens a CSV."""
    text = str(value)
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def book(target: BinaryIO, *, constant_memory: bool = False) -> xlsxwriter.Workbook:
    """An empty workbook that takes no text for a formula, an address or a number: every workbook begins here."""
    return xlsxwriter.Workbook(
        target,
        {
            "constant_memory": constant_memory,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )


class Writer:
    """A workbook written row by row, in constant memory; all texts as text."""

    def __init__(self, target: BinaryIO, *, sheet: str, headers: Sequence[str], widths: Sequence[int] = ()) -> None:
        self._book = book(target, constant_memory=True)
        self._text = self._book.add_format({"num_format": "@"})
        head = self._book.add_format({"bold": True, "bg_color": "#E8EEF5", "border": 1, "num_format": "@"})
        self._sheet = self._book.add_worksheet(sheet[:31])
        for column, header in enumerate(headers):
            width = widths[column] if column < len(widths) else max(10, min(40, len(header) * 2 + 4))
            self._sheet.set_column(column, column, width, self._text)
            self._sheet.write_string(0, column, header, head)
        self._sheet.freeze_panes(1, 0)
        self._row = 0

    def write(self, values: Sequence[Any]) -> None:
        """One more row; days stay days, numbers stay numbers, everything else becomes text."""
        self._row += 1
        for column, value in enumerate(values):
            if value is None or value == "":
                continue
            if isinstance(value, bool):
                self._sheet.write_string(self._row, column, "是" if value else "否", self._text)
            elif isinstance(value, datetime):
                self._sheet.write_string(self._row, column, f"{value:%Y-%m-%d %H:%M:%S}", self._text)
            elif isinstance(value, date):
                self._sheet.write_datetime(self._row, column, datetime(value.year, value.month, value.day))  # noqa: DTZ001
            elif isinstance(value, int | float | Decimal):
                self._sheet.write_number(self._row, column, value)
            else:
                self._sheet.write_string(self._row, column, str(value)[:_LONGEST], self._text)

    @property
    def rows(self) -> int:
        """How many rows were written under the headings."""
        return self._row

    def close(self) -> None:
        """Finish the file."""
        self._book.close()


def xlsx(
    headers: Sequence[str], rows: Iterable[Sequence[Any]], *, sheet: str = "数据", widths: Sequence[int] = ()
) -> bytes:
    """A workbook of one sheet as bytes."""
    stream = io.BytesIO()
    writer = Writer(stream, sheet=sheet, headers=headers, widths=widths)
    for row in rows:
        writer.write(row)
    writer.close()
    return stream.getvalue()


def xlsx_response(filename: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A download of rows; `filename` without its extension may be Chinese."""
    return attachment(xlsx(headers, rows), filename=filename)


def attachment(content: bytes, *, filename: str) -> HttpResponse:
    """A workbook as a download that is never cached, because it may carry personal data."""
    name = filename if filename.endswith(".xlsx") else f"{filename}.xlsx"
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def as_written(rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, list[Any]]]:
    """Rows of a source as they go back to their author: whole numbers without “.0”, days as days."""
    for line, cells in rows:
        yield line, [int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in cells]
