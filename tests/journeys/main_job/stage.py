"""What everybody in the main job shares: who exists before the story, and what is read in the outbox."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from erjian.accounts.models import User
from erjian.registry.models import Enterprise
from tests import makers
from tests.journeys.visiting import Visitor
from tests.journeys.working import work

CITY, PROVINCE = "430100", "430000"
NAME, MOBILE, PASSWORD = "周启明", "13912345678", "Lushan-shuili-2026"


@dataclass
class Stage:
    """What exists before the story, and what the actors learn on the way."""

    folder: Path
    enterprise: Enterprise
    operator: User
    officers: dict[str, User]
    number: str = field(default_factory=makers.id_number)
    case: str = ""
    """申报编号."""
    case_url: str = ""
    registration: str = ""
    """注册编号."""
    certificate: bytes = b""


def sms(officer: Visitor, pattern: str) -> str:
    """What the newest SMS of a pattern says, read in the outbox of the demonstration."""
    work()
    officer.go("/authority/outbox/")
    text = officer.page.get_by_text(re.compile(pattern)).first.inner_text()
    found = re.search(pattern, text)
    assert found
    return found[1]
