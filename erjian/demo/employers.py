"""Enterprises of every kind that files: of the cities, of the province itself, from outside it.

Most have a complete profile and valid 资质; a few have what goes wrong in practice: 资质 that run out soon or have
run out, none at all, a profile with holes, an abnormal business status, a licence that was revoked.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from erjian.accounts.models import EnterpriseRight, User, UserKind
from erjian.demo import figures, names
from erjian.policy import authorities, clock
from erjian.registry.models import Enterprise, EnterpriseQualification, EnterpriseStatus
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.standards import regions
from erjian.standards.dictionaries import Currency, EnterpriseNature, EnterpriseType, RegistrationKind

#: The enterprise whose pages the demonstration shows, and who signs in for it.
MAIN = "湖南麓川建设工程有限公司"
MAIN_USERNAMES = {
    EnterpriseRight.MANAGE: ("luchuan", "李晓琳"),
    EnterpriseRight.FILE: ("luchuan-shenbao", "谭雨欣"),
    EnterpriseRight.VIEW: ("luchuan-chayue", "蒋文斌"),
}

_NAMED = {
    "430100": (
        MAIN,
        "湖南楚材建筑工程有限公司",
        "长沙星沙市政建设有限公司",
        "浏阳河建设集团有限公司",
        "宁乡沩江机电安装有限公司",
    ),
    "430400": ("湖南衡岳路桥工程有限公司",),
}
_FANCY = (
    "湘垣",
    "楚桥",
    "岳锦",
    "洞庭源",
    "澧浦",
    "沅筑",
    "资江恒",
    "湘筑城",
    "云麓",
    "橘洲",
    "芙蓉筑",
    "星沙源",
    "雁筑",
    "韶华建",
    "永筑",
    "郴筑",
    "怀建",
    "娄筑",
    "桃源里",
    "常筑",
    "益筑",
    "邵筑",
    "湘西筑",
    "南岳峰",
    "舜筑",
    "九嶷",
    "崀山",
    "东江源",
    "紫鹊",
    "张筑",
    "武陵源筑",
    "酉水",
    "辰筑",
    "梅山",
    "涟水",
    "耒筑",
    "舂陵",
    "汨罗江",
    "君山",
    "屈原里",
    "湘阴筑",
    "炎陵",
    "渌江",
    "醴筑",
    "昭山",
    "莲城",
    "杨梅洲",
    "白石筑",
    "石鼓",
    "蒸水",
    "祁筑",
    "潇湘汇",
    "浯溪",
    "苏仙",
    "骑田",
    "龙筑",
)
_TRADES = (
    ("建设工程", EnterpriseType.CONSTRUCTION, ("建筑工程施工总承包", "市政公用工程施工总承包")),
    ("建筑工程", EnterpriseType.CONSTRUCTION, ("建筑工程施工总承包", "建筑装修装饰工程专业承包")),
    ("市政建设", EnterpriseType.CONSTRUCTION, ("市政公用工程施工总承包", "城市及道路照明工程专业承包")),
    ("路桥工程", EnterpriseType.CONSTRUCTION, ("公路工程施工总承包", "桥梁工程专业承包")),
    ("水利水电建设", EnterpriseType.CONSTRUCTION, ("水利水电工程施工总承包",)),
    ("机电安装", EnterpriseType.CONSTRUCTION, ("机电工程施工总承包", "消防设施工程专业承包")),
    ("矿山工程", EnterpriseType.CONSTRUCTION, ("矿山工程施工总承包",)),
    ("工程监理", EnterpriseType.SUPERVISION, ("房屋建筑工程监理", "市政公用工程监理")),
)
_OUTSIDE = (
    ("湖北江汉筑城建设集团有限公司", "420000"),
    ("江西赣筑建设工程有限公司", "360000"),
    ("粤海筑建设集团有限公司", "440000"),
    ("桂筑路桥建设有限公司", "450000"),
    ("贵州黔筑工程建设有限公司", "520000"),
)
_DIRECT = (
    "湖南省直建筑工程总公司",
    "湖南湘建水利水电工程局有限公司",
    "湖南湘建路桥集团有限公司",
    "湖南湘建机电安装集团有限公司",
)
_STREETS = (
    "建设路",
    "人民中路",
    "解放东路",
    "芙蓉大道",
    "迎宾路",
    "滨江路",
    "金星路",
    "韶山路",
    "书院路",
    "湘府路",
    "沿江大道",
    "园区一路",
)
_AREA_CODES = {
    "4301": "0731",
    "4302": "0731",
    "4303": "0731",
    "4304": "0734",
    "4305": "0739",
    "4306": "0730",
    "4307": "0736",
    "4308": "0744",
    "4309": "0737",
    "4310": "0735",
    "4311": "0746",
    "4312": "0745",
    "4313": "0738",
    "4331": "0743",
}
_PER_CITY, _IN_CAPITAL = 4, 14


@dataclass(kw_only=True)
class Employer:
    """An enterprise with the people who sign in for it."""

    enterprise: Enterprise
    manager: User
    filer: User
    can_file: bool = True
    """Whether its profile and status let it file at all."""


def _plan() -> list[tuple[str, str, str, str]]:
    """Name, origin, city (or province outside) of each enterprise; the main one first."""
    fancy = iter(_FANCY)
    plan = []
    for city, label in regions.CITIES.items():
        count = _IN_CAPITAL if city == "430100" else _PER_CITY
        ready = list(_NAMED.get(city, ()))
        while len(ready) < count:
            word = next(fancy, None)
            trade = _TRADES[(len(plan) + len(ready)) % len(_TRADES)][0]
            place = label.removesuffix("市") if city != "433100" else "湘西"
            ready.append(
                f"{place}{word}{trade}有限公司"
                if word
                else f"{place}第{'一二三四五六七八九十'[len(ready) % 10]}{trade}有限公司"
            )
        plan += [(name, EnterpriseOrigin.PROVINCIAL, city, "") for name in ready]
    plan += [(name, EnterpriseOrigin.DIRECT, "430100", "") for name in _DIRECT]
    plan += [(name, EnterpriseOrigin.OUTSIDE, "", province) for name, province in _OUTSIDE]
    return [(name, str(origin), city, province) for name, origin, city, province in plan]


def _trade(name: str) -> tuple[str, EnterpriseType, tuple[str, ...]]:
    return next((trade for trade in _TRADES if trade[0] in name), _TRADES[0])


def _enterprise(rng: random.Random, serial: int, row: tuple[str, str, str, str]) -> Enterprise:
    name, origin, city, outside = row
    county = rng.choice(list(regions.counties_of(city))) if city else ""
    if name == MAIN:
        county = "430104"
    _, kind, scopes = _trade(name)
    where = regions.name(county) or regions.name(outside)
    local = origin == EnterpriseOrigin.PROVINCIAL
    return Enterprise(
        name=name,
        credit_code=figures.credit_code(serial),
        established_on=date(rng.randint(1994, 2021), rng.randint(1, 12), rng.randint(1, 28)),
        origin=origin,
        kind=kind,
        province=outside or regions.PROVINCE,
        city=city,
        county=county,
        address=f"{where}{rng.choice(_STREETS)} {rng.randint(1, 699)} 号",
        registration_kind=rng.choice(
            (RegistrationKind.LIMITED_OTHER, RegistrationKind.PRIVATE_LIMITED, RegistrationKind.LIMITED_STATE)
        ),
        capital=Decimal(rng.choice((800, 1000, 2000, 4000, 5080, 10_000, 30_000))),
        currency=Currency.CNY,
        legal_representative="陈国梁" if name == MAIN else names.official(rng),
        nature=EnterpriseNature.STATE if origin == EnterpriseOrigin.DIRECT else EnterpriseNature.PRIVATE,
        office_phone=f"{_AREA_CODES.get(city[:4], '0731')}-8{rng.randint(100_0000, 999_9999)}",
        contact_name="李晓琳" if name == MAIN else names.official(rng),
        contact_phone=figures.mobile(80_000_000 + serial),
        email=f"office{serial:03d}@example.com",
        business_scope=f"{'、'.join(scopes)}；工程项目管理服务；建筑材料销售。（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
        filing_authority=city if local else authorities.province().code,
    )


def _qualify(rng: random.Random, enterprise: Enterprise, serial: int, *, today: date) -> list[EnterpriseQualification]:
    _, kind, scopes = _trade(enterprise.name)
    level = "甲级" if kind == EnterpriseType.SUPERVISION else rng.choice(("一级", "二级", "二级", "三级"))
    ends = today + timedelta(days=rng.randint(200, 1500))
    if serial % 11 == 5:
        ends = today + timedelta(days=rng.randint(8, 40))
    elif serial % 23 == 9:
        ends = today - timedelta(days=rng.randint(20, 200))
    return [
        EnterpriseQualification(
            enterprise=enterprise,
            number=f"D2430{serial:05d}{position}",
            scope=scope,
            level=level if position == 0 else "二级",
            issued_on=ends - timedelta(days=5 * 365),
            expires_on=ends,
        )
        for position, scope in enumerate(scopes)
    ]


def found(rng: random.Random, *, password_hash: str) -> list[Employer]:
    """Create the enterprises with their 资质 and operators; the main one comes first."""
    today = clock.today()
    enterprises = [_enterprise(rng, serial, row) for serial, row in enumerate(_plan(), 1)]
    # The ways in which profiles and businesses go wrong; positions keep clear of the named enterprises.
    bare, holes, abnormal, revoked = enterprises[9:13]
    holes.capital, holes.office_phone, holes.address = None, "", ""
    abnormal.status = EnterpriseStatus.ABNORMAL
    revoked.status, revoked.ceased_on = EnterpriseStatus.REVOKED, today - timedelta(days=3)
    Enterprise.objects.bulk_create(enterprises)
    Enterprise.objects.filter(pk__in=[item.pk for item in enterprises]).update(
        updated_at=clock.now() - timedelta(days=40)
    )
    rows: list[EnterpriseQualification] = []
    for serial, enterprise in enumerate(enterprises, 1):
        if enterprise is not bare:
            rows += _qualify(rng, enterprise, serial, today=today)
    EnterpriseQualification.objects.bulk_create(rows)
    valid = {row.enterprise_id for row in rows if row.expires_on and row.expires_on >= today}
    users: list[User] = []
    employers = []
    for serial, enterprise in enumerate(enterprises, 1):
        mine = _operators(rng, enterprise, serial, password_hash=password_hash)
        users += mine
        sound = enterprise.pk in valid and enterprise not in (holes, abnormal, revoked)
        employers.append(
            Employer(enterprise=enterprise, manager=mine[0], filer=mine[min(1, len(mine) - 1)], can_file=sound)
        )
    User.objects.bulk_create(users)
    return employers


def _operators(rng: random.Random, enterprise: Enterprise, serial: int, *, password_hash: str) -> list[User]:
    if enterprise.name == MAIN:
        who = [(right, username, name) for right, (username, name) in MAIN_USERNAMES.items()]
    else:
        who = [(EnterpriseRight.MANAGE, f"qiye{serial:03d}", enterprise.contact_name)]
        if serial % 4 == 0:
            who.append((EnterpriseRight.FILE, f"qiye{serial:03d}-shenbao", names.official(rng)))
    return [
        User(
            username=username,
            kind=UserKind.ENTERPRISE,
            name=name,
            enterprise=enterprise,
            right=right,
            password=password_hash,
            password_changed_at=clock.now(),
            phone=figures.mobile(70_000_000 + serial * 10 + position),
        )
        for position, (right, username, name) in enumerate(who)
    ]
