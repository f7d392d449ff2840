"""What pages and documents take from npm packages: a handful of dist files and a few font weights.

Third-party files are never committed. `make setup` installs the packages; `FILES` names the only files that pages
may ask for, so collecting static files does not hash megabytes which nobody requests; `trim()` deletes the font
weights that no document uses (whole families are 250 MB).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "node_modules"

# Static address -> path in node_modules. Source maps are here because a hashed file may only name existing ones.
FILES = {
    "tabler/css/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/css/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "tabler/js/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tabler/js/tabler.min.js.map": "@tabler/core/dist/js/tabler.min.js.map",
    "signature_pad/signature_pad.umd.min.js": "signature_pad/dist/signature_pad.umd.min.js",
    "signature_pad/signature_pad.umd.min.js.map": "signature_pad/dist/signature_pad.umd.min.js.map",
}

# Folders with fonts, and what stays in them.
FONTS = {
    "@fontpkg/source-han-serif-sc": (
        "SourceHanSerifSC-Regular.otf",
        "SourceHanSerifSC-SemiBold.otf",
        "SourceHanSerifSC-Bold.otf",
    ),
    "@expo-google-fonts/noto-sans-sc": ("400Regular", "600SemiBold", "700Bold"),
}
FONT_FOLDERS = [PACKAGES / folder for folder in FONTS]


class PackageFinder(BaseFinder):
    """Finds the files of `FILES` for Django's staticfiles."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = _Packages(location=PACKAGES)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = str(PACKAGES / FILES[path]) if path in FILES and (PACKAGES / FILES[path]).exists() else None
        if find_all:
            return [found] if found else []
        return found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path in FILES:
            if self.storage.exists(path):
                yield path, self.storage


class _Packages(FileSystemStorage):
    """Static addresses as names, node_modules as content."""

    def path(self, name: str) -> str:
        return str(PACKAGES / FILES[name])


def missing() -> list[str]:
    """What `make setup` should have installed and is not there."""
    wanted = [*FILES.values(), *(f"{folder}/{name}" for folder, names in FONTS.items() for name in names)]
    return [path for path in wanted if not (PACKAGES / path).exists()]


def trim() -> None:
    """Delete font files of unused weights, in place."""
    for folder, names in FONTS.items():
        for file in (PACKAGES / folder).rglob("*.[to]tf"):
            if not any(part in names for part in file.relative_to(PACKAGES / folder).parts):
                file.unlink()


if __name__ == "__main__":
    trim()
    if absent := missing():
        sys.exit(f"npm did not bring {absent[0]}; run: make clean setup")
