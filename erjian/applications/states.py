"""States of a case, and what follows from them: label, tone, the manual's three status columns, who acts next."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """E.1 of the domain notes, with 复审不通过 (waiting for the 不准予 list) and 已办结 (decision G.2)."""

    DRAFT = "draft", "保存未上报"
    WAIT_PERSON = "wait_person", "待个人确认"
    WAIT_ENTERPRISE = "wait_enterprise", "待企业确认"
    WAIT_FORMER = "wait_former", "待原单位确认"
    REPORTED = "reported", "已上报"
    CORRECTION = "correction", "待补正"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    ACCEPTED = "accepted", "已受理"
    FIRST_OK = "first_ok", "初审通过"
    FIRST_NG = "first_ng", "初审不通过"
    REVIEW_OK = "review_ok", "复审通过"
    REVIEW_NG = "review_ng", "复审不通过"
    PUBLICITY = "publicity", "公示中"
    OBJECTION = "objection", "异议核查中"
    PUBLICITY_DONE = "publicity_done", "公示结束"
    ANNOUNCED = "announced", "已公告"
    ISSUED = "issued", "已发证"
    DONE = "done", "已办结"
    REJECTED = "rejected", "审核不通过"
    DECLINED = "declined", "不同意"
    WITHDRAWN = "withdrawn", "已撤回"
    TERMINATED = "terminated", "已终止"


CONFIRMING = frozenset({State.WAIT_PERSON, State.WAIT_ENTERPRISE, State.WAIT_FORMER})
ENDED = frozenset(
    {State.NOT_ACCEPTED, State.ISSUED, State.DONE, State.REJECTED, State.DECLINED, State.WITHDRAWN, State.TERMINATED}
)
OPEN = frozenset(State) - ENDED
BLOCKING = frozenset(OPEN - {State.DRAFT, State.WAIT_PERSON, State.ANNOUNCED})
"""States that count as the person's one open case: from their consent until the decision (decision G.4)."""

EDITABLE = frozenset({State.DRAFT, State.CORRECTION})
WITHDRAWABLE = frozenset(OPEN - {State.DRAFT, State.ANNOUNCED})

_TONES = {
    "mine": {State.WAIT_PERSON, State.WAIT_ENTERPRISE, State.WAIT_FORMER, State.CORRECTION},
    "office": {
        State.REPORTED,
        State.ACCEPTED,
        State.FIRST_OK,
        State.FIRST_NG,
        State.REVIEW_OK,
        State.REVIEW_NG,
        State.PUBLICITY,
        State.OBJECTION,
        State.PUBLICITY_DONE,
        State.ANNOUNCED,
    },
    "done": {State.ISSUED, State.DONE},
    "bad": {State.REJECTED, State.NOT_ACCEPTED},
}
TONE: dict[str, str] = {state: tone for tone, states in _TONES.items() for state in states}
"""Chip tone by state: amber *mine*, blue *office*, green *done*, red *bad*; grey (absent) when nothing runs."""

VIEWS: tuple[tuple[str, str, frozenset[State]], ...] = (
    ("draft", "保存未上报", frozenset({State.DRAFT})),
    ("confirming", "待确认", CONFIRMING),
    ("correction", "待补正", frozenset({State.CORRECTION})),
    (
        "review",
        "审核中",
        frozenset(
            {
                State.REPORTED,
                State.ACCEPTED,
                State.FIRST_OK,
                State.FIRST_NG,
                State.REVIEW_OK,
                State.REVIEW_NG,
            }
        ),
    ),
    (
        "published",
        "公示公告",
        frozenset({State.PUBLICITY, State.OBJECTION, State.PUBLICITY_DONE, State.ANNOUNCED}),
    ),
    ("done", "已办结", frozenset({State.ISSUED, State.DONE})),
    (
        "ended",
        "未通过或撤回",
        frozenset({State.REJECTED, State.NOT_ACCEPTED, State.DECLINED, State.WITHDRAWN, State.TERMINATED}),
    ),
)
"""Saved views above every list: code, label, states."""
