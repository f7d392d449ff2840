"""The keys file: made once, closed to others, refused when it is damaged."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from erjian.config import keys


def test_the_first_start_makes_it_for_the_owner_only(tmp_path):
    path = tmp_path / "data/keys.json"
    made = keys.load(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.load(path) == made
    assert [len(key) for ring in (made["aead"], made["index"]) for key in ring.values()] == [32, 32]


def test_nodes_that_start_together_agree(tmp_path):
    path = tmp_path / "keys.json"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(keys.load, [path] * 8))
    assert all(one == found[0] for one in found)
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]


def test_open_to_others_is_refused(tmp_path):
    path = tmp_path / "keys.json"
    keys.load(path)
    path.chmod(0o644)
    with pytest.raises(keys.BadKeys, match="chmod 600"):
        keys.load(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw.pop("aead"),
        lambda raw: raw.update(aead_current="k9"),
        lambda raw: raw["index"].update(k1="c2hvcnQ="),
        lambda raw: raw.update(index="k1"),
    ],
)
def test_damage_is_named(tmp_path, damage):
    path = tmp_path / "keys.json"
    keys.load(path)
    raw = json.loads(path.read_text())
    damage(raw)
    path.write_text(json.dumps(raw))
    with pytest.raises(keys.BadKeys, match=r"keys\.json"):
        keys.load(path)


def test_not_even_json(tmp_path):
    path = tmp_path / "keys.json"
    path.write_text("")
    path.chmod(0o600)
    with pytest.raises(keys.BadKeys, match="Cannot read"):
        keys.load(path)
