"""PDF files: inspected and drawn by a separate process, kept byte for byte.

They are not rewritten: certificates of social insurance and contracts carry signatures that a
rewritten file would lose. So whatever could run or hide something is refused instead.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from erjian.files import pdf_worker
from erjian.files.limits import Limits
from erjian.files.refusals import FileRefused

_SCRIPT = Path(pdf_worker.__file__)
_SECONDS = 30


class PageMissing(LookupError):
    """The document has no such page, or it cannot be drawn."""


def inspect(content: bytes, *, limits: Limits) -> int:
    """The number of pages. Raises FileRefused."""
    with tempfile.TemporaryDirectory(prefix="erjian-pdf-") as folder:
        path = Path(folder) / "file.pdf"
        path.write_bytes(content)
        answer = _ask("inspect", str(path))
    match answer.get("error"):
        case None:
            pages = int(answer["pages"])
        case "encrypted":
            raise FileRefused.encrypted_pdf()
        case "active":
            raise FileRefused.active_pdf()
        case _:
            raise FileRefused.broken_pdf()
    if pages > limits.max_pages:
        raise FileRefused.too_many_pages(pages, limits.max_pages)
    return pages


def draw(content: bytes, *, page: int, width: int) -> bytes:
    """One page, counted from 1, as JPEG. Raises PageMissing."""
    with tempfile.TemporaryDirectory(prefix="erjian-pdf-") as folder:
        path, target = Path(folder) / "file.pdf", Path(folder) / "page.jpg"
        path.write_bytes(content)
        answer = _ask("render", str(path), str(page), str(width), str(target))
        if "error" in answer:
            raise PageMissing(f"page {page}: {answer['error']}")
        return target.read_bytes()


def _ask(*arguments: str) -> dict[str, Any]:
    try:
        done = subprocess.run(
            # Isolated: neither the working directory nor the environment chooses what it imports.
            [sys.executable, "-I", "-W", "ignore", str(_SCRIPT), *arguments],
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            cwd="/",
        )
    except subprocess.TimeoutExpired:
        return {"error": "time"}
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return {"error": "crash"}
    return answer if done.returncode == 0 and isinstance(answer, dict) else {"error": "crash"}
