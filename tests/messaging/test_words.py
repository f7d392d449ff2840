"""Texts as they are sent: what stands around a date."""

from __future__ import annotations

import re

from erjian.messaging import templates


def test_no_blank_follows_a_date_that_ends_in_its_day() -> None:
    """A date is written 2026年3月1日, and Chinese words follow Chinese words without a blank."""
    texts = [(name, text) for name, one in templates.TEMPLATES.items() for text in (one.body, one.sms)]
    assert texts
    assert [name for name, text in texts if re.search(r"\{(due|last|end|day)\} [前后起]", text)] == []
