"""Whose register a person belongs to, after somebody wrote past the triggers: it is told, and put right beside writers."""

from __future__ import annotations

import io
import threading

import pytest
from django.db import connection, transaction

from erjian import audit
from erjian.applications import actions, presence
from erjian.audit.models import Event
from erjian.registry.models import Person, Presence
from erjian.standards.specialties import Specialty
from tests import makers
from tests.procedures.scenes import PROVINCE, Scene
from tests.registry.test_presence import counted, expected


def checked(*, repair: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    return presence.check(repair=repair, out=out), out.getvalue()


def past_the_triggers(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


def known() -> Scene:
    """A person with a registration, qualifications and a case that city and province know."""
    scene = Scene("renewal")
    makers.qualification(scene.person, Specialty.HIGHWAY, enterprise_code=scene.enterprise.credit_code)
    scene.draft()
    actions.consent(application=scene.report(), by=scene.user, seen=None, commitment="同意")
    return scene


@pytest.mark.django_db
def test_what_the_triggers_kept_is_in_order() -> None:
    scene = known()
    Person.objects.filter(pk=scene.person.pk).update(name="周启新")
    assert set(Presence.objects.values_list("authority_code", flat=True)) == {
        scene.enterprise.filing_authority,
        PROVINCE,
    }
    assert checked() == checked(repair=True) == (0, "人员归属与登记库、申报一致。\n")
    assert not Event.objects.filter(code="register.presence_repaired").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM registry_presence WHERE authority_code = '430100'", "430100 人员 {}：注册与资格证书数 +2，已上报的申报数 +1"),
        ("DELETE FROM registry_presence WHERE authority_code = '430000'", "430000 人员 {}：已上报的申报数 +1"),
        ("UPDATE registry_presence SET held = held + 2 WHERE authority_code = '430100'", "430100 人员 {}：注册与资格证书数 -2"),
        ("UPDATE registry_presence SET cases = 5 WHERE authority_code = '430000'", "430000 人员 {}：已上报的申报数 -4"),
        ("DELETE FROM registry_qualification WHERE specialty = 'highway'", "430100 人员 {}：注册与资格证书数 -1"),
        ("UPDATE applications_application SET authority_code = '430200'", "430100 人员 {0}：已上报的申报数 -1\n430200 人员 {0}：已上报的申报数 +1"),
        ("UPDATE registry_enterprise SET filing_authority = '430200'", "430100 人员 {0}：注册与资格证书数 -2\n430200 人员 {0}：注册与资格证书数 +2"),
        ("UPDATE registry_person SET name = '周启新'", "430000 人员 {0}：姓名\n430100 人员 {0}：姓名"),
    ],
)  # fmt: skip
def test_what_differs_is_said_and_put_right(statement: str, said: str) -> None:
    scene = known()
    assert counted() == expected()
    past_the_triggers(statement)
    code, words = checked()
    assert code == 1
    assert said.format(scene.person.pk) in words
    assert checked() == (code, words), "only asking changes nothing"
    code, words = checked(repair=True)
    assert (code, words.splitlines()[-1]) == (0, "已更正。")
    assert counted() == expected()
    assert {row.name for row in Presence.objects.all()} == {Person.objects.get().name}
    assert checked()[0] == 0
    assert Event.objects.get(code="register.presence_repaired").actor_kind == audit.ActorKind.SYSTEM


@pytest.mark.django_db
def test_of_many_the_first_ten_are_said() -> None:
    employer = makers.enterprise()
    for _ in range(12):
        makers.qualification(makers.person(verified=False), enterprise_code=employer.credit_code)
    past_the_triggers("DELETE FROM registry_presence")
    words = checked(repair=True)[1].splitlines()
    assert words[0] == "人员归属有 12 行与登记库、申报不一致，应调整："
    assert words[11:] == ["……", "已更正。"]
    assert counted() == expected()


@pytest.mark.django_db(transaction=True)
def test_what_is_written_meanwhile_is_not_lost() -> None:
    scene = known()
    past_the_triggers("UPDATE registry_presence SET held = 7, cases = 7")
    found: list[tuple[int, str]] = []

    def repair() -> None:
        found.append(checked(repair=True))
        connection.close()

    running = threading.Thread(target=repair)
    with transaction.atomic():
        # Its trigger has counted; the repair reads the state before it and waits for its row.
        makers.qualification(scene.person, Specialty.MINING, enterprise_code=scene.enterprise.credit_code)
        running.start()
        running.join(timeout=1)
        assert running.is_alive()
    running.join(timeout=20)
    assert found[0][0] == 0
    assert counted() == expected()
