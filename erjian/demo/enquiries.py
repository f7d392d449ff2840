"""What the demonstration's enterprises asked, and a spreadsheet that waits for the province's decision."""

from __future__ import annotations

from erjian.accounts.models import User
from erjian.audit import Actor
from erjian.exchange import runs
from erjian.messaging import questions
from erjian.registry.models import Enterprise

_ASKED = (
    (
        "劳动合同没有写明结束时间，聘用结束时间怎么填？",
        "我单位与员工签订的是无固定期限劳动合同，申报表中的聘用结束时间应当如何填写？",
        "无固定期限劳动合同的，聘用开始时间按合同填写，聘用结束时间勾选“长期”。",
        "无固定期限劳动合同，聘用结束时间怎么填写？",
    ),
    (
        "资格证书取得满三年，还能办理初始申报吗？",
        "员工的资格证书是 2022 年取得的，一直没有注册，现在能否办理初始申报？",
        "可以。资格证书取得超过三年的，须在附件材料中上传继续教育证明（《注册建造师管理规定》第十一条）。",
        "资格证书取得满三年后申请初始注册，需要什么材料？",
    ),
    ("人员照片不合格退回后在哪里更换？", "补正通知要求更换人员寸照，请问在哪个页面上传？", "", ""),
)

_SHEET = """姓名,身份证号,专业等级,专业名称,证书管理号,合格年度,获取日期,企业名称,企业信用代码,复审结果,资格证类型
龙云舟,430199199504128234,二级注册建造师,建筑工程,2026043043000009001,2026,2026-08-20,,,合格,初始申报
向雨微,430199199607214047,二级注册建造师,市政公用工程,2026043043000009002,2026,2026-08-20,,,复审中,初始申报
彭知远,430199199701012222,二级注册建造师,公路工程,2026043043000009003,2026,2099-08-20,,,合格,初始申报
"""


def ask(enterprise: Enterprise, *, operator: User, officer: User) -> None:
    """Three questions: two answered and published, one waiting."""
    asker = questions.Asker(enterprise_id=enterprise.pk, name=enterprise.name)
    for title, text, answer, public in _ASKED:
        question = questions.ask(asker=asker, title=title, text=text, by=operator.actor)
        if answer:
            question = questions.answer(question=question, text=answer, by=officer.actor, seen=None)
            questions.publish(question=question, title=public, by=officer.actor, seen=None)


def upload(*, by: Actor, user: User) -> None:
    """A qualification list with a good row and bad ones, checked and not yet applied."""
    run = runs.upload(
        kind="qualifications",
        filename="2026年第三批资格证书.csv",
        content=_SHEET.encode(),
        actor=by,
        user=user,
        check_later=False,
    )
    runs.check(run_id=run.pk)
