"""建造师历史数据: what it lists, how its filters judge today, and the page of one registration."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from erjian import audit
from erjian.policy import clock
from erjian.registry import changes
from erjian.registry.models import CertificateKind, Enterprise, Registration
from tests import makers

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return answer.content.decode()


def registered(name: str, of: Enterprise, **fields: Any) -> Registration:
    """A registration with an enterprise, in force for a year unless told otherwise."""
    values: dict[str, Any] = {
        "registration_class": "constructor",
        "number": f"湘2432020{next(makers._serial):09d}",
        "registered_on": date(2024, 1, 8),
        "employed_on": date(2024, 1, 8),
        "valid_until": clock.today() + timedelta(days=365),
    }
    values |= fields
    made = Registration.objects.create(person=makers.person(name, verified=False), enterprise=of, **values)
    made.specialties.create(specialty="building", begin=values["registered_on"], end=values["valid_until"])
    return made


@pytest.fixture
def everyone(employer: Enterprise) -> dict[str, Registration]:
    yesterday = clock.today() - timedelta(days=1)
    made = {
        "valid": registered("石有效", employer, certificate_kind=CertificateKind.PAPER),
        "lapsed": registered("龙到期", employer, valid_until=yesterday),
        "temporary": registered(
            "向临时", employer, registration_class="temporary", valid_until=date(2024, 3, 1), dates_binding=False
        ),
        "ended": registered("田注销", employer),
    }
    changes.cancel(
        registration_id=made["ended"].pk, reason="已与聘用企业解除聘用合同关系", on=clock.today(),
        case_number="CS-2026-000009", actor=audit.SYSTEM,
    )  # fmt: skip
    return made


def listed(page: str) -> set[str]:
    return {name for name in ("石有效", "龙到期", "向临时", "田注销") if f"<b>{name}</b>" in page}


def test_the_manuals_columns_and_every_registration(browser: Client, everyone: dict[str, Registration]) -> None:
    page = text(browser.get("/enterprise/history/"))
    words = ["序号", "姓名", "身份证号", "企业名称", "注册号", "注册类型", "有效期至", "证书状态", "操作"]
    places = [page.index(f">{word}</th>") for word in words]
    assert places == sorted(places)
    assert listed(page) == {"石有效", "龙到期", "向临时", "田注销"}
    assert everyone["valid"].person.id_number not in page
    assert "失效" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=valid", {"石有效", "向临时"}),
        ("status=lapsed", {"龙到期"}),
        ("status=ended", {"田注销"}),
        ("kind=temporary", {"向临时"}),
        ("kind=constructor&status=valid", {"石有效"}),
        ("status=nonsense", {"石有效", "龙到期", "向临时", "田注销"}),
        ("name=田", {"田注销"}),
    ],
)
def test_filters_judge_as_of_today(
    browser: Client, everyone: dict[str, Registration], query: str, names: set[str]
) -> None:
    assert listed(text(browser.get(f"/enterprise/history/?{query}"))) == names


def test_a_number_finds_its_person_and_stays_out_of_the_address(
    browser: Client, everyone: dict[str, Registration]
) -> None:
    number = everyone["ended"].person.id_number
    answer = browser.post("/enterprise/history/", {"name": number, "status": "ended"})
    assert number not in answer.url
    assert listed(text(browser.get(answer.url))) == {"田注销"}


def test_the_page_of_a_registration(browser: Client, everyone: dict[str, Registration]) -> None:
    page = text(browser.get(f"/enterprise/history/{everyone['ended'].pk}/"))
    for words in ("注册信息", "建筑工程", "变动记录", "CS-2026-000009", "已与聘用企业解除聘用合同关系", "没有电子证书"):
        assert words in page
    assert "经办" not in page
    assert everyone["ended"].person.id_number not in page
    temporary = text(browser.get(f"/enterprise/history/{everyone['temporary'].pk}/"))
    assert "按政策继续有效" in temporary
    assert "已到期" not in temporary


def test_registrations_of_others_do_not_exist(
    browser: Client, stranger: Client, everyone: dict[str, Registration]
) -> None:
    assert listed(text(stranger.get("/enterprise/history/"))) == set()
    assert stranger.get(f"/enterprise/history/{everyone['valid'].pk}/").status_code == 404
