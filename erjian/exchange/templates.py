"""Templates to fill in: the header of a kind, an example, lists of words, all cells formatted as text."""

from __future__ import annotations

import io

import xlsxwriter

from erjian.exchange import spreadsheets, workbooks
from erjian.exchange.columns import Column, Kind

_ROWS = 2000


def template(kind: Kind) -> bytes:
    """A workbook with a sheet to fill in and a sheet that explains the columns.

    All columns are formatted as text, so that Excel neither rounds ID numbers nor turns days around. The example is
    on the second sheet, where it cannot be loaded by mistake.
    """
    stream = io.BytesIO()
    book = spreadsheets.book(stream)
    text = book.add_format({"num_format": "@"})
    required = book.add_format({"bold": True, "bg_color": "#E8EEF5", "border": 1, "num_format": "@"})
    optional = book.add_format({"bg_color": "#F5F6F8", "border": 1, "num_format": "@", "font_color": "#555555"})
    columns = [column for column in kind.columns if column.in_template]
    sheet = book.add_worksheet(kind.label)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width, text)
        sheet.write_string(0, position, column.header, required if column.required else optional)
        if column.note:
            sheet.write_comment(0, position, column.note)
        if column.choices and sum(map(len, column.choices)) + len(column.choices) < 255:
            sheet.data_validation(
                1,
                position,
                _ROWS,
                position,
                {
                    "validate": "list",
                    "source": list(column.choices),
                    "error_type": "warning",
                    "error_title": column.header,
                    "error_message": "不在列表中，导入时可能被退回。",
                },
            )
    sheet.freeze_panes(1, 0)
    _explain(book, columns, text=text, head=required)
    book.close()
    return stream.getvalue()


def _explain(book: xlsxwriter.Workbook, columns: list[Column], *, text: object, head: object) -> None:
    sheet = book.add_worksheet(workbooks.EXPLANATION)
    for position, (title, width) in enumerate((("列", 22), ("必填", 8), ("示例", 30), ("可填内容与说明", 70))):
        sheet.set_column(position, position, width, text)
        sheet.write_string(0, position, title, head)
    for row, column in enumerate(columns, 1):
        told = "；".join(filter(None, (column.note, f"可填：{'、'.join(column.choices)}" if column.choices else "")))
        cells = (column.header, "是" if column.required else "", column.example, told)
        for position, value in enumerate(cells):
            sheet.write_string(row, position, value, text)
