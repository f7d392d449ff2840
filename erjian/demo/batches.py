"""公示 and 公告 of the past weeks: what ran, what runs, one objection under examination and one dismissed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from erjian import policy, protection
from erjian.accounts.models import Function, User
from erjian.applications import tasks
from erjian.applications.states import State
from erjian.demo import figures, moments
from erjian.demo.offices import Officers
from erjian.demo.stories import Event, Story, Teller
from erjian.messaging.models import SmsMessage
from erjian.policy import authorities, clock
from erjian.publicity import actions, objections, running
from erjian.publicity.models import Batch, BatchKind

_ADDRESS = "127.0.0.1"
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
            yield self._teller.event(
                moments.at(published + timedelta(days=3), 10, 20), lambda: self._object(item, settled=True)
            )
        if item.code == "5":
            yield self._teller.event(moments.at(moments.days_ago(1), 9, 12), lambda: self._object(item, settled=False))
        if ends < clock.today():
            yield self._teller.event(moments.at(ends + timedelta(days=1), 0, 10), lambda: self._close(item))
        if item.announced:
            announced = moments.days_ago(item.announced)
            yield self._teller.event(moments.at(announced, 17, 20), lambda: self._announce(item))
            if item.announced > 1:
                yield self._teller.event(moments.at(announced, 17, 40), lambda: self._issue(item))

    def _make(self, item: Round, kind: BatchKind, title: str, stories: list[Story]) -> Batch | None:
        """A batch of the stories' cases, published and worked through at once."""
        cases = [story.known.pk for story in stories]
        if not cases:
            return None
        batch = actions.create_batch(
            kind=kind,
            applications=cases,
            title=f"关于 {self._year} 年第 {item.code} 批二级建造师注册人员的{title}",
            by=self._by,
        )
        actions.publish(batch=batch, by=self._by)
        published = running.run(batch.pk)
        for story in stories:
            story.known.refresh_from_db()
        return published

    def _publish(self, item: Round) -> None:
        item.batch = self._make(item, BatchKind.PUBLICITY, "公示", _in(item, State.REVIEW_OK))

    def _object(self, item: Round, *, settled: bool) -> None:
        """Somebody objects with real name and a confirmed mobile; the office examines it."""
        story = _in(item, State.PUBLICITY)[0]
        phone = figures.mobile(60_000_001)
        objections.request_code(phone=phone, address=_ADDRESS)
        words = SmsMessage.objects.filter(phone_index=protection.index("phone", phone)).latest("id").text
        objection = objections.receive(
            item_id=story.known.batch_items.latest("id").pk,
            name="文国栋",
            phone=phone,
            text=_OBJECTION,
            address=_ADDRESS,
            id_number=figures.id_number(date(1979, 4, 8), 903),
            code="".join(re.findall(r"\d{6}", words)[:1]),
        )
        if settled:
            objections.settle(objection=objection, by=self._by, upheld=False, answer=_DISMISSED)
        story.known.refresh_from_db()

    def _close(self, item: Round) -> None:
        if item.batch is not None:
            running.close(item.batch.pk)
        for story in item.stories:
            story.known.refresh_from_db()

    def _announce(self, item: Round) -> None:
        ready = _in(item, State.PUBLICITY_DONE)
        ready = ready[: max(1, round(len(ready) * item.share))]
        self._make(item, BatchKind.ANNOUNCEMENT, "公告", [*ready, *_in(item, State.REVIEW_NG)])

    def _issue(self, item: Round) -> None:
        for story in _in(item, State.ANNOUNCED):
            tasks.issue_certificate(story.known.pk)


def _in(item: Round, state: State) -> list[Story]:
    """Stories of a round whose case is in a state."""
    return [story for story in item.stories if story.case is not None and story.case.state == state]
