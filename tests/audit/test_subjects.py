"""What events are about is named in words: each kind that the product writes has one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import erjian
from erjian.audit import subjects

ROOT = Path(erjian.__file__).parent


def test_every_kind_that_is_written_has_a_word() -> None:
    written = dict(kinds())
    assert {"application", "sign_up", "sms"} <= written.keys()
    assert {kind: where for kind, where in written.items() if kind not in subjects.LABELS} == {}


def test_words_are_chinese_and_each_its_own() -> None:
    words = list(subjects.LABELS.values())
    assert len(set(words)) == len(words)
    assert not [word for word in words if word.isascii()]


def test_an_unknown_kind_is_shown_as_it_is() -> None:
    assert subjects.label("gone_room") == "gone_room"


def kinds() -> Iterator[tuple[str, str]]:
    """Kinds written down in the source, each with its place: any pair called `subject`, and `kind` of a reading."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            for value in said(node):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value, f"{path.relative_to(ROOT)}:{value.lineno}"


def said(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "subject" for to in node.targets):
        yield from first(node.value)
    if not isinstance(node, ast.Call):
        return
    name = ast.unparse(node.func).rpartition(".")[2]
    for keyword in node.keywords:
        if keyword.arg == "subject" and name in ("record", "Entry"):
            yield from first(keyword.value)
        if keyword.arg == "kind" and name == "record_read":
            yield keyword.value
    if name == "Entry" and node.args:
        yield from first(node.args[0])


def first(pair: ast.expr) -> list[ast.expr]:
    return pair.elts[:1] if isinstance(pair, ast.Tuple) else []
