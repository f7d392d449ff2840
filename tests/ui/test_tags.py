"""Dates, marks and small components as templates draw them."""

import re
from datetime import UTC, date, datetime

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils.safestring import mark_safe

from erjian.policy import clock
from erjian.ui import dates, icons
from erjian.ui.paging import Page
from erjian.ui.parts import Condition, Row
from erjian.ui.templatetags.ej import chip


def draw(text, context=None, query=""):
    request = RequestFactory().get(f"/{query}")
    return engines["django"].from_string("{% load ej %}" + text).render(context or {}, request)


LEFT = [
    (None, {}, "—", ""),
    (9, {}, "剩 9 工作日", ""),
    (3, {}, "剩 3 工作日", ""),
    (2, {}, "剩 2 工作日", "ej-soon"),
    (0, {"before": "受理"}, "受理今日到期", "ej-late"),
    (-1, {}, "逾期 1 工作日", "ej-late"),
    (8, {"unit": "日"}, "剩 8 日", ""),
    (7, {"unit": "日", "before": "补正"}, "补正剩 7 日", "ej-soon"),
]


@pytest.mark.parametrize(("left", "options", "words", "css"), LEFT)
def test_time_left_says_how_urgent_it_is(left, options, words, css):
    drawn = dates.days_left(left, **options)
    assert words in drawn
    assert (f'class="{css}"' in drawn) if css else ("class" not in drawn)


def test_stamps_are_shown_in_the_office_time_zone_and_the_year_only_when_it_differs():
    year = clock.today().year
    late = datetime(year, 6, 30, 16, 5, 9, tzinfo=UTC)
    assert dates.moment(late) == "07-01 00:05"
    assert dates.day(late) == f"{year}-07-01"
    assert dates.stamp(late) == f"{year}-07-01 00:05:09"
    assert dates.moment(late.replace(year=2020)) == "2020-07-01 00:05"
    assert dates.day(None) == dates.moment(None) == "—"
    assert dates.period(date(2025, 7, 1), None) == "2025-07-01 至 长期"


def test_marks_hide_what_lists_must_not_show():
    assert draw("{{ '430102199003173416'|masked_id }} {{ '13912345678'|masked_phone }}") == (
        "430102********3416 139****5678"
    )


def test_an_icon_is_decoration_or_an_image_with_a_name():
    assert 'aria-hidden="true"' in icons.icon("search")
    assert 'role="img" aria-label="一致"' in icons.icon("check", "一致")
    with pytest.raises(icons.UnknownIconError):
        icons.icon("../../package")


def test_a_chip_remembers_words_and_html_apart():
    assert chip("done", mark_safe("<b>是</b>")).endswith("<b>是</b></span>")
    assert chip("done", "<b>是</b>").endswith("&lt;b&gt;是&lt;/b&gt;</span>")


def test_chips_escape_their_words():
    assert draw('{% chip "mine" word %}', {"word": "<b>"}) == '<span class="ej-chip mine">&lt;b&gt;</span>'


def test_crumbs_end_with_where_we_are():
    drawn = draw('{% crumbs "人员管理" "/p/" "二级建造师" %}')
    assert '<a href="/p/">人员管理</a> › 二级建造师' in drawn


def test_the_query_keeps_what_it_does_not_change():
    assert (
        draw('{% qs status="open" page=None %}', query="?name=周&page=3&status=x") == "?name=%E5%91%A8&amp;status=open"
    )


def test_the_pager_keeps_the_filter_and_disables_what_is_not_there():
    page = Page(
        items=[],
        number=1,
        pages=5,
        per_page=30,
        count=128,
        more=False,
        next={"page": 2},
        previous=None,
        last={"page": 5},
    )
    drawn = draw("{% pager page %}", {"page": page}, query="?name=a&page=1")
    assert 'href="?name=a&amp;page=2" aria-label="下一页"' in drawn
    assert 'aria-disabled="true" role="link" aria-label="上一页"' in drawn
    assert '<input type="hidden" name="name" value="a">' in drawn
    assert "共 128 条记录" in drawn


def test_a_list_of_one_page_has_its_total_and_no_ways():
    page = Page(items=[], number=1, pages=1, per_page=30, count=7, more=False, next=None, previous=None, last=None)
    drawn = draw("{% pager page %}", {"page": page})
    assert "共 7 条记录" in drawn
    assert "转到" not in drawn
    assert "下一页" not in drawn


def test_failing_conditions_come_first():
    drawn = draw(
        "{% guards all %}",
        {
            "all": [
                Condition("ok", "甲"),
                Condition("ask", "乙"),
                Condition("no", "丙", source="平台规则"),
            ]
        },
    )
    assert drawn.index("丙") < drawn.index("乙") < drawn.index("甲")
    assert "3 项中 1 项符合" in drawn


def test_definition_lists_take_pairs_and_rows():
    drawn = draw(
        "{% dl rows %}", {"rows": [("姓名", "周<"), ("性别", "男"), Row("企业", "", wide=True, origin="取自登记")]}
    )
    assert "<dt>姓名</dt><dd>周&lt;</dd>" in drawn
    assert '<dd class="wide">—<span class="origin">取自登记</span></dd>' in drawn


def test_words_typed_in_several_lines_keep_them():
    typed = [("理由", "一、<b>缺页\r\n二、未盖章"), ("说明", mark_safe("<p>\n见附件</p>"))]
    drawn = draw("{% dl rows %}", {"rows": typed})
    assert "一、&lt;b&gt;缺页<br>二、未盖章" in drawn
    assert "<p>\n见附件</p>" in drawn


def test_what_would_stand_alone_in_two_columns_takes_the_whole_line():
    rows = [("甲", "1"), ("乙", "2"), ("丙", "3"), Row("丁", "4", wide=True), ("戊", "5")]
    drawn = draw("{% dl rows %}", {"rows": rows})
    assert re.findall(r"<dt>(.)</dt><dd class=\"wide\">", drawn) == ["丙", "丁", "戊"]
    assert "wide" not in draw("{% dl rows one=True %}", {"rows": rows[:3]})


def test_a_limit_is_told_in_its_own_unit():
    drawn = draw("{% clock 15 3 title='确认时限' unit='日' %}", {})
    assert "<h2>确认时限</h2>" in drawn
    assert "15 日" in drawn
    assert "工作日" not in drawn


@pytest.mark.parametrize(
    ("total", "used", "running", "cells"),
    [
        (5, 0, True, ["today", "", "", "", ""]),
        (5, 2, False, ["used", "used", "", "", ""]),
        (5, 7, True, ["used"] * 5),
    ],
)
def test_the_clock_has_one_cell_a_day(total, used, running, cells):
    drawn = draw("{% clock total used running=running %}", {"total": total, "used": used, "running": running})
    assert "".join(f'<i class="{cell}"></i>' for cell in cells) in drawn


def test_a_qr_code_draws_one_square_per_dark_module():
    assert draw("{% qr rows %}", {"rows": ["10", "01"]}).count("h1v1h-1z") == 2
