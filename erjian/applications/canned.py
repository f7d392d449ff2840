"""Usual phrases for opinions (常用意见): some that everybody has, and those an officer keeps for themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from erjian import audit
from erjian.accounts.models import Function, User
from erjian.applications import routing
from erjian.applications.errors import CaseRefused, NotYours, from_constraint
from erjian.applications.models import CannedOpinion
from erjian.audit import codes
from erjian.procedures import Procedure, SpecialtySource, Step

codes.register("canned_opinion.add", "添加常用意见")
codes.register("canned_opinion.delete", "删除常用意见")

LIMIT = 20
"""Own phrases an officer may keep for one step."""


def _always(_: Procedure) -> bool:
    return True


def _registers(procedure: Procedure) -> bool:
    return procedure.has_specialties or Step.FORMER_ENTERPRISE in procedure.route


def _otherwise(procedure: Procedure) -> bool:
    return not _registers(procedure)


def _first_reviewed(procedure: Procedure) -> bool:
    return routing.keeps(procedure, Step.FIRST_REVIEW)


def _asks_for(*codes: str) -> Callable[[Procedure], bool]:
    return lambda procedure: any(material.code in codes for material in procedure.materials)


def _uses_qualifications(procedure: Procedure) -> bool:
    return procedure.specialties == SpecialtySource.QUALIFICATIONS


@dataclass(frozen=True)
class Usual:
    """A phrase that everybody has, and for which procedures it makes sense."""

    text: str
    fits: Callable[[Procedure], bool] = _always


USUAL: dict[str, tuple[Usual, ...]] = {
    Function.ACCEPTANCE: (
        Usual("材料齐全，予以受理。"),
        Usual("学历与证书不一致。", _asks_for("education")),
        Usual("无该专业合格资格。", _uses_qualifications),
        Usual("劳动合同缺页。", _asks_for("contract")),
        Usual("照片不合格。", _asks_for("portrait", "new_portrait")),
    ),
    Function.FIRST_REVIEW: (
        Usual("经初审，符合注册条件。", _registers),
        Usual("申报数据与材料一致。"),
        Usual("劳动合同不能证明聘用关系。", _asks_for("contract")),
        Usual("资格证书与登记不符。", _asks_for("qualification")),
    ),
    Function.FINAL_REVIEW: (
        Usual("经复审，符合注册条件，同意注册。", _registers),
        Usual("同意初审意见。", _first_reviewed),
        Usual("初审意见不明确，请重新审核。", _first_reviewed),
        Usual("不符合注册条件，不予注册。", _registers),
        Usual("经复审，符合规定，同意办理。", _otherwise),
        Usual("不符合规定，不予办理。", _otherwise),
    ),
}
"""By step."""


@dataclass(frozen=True)
class Phrase:
    """One phrase; `pk` is None for those that everybody has."""

    text: str
    pk: int | None = None


def phrases(user: User, step: str, procedure: Procedure | None = None) -> tuple[Phrase, ...]:
    """An officer's own phrases for a step, then everybody's that suit the procedure's route and materials. One query."""
    own = tuple(
        Phrase(item.text, item.pk) for item in user.canned_opinions.filter(step=step).order_by("position", "id")
    )
    kept = {item.text for item in own}
    usual = (each for each in USUAL.get(step, ()) if each.text not in kept)
    return (*own, *(Phrase(each.text) for each in usual if procedure is None or each.fits(procedure)))


def add(*, user: User, step: str, text: str) -> CannedOpinion:
    """Keep a phrase. Raises CaseRefused when it is empty, too long, known already or one too many."""
    text = " ".join(text.replace("\x00", "").split())
    if not text:
        raise CaseRefused("请填写常用意见。", code="required", field="text")
    if len(text) > 300:
        raise CaseRefused("常用意见最多 300 个字。请缩短后再填。", code="max_length", field="text")
    if step not in USUAL or not user.may(Function(step)):
        raise NotYours("您没有这一环节的职能，不能添加常用意见。", code="not_yours")
    if any(text == usual.text for usual in USUAL[step]):
        raise CaseRefused("已有相同的常用意见。", code="canned_opinion_unique", field="text")
    try:
        with transaction.atomic():
            count = user.canned_opinions.select_for_update().filter(step=step).count()
            if count >= LIMIT:
                raise CaseRefused(f"每个环节最多保留 {LIMIT} 条。请先删除不用的。", code="too_many", field="text")
            kept = CannedOpinion.objects.create(user=user, step=step, text=text, position=count)
            audit.record(
                "canned_opinion.add", actor=user.actor, subject=("canned_opinion", kept.pk), data={"step": step}
            )
    except IntegrityError as error:
        raise from_constraint(error) from error
    return kept


def delete(*, user: User, pk: int) -> None:
    """Forget one of the officer's own phrases; one of somebody else's is not touched."""
    with transaction.atomic():
        gone = user.canned_opinions.select_for_update().filter(pk=pk)
        for item in gone:
            audit.record(
                "canned_opinion.delete", actor=user.actor, subject=("canned_opinion", item.pk), data={"step": item.step}
            )
            item.delete()
