"""Parsers of cells, as tables and with made-up input: a value or a Refusal, never anything else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erjian.exchange import cells, kinds, spreadsheets
from erjian.exchange.columns import header_key
from erjian.standards.errors import Refusal

RAW = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.floats(allow_nan=True),
    st.integers(-(10**20), 10**20),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
)
COLUMNS = [(kind.code, column) for kind in kinds.KINDS for column in kind.columns]


@pytest.mark.parametrize(("code", "column"), COLUMNS, ids=[f"{code}-{column.name}" for code, column in COLUMNS])
@given(raw=RAW)
@settings(max_examples=40)
def test_every_parser_answers_or_refuses(code: str, column: cells.Parser, raw: object) -> None:
    try:
        value = column.parse(raw)
    except Refusal:
        return
    if isinstance(value, str):
        assert value == value.strip()
        assert "\0" not in value


@pytest.mark.parametrize(("code", "column"), COLUMNS, ids=[f"{code}-{column.name}" for code, column in COLUMNS])
def test_every_parser_knows_emptiness_and_its_own_example(code: str, column: cells.Parser) -> None:
    for empty in ("", None, "  ", "\u3000"):
        assert column.parse(empty) is None
    if column.example:
        assert column.parse(column.example) is not None


@pytest.mark.parametrize(
    "written",
    [
        "2024-09-01",
        "2024/9/1",
        "2024.9.1",
        "2024年9月1日",
        "20240901",
        "２０２４-０９-０１",
        "2024-09-01 00:00:00",
        20240901.0,
        date(2024, 9, 1),
        datetime(2024, 9, 1, tzinfo=UTC),
    ],
)
def test_days(written: object) -> None:
    assert cells.day(written) == date(2024, 9, 1)


@pytest.mark.parametrize(
    "written", ["2024-13-01", "2024-02-30", "24-9-1", "9/1/2024", "昨天", 45536.0, "2024-09", True]
)
def test_no_days(written: object) -> None:
    with pytest.raises(Refusal):
        cells.day(written)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_days_survive_being_written(day: date) -> None:
    for written in (day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}"):
        assert cells.day(written) == day


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (" 周 启 明 ", "周启明"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("𰻝㛃", "𰻝㛃"),
        ("Anna Li", "Anna Li"),
    ],
)
def test_names(written: str, name: str) -> None:
    assert cells.person_name(written) == name


@pytest.mark.parametrize("written", ["周", "周1明", "=周启明", "周启明（大）", "·周", "周_明", "无/无", "周" * 51])
def test_no_names(written: str) -> None:
    with pytest.raises(Refusal):
        cells.person_name(written)


@pytest.mark.parametrize(
    ("written", "amount"),
    [("5000", "5000"), ("5,000.25万元", "5000.25"), (5000.5, "5000.5"), (0, "0"), ("０.１", "0.1")],
)
def test_amounts(written: object, amount: str) -> None:
    assert cells.amount(written) == Decimal(amount)


@pytest.mark.parametrize("written", ["-1", "NaN", "inf", "1e30", "0.1234567", "很多", float("nan"), float("inf"), True])
def test_no_amounts(written: object) -> None:
    with pytest.raises(Refusal):
        cells.amount(written)


@given(st.text())
def test_csv_never_starts_a_formula(value: str) -> None:
    assert not spreadsheets.csv_safe(value).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    "written", ["身份证号", " *身份证号 ", "身份证号（必填）", "身份证号：", "＊身份证号", "身 份\n证号"]
)
def test_headers(written: str) -> None:
    assert header_key(written) == header_key("身份证号")
