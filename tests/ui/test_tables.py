"""Tables: everything is escaped, empty cells leave the phone's cards, operations name their row."""

from dataclasses import dataclass

from django.utils.html import format_html
from hypothesis import given
from hypothesis import strategies as st

from erjian.ui.tables import Column, Op, Table


@dataclass
class Firm:
    name: str


@dataclass
class Person:
    name: str
    firm: Firm | None = None
    note: str = ""

    def greeting(self):
        return f"<{self.name}>"


def test_cells_follow_attributes_relations_methods_and_functions():
    table = Table(
        columns=(
            Column("姓名", "name"),
            Column("企业", "firm.name"),
            Column("方法", "greeting"),
            Column("函数", lambda row: format_html("<b>{}</b>", row.name)),
        ),
        rows=[Person("周<i>", Firm("甲&乙"))],
    )
    drawn = table.render()
    assert "<td>周&lt;i&gt;</td><td>甲&amp;乙</td><td>&lt;周&lt;i&gt;&gt;</td><td><b>周&lt;i&gt;</b></td>" in drawn


@given(st.text())
def test_whatever_a_value_holds_no_markup_comes_out(value):
    drawn = Table(
        columns=(Column("名", "name", css="cut", title=True), Column("注", "note", data_label="注")),
        rows=[Person(value, note=value)],
        name="name",
        ops=lambda row: (Op("查阅", value), Op("删除", value, post=True, confirm=value)),
        pick=lambda row: value,
    ).render()
    without = "".join(one for one in value if one not in "<>\"'&")
    assert drawn.count("<") == drawn.count(">")
    if value != without:
        assert drawn.count("<") == Table(
            columns=(Column("名", "name", css="cut", title=True), Column("注", "note", data_label="注")),
            rows=[Person(without or "x", note=without or "x")],
            name="name",
            ops=lambda row: (Op("查阅", "x"), Op("删除", "x", post=True, confirm=without or "x")),
            pick=lambda row: "x",
        ).render().count("<")


def test_an_empty_cell_is_a_dash_and_left_out_on_the_phone():
    drawn = Table(columns=(Column("企业", "firm.name", css="m-wide", data_label="企业"),), rows=[Person("周")]).render()
    assert '<td class="m-wide m-hide">—</td>' in drawn


def test_operations_name_their_row_and_post_through_the_page_form():
    drawn = Table(
        columns=(Column("姓名", "name"),),
        rows=[Person("刘思齐")],
        name="name",
        ops=lambda row: (Op("查阅", "/7/"), Op("删除", "/7/delete/", stop=True, post=True, confirm="删除这条申报？")),
    ).render()
    assert '<a href="/7/" aria-label="查阅 刘思齐">查阅</a>' in drawn
    assert '<button form="ej-row-form" formaction="/7/delete/" class="stop" aria-label="删除 刘思齐"' in drawn
    assert "<form" not in drawn


def test_rows_are_numbered_from_the_page_on():
    drawn = Table(
        columns=(Column("姓名", "name"),), rows=[Person("甲"), Person("乙")], numbered=True, first=31
    ).render()
    assert ">31</td>" in drawn
    assert ">32</td>" in drawn


def test_a_row_that_cannot_be_picked_has_no_box():
    drawn = Table(
        columns=(Column("姓名", "name"),),
        rows=[Person("甲"), Person("乙")],
        name="name",
        pick=lambda row: None if row.name == "甲" else 7,
    ).render()
    assert drawn.count('name="picked"') == 1
    assert 'aria-label="选择 乙"' in drawn


def test_an_empty_list_says_why_and_what_next():
    drawn = str(Table(columns=(), rows=[], empty="没有“待补正”的申报。", empty_links=(("查看全部", "?"),)))
    assert "没有数据" in drawn
    assert '<a class="btn" href="?">查看全部</a>' in drawn
