"""The process that looks at pictures. It takes a request on standard input and answers on standard output, one by one.

A request is a line `PATH LENGTH` and a JSON body, an answer a line `STATUS LENGTH` and a JSON body. Broken pictures
may crash or bloat it; the service beside it then starts another.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

NICENESS = 10
_PR_SET_PDEATHSIG = 1

Handler = Callable[[dict[str, Any]], dict[str, Any]]


def main(kind: str) -> None:
    answers = _take_over_output()
    _be_modest()
    # After the priority is set: loading the models counts too.
    handlers = {"faces": _faces, "cards": _cards}[kind]()
    from erjian_faces.images import Refused

    gc.freeze()
    answers.write(b"0 0\n")
    answers.flush()
    while line := sys.stdin.buffer.readline():
        path, length = line.decode().split()
        body = sys.stdin.buffer.read(int(length))
        status, answer = _answered(handlers[path], body, Refused)
        del body
        data = json.dumps(answer, ensure_ascii=False).encode()
        answers.write(b"%d %d\n" % (status, len(data)) + data)
        answers.flush()


def _answered(handler: Handler, body: bytes, refused: type[Exception]) -> tuple[int, dict[str, Any]]:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return 400, {"error": "bad_request", "field": "body"}
    if not isinstance(request, dict):
        return 400, {"error": "bad_request", "field": "body"}
    try:
        return 200, handler(request)
    except refused as error:
        return 400, {"error": error.error, "field": error.field}  # type: ignore[attr-defined]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a fault in one request must not cost the models' loading
        traceback.print_exc()
        return 500, {"error": "failed"}


def _faces() -> dict[str, Handler]:
    from erjian_faces import hints
    from erjian_faces.decision import Decider

    decider = Decider()
    return {"/v1/look": lambda request: hints.look(decider, request), "/v1/decide": decider.decide}


def _cards() -> dict[str, Handler]:
    from erjian_faces.cards import Reader

    return {"/v1/card": Reader().read}


def _take_over_output() -> BinaryIO:
    """Keep standard output for answers; what a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _be_modest() -> None:
    """Pages go first; this process is the first to go when memory runs out, and it goes with its parent."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")


if __name__ == "__main__":
    main(sys.argv[1])
