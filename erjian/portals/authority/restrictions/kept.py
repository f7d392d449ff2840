"""The three lists, declared: their rows, words, forms and actions. Pages ask these and never which list it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404

from erjian.registry import restrictions
from erjian.registry.models import Bar, BarBasis, EducationHours, Lock, LockKind
from erjian.ui.dates import day, period
from erjian.ui.forms import ErjianForm
from erjian.ui.parts import Row
from erjian.ui.tables import Column


class BarForm(ErjianForm, forms.Form):
    basis = forms.ChoiceField(label="依据", choices=[("", "请选择"), *BarBasis.choices])
    begins = forms.DateField(label="起始日期")
    ends = forms.DateField(label="截止日期", required=False, help_text="终身不予注册的不填")
    document = forms.CharField(label="文书号", max_length=100, help_text="如 湘建罚〔2026〕12号")
    reason = forms.CharField(label="事由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class LockForm(ErjianForm, forms.Form):
    kind = forms.ChoiceField(label="锁定类型", choices=[("", "请选择"), *LockKind.choices])
    begins = forms.DateField(label="锁定日期")
    ends = forms.DateField(label="锁定截止日期", required=False, help_text="不填的，到解除为止")
    document = forms.CharField(label="项目编号或文书号", max_length=100, required=False, help_text="在施锁定必填")
    reason = forms.CharField(label="锁定原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class HoursForm(ErjianForm, forms.Form):
    completed_on = forms.DateField(label="完成日期")
    compulsory = forms.IntegerField(label="必修学时", min_value=0, max_value=500, initial=0)
    elective = forms.IntegerField(label="选修学时", min_value=0, max_value=500, initial=0)
    certificate_number = forms.CharField(label="证明编号", max_length=100)
    course = forms.CharField(label="课程名称", max_length=200)
    provider = forms.CharField(label="培训机构", max_length=200)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One list of the register that officers keep by hand."""

    code: str
    label: str
    lead: str
    model: type[Bar | Lock | EducationHours]
    form: type[BarForm | LockForm | HoursForm]
    add: Callable[..., Any]
    add_word: str
    end: Callable[..., Any]
    end_argument: str
    end_word: str
    end_question: str
    ended_on: str
    end_reason: str
    columns: tuple[Column, ...]
    facts: Callable[[Any], tuple[Row, ...]]
    choice_field: str = ""
    last_day: str = ""
    province_only: bool = False

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The values of the list's own filter."""
        return list(self.model._meta.get_field(self.choice_field).flatchoices) if self.choice_field else []

    def running(self, today: date) -> Q:
        """What holds on a day."""
        found = Q(**{f"{self.ended_on}__isnull": True})
        if self.last_day:
            found &= Q(**{f"{self.last_day}__isnull": True}) | Q(**{f"{self.last_day}__gte": today})
        return found

    def state(self, row: Any, today: date) -> tuple[str, str]:
        """Tone and word of a row's state."""
        if getattr(row, self.ended_on) is not None:
            return "", f"已{self.end_word}"
        last = getattr(row, self.last_day) if self.last_day else None
        if last is not None and last < today:
            return "", "已届满"
        return ("bad", "有效") if self.last_day else ("done", "有效")

    def ended(self, row: Any) -> tuple[Row, ...]:
        """When and why a row was ended."""
        if getattr(row, self.ended_on) is None:
            return ()
        return (
            Row(f"{self.end_word}日期", day(getattr(row, self.ended_on))),
            Row(f"{self.end_word}理由", getattr(row, self.end_reason), wide=True),
        )


BARS = Kept(
    code="bars",
    label="不予注册记录",
    lead="在一定期限内或终身不得注册的人员。登记和解除由省级主管部门办理。",
    model=Bar,
    form=BarForm,
    add=restrictions.add_bar,
    add_word="登记不予注册",
    end=restrictions.lift_bar,
    end_argument="bar",
    end_word="解除",
    end_question="解除后此人可以重新申请注册。",
    ended_on="lifted_on",
    end_reason="lift_reason",
    columns=(
        Column("依据", "get_basis_display", css="m-wide"),
        Column("文书号", "document", css="m-wide w-low", data_label="文书号"),
        Column("期限", lambda row: period(row.begins, row.ends) if row.ends else f"{day(row.begins)} 起终身", css="ej-num m-wide"),
    ),
    facts=lambda row: (
        Row("依据", row.get_basis_display(), wide=True),
        Row("期限", period(row.begins, row.ends) if row.ends else f"{day(row.begins)} 起终身"),
        Row("文书号", row.document),
        Row("事由", row.reason, wide=True),
    ),
    choice_field="basis",
    last_day="ends",
    province_only=True,
)  # fmt: skip

LOCKS = Kept(
    code="locks",
    label="锁定记录",
    lead="在施项目负责人和其他被锁定的人员；锁定期间只能办理注销。",
    model=Lock,
    form=LockForm,
    add=restrictions.add_lock,
    add_word="登记锁定",
    end=restrictions.release_lock,
    end_argument="lock",
    end_word="解除",
    end_question="解除后此人可以办理变更、延续等申报。",
    ended_on="released_on",
    end_reason="release_reason",
    columns=(
        Column("锁定类型", "get_kind_display", data_label="锁定类型"),
        Column("项目编号或文书号", "document", css="ej-num m-wide w-low", data_label="编号"),
        Column("锁定原因", "reason", css="cut m-wide", title=True),
        Column("期限", lambda row: period(row.begins, row.ends) if row.ends else f"{day(row.begins)} 起", css="ej-num m-wide"),
    ),
    facts=lambda row: (
        Row("锁定类型", row.get_kind_display()),
        Row("期限", period(row.begins, row.ends) if row.ends else f"{day(row.begins)} 起，解除为止"),
        Row("项目编号或文书号", row.document),
        Row("锁定时单位", row.enterprise.name if row.enterprise else "", wide=True),
        Row("锁定原因", row.reason, wide=True),
    ),
    choice_field="kind",
    last_day="ends",
)  # fmt: skip

EDUCATION = Kept(
    code="education",
    label="继续教育学时",
    lead="按完成日期计入所在的注册有效期；一般由培训机构报送后批量导入。",
    model=EducationHours,
    form=HoursForm,
    add=restrictions.add_hours,
    add_word="登记学时",
    end=restrictions.withdraw_hours,
    end_argument="hours",
    end_word="撤回",
    end_question="撤回后这些学时不再计入。",
    ended_on="withdrawn_on",
    end_reason="withdraw_reason",
    columns=(
        Column("完成日期", lambda row: day(row.completed_on), css="ej-num", data_label="完成日期"),
        Column("必修学时", lambda row: str(row.compulsory), css="ej-num", data_label="必修学时"),
        Column("选修学时", lambda row: str(row.elective), css="ej-num", data_label="选修学时"),
        Column("课程名称", "course", css="cut m-wide", title=True),
        Column("证明编号", "certificate_number", css="ej-num m-wide w-low", data_label="证明编号"),
    ),
    facts=lambda row: (
        Row("完成日期", day(row.completed_on)),
        Row("证明编号", row.certificate_number),
        Row("必修学时", str(row.compulsory)),
        Row("选修学时", str(row.elective)),
        Row("课程名称", row.course, wide=True),
        Row("培训机构", row.provider, wide=True),
    ),
)

KEPT: Mapping[str, Kept] = {each.code: each for each in (BARS, LOCKS, EDUCATION)}


def kept_or_404(code: str) -> Kept:
    """The list of an address."""
    if code not in KEPT:
        raise Http404
    return KEPT[code]
