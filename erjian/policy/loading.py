"""From a policy file to a ``Policy``, strictly, and with values that change on a day.

Any value may be written as a list of steps instead of once::

    publicity_days = [{ value = 10 }, { from = 2027-03-01, value = 7 }]

On a given day the last step whose ``from`` has come holds; the first step has none. A file therefore
describes a few consecutive policies; each is validated and has its own digest, which a case stores
when it is filed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
import typing
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from erjian.policy.checking import PolicyError
from erjian.policy.schema import Policy
from erjian.standards.errors import Refusal

HUNAN = Path(__file__).with_name("hunan.toml")


@lru_cache(maxsize=8)
def read(path: Path) -> Mapping[str, Any]:
    """The parsed file. Raises ``PolicyError``."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: {error}") from error


@lru_cache(maxsize=8)
def changes(path: Path) -> tuple[date, ...]:
    """The days on which some value of the file changes, ascending."""
    return tuple(sorted(set(_dates(read(path)))))


def load(path: Path, on: date) -> Policy:
    """The policy of the file as it holds on a day. Raises ``PolicyError``."""
    return _load(path, _epoch(path, on))


def digest(path: Path, on: date) -> str:
    """SHA-256 (hex) of the policy's canonical content on a day: formatting and comments do not count."""
    return _digest(path, _epoch(path, on))


def _epoch(path: Path, on: date) -> date:
    return max((day for day in changes(path) if day <= on), default=date.min)


@lru_cache(maxsize=32)
def _load(path: Path, epoch: date) -> Policy:
    content = _resolve(read(path), epoch, "")
    try:
        return typing.cast("Policy", build(Policy, content, ""))
    except (Refusal, PolicyError) as error:
        raise PolicyError(f"{path}: {error}") from error


@lru_cache(maxsize=32)
def _digest(path: Path, epoch: date) -> str:
    content = dataclasses.asdict(_load(path, epoch))
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _is_stepped(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(step, dict) and "value" in step and step.keys() <= {"value", "from"} for step in value)
    )


def _dates(value: object) -> Iterator[date]:
    if isinstance(value, list):
        for item in value:
            if _is_stepped(value) and "from" in item:
                yield item["from"]
            yield from _dates(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _dates(item)


def _resolve(value: Any, on: date, where: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _resolve(item, on, f"{where}.{key}".strip(".")) for key, item in value.items()}
    if not _is_stepped(value):
        return value
    begins = [step.get("from", date.min) for step in value]
    if "from" in value[0] or begins != sorted(set(begins)):
        raise PolicyError(f"{where}: steps begin without from and go on in order of from")
    return [step["value"] for step, begin in zip(value, begins, strict=True) if begin <= on][-1]


def build(shape: Any, value: Any, where: str) -> Any:
    """``value`` as ``shape`` (a dataclass, enum, date, number, text, tuple or mapping of those)."""
    if dataclasses.is_dataclass(shape) and isinstance(shape, type):
        return _build_dataclass(shape, value, where)
    origin, arguments = typing.get_origin(shape), typing.get_args(shape)
    if origin is tuple:
        _expect(isinstance(value, list), where, "a list")
        return tuple(build(arguments[0], item, f"{where}[{n}]") for n, item in enumerate(value))
    if origin is Mapping:
        _expect(isinstance(value, dict), where, "a table")
        built = {key: build(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
        return _FrozenTable(built)
    return _build_plain(shape, value, where)


def _build_dataclass(shape: Any, value: Any, where: str) -> Any:
    _expect(isinstance(value, dict), where or "the file", "a table")
    hints = typing.get_type_hints(shape)
    names = [field.name for field in dataclasses.fields(shape)]
    prefix = f"{where}." if where else ""
    if missing := [prefix + name for name in names if name not in value]:
        raise PolicyError(f"missing: {', '.join(missing)}")
    if unknown := [prefix + name for name in value if name not in names]:
        raise PolicyError(f"unknown: {', '.join(unknown)}")
    return shape(**{name: build(hints[name], value[name], prefix + name) for name in names})


def _build_plain(shape: Any, value: Any, where: str) -> Any:
    if isinstance(shape, type) and issubclass(shape, Enum):
        try:
            return shape(value)
        except ValueError as error:
            raise PolicyError(f"{where}: {error}") from error
    if shape is float and type(value) is int:
        return float(value)
    _expect(type(value) is shape and not isinstance(value, datetime), where, f"a value of type {shape.__name__}")
    if shape is str:
        _expect(bool(value.strip()), where, "not empty")
    return value


def _expect(condition: bool, where: str, what: str) -> None:
    if not condition:
        raise PolicyError(f"{where} must be {what}")


class _FrozenTable(dict[str, Any]):
    """A mapping that nobody changes: one policy is shared by all threads of a process."""

    def _refuse(self, *_: object, **__: object) -> typing.NoReturn:
        raise TypeError("a policy cannot be changed")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return dict(self)
