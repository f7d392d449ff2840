"""公示 and 公告 of the past weeks: what ran, what runs, one objection under examination and one dismissed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from erjian import policy
from erjian.accounts.models import Function, User
from erjian.applications import actions, tasks
from erjian.applications.states import State
from erjian.demo import figures, moments
from erjian.demo.offices import Officers
from erjian.demo.stories import Event, Story, Teller
from erjian.policy import authorities, clock
from erjian.publicity.models import Batch, BatchItem, BatchKind, BatchState, ItemState, Objection
from erjian.standards.specialties import Specialty

_OBJECTION = "该同志自今年三月起在本单位任职并缴纳社会保险，与公示的聘用单位不一致，请核查。"
_DISMISSED = "经核查，异议人所述任职关系已于公示前解除，有解除劳动合同证明书为证，异议不成立。"


@dataclass(kw_only=True)
class Round:
    """One 公示 with the 公告 that follows it. Days are working days ago; 0 means not yet."""

    code: str
    published: int
    announced: int = 0
    share: float = 1.0
    """How many of its cases the 公告 takes along."""
    stories: list[Story] = field(default_factory=list)
    batch: Batch | None = None


def rounds() -> list[Round]:
    """The rounds of the past two months, oldest first."""
    return [
        Round(code="1", published=48, announced=37),
        Round(code="2", published=36, announced=26),
        Round(code="3", published=24, announced=13),
        Round(code="4", published=11, announced=1, share=0.5),
        Round(code="5", published=3),
    ]


class Publisher:
    """Turns rounds into events."""

    def __init__(self, teller: Teller, officers: Officers, *, year: int) -> None:
        self._teller = teller
        self._officers = officers
        self._year = year

    @property
    def _by(self) -> User:
        return self._officers.of(authorities.province().code, Function.DECISION)

    def events(self, item: Round) -> Iterable[Event]:
        """Publishing, closing, announcing and issuing of one round."""
        published = moments.days_ago(item.published)
        yield self._teller.event(moments.at(published, 17, 5), lambda: self._publish(item))
        ends = published + timedelta(days=policy.current().publicity_days)
        if item.code == "4":
            yield self._teller.event(moments.at(published + timedelta(days=3), 10, 20), lambda: self._object(item, settled=True))
        if item.code == "5":
            yield self._teller.event(moments.at(moments.days_ago(1), 9, 12), lambda: self._object(item, settled=False))
        if ends < clock.today():
            yield self._teller.event(moments.at(ends + timedelta(days=1), 0, 10), lambda: self._close(item))
        if item.announced:
            announced = moments.days_ago(item.announced)
            yield self._teller.event(moments.at(announced, 17, 20), lambda: self._announce(item))
            if item.announced > 1:
                yield self._teller.event(moments.at(announced, 17, 40), lambda: self._issue(item))

    def _publish(self, item: Round) -> None:
        today = clock.today()
        ready = [story for story in item.stories if story.case is not None and story.case.state == State.REVIEW_OK]
        item.batch = Batch.objects.create(
            kind=BatchKind.PUBLICITY, number=f"GS-{self._year}-{int(item.code):04d}",
            title=f"关于 {self._year} 年第 {item.code} 批二级建造师注册人员的公示", state=BatchState.PUBLISHED, begins=today,
            ends=today + timedelta(days=policy.current().publicity_days), published_at=clock.now(), created_by=self._by.name,
            created_at=clock.now(),
        )
        for story in ready:
            story.case = actions.publish(application=story.case, by=self._by, batch=item.batch.number)
            BatchItem.objects.create(batch=item.batch, application=story.case, shown=_shown(story), state=ItemState.DONE)

    def _object(self, item: Round, *, settled: bool) -> None:
        assert item.batch is not None
        story = next(story for story in item.stories if story.case is not None and story.case.state == State.PUBLICITY)
        assert story.case is not None
        row = item.batch.items.get(application=story.case)
        code = f"YY{clock.today():%Y%m%d}{int(item.code):04d}"
        story.case = actions.hold(application=story.case, objection=code)
        objection = Objection(
            item=row, name="文国栋", phone=figures.mobile(60_000_001), text=_OBJECTION, code=code, created_at=clock.now(),
            id_number=figures.id_number(story.candidate.person.birth_date, 997),
        )
        row.state = ItemState.HELD
        if settled:
            story.case = actions.settle_objection(application=story.case, by=self._by, upheld=False, opinion=_DISMISSED)
            objection.state, objection.answer = "dismissed", _DISMISSED
            objection.handled_at, objection.handled_by = clock.now(), self._by.name
            row.state = ItemState.DONE
        objection.save()
        row.save(update_fields=["state"])

    def _close(self, item: Round) -> None:
        assert item.batch is not None
        for story in item.stories:
            if story.case is not None and story.case.state == State.PUBLICITY:
                story.case = actions.close_publicity(application=story.case)
        item.batch.state = BatchState.CLOSED
        item.batch.save(update_fields=["state"])

    def _announce(self, item: Round) -> None:
        ready = [story for story in item.stories if story.case is not None and story.case.state == State.PUBLICITY_DONE]
        ready = ready[: max(1, round(len(ready) * item.share))]
        refused = [story for story in item.stories if story.case is not None and story.case.state == State.REVIEW_NG]
        batch = Batch.objects.create(
            kind=BatchKind.ANNOUNCEMENT, number=f"GG-{self._year}-{int(item.code):04d}",
            title=f"关于 {self._year} 年第 {item.code} 批二级建造师注册人员的公告", state=BatchState.PUBLISHED, begins=clock.today(),
            published_at=clock.now(), created_by=self._by.name, created_at=clock.now(),
        )
        for story, granted in [*((each, True) for each in ready), *((each, False) for each in refused)]:
            story.case = actions.announce(
                application=story.case, by=self._by, granted=granted, batch=batch.number, opinion="" if granted else story.reason
            )
            BatchItem.objects.create(
                batch=batch, application=story.case, granted=granted, shown=_shown(story), state=ItemState.DONE,
                reason="" if granted else story.reason,
            )

    def _issue(self, item: Round) -> None:
        for story in item.stories:
            if story.case is not None and story.case.state == State.ANNOUNCED:
                tasks.issue_certificate(story.case.pk)
                story.case.refresh_from_db()


def _shown(story: Story) -> dict[str, str]:
    person = story.candidate.person
    assert story.case is not None
    return {
        "name": person.name,
        "id_number": person.id_number_mask,
        "enterprise": story.candidate.employer.enterprise.name,
        "kind": story.case.procedure.kind_label,
        "specialties": "、".join(Specialty(code).label for code in story.case.specialties),
    }
