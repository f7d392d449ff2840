"""Data folders which PostgreSQL's unprivileged user can enter, and the operator's tool as a process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(dir=settings.RUN, prefix="c"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """What a fresh shell has: nothing of this run's settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ERJIAN_", "PYTEST_", "DJANGO_"))}
    kept.pop("DATABASE_URL", None)
    return {**kept, "ERJIAN_DATA": str(folder / "data"), "ERJIAN_DEMO": "0", "PORT": str(free_port())}


@pytest.fixture
def erjian(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    def call(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "erjian.config.cli", *arguments],
            env={**environment, **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
