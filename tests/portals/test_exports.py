"""Every spreadsheet that leaves the house is written by one writer, and no text in it is ever a formula."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from openpyxl import load_workbook

import erjian
from erjian.accounts.models import Function
from erjian.registry.models import Enterprise, Person
from erjian.standards import id_numbers
from tests import makers
from tests.portals.authority.scenes import CITY, Scene, signed_in
from tests.procedures import scenes

pytestmark = pytest.mark.django_db
HOSTILE = (
    '=HYPERLINK("http://x.example","看")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "=cmd|' /C calc'!A0",
    "http://x.example/",
    "007",
)


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def assert_only_texts(book: bytes, expected: str) -> None:
    """The text stands in the sheet as it is, as a string; nothing in the file is a formula or a link."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert not re.search(rb"<f[ >/]|<hyperlink", parts.read(name)), name
    cells = [cell for row in load_workbook(io.BytesIO(book)).active.iter_rows() for cell in row]
    found = [cell for cell in cells if str(cell.value).strip() == expected.strip()]
    assert found
    assert {cell.data_type for cell in found} == {"s"}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_export_carries_a_formula(text: str) -> None:
    scene = Scene()
    case = scene.reported("彭志远")
    Enterprise.objects.filter(pk=scene.enterprise.pk).update(name=text)
    Person.objects.filter(pk=case.person_id).update(name=text)
    for user, address in (
        (scene.operator, "/enterprise/initial/export.xlsx"),
        (makers.officer(CITY, Function.ACCEPTANCE), "/authority/cases/export.xlsx"),
    ):
        answer = signed_in(user).get(address)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        assert_only_texts(content(answer), text)


@pytest.mark.parametrize("text", HOSTILE)
def test_ticked_rows_carry_no_formula(text: str) -> None:
    scene = Scene()
    makers.qualification(makers.person(text), enterprise_code=scene.enterprise.credit_code)
    client = signed_in(scene.operator)
    boxes = re.findall(r'name="picked" value="([^"]+)"', client.get("/enterprise/qualified/").content.decode())
    answer = client.post("/enterprise/qualified/export.xlsx", {"picked": boxes})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert_only_texts(content(answer), text)


def test_the_rows_sent_back_of_an_import_carry_no_formula(client: Client) -> None:
    from erjian.exchange import spreadsheets

    for text in HOSTILE:
        assert_only_texts(spreadsheets.xlsx(["原因", "姓名"], [["姓名不正确", text]]), text)


def _addresses(resolver: URLResolver, before: str = "") -> list[str]:
    found: list[str] = []
    for item in resolver.url_patterns:
        route = before + str(item.pattern)
        if isinstance(item, URLPattern):
            found.append(route)
        else:
            found += _addresses(item, route)
    return found


def test_these_are_all_the_spreadsheets_there_are() -> None:
    """A new export has to be added to the tests above."""
    books = {route for route in _addresses(get_resolver()) if re.search(r"\.(xlsx|csv)$", route.rstrip("$"))}
    assert books == {
        "enterprise/<slug:code>/export.xlsx",
        "enterprise/qualified/export.xlsx",
        "authority/cases/export.xlsx",
        "authority/imports/templates/<slug:kind>.xlsx",
        "authority/imports/<uuid:uuid>/errors.xlsx",
    }


def test_one_place_makes_workbooks() -> None:
    root = Path(erjian.__file__).parent
    makers_of_books = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if re.search(r"xlsxwriter\.Workbook\(|openpyxl\.Workbook\(|csv\.writer\(", path.read_text(encoding="utf-8"))
    }
    assert makers_of_books == {"exchange/spreadsheets.py"}


def rows_of(answer: Any) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(content(answer))).active.iter_rows(values_only=True))


def test_corrected_numbers_are_exported_as_the_list_shows_them() -> None:
    scene = scenes.Scene("id_number")
    scene.draft()
    scene.report()
    head, row = rows_of(scene.client().get("/enterprise/id_number/export.xlsx"))
    shown = dict(zip(head, row, strict=True))
    assert head[1:6] == ("身份证姓名", "身份证号", "原身份证姓名", "原身份证号", "申报类型")
    assert (shown["身份证姓名"], shown["原身份证姓名"]) == ("周启明", scene.person.name)
    assert shown["身份证号"] == id_numbers.mask(scene.new_number)
    assert shown["原身份证号"] == scene.person.id_number_mask
    assert scene.new_number not in str(row)


def test_an_export_of_transfers_carries_both_employers() -> None:
    moving = scenes.Scene("transfer")
    moving.draft()
    head, row = rows_of(moving.client().get("/enterprise/transfer/export.xlsx"))
    shown = dict(zip(head, row, strict=True))
    assert (shown["转入企业名称"], shown["转出企业名称"]) == (moving.enterprise.name, moving.other.name)


def test_an_export_of_renamings_speaks_of_no_person() -> None:
    renaming = scenes.Scene("enterprise_rename")
    renaming.draft()
    head, row = rows_of(renaming.client().get("/enterprise/enterprise_rename/export.xlsx"))
    shown = dict(zip(head, row, strict=True))
    assert shown["统一社会信用代码"] == renaming.enterprise.credit_code
    assert "姓名" not in shown
    assert "注册类型" not in shown
