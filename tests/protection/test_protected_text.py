"""``ProtectedText`` in a real table: three columns, one property, an index that bites."""

from __future__ import annotations

import time

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState

from erjian import protection
from erjian.standards import id_numbers, phones

NUMBER, OTHER = "430102199003173416", "440524188001010014"


class Holder(models.Model):
    id_number = protection.ProtectedText(kind="id_number", mask=id_numbers.mask, unique=True)
    phone = protection.ProtectedText(kind="phone", mask=phones.mask, blank=True)

    class Meta:
        app_label = "protection_tests"

    def __str__(self) -> str:
        return self.id_number_mask


@pytest.fixture
def table(db):
    """The table lives as long as the test's transaction."""
    with connection.schema_editor() as editor:
        editor.create_model(Holder)


def test_the_constructor_writes_all_three_columns():
    holder = Holder(id_number=NUMBER)
    assert holder.id_number == NUMBER
    assert holder.id_number_mask == "430102********3416"
    assert holder.id_number_index == protection.index("id_number", NUMBER)
    assert NUMBER.encode() not in holder.id_number_cipher


def test_an_empty_value_has_no_index():
    holder = Holder(id_number=NUMBER, phone="13912345678")
    holder.phone = ""
    assert (holder.phone, holder.phone_index, holder.phone_mask) == ("", None, "")


def test_migrations_see_three_plain_fields():
    state = ProjectState()
    state.add_model(ModelState.from_model(Holder))
    questioner = MigrationQuestioner(specified_apps={"protection_tests"})
    autodetector = MigrationAutodetector(ProjectState(), state, questioner)
    changes = autodetector.changes(graph=_EmptyGraph())
    (create,) = changes["protection_tests"][0].operations
    fields = dict(create.fields)
    assert list(fields) == [
        "id",
        *(f"{name}_{part}" for name in ("id_number", "phone") for part in ("cipher", "index", "mask")),
    ]
    assert {type(field).__module__.split(".")[0] for field in fields.values()} == {"django"}
    assert fields["id_number_index"].unique
    assert not fields["id_number_index"].null
    assert fields["phone_index"].null
    assert fields["phone_index"].db_index


class _EmptyGraph:
    """What the autodetector asks of the graph of migrations that exist: there are none."""

    def leaf_nodes(self, app=None):
        return []


def test_found_by_index_and_read_back(table):
    Holder.objects.create(id_number=NUMBER, phone="13912345678")
    found = Holder.objects.get(id_number_index=protection.index("id_number", NUMBER))
    assert (found.id_number, found.phone) == (NUMBER, "13912345678")


def test_a_list_needs_no_decryption(table, django_assert_num_queries):
    Holder.objects.create(id_number=NUMBER)
    with django_assert_num_queries(1):
        assert [h.id_number_mask for h in Holder.objects.only("id_number_mask")] == ["430102********3416"]


def test_the_unique_index_bites_and_ignores_empty_ones(table):
    Holder.objects.create(id_number=NUMBER)
    Holder.objects.create(id_number=OTHER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Holder.objects.create(id_number=NUMBER)
    assert Holder.objects.count() == 2


def test_a_required_value_cannot_be_missing(table):
    with pytest.raises(IntegrityError), transaction.atomic():
        Holder.objects.create(id_number="")


def test_update_by_columns(table):
    holder = Holder.objects.create(id_number=NUMBER)
    Holder.objects.filter(pk=holder.pk).update(**Holder.id_number.split(OTHER))
    holder.refresh_from_db()
    assert holder.id_number == OTHER
    holder.id_number = NUMBER
    holder.save(update_fields=Holder.id_number.columns)
    assert Holder.objects.get().id_number == NUMBER


def test_a_million_values_take_less_than_half_a_minute():
    """Measured on a sample with generous room: bulk loads and imports depend on it."""
    sample = 20_000
    begin = time.process_time()
    for _ in range(sample):
        Holder.id_number.split(NUMBER)
    assert (time.process_time() - begin) * 1_000_000 / sample < 30
