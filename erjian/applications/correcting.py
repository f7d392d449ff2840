"""What a request for correction asks for, and what of it an answer leaves as it was."""

from __future__ import annotations

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
