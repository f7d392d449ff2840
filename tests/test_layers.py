"""Foreign keys obey the order of the rooms, as imports do: nobody points upward."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[1]
OURS = "erjian."


def _heights() -> dict[str, int]:
    """Room → layer, lowest 0, read from the import contract so that there is one list only."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = [re.findall(r"[a-z]+", layer) for layer in reversed(contract["layers"])]
    return {room: height for height, rooms in enumerate(layers) for room in rooms}


def _relations():
    for model in apps.get_models():
        if model.__module__.startswith(OURS):
            for field in model._meta.get_fields():
                if field.is_relation and not field.auto_created and field.related_model is not None:
                    yield model, field


def _room(model: type) -> str:
    return model.__module__.split(".")[1]


def test_foreign_keys_point_downward():
    heights = _heights()
    wrong = []
    for model, field in _relations():
        target = field.related_model
        if not target.__module__.startswith(OURS) or _room(target) == _room(model):
            continue
        if heights[_room(target)] >= heights[_room(model)]:
            wrong.append(f"{model.__module__}.{model.__name__}.{field.name} → {target.__module__}.{target.__name__}")
    assert wrong == []


def test_audit_and_messages_hold_plain_ids():
    free = {"audit", "messaging"}
    wrong = [
        f"{model.__name__}.{field.name}"
        for model, field in _relations()
        if _room(model) in free and _room(field.related_model) != _room(model)
    ]
    assert wrong == []


def test_every_room_has_a_layer():
    rooms = {path.parent.name for path in (ROOT / "erjian").glob("*/__init__.py")}
    assert rooms <= set(_heights())


def test_what_the_measurements_import_exists():
    """`make bench` is not part of the tests, and imports where it runs: a moved name would be met only there."""
    missing = []
    for path in sorted((ROOT / "bench").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("erjian.", "bench.")):
                room = importlib.import_module(str(node.module))
                for name in node.names:
                    try:
                        getattr(room, name.name, None) or importlib.import_module(f"{node.module}.{name.name}")
                    except ImportError:
                        missing.append(f"{path.name}: {node.module}.{name.name}")
    assert missing == []
