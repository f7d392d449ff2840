"""Who is new: enterprises that ask the capital city for their first account, people who come to a counter."""

from __future__ import annotations

from uuid import uuid4

from erjian import files
from erjian.accounts import signing_up
from erjian.accounts.models import User
from erjian.demo import figures, pictures
from erjian.identity import counter
from erjian.identity.reasons import CHECK_LIST
from erjian.policy import clock
from erjian.registry.models import Enterprise, Person
from erjian.registry.models.enterprises import EnterpriseOrigin

_CITY, _COUNTY = "430100", "430104"
_WAITING = (("湖南浏阳河畔建筑工程有限公司", "熊小满"), ("长沙橘洲市政园林建设有限公司", "易安然"))
_SENT_BACK = ("湖南岳麓云边建设集团有限公司", "廖一鸣")
_REASON = "营业执照照片缺右下角，看不清登记机关印章。请重新拍摄后提交。"


def register(*, officer: User) -> None:
    """Hand the three requests in, of which two wait; the officer refuses one."""
    for serial, (name, contact) in enumerate((*_WAITING, _SENT_BACK), 1):
        code = figures.credit_code(98_000_000 + serial)
        picture = pictures.paper(
            "营业执照",
            (f"统一社会信用代码：{code}", f"名称：{name}", "类型：有限责任公司", "经营范围：建筑工程施工"),
            issuer="长沙市市场监督管理局",
            day=f"{clock.today():%Y年%m月%d日}",
        )
        made = signing_up.submit(
            key=uuid4(),
            phone=figures.mobile(79_000_000 + serial),
            asked=signing_up.Asked(
                credit_code=code,
                name=name,
                origin=EnterpriseOrigin.PROVINCIAL,
                city=_CITY,
                county=_COUNTY,
                contact_name=contact,
            ),
            licence=files.put(picture.content, media_type=picture.media_type),
            address="192.0.2.7",
        )
        if name == _SENT_BACK[0]:
            signing_up.refuse(by=officer, pk=made.pk, reason=_REASON)


def come_to_the_counter(*, officer: User, near: Enterprise) -> None:
    """Two who have not been verified show their card: one goes on, the other's card has run out."""
    found = (
        Person.objects.filter(verified_at=None, user=None, registrations__enterprise=near).distinct().order_by("-id")
    )
    every = [code for code, _ in CHECK_LIST]
    passing, failing = found[:2]
    counter.record(person=passing, by=officer, passed=True, checked=every, phone=passing.phone)
    counter.record(
        person=failing,
        by=officer,
        passed=False,
        checked=every[:1],
        phone=failing.phone,
        reason="居民身份证已过有效期，请换领后再来办理。",
    )
