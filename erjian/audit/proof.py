"""Checks an exported audit without the platform: `python proof.py FILE [NUMBER:DIGEST …]`.

Standard library only, so an outsider can read it in a few minutes and run it anywhere. Each
NUMBER:DIGEST is a seal that was noted earlier; the chain must contain it.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping


class Broken(Exception):
    """The exported chain does not hold together."""


def check(lines: Iterable[str], anchors: Mapping[int, str] | None = None) -> tuple[int, int]:
    """Verify exported lines; returns (seals, events). Raises Broken."""
    seals, events = 0, 0
    open_seal: dict[str, object] | None = None
    digests: list[bytes] = []
    previous: tuple[int, str] | None = None
    missing = dict(anchors or {})
    for line in [*lines, ""]:
        entry = json.loads(line) if line.strip() else None
        if entry is not None and "event" in entry:
            if open_seal is None:
                raise Broken("an event stands before any seal")
            digests.append(hashlib.sha256(entry["event"].encode()).digest())
            continue
        if open_seal is not None:
            previous = _close(open_seal, digests, previous)
            seals, events = seals + 1, events + len(digests)
            wanted = missing.pop(previous[0], None)
            if wanted is not None and wanted.lower() != previous[1]:
                raise Broken(f"seal {previous[0]} is not the one noted")
        open_seal, digests = entry, []
    if missing:
        raise Broken(f"seal {min(missing)} is missing")
    return seals, events


def _close(seal: dict[str, object], digests: list[bytes], previous: tuple[int, str] | None) -> tuple[int, str]:
    number, count, before = int(str(seal["seal"])), int(str(seal["count"])), str(seal["previous"])
    if len(digests) != count:
        raise Broken(f"seal {number} has {len(digests)} events instead of {count}")
    if previous is not None and (previous[0] + 1, previous[1]) != (number, before):
        raise Broken(f"seal {number} does not follow seal {previous[0]}")
    if number == 1 and before != "00" * 32:
        raise Broken("the first seal follows nothing")
    parts = [bytes.fromhex(before)]
    parts += [value.to_bytes(8, "big", signed=True) for value in (number, count, int(str(seal["at_us"])))]
    digest = hashlib.sha256(b"".join(parts + digests)).hexdigest()
    if digest != seal["digest"]:
        raise Broken(f"seal {number} does not match its events")
    return number, digest


def main(arguments: list[str]) -> int:
    noted = dict(argument.split(":", 1) for argument in arguments[1:])
    try:
        with open(arguments[0], encoding="utf-8") as stream:
            seals, events = check(stream, {int(number): digest for number, digest in noted.items()})
    except Broken as error:
        sys.stdout.write(f"BROKEN: {error}\n")
        return 1
    sys.stdout.write(f"OK: {seals} seals, {events} events\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
