"""One face service for all tests of a process."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faces.serving import Faces, serving


@pytest.fixture(scope="session")
def faces() -> Iterator[Faces]:
    # pytest's own folders have names too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="erjian-faces-", dir="/tmp"))
    try:
        with serving(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)
