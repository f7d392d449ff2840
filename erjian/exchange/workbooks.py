"""The outside of an XLSX file, looked at before anything believes it.

A workbook is a zip of XML. Before it is handed to the reader, which loads a sheet into memory as a rectangle, every
part is unpacked once as a stream: sizes are counted instead of believed, checksums are verified, cells far outside
are refused (one of them would make the rectangle huge), and cells that hold formulas are noted, because a formula's
last result is not a fact that somebody stated.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from erjian.exchange.refusals import ImportRefused

EXPLANATION = "填写说明"
"""The sheet of our own templates that holds no data."""
MAX_BYTES = 60 * 1024 * 1024
MAX_UNPACKED = 600 * 1024 * 1024
MAX_PARTS = 2000
MAX_ROWS = 299_999
MAX_COLUMNS = 52

_CHUNK = 1 << 20
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"'][^>]*>\s*<(?:\w+:)?f[\s>/]")
# Each begins with plain letters, by which the search skips everything else ten times as fast.
_TOO_LOW = tuple(re.compile(rb"r=%s[A-Za-z]+0*(?:[0-9]{7}|[3-9][0-9]{5})" % quote) for quote in (b'"', b"'"))
_TOO_FAR = tuple(re.compile(rb"r=%s(?:[A-Za-z]{3}|[B-Zb-z][A-Za-z])[A-Za-z]*[0-9]" % quote) for quote in (b'"', b"'"))
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class Sheet:
    """One worksheet: its name and the cells (row, column; both from 1) that hold formulas."""

    name: str
    formulas: set[tuple[int, int]] = field(default_factory=set)
    has_unplaced_formulas: bool = False


def kind_of(content: bytes) -> str:
    """ "xlsx" or "csv" by content. Refuses everything else with the reason."""
    if not content:
        raise ImportRefused("文件是空的。请选择填好的表格。", code="empty")
    if len(content) > MAX_BYTES:
        raise ImportRefused("文件超过 60 MB。请分成几个文件导入。", code="too_large")
    if content.startswith(_OLD):
        if _ENCRYPTED in content:
            raise ImportRefused("表格设有打开密码。请在 Excel 中取消密码后再上传。", code="encrypted")
        raise ImportRefused(
            "这是旧格式的 .xls 文件。请在 Excel 中另存为“Excel 工作簿 (.xlsx)”后再上传。", code="old_format"
        )
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx"
    if content.startswith(
        (b"%PDF", b"MZ", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
    ):
        raise _no_spreadsheet()
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _no_spreadsheet()
    return "csv"


def _no_spreadsheet() -> ImportRefused:
    return ImportRefused("这不是表格文件。请上传 .xlsx 或 .csv 文件。", code="type")


def _corrupt() -> ImportRefused:
    return ImportRefused("表格文件已损坏，无法打开。请在 Excel 中重新保存后再上传。", code="corrupt")


def glance(content: bytes) -> None:
    """What can be told of a workbook without unpacking it: whether it is one, and what size it claims to have.

    Raises ImportRefused.
    """
    with _opened(content) as package:
        _outline(package)


def inspect(content: bytes) -> list[Sheet]:
    """The worksheets in the order of the workbook. Raises ImportRefused."""
    with _opened(content) as package:
        return _inspect(package)


@contextmanager
def _opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            yield package
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, ET.ParseError):
        raise _corrupt() from None
    except RuntimeError:  # what zipfile says of an encrypted member
        raise ImportRefused("表格文件设有密码。请取消密码后再上传。", code="encrypted") from None


def _outline(package: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    parts = package.infolist()
    if len(parts) > MAX_PARTS:
        raise _corrupt()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise _no_spreadsheet()
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _unpacks_too_large()
    return parts


def _inspect(package: zipfile.ZipFile) -> list[Sheet]:
    parts = _outline(package)
    sheets = _sheets(package)
    unpacked = 0
    for part in parts:
        sheet = sheets.get(part.filename)
        unpacked += _scan(package, part, sheet, room=MAX_UNPACKED - unpacked)
    return list(sheets.values())


def _unpacks_too_large() -> ImportRefused:
    return ImportRefused("表格展开后过大。请删去多余的内容，或分成几个文件导入。", code="too_large")


def _sheets(package: zipfile.ZipFile) -> dict[str, Sheet]:
    """Worksheets by the name of their part."""
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if package.getinfo(name).file_size > 4 * _CHUNK:
            raise _corrupt()
    relations = ET.fromstring(package.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - expat bounds entities
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    workbook = ET.fromstring(package.read("xl/workbook.xml"))  # noqa: S314
    found: dict[str, Sheet] = {}
    for each in workbook.iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"):
        target = targets.get(each.get(_RELATION), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found[path] = Sheet(name=each.get("name", ""))
    if not found:
        raise _corrupt()
    return found


def _scan(package: zipfile.ZipFile, part: zipfile.ZipInfo, sheet: Sheet | None, *, room: int) -> int:
    """Unpack one part to its end, which verifies its checksum; look into it when it is a worksheet."""
    size = 0
    rest = b""
    seen = placed = 0
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > room:
                raise _unpacks_too_large()
            if sheet is None:
                continue
            # Cut before the last row, so that no cell is looked at in two halves (also <x:row).
            window = rest + chunk
            cut = window.rfind(b"row ", max(0, len(window) - 2 * _CHUNK))
            window, rest = (window[:cut], window[cut:]) if cut > 0 and len(chunk) == _CHUNK else (window, b"")
            _bound(window)
            found = _formulas(window, sheet)
            seen, placed = seen + found[0], placed + found[1]
        if sheet is not None and rest:
            _bound(rest)
            found = _formulas(rest, sheet)
            seen, placed = seen + found[0], placed + found[1]
    if sheet is not None:
        sheet.has_unplaced_formulas = seen != placed
    return size


def _bound(window: bytes) -> None:
    if any(pattern.search(window) for pattern in _TOO_LOW):
        raise ImportRefused(
            f"每个文件最多 {MAX_ROWS:,} 行。请分成几个文件导入；如只是末尾有带格式的空行，请删除这些行。", code="rows"
        )
    if any(pattern.search(window) for pattern in _TOO_FAR):
        raise ImportRefused(f"表格最多 {MAX_COLUMNS} 列。请删去右侧多余的列。", code="columns")


def _formulas(window: bytes, sheet: Sheet) -> tuple[int, int]:
    """Formulas seen, and those whose place is known."""
    if b"<f" not in window and b":f" not in window:
        return 0, 0
    seen = len(_FORMULA.findall(window))
    if not seen:
        return 0, 0
    placed = _FORMULA_CELL.findall(window)
    sheet.formulas.update((int(row), _column(letters)) for letters, row in placed)
    return seen, len(placed)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
