"""Files that are not what they should be: each is refused in words, and nothing is changed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from erjian.exchange import kinds, sources, templates, workbooks
from erjian.exchange.refusals import ImportRefused
from erjian.registry.models import Change, Person, Qualification
from tests import makers
from tests.exchange.files import load, qualification, tally, text, xlsx

pytestmark = pytest.mark.django_db


def refused(content: bytes) -> ImportRefused:
    """How a file is refused, and that it left nothing behind."""
    with pytest.raises(ImportRefused) as caught:
        load("qualifications", content)
    assert not Person.objects.exists()
    assert not Qualification.objects.exists()
    assert not Change.objects.exists()
    return caught.value


def repacked(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The workbook with its parts changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target.getvalue()


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    """A change of the worksheet's XML."""
    return lambda name, part: part.replace(old, new, 1) if name.endswith("sheet1.xml") else part


def test_missing_columns_are_named() -> None:
    row = qualification()
    del row["证书管理号"], row["获取日期"]
    found = refused(xlsx([row]))
    assert found.code == "column"
    assert "缺少“证书管理号”、“获取日期”列，没有导入任何数据" in found.message


def test_a_column_twice() -> None:
    found = refused(xlsx([qualification()], headers=[*qualification(), "身份证号码"]))
    assert "“身份证号”列出现了两次" in found.message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n", "type"),
        (b"MZ\x90\x00\x03", "type"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"PK\x03\x04 and then nothing", "corrupt"),
        ("姓名,身份证号\n".encode("utf-16-be"), "type"),
        (b"\x81\xff\xff,\xfe\xfe\n", "encoding"),
        ("你好".encode(), "header"),
    ],
)
def test_what_is_no_spreadsheet(content: bytes, code: str) -> None:
    assert refused(content).code == code


def test_a_zip_that_is_no_workbook() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    assert refused(stream.getvalue()).code == "type"


def test_truncated_at_every_tenth() -> None:
    content = xlsx([qualification()])
    for part in range(1, 10):
        assert refused(content[: len(content) * part // 10]).code == "corrupt"


def test_one_changed_byte_is_found_by_the_checksum() -> None:
    content = bytearray(xlsx([qualification()]))
    middle = content.index(b"xl/worksheets/sheet1.xml") + 60
    content[middle] ^= 0xFF
    assert refused(bytes(content)).code == "corrupt"


def test_broken_xml() -> None:
    assert refused(repacked(xlsx([qualification()]), in_sheet(b"</sheetData>", b""))).code in {"corrupt", "header"}


def test_the_wrong_sheet() -> None:
    found = refused(xlsx([{"项目": "一", "金额": 3}], sheet="预算"))
    assert found.code == "header"
    assert "工作表“预算”中没有找到“资格证书”的表头" in found.message


def test_a_bomb_is_not_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(workbooks.MAX_UNPACKED // (1 << 24) + 1):
                part.write(bytes(1 << 24))
    assert refused(stream.getvalue()).code == "too_large"


@pytest.mark.parametrize(
    ("place", "code"),
    [(b"A1048576", "rows"), (b"XFD2", "columns"), (b"CA2", "columns"), (b"a0000300000", "rows")],
)
def test_a_cell_far_out_does_not_make_a_huge_rectangle(place: bytes, code: str) -> None:
    content = repacked(xlsx([qualification()]), in_sheet(b'r="A2"', b'r="' + place + b'"'))
    assert refused(content).code == code


def test_too_large_a_file() -> None:
    content = b"\xef\xbb\xbf" + bytes(workbooks.MAX_BYTES)
    assert refused(content).code == "too_large"


def formula(column: int, value: str) -> bytes:
    """Two rows, one cell of the second a formula."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx([qualification(), qualification(姓名="欧阳思齐", 证书管理号="M2")])))
    page: Any = book.active
    page.cell(row=3, column=column).value = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_formula_sends_its_row_back() -> None:
    outcome = load("qualifications", formula(9, '=HYPERLINK("http://x/")'))
    assert tally(outcome) == (1, 0, 0, 1)
    assert outcome.errors[0][0] == 3
    assert "企业名称：含有公式，请粘贴为数值" in outcome.errors[0][1]


def test_a_formula_in_a_column_that_is_not_read_does_not_matter() -> None:
    outcome = load("qualifications", formula(14, "=1+1"))
    assert tally(outcome) == (2, 0, 0, 0)


def test_a_formula_without_a_place_refuses_the_file() -> None:
    content = repacked(formula(9, "=1+1"), in_sheet(b'<c r="I3"', b"<c"))
    assert refused(content).code == "formula"


@pytest.mark.parametrize("damaged", [4.30199199003171e17, "4.30199E+17", 430199199003171234])
def test_numbers_that_excel_rounded_are_explained(damaged: object) -> None:
    outcome = load("qualifications", xlsx([qualification(身份证号=damaged)]))
    assert tally(outcome) == (0, 0, 0, 1)
    assert "身份证号被 Excel 改成了数字，请把该列设为文本" in outcome.errors[0][1]


def test_unknown_columns_are_named_and_ignored() -> None:
    outcome = load("qualifications", xlsx([qualification(备注="无")]))
    assert tally(outcome) == (1, 0, 0, 0)
    assert outcome.notices == ["这些列不属于资格证书，未导入：备注。"]


def test_titles_above_the_header_and_empty_rows_between() -> None:
    row = qualification()
    outcome = load(
        "qualifications", xlsx([{}, row, {}, row | {"姓名": "1"}], headers=list(row), title="二〇二四年度合格人员")
    )
    assert tally(outcome) == (1, 0, 0, 1)
    assert outcome.errors[0][0] == 6


def test_one_bad_row_among_many() -> None:
    rows = [
        qualification(身份证号=makers.id_number(serial=number), 姓名="周启明", 证书管理号=f"N{number:06d}")
        for number in range(300)
    ]
    rows[250]["身份证号"] = rows[250]["身份证号"][:-1] + ("0" if rows[250]["身份证号"][-1] != "0" else "1")
    outcome = load("qualifications", text(rows))
    assert tally(outcome) == (299, 0, 0, 1)
    assert outcome.errors[0][0] == 252
    assert outcome.error_file is not None
    back = sources.open_source(outcome.error_file, kind=kinds.get("qualifications"))
    assert [cells[1:3] for _, cells in back.rows()] == [["周启明", rows[250]["身份证号"]]]


def test_text_that_looks_like_a_formula_stays_text_on_its_way_back() -> None:
    rows = [qualification(企业名称="@SUM(A1)", 姓名="+1")]
    outcome = load("qualifications", text(rows))
    assert "不能以“@”开头" in outcome.errors[0][1]
    assert outcome.error_file is not None
    page: Any = openpyxl.load_workbook(io.BytesIO(outcome.error_file)).active
    cells = [cell for cell in page[2] if cell.value in {"@SUM(A1)", "+1"}]
    assert [cell.data_type for cell in cells] == ["s", "s"]


def test_other_sheets_are_named_but_not_the_explanation_of_the_template() -> None:
    declared = kinds.get("qualifications")
    book = openpyxl.load_workbook(io.BytesIO(templates.template(declared)))

    def noticed() -> list[str]:
        stream = io.BytesIO()
        book.save(stream)
        return sources.open_source(stream.getvalue(), kind=declared).notices

    assert len(book.sheetnames) == 2
    assert noticed() == []
    book.create_sheet("预算")
    assert noticed() == ["工作表“预算”未导入，只读取了第一张符合的工作表。"]
