"""Electronic certificates: versions, their issue, and what anyone can verify.

The version, its numbers and the superseding of the former are written in the transaction of the decision
(`certificates.actions.create_version`). The job that follows only renders, signs and stores: repeating it
changes nothing, and the first saved file wins.
"""

from typing import Any

_LATE = {"actions", "issuing", "verifying", "windows"}


def __getattr__(name: str) -> Any:
    """Parts that need models, which do not exist yet while Django loads its applications."""
    if name in _LATE:
        from importlib import import_module

        return import_module(f"erjian.certificates.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
