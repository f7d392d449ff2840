"""The face service: CPU a frame, a likeness, an attempt and a card, memory, and four attempts at once.

Times are the CPU of the service's own processes, so a busy machine does not blur them much.
`python -m bench.faces --accuracy` reports false accepts and rejects: of every two photographs of the same and of
different people, none of which set a threshold, and of attempts filmed from two of them (docs/security.md).
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from erjian.config import face_service
from tests.faces import cards, filming
from tests.faces.filming import as_request, base64_jpeg, film, portrait, still_picture, tilted
from tests.faces.pictures import PICTURES, ROOT, picture
from tests.faces.serving import Faces, serving

ASKED = ["turn_left", "blink", "open_mouth"]
# What is expected: milliseconds of CPU, and megabytes.
EXPECTED = {
    "landmarks of a frame": (12, "ms"),
    "likeness of two faces": (120, "ms"),
    "attempt of 60 frames": (1500, "ms"),
    "front of a card": (1500, "ms"),
    "back of a card": (1500, "ms"),
    "memory of the service": (1000, "MB"),
}
# Photographs that can be filmed. They served while the service was built, so attempts of them show that it is steady,
# not how good it is.
FILMED = ("astronaut", "admiral")


def main() -> int:
    if not face_service.is_installed():
        print("The face service is not installed; run: make setup", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="erjian-faces-", dir="/tmp") as folder, serving(Path(folder)) as faces:
        if "--accuracy" in sys.argv:
            accuracy(faces)
            return 0
        return measure(faces)


def measure(faces: Faces) -> int:
    frames = film("astronaut", ASKED, lead=1.5, pause=1.0, tail=0.7)
    attempt = {"challenges": ASKED, "frames": as_request(frames), "portrait": base64_jpeg(portrait("astronaut"))}
    parts = _parts("time", {f"{number:02}": image for number, (_, image) in enumerate(frames[::6])})
    card = cards.Card()
    front = {"image": base64_jpeg(cards.photographed(cards.front(card))), "side": "front"}
    back = {"image": base64_jpeg(cards.photographed(cards.back(card))), "side": "back"}
    figures = {
        "landmarks of a frame": parts["landmarks"],
        "likeness of two faces": parts["match"],
        "attempt of 60 frames": _cpu(faces, "faces", "/v1/decide", attempt),
        "front of a card": _cpu(faces, "cards", "/v1/card", front),
        "back of a card": _cpu(faces, "cards", "/v1/card", back),
    }
    with ThreadPoolExecutor(4) as pool:
        began = time.monotonic()
        answers = list(pool.map(lambda _: faces.ask("/v1/decide", attempt).body.get("verdict"), range(4)))
        together = time.monotonic() - began
    figures["memory of the service"] = _memory(faces) / 2**20
    failed = answers != ["accept"] * 4
    print(f"face service, {len(frames)} frames of {frames[0][1].width}x{frames[0][1].height}")
    for name, (most, unit) in EXPECTED.items():
        failed = failed or figures[name] > most
        print(f"  {name:24} {figures[name]:7.1f} {unit}   expected at most {most}")
    print(f"  four attempts at once: {', '.join(map(str, answers))}; together {together:.1f} s by the clock")
    return int(failed)


def _cpu(faces: Faces, worker: str, path: str, content: dict[str, object]) -> float:
    """Milliseconds of CPU that the worker takes for a request, the middle one of five."""
    assert faces.ask(path, content).status == 200
    pid = faces.health()["workers"][worker]["pid"]
    taken = []
    for _ in range(5):
        before = _ticks(pid)
        assert faces.ask(path, content).status == 200
        taken.append((_ticks(pid) - before) * 1000 / os.sysconf("SC_CLK_TCK"))
    return sorted(taken)[2]


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def _memory(faces: Faces) -> int:
    pids = [faces.process.pid, *(worker["pid"] for worker in faces.health()["workers"].values())]
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE")


def _parts(what: str, pictures: dict[str, object]) -> object:
    """The answer of bench/face_parts.py, which runs in the service's environment."""
    with tempfile.TemporaryDirectory() as folder:
        for name, image in pictures.items():
            image.save(Path(folder) / f"{name}.png")
        command = [str(face_service.PYTHON), str(ROOT / "bench/face_parts.py"), what, folder]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "faces")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def accuracy(faces: Faces) -> None:
    _photographs()
    _attempts(faces)


def _photographs() -> None:
    people = {name: found.person for name, found in PICTURES.items()}
    same, different = [], []
    for one, other, apart in _parts("match", {name: picture(name) for name in people}):
        (same if people[one] == people[other] else different).append(apart)
    print(f"{len(people)} photographs of {len(set(people.values()))} people")
    for name, found, wrong in (
        ("same person", same, sum(apart > 0.55 for apart in same)),
        ("different people", different, sum(apart <= 0.45 for apart in different)),
    ):
        between = sum(0.45 < apart <= 0.55 for apart in found)
        print(
            f"  {name:17} {len(found):3} pairs, distance {min(found):.2f} to {max(found):.2f}; "
            f"wrong {wrong}, for an officer {between}"
        )


def _attempts(faces: Faces) -> None:
    outcomes: dict[str, Counter[str]] = {}

    def note(kind: str, asked: list[str], frames: list[dict[str, object]], card: str) -> None:
        found = faces.decide(asked, frames, base64_jpeg(portrait(card)))
        word = found["verdict"] if found["verdict"] == "accept" else f"{found['verdict']}: {found['reason']}"
        outcomes.setdefault(kind, Counter())[word] += 1

    orders = [list(order) for length in (2, 3) for order in itertools.permutations(filming.GESTURES, length)]
    for number, (asked, person) in enumerate(itertools.product(orders[::4], FILMED)):
        frames = as_request(film(person, asked, seed=100 + number))
        stranger = FILMED[number % 2 - 1]
        note("the person", asked, frames, person)
        note("another person's card", asked, frames, stranger)
        note("gestures in another order", asked[::-1], frames, person)
        second, half = as_request(film(stranger, asked, seed=number)), len(frames) // 2
        note("two people put together", asked, frames[:half] + second[half:], person)
        still = still_picture(person, seconds=3, seed=number)
        note("a picture held still", asked, as_request(still), person)
        axis = ("upright", "level")[number // 2 % 2]
        swing = [40 * (-1) ** (place // 10) * (1 - abs(place % 10 - 5) / 5) for place in range(len(still))]
        moved = [(at, tilted(image, angle, axis)) for (at, image), angle in zip(still, swing, strict=True)]
        note("a picture tilted to and fro", asked[:1], as_request(moved), person)
    print("attempts filmed from the two photographs that the service was built with")
    for kind, found in outcomes.items():
        words = ", ".join(f"{word} {count}" for word, count in found.most_common())
        print(f"  {kind:28} {found.total():3}: {words}")


if __name__ == "__main__":
    sys.exit(main())
