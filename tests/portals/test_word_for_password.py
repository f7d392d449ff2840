"""One word for a password on every page."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

OF_FILES = {"documents/signers.py", "exchange/sources.py", "exchange/workbooks.py", "files/refusals.py"}
LABELS = {
    "ui/navigation.py": "修改密码",
    "ui/templates/ui/parts/top.html": "修改密码",
    "portals/public/templates/public/manual.html": "修改密码",
    "portals/public/templates/public/second/enrol.html": "解锁密码",  # the phone's own
}
SIGN_IN_OF_PEOPLE = {"portals/person/entering.py", "portals/person/templates/person/sign_in.html"}


def test_a_password_has_one_word() -> None:
    """口令, but for the manual's own labels (docs/glossary.md) and what locks a file or a phone."""
    root = Path(settings.BASE_DIR) / "erjian"
    wrong = [
        f"{name}: {line.strip()}"
        for path in sorted((*root.rglob("*.py"), *root.rglob("*.html"), *root.rglob("*.js"), *root.rglob("*.toml")))
        if (name := path.relative_to(root).as_posix()) not in OF_FILES | SIGN_IN_OF_PEOPLE
        for line in path.read_text(encoding="utf-8").splitlines()
        if "密码" in line.replace(LABELS.get(name, "密码密码"), "")
    ]
    assert wrong == []
