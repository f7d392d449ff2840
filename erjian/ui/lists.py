"""What stands around a table: saved views above, the pager below. Drawn in Python for the same reason as its rows."""

from collections.abc import Iterable

from django.utils.safestring import SafeString, mark_safe

from erjian.ui.icons import icon
from erjian.ui.paging import Page
from erjian.ui.parts import View
from erjian.ui.tables import escape


def views(listed: Iterable[View], label: str) -> SafeString:
    """Saved views with their counts."""
    links = "".join(_view(view) for view in listed)
    return mark_safe(f'<nav class="ej-views" aria-label="{escape(label)}">{links}</nav>')  # noqa: S308 - escaped


def _view(view: View) -> str:
    current = ' aria-current="true"' if view.current else ""
    count = f" <b>{escape(view.count)}</b>" if view.count is not None else ""
    return f'<a href="{escape(view.url)}"{current}>{escape(view.label)}{count}</a>'


def pager(page: Page, links: Iterable[tuple[str, str, str]], kept: Iterable[tuple[str, str]]) -> SafeString:
    """第 n 页 … 转到 GO 每页 30 条 共 n 条记录.

    A list that one page holds needs no ways: only its total is said.
    `links` are (label, icon, address), without an address where there is no such page; `kept` the query's other
    (name, value) pairs, which a jump keeps.
    """
    if page.pages == 1 and not page.more and page.next is None:
        return mark_safe(  # noqa: S308 - a number
            f'<p class="ej-pager"><span class="ej-push">共 {escape(page.total)} 条记录</span></p>'
        )
    of = "" if page.more else f"，共 {page.pages} 页"
    ways = "".join(_way(*link) for link in links)
    hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in kept)
    return mark_safe(  # noqa: S308 - escaped
        f'<nav class="ej-pager" aria-label="分页"><span>第 {page.number} 页{of}</span>{ways}\n'
        f'<form method="get">{hidden}<label for="ej-go">转到</label><input class="form-control" id="ej-go" name="page"'
        f' inputmode="numeric" value="{page.number}"><span>页</span><button class="btn">GO</button></form>\n'
        f'<span class="ej-push">每页 {page.per_page} 条　共 {escape(page.total)} 条记录</span></nav>'
    )


def _way(label: str, image: str, address: str) -> str:
    said = f'aria-label="{escape(label)}"'
    if not address:
        return f'<span class="btn" aria-disabled="true" role="link" {said}>{icon(image)}</span>'
    return f'<a class="btn" href="{escape(address)}" {said}>{icon(image)}</a>'
