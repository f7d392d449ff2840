"""docs/security.md and docs/integrations.md name tests; each exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize(("name", "least"), [("security.md", 40), ("integrations.md", 15)])
def test_every_test_that_a_document_names_exists(name: str, least: int) -> None:
    named = NAMED.findall((ROOT / "docs" / name).read_text(encoding="utf-8"))
    assert len(named) > least
    missing = [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).is_file() or f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_every_line_of_its_tables_names_one() -> None:
    lines = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    rows = [
        line
        for line in lines
        if line.startswith("|") and not line.startswith(("|---", "| threat", "| clause", "| article"))
    ]
    assert [line for line in rows if not NAMED.search(line)] == []
