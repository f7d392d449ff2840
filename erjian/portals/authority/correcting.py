"""一次性告知补正: every defect at once, beside the field or material it concerns (行政许可法第三十二条第一款第四项).

The page starts from what was ticked and typed at the desk. A line of the opinion that begins with the name of a
field or material belongs to it; every other line is an item of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from erjian.accounts.models import Function
from erjian.applications import actions, comparing, correcting, engine, facts, form_data, materials
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application
from erjian.applications.workflow import TRANSITIONS
from erjian.portals.authority.access import for_officer, officer
from erjian.portals.authority.deciding import done, plain, seen_version
from erjian.portals.authority.desk import at_desk
from erjian.portals.authority.navigation import shell
from erjian.portals.shared.serving import case_or_404

FREE = 3
"""Empty lines offered for what is neither a field nor a material."""
MOST_FREE = 30
LONGEST_ITEM = 500
_NUMBERED = re.compile(r"^\s*[（(]?\d{1,2}[)）.、．]\s*")
_MISSING = "未提供，请上传。"
_UNFIT = "请重新上传清晰、完整的材料。"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that could be corrected. `target` is unique on the page; `group` is the heading it stands under."""

    target: str
    what: str
    group: str
    detail: str = ""
    hint: str = ""
    chosen: bool = False

    @property
    def posted(self) -> dict[str, str]:
        """As the action takes it: the applicant's form knows specialties and the employment's dates by these names."""
        target = {"employment": "employment_begin"}.get(self.target, self.target)
        return {
            "target": "specialties" if target.startswith("specialty:") else target,
            "what": self.what,
            "detail": self.detail,
        }


def everything(case: Application) -> tuple[Item, ...]:
    """Every field and material of a case as an item, with what would be said of it."""
    values = form_data.current(case)
    known = facts.of_application(case, form=values)
    fields = tuple(
        Item(target=row.target, what=row.label, group=row.section, hint=row.defect, chosen=row.differs)
        for row in comparing.of_application(case, values=values, facts=known)
        if row.target != "registration"
    )
    files = tuple(
        Item(
            target=f"material:{row.material.code}",
            what=row.material.label,
            group="附件材料",
            hint=_MISSING if row.missing else _UNFIT,
            chosen=row.missing,
        )
        for row in materials.listing(case, known)
    )
    allowed = correcting.askable(case)
    found = (*fields, *files)
    if allowed is None:
        return found
    return tuple(replace(item, chosen=item.chosen and item.posted["target"] in allowed) for item in found)


def lines(opinion: str) -> list[str]:
    """The lines of an opinion without their numbers."""
    return [text for line in opinion.splitlines() if (text := _NUMBERED.sub("", line).strip())]


def merge(items: Iterable[Item], *, ticked: Iterable[str], opinion: str) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """Items chosen at the desk with their words, and the lines that belong to none of them."""
    known = {item.what: item for item in items}
    said: dict[str, str] = {}
    free = []
    for line in lines(opinion):
        what, colon, detail = line.partition("：")
        if colon and what in known:
            said[known[what].target] = detail.strip()
        else:
            free.append(line)
    chosen = set(ticked) | set(said)
    explicit = bool(chosen or free)
    return tuple(
        replace(
            item,
            chosen=item.target in chosen if explicit else item.chosen,
            detail=said.get(item.target)
            or (item.hint if item.target in chosen or (item.chosen and not explicit) else ""),
        )
        for item in known.values()
    ), tuple(free)


def _posted(request: HttpRequest, items: Sequence[Item]) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    on = set(request.POST.getlist("on"))
    shown = tuple(
        replace(
            item, chosen=item.target in on, detail=plain(request.POST.get(f"detail-{item.target}", ""))[:LONGEST_ITEM]
        )
        for item in items
    )
    free = tuple(text[:LONGEST_ITEM] for each in request.POST.getlist("free")[:MOST_FREE] if (text := plain(each)))
    return shown, free


@for_officer(Function.ACCEPTANCE)
def correction(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """List the defects and send the notice."""
    case, user = case_or_404(request, uuid), officer(request)
    if request.method == "POST" and "send" in request.POST:
        items, free = _posted(request, everything(case))
        seen = seen_version(request)
        rows = [item.posted for item in items if item.chosen] + [
            {"target": "", "what": "其他", "detail": text} for text in free
        ]
        engine.check_version(case, seen)
        empty = [item.what for item in items if item.chosen and not item.detail]
        if empty:
            error = f"请写明“{'”“'.join(empty)}”需要补正的内容，或取消勾选。"
            return _page(request, case, items, free, seen=seen, error=error, status=422)
        try:
            actions.request_correction(application=case, by=user, seen=seen, items=rows)
        except CaseRefused as refusal:
            if refusal.field not in ("items", "opinion") or not at_desk(case, user):
                raise
            return _page(request, case, items, free, seen=seen, error=refusal.message, status=422)
        return done(request, case, "request_correction")
    if not at_desk(case, user):
        return redirect("authority:case", uuid=case.uuid)
    items, free = merge(
        everything(case), ticked=request.POST.getlist("item"), opinion=plain(request.POST.get("opinion", ""))
    )
    seen = seen_version(request) if request.method == "POST" else case.version
    return _page(request, case, items, free, seen=seen)


def _page(
    request: HttpRequest,
    case: Application,
    items: Sequence[Item],
    free: Sequence[str],
    *,
    seen: int,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    chosen = [item for item in items if item.chosen]
    context = {
        "shell": shell(request, "work"),
        "case": case,
        "chosen": chosen,
        "others": [item for item in items if not item.chosen],
        "free": [*free, *[""] * max(1, FREE - len(free))],
        "seen": seen,
        "error": error,
        "again": correcting.askable(case) is not None,
        "row": TRANSITIONS["request_correction"],
        "back": request.get_full_path().replace("correction/", ""),
    }
    return render(request, "authority/desk/correction.html", context, status=status)
