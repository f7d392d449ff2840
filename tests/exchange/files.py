"""Spreadsheets for tests: rows of a kind with good values, as XLSX or CSV."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import openpyxl
import python_calamine

from erjian.exchange import kinds, loading, sources
from erjian.exchange.loading import Outcome
from tests import makers


def qualification(**changed: Any) -> dict[str, Any]:
    """A good row of 资格证书."""
    values = {
        "姓名": "周启明",
        "身份证号": makers.id_number(),
        "手机号码": "13800002716",
        "专业等级": "二级注册建造师",
        "专业名称": "建筑工程",
        "证书管理号": "20240430199000001",
        "合格年度": "2024",
        "获取日期": "2024-09-20",
        "企业名称": "湖南麓川建设工程有限公司",
        "企业信用代码": makers.credit_code(7),
        "复审结果": "合格",
        "资格证类型": "初始申报",
    }
    return values | changed


def xlsx(
    rows: list[dict[str, Any]], *, headers: list[str] | None = None, title: str = "", sheet: str = "数据"
) -> bytes:
    """A workbook with these rows; `title` stands above the header."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    names = headers or list(rows[0])
    if title:
        page.append([title])
    page.append(names)
    for row in rows:
        page.append([row.get(name) for name in names])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def text(rows: list[dict[str, Any]], *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """A CSV with these rows."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows({k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()} for row in rows)
    return stream.getvalue().encode(encoding)


def load(kind: str, content: bytes, *, apply: bool = True) -> Outcome:
    """The file through the engine."""
    from erjian.audit import SYSTEM

    declared = kinds.get(kind)
    return loading.load(sources.open_source(content, kind=declared), kind=declared, apply_by=SYSTEM if apply else None)


def tally(outcome: Outcome) -> tuple[int, int, int, int]:
    """New, updated, same, refused."""
    counts = outcome.counts
    return counts.new, counts.update, counts.same, counts.error


def cells(content: bytes) -> list[list[Any]]:
    """All rows of the first sheet of a workbook."""
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
