"""Loading a large demonstration: all of it or nothing."""

from __future__ import annotations

import pytest

from erjian import demo
from erjian.demo import province
from erjian.registry.models import Person


@pytest.mark.django_db
def test_a_large_load_that_is_cut_off_leaves_the_database_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(province, "NORMAL", 400)
    monkeypatch.setattr(province, "MASS_FROM", 500)
    there: list[int] = []

    def progress(done: int, total: int, text: str) -> None:
        if text.startswith("人员"):
            there.append(Person.objects.count())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load(people=1000, progress=progress)
    assert there == [1000]
    assert demo.is_empty()
