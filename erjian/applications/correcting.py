"""What a request for correction asks for, what of it an answer leaves as it was, and what a further one may not ask for.

行政许可法第三十二条第一款第四项: everything that is missing is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q

from erjian.applications import form_data
from erjian.applications.errors import CaseRefused
from erjian.applications.models import Application
from erjian.applications.states import State

Item = tuple[str, str, str]
"""(target, what, detail): a field's name, `material:<code>`, `specialty:<code>` or nothing; its label; what is wrong."""


class Untouched(CaseRefused):
    """What was asked for is as it was and nobody said why; the sentence names it, before handing in and when refused."""

    def __init__(self, left: tuple[str, ...]) -> None:
        super().__init__(
            f"要求补正的“{'、'.join(left)}”没有改动。请返回修改；确实不需要改动的，请说明理由。",
            code="correction_untouched",
            field="explanation",
        )


def requested(case: Application) -> tuple[Item, ...]:
    """What is to be put right: the authority's list, or the former employer's answer. Nothing in other states."""
    if case.state != State.CORRECTION:
        return ()
    entry = case.timeline.filter(to_state=State.CORRECTION).order_by("-id").first()
    if entry is None:
        return ()
    if entry.transition == "request_correction":
        items = entry.data.get("items", [])
        return tuple((item.get("target", ""), item.get("what", ""), item.get("detail", "")) for item in items)
    said = f"原单位不同意转出：{entry.opinion}" if entry.opinion else "原单位逾期未答复。"
    return (("material:release", "解除劳动合同证明", f"{said}请上传与原单位解除劳动合同的证明后提交。"),)


def untouched(case: Application) -> tuple[str, ...]:
    """Labels of what was asked for and is as it was. What names no place counts as answered by any change."""
    asked = requested(case)
    if not asked:
        return ()
    version = case.form_version + 1
    changed = set(form_data.differences(case))
    touched = case.materials.filter(Q(added_in=version) | Q(removed_in=version))
    changed |= {f"material:{code}" for code in touched.values_list("code", flat=True)}
    own = {item.name for item in case.procedure.fields}

    def answered(target: str) -> bool:
        if target.startswith("specialt"):
            return "specialties" in changed
        return target in changed if target in own or target.startswith("material:") else bool(changed)

    return tuple(what or "其他" for target, what, _ in asked if not answered(target))


_EMPLOYMENT = {"employment_begin", "employment_end", "employment_open"}


class ToldTooLate(CaseRefused):
    """A further request names what could have been told with the first."""

    def __init__(self, late: tuple[str, ...]) -> None:
        super().__init__(
            f"“{'”“'.join(late)}”首次告知时没有列出，补正时也没有改动，不能再要求补正（《行政许可法》第三十二条）。请取消勾选。",
            code="told_too_late",
            field="items",
        )


def askable(case: Application) -> frozenset[str] | None:
    """The targets that a further request may name: told before, or changed since; None for the first, which names any."""
    told = list(case.timeline.filter(transition="request_correction").order_by("id"))
    if not told:
        return None
    first = told[0]
    targets = {str(item.get("target", "")) for entry in told for item in entry.data.get("items", [])}
    for entry in case.timeline.filter(transition__startswith="resubmit", pk__gt=first.pk):
        targets |= set(entry.data.get("changed", ()))
    since = Q(added_in__gt=first.form_version) | Q(removed_in__gt=first.form_version)
    targets |= {f"material:{code}" for code in case.materials.filter(since).values_list("code", flat=True)}
    return frozenset(targets | _EMPLOYMENT if targets & _EMPLOYMENT else targets)


def told_too_late(case: Application, items: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """Labels of what a request names though it may not; what names no place is left to the officer's word."""
    allowed = askable(case)
    if allowed is None:
        return ()
    return tuple(item["what"] for item in items if item["target"] and item["target"] not in allowed)
