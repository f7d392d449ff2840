"""``{% load ej %}``: every component a page is made of.

Small things (icon, chip, field, dates) are drawn here; components with structure have a template
under ``ui/parts/`` and take the values of :mod:`erjian.ui.parts`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from erjian.standards import id_numbers, phones
from erjian.ui import dates, descriptions, fields, lists, tables
from erjian.ui.icons import icon as draw_icon
from erjian.ui.paging import Page, unpaged
from erjian.ui.parts import Bar, Condition, View

register = template.Library()

register.filter("day", dates.day)
register.filter("month_day", dates.month_day)
register.filter("moment", dates.moment)
register.filter("stamp", dates.stamp)
register.filter("said", descriptions.said)
register.simple_tag(dates.days_left, name="days_left")


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """``{% icon "search" %}`` beside a word, ``{% icon "check" "一致" %}`` alone."""
    return draw_icon(name, label, css)


@register.simple_tag
@lru_cache(maxsize=1024, typed=True)  # a string that is HTML already equals one that is not
def chip(tone: str, text: str, *, big: bool = False) -> SafeString:
    """A status: ``{% chip "mine" "待补正" %}``; tones mine, office, done, bad or empty."""
    css = " ".join(one for one in ("ej-chip", tone if tone != "plain" else "", "big" if big else "") if one)
    return format_html('<span class="{}">{}</span>', css, text)


@register.simple_tag
def tag(text: str, *, strong: bool = False) -> SafeString:
    """A kind, which has no colour meaning: 公示, 公告, 通知."""
    return format_html('<span class="ej-tag{}">{}</span>', " open" if strong else "", text)


@register.simple_tag
def period(start: date | None, end: date | None) -> str:
    """2025-07-01 至 2028-06-30."""
    return dates.period(start, end)


@register.filter
def masked_id(number: str) -> str:
    """430102********3416."""
    return id_numbers.mask(number) if number else dates.NOTHING


@register.filter
def masked_phone(number: str) -> str:
    """139****5678."""
    return phones.mask(number) if number else dates.NOTHING


@register.filter
def file_size(count: int) -> str:
    """312 KB, 1.9 MB."""
    if count < 1024 * 1024:
        return f"{max(1, round(count / 1024))} KB"
    return f"{count / 1024 / 1024:.1f} MB"


@register.filter
def thousands(count: int) -> str:
    """186,402."""
    return f"{count:,}"


# ── fields ──


@register.simple_tag
def field(
    bound: BoundField, *, wide: bool = False, after: object = "", origin: str = "", **attrs: object
) -> SafeString:
    """``{% field form.name %}``; options wide, after, origin (read-only), and control attributes."""
    return fields.field(bound, wide=wide, after=after, origin=origin, **attrs)


@register.simple_tag
def control(bound: BoundField, **attrs: object) -> SafeString:
    """Only the control, for places with a layout of their own."""
    return fields.control(bound, **attrs)


@register.simple_tag
def field_rows(form: BaseForm, names: str = "") -> SafeString:
    """All fields of a form, or the named ones: ``{% field_rows form "name sex birth_date" %}``."""
    chosen = names.split() if names else [bound.name for bound in form.visible_fields()]
    rows = [fields.field(form[name]) for name in chosen]
    hidden = [] if names else [bound.as_widget() for bound in form.hidden_fields()]
    return mark_safe("".join((*rows, *hidden)))  # noqa: S308


@register.simple_tag
def readonly(label: str, value: object, *, origin: str = "", wide: bool = False) -> SafeString:
    """A grey value that is not edited here."""
    return fields.readonly(label, value, origin=origin, wide=wide)


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(form: BaseForm, title: str = "", *, also: BaseForm | None = None) -> dict:
    """What keeps the form, and another sent with it, from being accepted, each with a link to its control."""
    problems = [one for part in (form, also) if part and part.is_bound for one in fields.problems(part)]
    return {"problems": problems, "title": title or f"有 {len(problems)} 处需要处理"}


@register.simple_tag
def enter(name: str = "", value: str = "") -> SafeString:
    """What Enter in a text field presses: goes first into a form whose first button is not the one meant.

    Without a name Enter presses nothing, where every button decides something.
    """
    does = format_html('name="{}" value="{}"', name, value) if name else mark_safe("disabled")
    return format_html('<button class="visually-hidden" tabindex="-1" aria-hidden="true" {}></button>', does)


@register.simple_tag
def filter_field(bound: BoundField, *, extra: bool = False, short: bool = False, **attrs: object) -> SafeString:
    """A field of the filter above a list; ``extra`` folds on the phone unless in use, ``short`` takes half a line."""
    folds = extra and not bound.errors and not bound.data
    css = " ".join(name for name, on in (("short", short), ("extra", folds)) if on)
    return format_html(
        '<div class="{}"><label class="form-label" for="{}">{}</label>{}</div>',
        css,
        bound.id_for_label,
        bound.label,
        fields.control(bound, **attrs),
    )


@register.simple_tag
@cache
def frame_part(name: str) -> SafeString:
    """A template without a context, drawn once per process: style sheets, scripts."""
    return mark_safe(render_to_string(name))  # noqa: S308


# ── lists ──


@register.simple_tag
def table(declared: tables.Table) -> SafeString:
    """``{% table table %}``."""
    return declared.render()


@register.simple_tag
def empty(why: str, *pairs: str) -> SafeString:
    """``{% empty "没有“待补正”的申报。" "查看全部" url "添加申报" url2 %}``."""
    return tables.nothing(why, list(zip(pairs[::2], pairs[1::2], strict=True)))


def _query(context: Mapping) -> QueryDict:
    request = context.get("request")
    return request.GET if request is not None else QueryDict()


@register.simple_tag(takes_context=True)
def qs(context: Mapping, *drop: str, **changes: object) -> str:
    """This address's query with changes: ``{% qs status="open" page=None %}``; names alone drop."""
    return _with(_query(context), {**dict.fromkeys(drop), **changes})


def _with(query: QueryDict, changes: Mapping) -> str:
    query = query.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def pager(context: Mapping, page: Page) -> SafeString:
    """第 n 页 … 转到 GO 每页 30 条 共 n 条记录."""
    query = unpaged(_query(context))
    links = [
        (label, image, _with(query, where) if where else "")
        for label, image, where in (
            ("首页", "chevrons-left", page.first),
            ("上一页", "chevron-left", page.previous),
            ("下一页", "chevron-right", page.next),
            ("末页", "chevrons-right", page.last if not page.more else None),
        )
    ]
    kept = [(key, value) for key, values in query.lists() for value in values]
    return lists.pager(page, links, kept)


@register.simple_tag
def views(listed: Iterable[View], label: str = "按状态查看") -> SafeString:
    """Saved views with counts above the filter."""
    return lists.views(listed, label)


@register.inclusion_tag("ui/parts/form_tabs.html")
def form_tabs(listed: Iterable, label: str = "页签") -> dict:
    """Tabs that are pages of their own (values: ``View``)."""
    return {"tabs": listed, "label": label}


# ── components ──


@register.simple_tag
def crumbs(*pairs: str) -> SafeString:
    """``{% crumbs "人员管理" url "二级建造师" %}``: word and address in turn, the last one alone."""
    parts = [
        format_html('<a href="{}">{}</a>', url, word) if url else conditional_escape(word)
        for word, url in zip(pairs[::2], (*pairs[1::2], ""), strict=False)
    ]
    return format_html('<nav class="ej-crumb" aria-label="位置">{}</nav>', mark_safe(" › ".join(parts)))  # noqa: S308


@register.simple_block_tag
def head(content: str, title: str, *, tone: str = "", status: str = "", lead: object = "") -> SafeString:
    """Page heading: title, chip, one sentence; the content of the block are the actions."""
    mark = chip(tone, status) if status else ""
    sentence = format_html('<p class="ej-2">{}</p>', lead) if lead else ""
    actions = format_html('<div class="ej-row">{}</div>', content) if content.strip() else ""
    return format_html('<div class="ej-head"><h1>{}</h1>{}{}{}</div>', title, mark, sentence, actions)


@register.simple_block_tag
def note(content: str, tone: str = "") -> SafeString:
    """One message about the whole page: ``{% note "mine" %}…{% endnote %}``."""
    role = ' role="alert"' if tone == "bad" else ""
    return format_html('<div class="ej-note {}"{}>{}</div>', tone, mark_safe(role), content)  # noqa: S308


@register.simple_block_tag
def panel(
    content: str, title: str = "", *, aside: object = "", flush: bool = False, ident: str = "", css: str = ""
) -> SafeString:
    """A group with a heading; ``flush`` for tables and lists, which bring their own margins."""
    top = ""
    if title:
        right = format_html('<span class="ej-push ej-2">{}</span>', aside) if aside else ""
        top = format_html('<div class="ej-panel-head"><h2>{}</h2>{}</div>', title, right)
    inside = content if flush else format_html('<div class="ej-panel-body">{}</div>', content)
    ref = format_html(' id="{}"', ident) if ident else ""
    return format_html('<section class="ej-panel {}"{}>{}{}</section>', css, ref, top, inside)


@register.simple_tag
def dl(rows: Iterable, *, one: bool = False, bare: bool = False, css: str = "") -> SafeString:
    """Names and values: (label, value) pairs or ``Row``; ``one`` column, ``bare`` without ground."""
    return descriptions.draw(rows, one=one, bare=bare, css=css)


@register.inclusion_tag("ui/parts/steps.html")
def steps(listed: Iterable) -> dict:
    """The route of a case, across (values: ``Step``)."""
    return {"steps": listed}


@register.inclusion_tag("ui/parts/progress.html")
def progress(labels: Iterable[str], now: int) -> dict:
    """Steps of a phone errand; ``now`` counts from 1."""
    return {"steps": [(label, number < now, number == now) for number, label in enumerate(labels, 1)]}


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(listed: Iterable) -> dict:
    """A history, newest first (values: ``Moment``)."""
    return {"moments": listed}


@register.inclusion_tag("ui/parts/clock.html")
def clock(
    total: int,
    used: int,
    *,
    start: str = "",
    end: str = "",
    note: str = "",
    running: bool = True,
    ended: bool = False,
    title: str = "办理时限",
    unit: str = "个工作日",
) -> dict:
    """The clock of a time limit, one cell a day; ``running`` false while time does not count, ``ended`` when it is over."""
    cells = ["used"] * min(used, total)
    if running and not ended and used < total:
        cells.append("today")
    cells.extend([""] * (total - len(cells)))
    return {
        "total": total,
        "used": used,
        "left": total - used,
        "late": used - total,
        "cells": cells,
        "start": start,
        "end": end,
        "note": note,
        "running": running,
        "ended": ended,
        "title": title,
        "unit": unit,
    }


@register.inclusion_tag("ui/parts/guards.html")
def guards(listed: Iterable[Condition], title: str = "申报条件", ident: str = "ej-guard-list") -> dict:
    """Conditions with reason and source, failing first (values: ``Condition``); `ident` where a page has several."""
    rank = {"no": 0, "ask": 1}
    conditions = sorted(listed, key=lambda one: rank.get(one.state, 2))
    held = sum(one.state not in rank for one in conditions)
    return {"conditions": conditions, "total": len(conditions), "held": held, "title": title, "ident": ident}


@register.inclusion_tag("ui/parts/materials.html")
def materials(listed: Iterable) -> dict:
    """Attachments with origin (values: ``Material``)."""
    return {"materials": listed}


@register.inclusion_tag("ui/parts/tiles.html")
def tiles(listed: Iterable) -> dict:
    """Figures with their names (values: ``Tile``)."""
    return {"tiles": listed}


@register.inclusion_tag("ui/parts/bars.html")
def bars(listed: Sequence[Bar], caption: str, unit: str = "件", part: str = "") -> dict:
    """A plot of bars, each as long as its share of the longest, with the figure beside it (values: ``Bar``).

    ``part`` names what the red beginning of a bar is, such as 逾期.
    """
    longest = max((one.value for one in listed), default=0) or 1

    def share(count: int) -> str:
        return f"{max(100 * count / longest, 1 if count else 0):.1f}"

    drawn = [(one, share(one.value), share(one.part)) for one in listed]
    return {"drawn": drawn, "caption": caption, "unit": unit, "part": part}


@register.inclusion_tag("ui/parts/verdict.html")
def verdict(tone: str, title: str, text: str = "") -> dict:
    """The answer before the data: done, mine (superseded, paused) or bad."""
    images = {"done": "circle-check", "mine": "alert-triangle", "bad": "circle-x"}
    return {"tone": tone, "title": title, "text": text, "image": images[tone]}


@register.simple_tag
def qr(rows: Iterable[str], label: str = "二维码", css: str = "qr") -> SafeString:
    """A QR code from rows of characters; ``1``, ``#``, ``X`` and ``█`` are dark."""
    rows = list(rows)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, one in enumerate(row) if one in "1#X█")
    size = len(rows) + 2
    return mark_safe(  # noqa: S308
        f'<svg class="{escape(css)}" viewBox="-1 -1 {size} {size}" role="img" aria-label="{escape(label)}"'
        f' shape-rendering="crispEdges"><path fill="#000" d="{path}"/></svg>'
    )


@register.filter
def as_datetime(value: datetime | date | None) -> str:
    """For ``<time datetime>``."""
    return value.isoformat() if value else ""
