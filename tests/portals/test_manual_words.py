"""The manual's menus, lists and forms word for word (A.3, A.4, with the decisions of G that win over them).

Everything here is written out on purpose: a declaration that drifts from the manual fails, whatever it says itself.
剩余时限 and 复审结果 are the platform's own columns. A star stands where something is to be typed or chosen; grey fields,
filled by the platform, carry none.
"""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from django.test import Client
from lxml import html

from erjian.applications.models import Application
from erjian.applications.states import State
from erjian.policy import clock
from erjian.procedures import Filer, all_procedures, get
from erjian.registry.models import Qualification, Registration, RegistrationSpecialty
from tests import makers
from tests.procedures.scenes import Scene

pytestmark = pytest.mark.django_db

PROFILE_MENU = "企业基本信息 资质信息 企业问题咨询"
MANUAL_MENU = """二级建造师初始申报 二级建造师重新申报 二级建造师增项申报 二级建造师延续申报 二级建造师遗失补办申报
    二级建造师注销申报 二级建造师身份证号变更申报 建造师电子证书 建造师历史数据 建造师企业申报查询
    二级建造师资格证信息查询 二级建造师个人注销企业确认 二级临时建造师变更申报 二级临时建造师变更确认
    二级临时建造师变更查询 二级临时建造师延期申报 二级临时建造师注销申报"""
ADDED = """二级建造师变更申报 企业名称变更申报 依职权办理和强制注销 二级建造师变更确认"""
"""What the manual's filter and law ask for and its menu lacks."""
PERSON_MENU = """个人实名认证 个人实名认证信息修改 个人信息修改 二级建造师注销申报 二级临时建造师注销申报
    二级建造师企业注销个人确认 二级建造师个人信息查询 个人手写签名"""

_FIRST = "序号 申报主管部门 姓名 身份证号"
_LAST = "上报时间 状态 剩余时限 操作"
LISTS = {
    "initial": f"{_FIRST} 企业名称 注册类型 注册专业 {_LAST}",
    "reregistration": f"{_FIRST} 企业名称 注册类型 注册专业 {_LAST}",
    "addition": f"{_FIRST} 企业名称 注册类型 增项专业 {_LAST}",
    "renewal": f"{_FIRST} 企业名称 注册类型 延续专业 {_LAST}",
    "replacement": f"{_FIRST} 企业名称 注册类型 {_LAST}",
    "transfer": f"{_FIRST} 转入企业名称 转出企业名称 注册类型 {_LAST}",
    "cancellation": f"序号 姓名 身份证号 企业名称 注册类型 {_LAST}",
    "id_number": f"序号 身份证姓名 身份证号 原身份证姓名 原身份证号 申报类型 {_LAST}",
    "temporary_transfer": f"{_FIRST} 转入企业名称 转出企业名称 注册类型 {_LAST}",
    "temporary_renewal": f"{_FIRST} 企业名称 注册类型 延续专业 {_LAST}",
    "temporary_cancellation": f"序号 姓名 身份证号 企业名称 注册类型 {_LAST}",
}

_PERSON = """注册类型 申报类型 *申报主管部门 姓名 性别 证件类型 证件号 出生日期 *民族 *手机号码 *联系电话 *毕业院校 *所学专业
    *毕业时间 *学历 *学位 *聘用开始时间 *聘用结束时间 长期 处罚或不良情形"""
_NO_AUTHORITY = _PERSON.replace("*申报主管部门 ", "")
_EMPLOYER = "企业名称 *企业类型 法定代表人 所在市州(县区) 企业性质 通讯地址 企业资质证书编号 企业资质等级 企业资质范围"
_ENDED = "*注销原因 解聘时间 情况说明"
FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "initial": (
        "初始注册申报",
        {
            "人员信息": _PERSON.replace("*毕业时间 *学历", "毕业时间 学历"),
            "聘用企业情况": _EMPLOYER,
            "注册专业": "建筑工程 市政公用工程",
        },
    ),
    "reregistration": (
        "重新注册申报",  # the manual's picture still says 初始注册申报, beside 申报类型 重新申报
        {
            "人员信息": _PERSON,
            "聘用企业情况": _EMPLOYER,
            "失效情况": "*失效日期 *失效原因",
            "注册专业": "建筑工程 市政公用工程",
        },
    ),
    "addition": (
        "增项注册申报",
        {"人员信息": _PERSON, "现聘用企业信息": _EMPLOYER, "增项专业": "市政公用工程 建筑工程"},
    ),
    "renewal": (
        "延续注册申报",
        {"人员信息": _PERSON, "现聘用企业信息": _EMPLOYER, "延续专业": "建筑工程 市政公用工程"},
    ),
    "replacement": (
        "遗失补办申报",
        {
            "人员信息": _PERSON,
            "现聘用企业信息": _EMPLOYER,
            "遗失或污损情况": "*补办原因 遗失或污损日期 情况说明",
        },
    ),
    "transfer": ("变更注册申报", {"人员信息": _PERSON, "现聘用企业信息": f"{_EMPLOYER} 经办人 经办人电话"}),
    "cancellation": (
        "注销申报",
        {"人员信息": _NO_AUTHORITY, "现聘用企业信息": f"{_EMPLOYER} *经办人 *经办人手机号", "注销情况": _ENDED},
    ),
    "id_number": (
        "身份证变更申报",
        {"人员信息": "注册类型 *申报主管部门 *申报类型 *身份证姓名 *身份证号 原身份证姓名 原身份证号 *情况说明"},
    ),
    "temporary_transfer": (
        "变更注册申报",
        {"人员信息": _PERSON, "现聘用企业信息": f"{_EMPLOYER} 经办人 经办人电话"},
    ),
    "temporary_renewal": (
        "延续注册申报",
        {"人员信息": _PERSON, "现聘用企业信息": _EMPLOYER, "延续专业": "建筑工程 市政公用工程"},
    ),
    "temporary_cancellation": (
        "注销申报",
        {"人员信息": _NO_AUTHORITY, "现聘用企业信息": f"{_EMPLOYER} *经办人 *经办人手机号", "注销情况": _ENDED},
    ),
    "cancellation_by_person": (
        "",
        {"人员信息": _NO_AUTHORITY, "现聘用企业信息": _EMPLOYER, "注销情况": _ENDED},
    ),
    "temporary_cancellation_by_person": (
        "",
        {"人员信息": _NO_AUTHORITY, "现聘用企业信息": _EMPLOYER, "注销情况": _ENDED},
    ),
}

_HELD = "*人员寸照 *身份证正照 *身份证反照"
MATERIALS = {
    "initial": f"{_HELD} *二级建造师资格证书 *学历证书 *聘用劳动合同 继续教育证明 新设立企业承诺书 个人手写签名 其他材料",
    "reregistration": f"{_HELD} *二级建造师资格证书 *学历证书 *聘用劳动合同 *继续教育证明 新设立企业承诺书 个人手写签名 其他材料",
    "addition": f"{_HELD} *二级建造师资格证书 继续教育证明 新设立企业承诺书 个人手写签名 其他材料",
    "renewal": f"{_HELD} *聘用劳动合同 *继续教育证明 新设立企业承诺书 个人手写签名 其他材料",
    "replacement": f"{_HELD} 遗失声明 个人手写签名 其他材料",
    "transfer": f"{_HELD} *聘用劳动合同 解除劳动合同证明 新设立企业承诺书 个人手写签名 其他材料",
    "cancellation": "人员寸照 符合注销情形的证明 个人手写签名 其他材料",
    "id_number": "*身份证正照 *身份证反照 身份证号变更证明 个人手写签名 其他材料",
    "enterprise_rename": "*新营业执照 *工商变更核准文件 其他材料",
    "temporary_transfer": f"{_HELD} *聘用劳动合同 解除劳动合同证明 新设立企业承诺书 个人手写签名 其他材料",
    "temporary_renewal": f"{_HELD} *聘用劳动合同 *继续教育证明 新设立企业承诺书 个人手写签名 其他材料",
    "temporary_cancellation": "人员寸照 符合注销情形的证明 个人手写签名 其他材料",
    "cancellation_by_person": "人员寸照 符合注销情形的证明 个人手写签名 其他材料",
    "temporary_cancellation_by_person": "人员寸照 符合注销情形的证明 个人手写签名 其他材料",
    "personal_change": "新寸照 新手写签名 姓名变更证明 其他材料",
    "temporary_personal_change": "新寸照 新手写签名 姓名变更证明 其他材料",
}
"""Of the law and of practice (design B.8): 申请表 is replaced by consents (G.6), social insurance by a promise."""
FILTERS = {
    "initial": "姓名 注册专业 申报主管部门 上报时间起 上报时间止",
    "reregistration": "姓名 注册专业 申报主管部门 上报时间起 上报时间止",
    "addition": "姓名 注册专业 申报主管部门 上报时间起 上报时间止",
    "renewal": "姓名 注册专业 申报主管部门 上报时间起 上报时间止",
    "replacement": "姓名 申报主管部门 上报时间起 上报时间止",
    "transfer": "姓名 申报主管部门 上报时间起 上报时间止",
    "cancellation": "姓名 上报时间起 上报时间止",
    "id_number": "姓名 申报主管部门 上报时间起 上报时间止",
    "temporary_transfer": "姓名 申报主管部门 上报时间起 上报时间止",
    "temporary_renewal": "姓名 注册专业 申报主管部门 上报时间起 上报时间止",
    "temporary_cancellation": "姓名 上报时间起 上报时间止",
}
_CONFIRM = "序号 姓名 身份证号 注册类型 转出单位 转入单位 申报时间 申报状态 操作"
QUERIES = {
    "confirmations/cancellations/": (
        "☐ 序号 姓名 身份证号 企业名称 注册类型 证书类型 上报时间 状态 操作",
        "姓名",
    ),
    "confirmations/transfers/": (_CONFIRM, "姓名"),
    "confirmations/temporary-transfers/": (_CONFIRM, "姓名"),
    "temporary-transfers/": (_CONFIRM, "姓名"),
    "certificates/": (
        "序号 姓名 身份证号 企业名称 注册号 证书编号 注册类型 注册专业 有效期至 证书状态 操作",
        "姓名 注册类型 注册专业",
    ),
    "history/": (
        "序号 姓名 身份证号 企业名称 注册号 注册类型 有效期至 证书状态 操作",
        "姓名 证书状态 注册类型",
    ),
    "cases/": (
        "序号 主管部门 姓名 身份证号 企业名称 申报类型 注册类型 上报时间 受理状态 初审状态 复审状态 报出时间 操作",
        "姓名 申报类型 注册类型 上报时间起 上报时间止",
    ),
    "qualified/": (
        "☐ 序号 姓名 身份证号 企业名称 注册类型 注册专业 资格证书管理号 获取日期 资格证类型 复审结果 操作",
        "身份证号 注册专业",
    ),
}


def tree(browser: Client, address: str) -> Any:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return html.fromstring(answer.content.decode())


def words(nodes: Any) -> list[str]:
    """The text of nodes, without blanks; a box alone is ☐."""
    return ["".join(node.text_content().split()) or ("☐" if node.cssselect("input") else "") for node in nodes]


def headings(page: Any) -> list[str]:
    return [
        "".join(node.text_content().split()) or ("☐" if node.xpath(".//input") else "")
        for node in page.xpath("//main//table[1]/thead//th")
    ]


def filters(page: Any) -> list[str]:
    return ["".join(node.text_content().split()) for node in page.xpath("//form[@role='search']//label")]


def menu(page: Any) -> list[str]:
    entries = page.xpath("//nav[@id='ej-side']//ul[not(contains(@class, 'only-folded'))]/li/a")
    return ["".join(node.xpath("string(text())").split()) for node in entries]


def test_the_menus(db: None) -> None:
    browser = Client()
    browser.force_login(makers.operator(makers.enterprise()))
    shown = menu(tree(browser, "/enterprise/initial/"))
    assert [entry for entry in shown if entry not in ADDED.split()] == MANUAL_MENU.split()
    assert sorted(entry for entry in shown if entry in ADDED.split()) == sorted(ADDED.split())
    assert menu(tree(browser, "/enterprise/profile/"))[:3] == PROFILE_MENU.split()


def test_the_persons_menu(db: None) -> None:
    browser, person = Client(), makers.person()
    browser.force_login(makers.person_user(person))
    page = tree(browser, "/person/")
    entries = page.xpath("//nav[@aria-labelledby='entries']//a")
    assert ["".join(node.text_content().split()) for node in entries] == PERSON_MENU.split()
    for node in entries:
        address, _, place = node.get("href").partition("#")
        found = tree(browser, address)
        assert not place or found.xpath(f"//*[@id='{place}']"), node.get("href")


@pytest.mark.parametrize("code", LISTS)
def test_a_list(code: str) -> None:
    scene = Scene(code)
    scene.draft()
    page = tree(scene.client(), f"/enterprise/{code}/")
    assert headings(page) == LISTS[code].split()
    assert filters(page) == FILTERS[code].split()
    assert page.xpath("//form[@role='search']//input[@name='name']")[0].get("placeholder") == "可填入身份证号"
    buttons = [re.sub(r"\s", "", node.text_content()) for node in page.xpath("//main//div[@class='ej-head']//a")]
    assert buttons == ["刷新", "导出", "添加申报"]
    assert operations(page) == ["查阅", "修改", "删除"]
    book = scene.client().get(f"/enterprise/{code}/export.xlsx").content
    first, second = openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True)
    left_out = ("序号", "剩余时限", "操作")
    assert list(first) == ["申报编号", *(heading for heading in headings(page) if heading not in left_out)]
    shown = dict(zip(first, second, strict=True))
    assert shown["状态"] == "保存未上报"
    assert "周启明" in second
    assert not [cell for cell in second if cell and "<" in cell]
    case = scene.report()
    Application.objects.filter(pk=case.pk).update(state=State.ACCEPTED)
    reported = operations(tree(scene.client(), f"/enterprise/{code}/"))
    assert reported[:2] == ["查阅", "打印"]
    assert not {"修改", "删除"} & set(reported)


def operations(page: Any) -> list[str]:
    return ["".join(node.text_content().split()) for node in page.xpath("//main//div[@class='ej-ops']/*")]


def test_the_list_of_number_corrections_says_old_and_new(db: None) -> None:
    scene = Scene("id_number")
    old = scene.person.id_number_mask
    scene.draft()
    new = scene.new_number[:6] + "********" + scene.new_number[-4:]
    for _ in range(2):
        page = tree(scene.client(), "/enterprise/id_number/")
        cells = ["".join(node.text_content().split()) for node in page.xpath("//tbody/tr[1]/td")]
        assert cells[1:6] == ["周启明", new, "周启明", old, "身份证号码错误"]
        assert scene.new_number not in html.tostring(page, encoding="unicode")
        assert scene.person.id_number not in html.tostring(page, encoding="unicode")
        if scene.again().state == State.DRAFT:
            scene.report()


@pytest.mark.parametrize("code", FORMS)
def test_a_form(code: str) -> None:
    scene = Scene(code)
    case = scene.draft()
    title, sections = FORMS[code]
    side = "enterprise" if title else "person"
    page = tree(scene.client(), f"/{side}/cases/{case.uuid}/edit/")
    form = page.xpath("//form[@id='case']")[0]
    if title:
        assert form.get("aria-label") == title
        tabs = ["".join(node.text_content().split()) for node in page.xpath("//main//nav//a")]
        assert any(tab.startswith("附件材料") for tab in tabs), tabs
    assert groups(form) == {name: fields.split() for name, fields in sections.items()}


@pytest.mark.parametrize("code", MATERIALS)
def test_the_materials(code: str) -> None:
    scene = Scene(code)
    case = scene.draft()
    by_person = scene.procedure.filer == Filer.PERSON
    page = tree(
        scene.client(), f"/person/cases/{case.uuid}/edit/" if by_person else f"/enterprise/cases/{case.uuid}/materials/"
    )
    places = page.xpath("//section[starts-with(@id, 'material-')]//h2")
    starred = ["*" if "ej-req" in (place.get("class") or "") else "" for place in places]
    assert [star + word for star, word in zip(starred, words(places), strict=True)] == MATERIALS[code].split()


def test_every_procedure_is_here() -> None:
    codes = {procedure.code for procedure in all_procedures()}
    assert set(MATERIALS) == codes
    assert (
        codes - set(LISTS)
        == codes - set(FILTERS)
        == {"enterprise_rename"} | {code for code in codes if get(code).filer == Filer.PERSON}
    )
    assert codes - set(FORMS) == {"enterprise_rename", "personal_change", "temporary_personal_change"}


def groups(form: Any) -> dict[str, list[str]]:
    """The form's sections with the labels under each, starred where the page stars them."""
    found: dict[str, list[str]] = {}
    current = ""
    for node in form.iter():
        if node.tag in ("h2", "h3", "legend"):
            current = "".join(node.text_content().split())
            found.setdefault(current, [])
        elif node.tag == "label" and current:
            starred = "ej-req" in (node.get("class") or "") or node.xpath(".//*[contains(@class, 'ej-req')]")
            found[current].append(("*" if starred else "") + "".join(node.text_content().split()))
    return {name: labels for name, labels in found.items() if labels}


def _filled(scene: Scene) -> Client:
    """The enterprise with a row in every list."""
    enterprise, person = scene.enterprise, scene.person
    makers.qualification(person, enterprise_code=enterprise.credit_code)
    common: dict[str, Any] = {
        "person": person, "authority_code": "430100", "created_by": scene.operator, "created_at": clock.now(),
        "reported_at": clock.now(), "registration": Registration.objects.get(person=person),
    }  # fmt: skip
    for number, (code, kind, state, here) in enumerate(
        (
            ("cancellation_by_person", "constructor", State.WAIT_ENTERPRISE, True),
            ("transfer", "constructor", State.WAIT_FORMER, False),
            ("temporary_transfer", "temporary", State.WAIT_FORMER, False),
        )
    ):
        common["person"] = makers.person(f"周启{number}") if number else person
        Application.objects.create(
            procedure_code=code, registration_class=kind, state=state, number=f"CS-2026-{number:06d}",
            enterprise=enterprise if here else scene.other, former_enterprise=None if here else enterprise, **common,
        )  # fmt: skip
    browser = Client()
    browser.force_login(scene.operator)
    return browser


@pytest.mark.parametrize("address", QUERIES)
def test_a_query(address: str) -> None:
    browser = _filled(Scene("replacement"))
    columns, asked = QUERIES[address]
    page = tree(browser, f"/enterprise/{address}")
    assert headings(page) == columns.split()
    assert filters(page) == asked.split()


def test_a_renewal_names_its_specialties_without_a_qualification_on_record(db: None) -> None:
    """Registrations taken over from before may have none in the register."""
    scene = Scene("renewal")
    scene.draft()
    case = scene.report()
    RegistrationSpecialty.objects.update(qualification=None)
    Qualification.objects.all().delete()
    page = tree(scene.client(), f"/enterprise/cases/{case.uuid}/")
    (told,) = page.xpath("//dt[normalize-space()='延续专业']/following-sibling::dd[1]")
    assert told.text_content().strip() == "建筑工程；市政公用工程"


def test_what_the_query_filters_offer(db: None) -> None:
    browser = _filled(Scene("replacement"))

    def offered(address: str, name: str) -> list[str]:
        page = tree(browser, f"/enterprise/{address}")
        return ["".join(node.text_content().split()) for node in page.xpath(f"//select[@name='{name}']/option")]

    statuses = offered("history/", "status")
    assert [word for word in statuses if word in ("全部", "有效", "注销")] == ["全部", "有效", "注销"]
    kinds = ["二级注册建造师", "二级注册临时建造师"]
    assert offered("history/", "kind")[1:] == kinds
    assert offered("cases/", "kind")[1:] == kinds
    types = offered("cases/", "procedure")
    for word in [
        "初始申报",
        "重新申报",
        "变更申报",
        "注销申报",
        "增项申报",
        "延续申报",
        "遗失补办申报",
        "身份证号变更申报",
        "延期申报",
    ]:
        assert types.count(word) == 1, word
    assert len(set(types)) == len(types)
    assert len(offered("qualified/", "specialty")) == 11  # the ten of the manual, and all


def test_the_dialogs_that_choose_a_person(db: None) -> None:
    anyone = Scene("initial")
    browser = anyone.client()
    asked = tree(browser, "/enterprise/initial/new/")
    assert filters(asked) == ["人员姓名", "人员身份证号"]
    named = {"name": anyone.person.name, "id_number": anyone.person.id_number}
    found = html.fromstring(browser.post("/enterprise/initial/new/", named).content.decode())
    assert headings(found) == ["序号", "人员姓名", "性别", "证件类型", "证件号码", "学历", "学位", "操作"]


def test_the_dialog_that_chooses_a_certificate(db: None) -> None:
    scene = Scene("addition")
    browser = scene.client()
    page = tree(browser, "/enterprise/addition/new/")
    assert headings(page) == ["序号", "人员姓名", "身份证号", "性别", "注册号", "证书类型", "有效期至", "操作"]
    assert filters(page) == ["人员姓名", "身份证号"]
    assert "选择该证书信息" in page.text_content()
    for given, shown in (
        ({"id_number": scene.person.id_number}, True),
        ({"name": "周"}, True),
        ({"name": "刘"}, False),
        ({"id_number": makers.id_number()}, False),
        ({"id_number": "12"}, False),
    ):
        answer = browser.post("/enterprise/addition/new/", given)
        assert answer.status_code == 302
        assert scene.person.id_number not in answer.url
        assert ("选择该证书信息" in browser.get(answer.url).content.decode()) is shown, given
