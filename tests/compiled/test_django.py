"""`erjian.compiled` makes rows without Django's own steps, so it has to be read again when those change."""

from __future__ import annotations

import hashlib
import inspect

import pytest
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models import Model
from django.db.models.query import ModelIterable, RelatedPopulator
from django.db.models.sql.compiler import SQLCompiler

REPEATED = {
    "ModelIterable.__iter__": (ModelIterable.__iter__, "c2a744b8c18e"),
    "RelatedPopulator.__init__": (RelatedPopulator.__init__, "211f3bd0dfdc"),
    "RelatedPopulator.populate": (RelatedPopulator.populate, "c939cb628b03"),
    "Model.from_db": (Model.from_db, "eba347895d11"),
    "SQLCompiler.get_converters": (SQLCompiler.get_converters, "c6c8c1b71882"),
    "SQLCompiler.apply_converters": (SQLCompiler.apply_converters, "c034ce3e5090"),
    "DatabaseWrapper.create_cursor": (DatabaseWrapper.create_cursor, "5309d92ffca3"),
}
"""What `compiled` repeats in its own words or hands private values to, and the digest of what was read."""


@pytest.mark.parametrize("name", REPEATED)
def test_django_still_does_what_compiled_repeats(name: str) -> None:
    function, read = REPEATED[name]
    found = hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12]
    assert found == read, (
        f"Django's {name} changed (now {found}). Compare it with erjian/compiled, see tests/compiled pass, "
        "then write the new digest here."
    )
