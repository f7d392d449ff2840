"""`make bench`: every measurement in one run, and whether each is as good as expected.

    python -m bench [lists] [pages] [certificates] [imports] [faces] [attempts]

Lists are measured at a million people; ERJIAN_BENCH names a folder in which the loaded databases are kept for the
next run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MEASUREMENTS = ("lists", "pages", "certificates", "imports", "faces", "attempts")


def main() -> int:
    asked = [name for name in sys.argv[1:] if not name.startswith("-")] or list(MEASUREMENTS)
    unknown = set(asked) - set(MEASUREMENTS)
    if unknown:
        print(f"There are {', '.join(MEASUREMENTS)}; not {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    failed = []
    for name in asked:
        # Each in a process of its own: CPU time is counted per process, and settings are made once.
        done = subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=Path(__file__).parent.parent, check=False)
        if done.returncode:
            failed.append(name)
        print(flush=True)
    if failed:
        print(f"below what is expected: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
