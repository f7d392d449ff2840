"""What happens to each case: steps taken by the people whose hand they need, at moments of the past weeks.

A story names the state it ends in; its path is the list of steps that lead there. All steps of all stories are
sorted by time and then really performed, with the clock travelling along, so numbers, clocks, letters, messages
and audit rows come out as they would have.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from erjian import audit
from erjian.accounts.models import Function, User
from erjian.applications import actions, facts, form_data, materials
from erjian.applications.models import Application, MaterialFile
from erjian.demo import figures, moments, paths, scans
from erjian.demo.offices import Officers
from erjian.demo.population import Candidate
from erjian.policy import authorities, clock
from erjian.procedures import About, Filer, get
from erjian.standards.validity import add_years

_NEARLY_THREE_YEARS = 1000
_OFTEN_ATTACHED = ("loss_statement", "cancellation_ground", "new_portrait")
_WORDS = {
    "punishments": "无",
    "handler_phone": figures.mobile(60_000_077),
    "cancel_reason": "已与聘用企业解除聘用合同关系",
    "cancel_note": "双方协商一致解除劳动合同，已结清工资。",
    "change_note": "近期更换发型，申请更换证书上的寸照。",
    "loss_note": "搬迁办公室时遗失，已登报声明。",
}


@dataclass(kw_only=True)
class Story:
    """One case's life so far."""

    ending: str
    candidate: Candidate
    last: date
    """The day of the last step."""
    procedure: str = "initial"
    batch: str = ""
    case: Application | None = None
    second: bool = False
    """Whether the stand-ins of the offices work on it."""
    reason: str = ""

    @property
    def known(self) -> Application:
        """The case, which has been started by now."""
        if self.case is None:
            raise LookupError(f"the story “{self.ending}” has not begun")
        return self.case


@dataclass(order=True)
class Event:
    """One thing to do at a moment."""

    at: datetime
    order: int
    do: Callable[[], None] = field(compare=False)


class Teller:
    """Performs the steps of stories."""

    def __init__(self, rng: random.Random, officers: Officers) -> None:
        self._rng = rng
        self._officers = officers
        self._order = 0

    def events(self, story: Story) -> list[Event]:
        """The steps of a story with their moments."""
        steps = paths.PATHS[story.ending]
        gaps = [self._rng.randint(*paths.GAPS[step]) for step in steps[1:]]
        times = moments.backwards(self._rng, gaps, last=story.last)
        return [self.event(at, self._step(story, step)) for at, step in zip(times, steps, strict=True)]

    def event(self, at: datetime, do: Callable[[], None]) -> Event:
        """Something to do at a moment; of two at the same one the first told goes first."""
        self._order += 1
        return Event(at, self._order, do)

    def _step(self, story: Story, step: str) -> Callable[[], None]:
        return lambda: getattr(self, f"_{step}")(story)

    def officer(self, story: Story, function: Function) -> User:
        """Who takes an officer's step: at the authority whose turn it is, or the province's decision-maker."""
        case = story.known
        code = case.acting_authority if case.acting_function == function else authorities.province().code
        return self._officers.of(code, function, second=story.second)

    # The enterprise and the person

    @staticmethod
    def _filer(story: Story) -> User:
        """Who files: an operator, or the person where the procedure is theirs."""
        who = story.candidate
        return who.user if get(story.procedure).filer == Filer.PERSON else who.employer.filer

    def _start(self, story: Story) -> None:
        who = story.candidate
        story.case = actions.start(
            procedure=get(story.procedure),
            person=None if get(story.procedure).about == About.ENTERPRISE else who.person,
            enterprise=who.employer.enterprise,
            by=self._filer(story),
        )

    def _fill(self, story: Story) -> None:
        case, who = story.known, story.candidate
        begin = who.qualified_on if self._rng.random() < 0.5 else date(who.qualified_on.year, 1, 1)
        open_end = self._rng.random() < 0.4
        known = _WORDS | {
            "employment_begin": begin.isoformat(),
            "employment_end": "" if open_end else add_years(clock.today(), self._rng.randint(1, 4)).isoformat(),
            "employment_open": "on" if open_end else "",
            "handler": who.employer.filer.name,
            "lapsed_on": (clock.today() - timedelta(days=90)).isoformat(),
            "lost_on": (clock.today() - timedelta(days=12)).isoformat(),
            "left_on": (clock.today() - timedelta(days=20)).isoformat(),
            "new_enterprise_name": scans.new_name(who.employer.enterprise.name),
            "changed_on": (clock.today() - timedelta(days=9)).isoformat(),
            "change_reason": "企业改制，名称经市场监督管理部门核准变更。",
            "new_id_number": figures.corrected(who.facts.id_number),
            "correction_note": "考试报名时顺序码录入有误，以所附居民身份证为准。",
        }
        values = form_data.unseal(case.draft)
        for item in case.procedure.fields:
            if item.read_only or values.get(item.name):
                continue
            values[item.name] = known.get(item.name, item.choices[0][0] if item.required and item.choices else "")
        offered = facts.offered_specialties(case)
        unused = set(who.person.qualifications.filter(used_at=None).values_list("specialty", flat=True))
        story.case = actions.save(
            application=case, values=values, specialties=sorted(offered & unused or offered), by=self._filer(story)
        )
        self._attach_papers(story, begin)

    def _attach_papers(self, story: Story, begin: date) -> None:
        """A scan for every material that is asked for and not held yet."""
        case, filer = story.known, self._filer(story)
        rows = []
        for row in materials.listing(case, facts.of_application(case)):
            code, label = row.material.code, row.material.label
            # Asked for after three years; a case may be reported some days after it was filled in.
            soon = (
                code == "continuing_education"
                and (clock.today() - story.candidate.qualified_on).days > _NEARLY_THREE_YEARS
            )
            if row.files or not (row.required or soon or code in _OFTEN_ATTACHED):
                continue
            rows.append(
                MaterialFile(
                    application=case,
                    code=code,
                    blob=scans.of(code, label, story.candidate, kind=case.procedure.kind_label, begin=begin).store(),
                    filename=f"{case.subject.name}-{label}.jpg",
                    origin="本次上传",
                    uploaded_by=filer.name,
                    uploaded_at=clock.now(),
                )
            )
            audit.record(
                "application.attach", actor=filer.actor, subject=("application", case.pk), data={"material": code}
            )
        MaterialFile.objects.bulk_create(rows)

    def _report(self, story: Story) -> None:
        case = Application.objects.get(pk=story.known.pk)
        story.case = actions.report(application=case, by=self._filer(story), seen=case.version)

    def _remind(self, story: Story) -> None:
        story.case = actions.remind(application=story.known, by=story.candidate.employer.filer)

    def _consent(self, story: Story) -> None:
        case = story.known
        text = case.procedure.commitments["person"].format(enterprise=case.enterprise.name, person=case.person.name)
        story.case = actions.consent(application=case, by=story.candidate.user, seen=case.version, commitment=text)

    def _decline(self, story: Story) -> None:
        story.case = actions.decline(
            application=story.known, by=story.candidate.user, seen=None, opinion=self._rng.choice(paths.DECLINING)
        )

    def _withdraw(self, story: Story) -> None:
        story.case = actions.withdraw(
            application=story.known,
            by=story.candidate.employer.filer,
            seen=None,
            opinion="聘用信息有误，修改后重新申报",
        )

    def _resubmit(self, story: Story) -> None:
        filer = story.candidate.employer.filer
        case = Application.objects.get(pk=story.known.pk)
        values = form_data.unseal(case.draft) | {"punishments": "无", "landline": "0731-88001234"}
        case = actions.save(application=case, values=values, specialties=case.specialties, by=filer)
        story.case = actions.resubmit(
            application=case, by=filer, seen=case.version, explanation="其余各项已与原件核对，填写无误。"
        )

    def _resubmit_papers(self, story: Story) -> None:
        """Only a better scan: the person is not asked again."""
        filer = story.candidate.employer.filer
        case = Application.objects.get(pk=story.known.pk)
        poor = case.materials.get(code="contract", removed_in__isnull=True)
        MaterialFile.objects.filter(pk=poor.pk).update(removed_in=case.form_version + 1)
        MaterialFile.objects.create(
            application=case,
            code="contract",
            blob=scans.contract(story.candidate, clear=True).store(),
            filename=poor.filename.replace(".", "（补正）."),
            origin="补正上传",
            added_in=case.form_version + 1,
            uploaded_by=filer.name,
            uploaded_at=clock.now(),
        )
        audit.record(
            "application.attach", actor=filer.actor, subject=("application", case.pk), data={"material": "contract"}
        )
        story.case = actions.resubmit(
            application=case, by=filer, seen=case.version, explanation="其余各项已与原件核对，填写无误。"
        )

    # The offices

    def _accept(self, story: Story) -> None:
        story.case = actions.accept(application=story.known, by=self.officer(story, Function.ACCEPTANCE), seen=None)

    def _request_correction(self, story: Story) -> None:
        story.case = actions.request_correction(
            application=story.known,
            by=self.officer(story, Function.ACCEPTANCE),
            seen=None,
            items=self._rng.choice(paths.CORRECTIONS),
        )

    def _refuse_acceptance(self, story: Story) -> None:
        story.case = actions.refuse_acceptance(
            application=story.known,
            by=self.officer(story, Function.ACCEPTANCE),
            seen=None,
            opinion=paths.NOT_ACCEPTED,
            ground="not_competent",
        )

    def _first(self, story: Story, *, passed: bool) -> None:
        story.case = actions.first_review(
            application=story.known,
            by=self.officer(story, Function.FIRST_REVIEW),
            seen=None,
            passed=passed,
            opinion=self._passing(story, paths.FIRST_PASSING) if passed else self._reason(story),
        )

    def _first_pass(self, story: Story) -> None:
        self._first(story, passed=True)

    def _first_fail(self, story: Story) -> None:
        self._first(story, passed=False)

    def _final(self, story: Story, *, passed: bool) -> None:
        story.case = actions.final_review(
            application=story.known,
            by=self.officer(story, Function.FINAL_REVIEW),
            seen=None,
            passed=passed,
            opinion=self._passing(story, paths.FINAL_PASSING) if passed else self._reason(story),
        )

    def _final_pass(self, story: Story) -> None:
        self._final(story, passed=True)

    def _final_fail(self, story: Story) -> None:
        self._final(story, passed=False)

    def _passing(self, story: Story, said: tuple[str, ...]) -> str:
        return self._rng.choice(said).format(story.known.procedure.kind_label)

    def _reason(self, story: Story) -> str:
        story.reason = story.reason or self._rng.choice(paths.FAILING)
        return story.reason

    def _step_back(self, story: Story) -> None:
        story.case = actions.step_back(
            application=story.known,
            by=self.officer(story, Function.FINAL_REVIEW),
            seen=None,
            opinion=self._rng.choice(paths.BACK),
        )

    def _extend(self, story: Story) -> None:
        story.case = actions.extend(
            application=story.known, by=self.officer(story, Function.DECISION), seen=None, opinion=paths.EXTENDING
        )

    def _terminate(self, story: Story) -> None:
        story.case = actions.terminate(
            application=story.known, by=self.officer(story, Function.DECISION), seen=None, opinion=paths.TERMINATING
        )

    # The other side

    def _agree_former(self, story: Story) -> None:
        story.case = actions.answer_former(application=story.known, by=self._former(story), seen=None, agreed=True)

    def _refuse_former(self, story: Story) -> None:
        story.case = actions.answer_former(
            application=story.known,
            by=self._former(story),
            seen=None,
            agreed=False,
            opinion="劳动合同尚在履行，工程未竣工，暂不同意转出。",
        )

    @staticmethod
    def _former(story: Story) -> User:
        return User.objects.select_related("enterprise").get(
            enterprise_id=story.known.former_enterprise_id, right="manage"
        )

    def _agree_enterprise(self, story: Story) -> None:
        story.case = actions.answer_enterprise(
            application=story.known, by=story.candidate.employer.filer, seen=None, agreed=True
        )

    # Nobody

    def _deem_accepted(self, story: Story) -> None:
        story.case = actions.deem_accepted(application=story.known)

    def _time_out(self, story: Story) -> None:
        story.case = actions.time_out(application=story.known)
