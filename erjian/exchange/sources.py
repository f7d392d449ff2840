"""A spreadsheet as the engine sees it: a header line and numbered rows, whatever the file's format.

XLSX is read by python-calamine, CSV in UTF-8 (with or without BOM), UTF-16 or GB18030 as Chinese Excel writes it.
Titles may stand above the header; the header is the line among the first ones that has most of the kind's columns.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import python_calamine

from erjian.exchange import workbooks
from erjian.exchange.columns import Kind
from erjian.exchange.refusals import ImportRefused

_HEADER_WITHIN = 15


@dataclass
class Source:
    """An opened file. `rows` may be walked more than once; line numbers are those that Excel shows."""

    headers: list[str]
    header_line: int
    total: int
    read: Callable[[], Iterator[tuple[int, list[Any]]]]
    formulas: set[tuple[int, int]] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Line number and cells of every line below the header."""
        start = self.header_line
        return (each for each in self.read() if each[0] > start)


def open_source(content: bytes, *, kind: Kind) -> Source:
    """Open a file for a kind. Raises ImportRefused with the reason when it cannot be one."""
    return _open_workbook(content, kind) if workbooks.kind_of(content) == "xlsx" else _open_csv(content, kind)


def glance(content: bytes, *, kind: Kind) -> None:
    """Refuse at once what opening it for a kind would refuse anyhow, as far as that takes no time. Raises ImportRefused."""
    if workbooks.kind_of(content) == "xlsx":
        workbooks.glance(content)
    else:
        _open_csv(content, kind)


def _header(lines: Iterator[tuple[int, list[Any]]], kind: Kind) -> tuple[int, list[str]] | None:
    """Number and cells of the header line, if one of the first lines has at least two of the kind's columns."""
    best: tuple[int, int, list[str]] | None = None
    for number, cells in islice(lines, _HEADER_WITHIN):
        score = kind.recognised(cells)
        if score >= min(2, len(kind.columns)) and (best is None or score > best[0]):
            best = (score, number, ["" if cell is None else str(cell).strip() for cell in cells])
    return best[1:] if best else None


def _no_header(kind: Kind, looked_at: str) -> ImportRefused:
    wanted = "、".join(column.header for column in kind.columns if column.required)
    return ImportRefused(
        f"{looked_at}没有找到“{kind.label}”的表头。第一行应有这些列：{wanted}。请使用模板。", code="header"
    )


def _open_workbook(content: bytes, kind: Kind) -> Source:
    sheets = workbooks.inspect(content)
    book = _calamine(lambda: python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)))
    known = {sheet.name: sheet for sheet in sheets}
    found: Source | None = None
    for name in book.sheet_names:
        if found is not None:
            if name != workbooks.EXPLANATION:
                found.notices.append(f"工作表“{name}”未导入，只读取了第一张符合的工作表。")
            continue
        loaded = _calamine(lambda name=name: book.get_sheet_by_name(name))
        header = _header(_lines(loaded), kind)
        if header is None:
            continue
        sheet = known.get(name) or workbooks.Sheet(name)
        if sheet.has_unplaced_formulas:
            raise ImportRefused("表格中有公式，且无法确定其位置。请选择性粘贴为数值后再上传。", code="formula")
        total = max(0, (loaded.end[0] + 1 if loaded.end else 0) - header[0])
        found = Source(header[1], header[0], total, lambda loaded=loaded: _lines(loaded), sheet.formulas)
    if found is None:
        names = "、".join(f"“{name}”" for name in book.sheet_names[:5])
        raise _no_header(kind, f"工作表{names}中")
    return found


def _lines(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """Rows with their number; the reader starts at the first row that holds something."""
    first = sheet.start[0] + 1 if sheet.start else 1
    pad = [""] * (sheet.start[1] if sheet.start else 0)
    if pad:
        return ((number, pad + row) for number, row in enumerate(sheet.iter_rows(), first))
    return enumerate(sheet.iter_rows(), first)


def _calamine(work: Callable[[], Any]) -> Any:
    """Run the reader; whatever it finds wrong, panics included, is a damaged file."""
    try:
        return work()
    except python_calamine.PasswordError:
        raise ImportRefused("表格设有打开密码。请在 Excel 中取消密码后再上传。", code="encrypted") from None
    except BaseException as error:
        # A panic of the reader's Rust code arrives as a BaseException of its own class.
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        raise ImportRefused("表格文件已损坏，无法打开。请在 Excel 中重新保存后再上传。", code="corrupt") from None


def _open_csv(content: bytes, kind: Kind) -> Source:
    encoding = _encoding(content)
    for delimiter in (",", "\t", ";"):
        read = _csv_reader(content, encoding, delimiter)
        header = _header(read(), kind)
        if header is not None:
            total = content.count(b"\n") + (not content.endswith(b"\n")) - header[0]
            return Source(header[1], header[0], max(0, total), read)
    raise _no_header(kind, "文件中")


def _csv_reader(content: bytes, encoding: str, delimiter: str) -> Callable[[], Iterator[tuple[int, list[Any]]]]:
    def read() -> Iterator[tuple[int, list[Any]]]:
        stream = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
        reader = csv.reader(stream, delimiter=delimiter)
        number = 0
        try:
            for number, cells in enumerate(reader, 1):
                if number > workbooks.MAX_ROWS:
                    raise ImportRefused(f"每个文件最多 {workbooks.MAX_ROWS:,} 行。请分成几个文件导入。", code="rows")
                yield number, [_unquoted(cell) for cell in cells] if '="' in ",".join(cells) else cells
        except csv.Error:
            raise ImportRefused(f"第 {number + 1} 行不是有效的 CSV。请检查引号和换行。", code="corrupt") from None

    return read


def _unquoted(cell: str) -> str:
    """="430102…" is how exports keep Excel from rounding a number: it is the text between the quotes."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell


def _encoding(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        try:
            decoder = codecs.getincrementaldecoder(encoding)()
            for start in range(0, len(content), 1 << 20):
                decoder.decode(content[start : start + (1 << 20)])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise ImportRefused("文字编码无法识别。请另存为“CSV UTF-8”或 .xlsx 后再上传。", code="encoding")
