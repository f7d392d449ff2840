"""The demonstration's clock: one file that every process follows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from erjian.config.cli.demo_clock import move
from erjian.config.trouble import Trouble
from erjian.policy import clock


@pytest.fixture
def followed(tmp_path: Path, settings) -> Iterator[Path]:
    before = settings.ERJIAN_CLOCK_FILE
    settings.ERJIAN_CLOCK_FILE = tmp_path / "clock"
    clock.follow(settings.ERJIAN_CLOCK_FILE)
    yield settings.ERJIAN_CLOCK_FILE
    clock.follow(before)


def test_it_shows_moves_and_returns(followed: Path) -> None:
    today = clock.today()
    assert "the present" in move(days=None, to=None, reset=False)
    assert "+10.0 days" in move(days=10, to=None, reset=False)
    assert clock.today() == today + timedelta(days=10)
    assert "+12.0 days" in move(days=2, to=None, reset=False)
    there = today + timedelta(days=400)
    assert move(days=None, to=str(there), reset=False).startswith(f"{there} 12:00")
    assert clock.today() == there
    assert "the present" in move(days=None, to=None, reset=True)
    assert (clock.today(), followed.exists()) == (today, False)


def test_another_process_agrees(followed: Path) -> None:
    move(days=30, to=None, reset=False)
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import sys, pathlib; from erjian.policy import clock; clock.follow(pathlib.Path(sys.argv[1])); "
                "print(clock.today())"
            ),
            str(followed),
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert said.stdout.strip() == str(clock.today())


def test_a_journey_of_a_test_adds_to_it_and_ends_where_it_began(followed: Path) -> None:
    move(days=30, to=None, reset=False)
    today = clock.today()
    with clock.travel(days=3):
        assert clock.today() == today + timedelta(days=3)
    with clock.travel(to=today + timedelta(days=50)):
        assert clock.today() == today + timedelta(days=50)
    assert clock.today() == today


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"days": 1, "to": "2027-01-01", "reset": False}, "one of"),
        ({"days": None, "to": "tomorrow", "reset": False}, "no day"),
        ({"days": 99999, "to": None, "reset": False}, "at most"),
    ],
)
def test_nonsense_is_one_line(followed: Path, asked: dict, words: str) -> None:
    with pytest.raises(Trouble, match=words):
        move(**asked)
    assert not followed.exists()


def test_outside_a_demonstration_nobody_moves_it(settings) -> None:
    settings.ERJIAN_CLOCK_FILE = None
    with pytest.raises(Trouble, match="demonstration"):
        move(days=1, to=None, reset=False)


def test_a_folder_that_is_not_there_is_said(settings, tmp_path: Path) -> None:
    before = settings.ERJIAN_CLOCK_FILE
    settings.ERJIAN_CLOCK_FILE = tmp_path / "none" / "clock"
    try:
        with pytest.raises(Trouble, match="does not exist"):
            move(days=1, to=None, reset=False)
    finally:
        clock.follow(before)
