"""The enterprises of the large demonstration: one 资质 and one operator each."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password

from erjian.accounts.models import EnterpriseRight, User, UserKind
from erjian.demo import figures, names, offices
from erjian.demo.copying import Table, protected
from erjian.policy import clock
from erjian.registry.models import Enterprise, EnterpriseQualification
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.standards import phones, regions
from erjian.standards.dictionaries import Currency, EnterpriseNature, EnterpriseType, RegistrationKind

_WORDS = "湘楚岳麓星沙洞庭澧沅资江永宏恒泰鼎盛华瑞安达诚信建中天弘博远嘉和隆昌德润金玉鸿福祥云海山川峰"
_TRADES = ("建设工程", "建筑工程", "市政建设", "路桥工程", "水利水电建设", "机电安装", "装饰工程", "园林建设")


@dataclass(frozen=True)
class MassEmployer:
    """What rows of its people say about an enterprise."""

    id: int
    name: str
    code: str
    authority: str
    operator: int


def found(rng: random.Random, count: int) -> list[MassEmployer]:
    """Enterprises with one 资质 and one operator each."""
    now, today = clock.now(), clock.today()
    employers: list[MassEmployer] = []
    table = Table(
        Enterprise,
        "id",
        "name",
        "credit_code",
        "origin",
        "kind",
        "province",
        "city",
        "county",
        "address",
        "registration_kind",
        "capital",
        "currency",
        "legal_representative",
        "nature",
        "office_phone",
        "contact_name",
        "contact_phone_cipher",
        "contact_phone_index",
        "contact_phone_mask",
        "established_on",
        "business_scope",
        "filing_authority",
        now=now,
    )
    held = Table(
        EnterpriseQualification,
        "id",
        "enterprise_id",
        "number",
        "scope",
        "level",
        "issued_on",
        "expires_on",
        now=now,
    )
    users = Table(
        User,
        "id",
        "password",
        "username",
        "kind",
        "name",
        "enterprise_id",
        "right",
        "password_changed_at",
        now=now,
    )
    password = make_password(offices.PASSWORD)
    cities = [*list(regions.CITIES), "430100", "430100"]
    for position in range(count):
        city = rng.choice(cities)
        county = rng.choice(list(regions.counties_of(city)))
        place = regions.name(city).removesuffix("市") if city != "433100" else "湘西"
        trade = _TRADES[position % len(_TRADES)]
        name = f"{place}{rng.choice(_WORDS)}{rng.choice(_WORDS)}{rng.choice(('', rng.choice(_WORDS)))}{trade}有限公司"
        contact = names.official(rng)
        employer = MassEmployer(table.id(), name, figures.credit_code(1_000 + position), city, users.id())
        employers.append(employer)
        phone = figures.mobile(50_000_000 + position)
        table.add(
            str(employer.id),
            name,
            employer.code,
            EnterpriseOrigin.PROVINCIAL,
            EnterpriseType.CONSTRUCTION,
            regions.PROVINCE,
            city,
            county,
            f"{regions.name(county)}建设路 {rng.randint(1, 900)} 号",
            RegistrationKind.LIMITED_OTHER,
            str(rng.choice((800, 1000, 2000, 5000))),
            Currency.CNY,
            names.official(rng),
            EnterpriseNature.PRIVATE,
            f"0731-8{rng.randint(1000000, 9999999)}",
            contact,
            *protected("phone", phone, phones.mask),
            f"{rng.randint(1995, 2021)}-05-20",
            f"{trade}施工",
            city,
        )
        expires = today + timedelta(days=rng.randint(60, 1700))
        held.add(
            str(held.id()),
            str(employer.id),
            f"D24{position:08d}",
            "建筑工程施工总承包",
            "二级",
            (expires - timedelta(days=5 * 365)).isoformat(),
            expires.isoformat(),
        )
        users.add(
            str(employer.operator),
            password,
            f"dawei{position:06d}",
            UserKind.ENTERPRISE,
            contact,
            str(employer.id),
            EnterpriseRight.MANAGE,
            now.isoformat(),
        )
    for each in (table, held, users):
        each.flush()
    return employers
