"""Who acts in the journeys of registered people, and the steps that every 申报 has: shared, so that each story is short.

Before a story the register knows the people, their employers and what was registered; from then on everything happens in
the browser, by the job worker, or by the passing of days.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from playwright.sync_api import Locator, expect

from erjian import audit, certificates
from erjian.accounts.models import Function, User
from erjian.applications.models import Application
from erjian.policy import clock
from erjian.procedures import Picker, Step, get
from erjian.registry.models import Enterprise, Person, Registration
from erjian.standards.specialties import Specialty
from tests import makers
from tests.journeys import papers
from tests.journeys.visiting import Visitor
from tests.journeys.working import robots, work

CITY, PROVINCE = "430100", "430000"
Visit = Callable[..., Visitor]
_number = itertools.count(20190001)

_PICTURES = """() => [
  Math.max(0, ...[...document.querySelectorAll(".ej-film a")].map((one) => one.offsetWidth)),
  new Set([...document.querySelectorAll(".ej-replaced > div")].map((one) => one.offsetTop)).size,
]"""
"""The width of the desk's widest thumbnail, and in how many rows the replaced pictures stand."""


@dataclass
class Somebody:
    """A registered person with an account."""

    person: Person
    user: User
    registration: Registration | None = None


@dataclass
class Cast:
    """Everybody, and their browsers, opened and signed in when they first act."""

    visit: Visit
    folder: Path
    open: dict[int, Visitor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.company = makers.enterprise()
        self.former = makers.enterprise("湘江新区枫林建筑工程有限公司")
        self.operator = makers.operator(self.company, username="luchuan")
        self.former_operator = makers.operator(self.former, username="fenglin")
        self.city = makers.officer(CITY, Function.ACCEPTANCE, Function.FIRST_REVIEW, name="胡敏", username="cs-humin")
        self.province = makers.officer(
            PROVINCE, Function.ACCEPTANCE, Function.FINAL_REVIEW, Function.DECISION, name="欧阳文", username="hn-ouyang"
        )  # fmt: skip

    @transaction.atomic
    def somebody(
        self, name: str, at: Enterprise | None = None, *, days_left: int = 400, kind: str = "constructor", **values: Any
    ) -> Somebody:
        """A person, registered at an enterprise in 建筑工程 with a certificate (none where no enterprise is given)."""
        person = makers.person(name)
        found = Somebody(person, makers.person_user(person))
        held = makers.qualification(person, used_at=clock.now())
        if at is None:
            return found
        end = clock.today() + timedelta(days=days_left)
        begin = end - timedelta(days=1094)
        found.registration = Registration.objects.create(
            person=person, enterprise=at, registration_class=kind, number=f"湘2432019{next(_number):09d}", valid_until=end,
            registered_on=begin, employed_on=begin, **values,
        )  # fmt: skip
        found.registration.specialties.create(
            specialty=Specialty.BUILDING, qualification=held, begin=begin, end=end
        )  # fmt: skip
        if found.registration.status == "valid":
            certificates.actions.create_version(
                registration_id=found.registration.pk,
                new_number=True,
                reason="导入",
                case_number="",
                actor=audit.SYSTEM,
            )
        return found

    def at(self, user: User) -> Visitor:
        """The browser of a user, signed in."""
        if user.pk not in self.open:
            person = user.person_id is not None
            visitor = self.visit(user.name, phone=person)
            visitor.sign_in(user.username, makers.PASSWORD, side="主管单位" if user.authority_code else "")
            self.open[user.pk] = visitor
        return self.open[user.pk]

    # --- who files ---

    def picks(self, code: str, who: Somebody, *, by: User | None = None, twice: bool = False) -> Visitor:
        """添加申报, choose the person by the button, or by a double click on the row (`twice`), arrive at the form."""
        browser, procedure = self.at(by or self.operator), get(code)
        page = browser.go(f"/enterprise/{code}/")
        page.get_by_role("link", name="添加申报").first.click()
        if procedure.picker == Picker.ANYONE:
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("人员姓名").fill(who.person.name)
            dialog.get_by_label("人员身份证号").fill(who.person.id_number)
            dialog.get_by_role("button", name="查询").click()
            choose = dialog.get_by_role("button", name=f"选择人员信息 {who.person.name}")
        else:
            browser.look(f"{procedure.kind_label}-选择人员证书信息", full=False)
            choose = page.get_by_role("button", name=f"选择该证书信息 {who.person.name}")
        if twice:
            choose.locator("xpath=ancestor::tr").get_by_text(who.person.name, exact=True).dblclick()
        else:
            choose.click()
        page.wait_for_url("**/edit/")
        return browser

    def fills(self, browser: Visitor, *specialties: str, **values: str) -> None:
        """The fields that the register does not know, the specialties, and the materials that are missing."""
        page = browser.page
        everywhere = {"employment_begin": "2025-07-01"}
        for name, value in (everywhere | values).items():
            control = page.locator(f"#case [name={name}]")
            if control.count():
                _fill(control.first, value)
        for box in page.locator("#case [name=employment_open]").all():
            box.check()
        for name in specialties:
            page.get_by_label(f"申报{name}").check()
        page.get_by_role("button", name="保存", exact=True).click()
        expect(page.get_by_text(re.compile("已保存 \\d\\d:")).first).to_be_visible()

    def attaches(self, browser: Visitor, *codes: str, look: str = "") -> None:
        """Bring the scans that are asked for, and go back to the form."""
        page = browser.page
        form = page.url
        page.goto(form.replace("/edit/", "/materials/"))
        for code in codes:
            scan = papers.scan(self.folder, code, ("Scan", code, "2026"))
            with page.expect_navigation():
                page.locator(f"#material-{code} input[type=file]").set_input_files(scan)
            expect(page.locator(f"#material-{code}").get_by_text("已提供")).to_be_visible()
        if look:
            browser.look(look)
        page.goto(form)

    def reports(self, browser: Visitor, *, look: str = "") -> Application:
        """上报; the case as numbered."""
        page = browser.page
        browser.hands_in()
        said = page.get_by_text(re.compile("已上报，申报编号 \\S+")).first
        expect(said).to_be_visible()
        number = re.search(r"申报编号 ([A-Z0-9-]+)", said.inner_text())
        assert number
        if look:
            browser.look(look)
        return Application.objects.get(number=number[1])

    def begins(self, code: str, who: Somebody, *, look: str = "") -> Visitor:
        """我要申报: what a person files for themself; arrive at the form."""
        browser = self.at(who.user)
        page = browser.go("/person/filing/")
        if look:
            browser.look(look)
        place = page.get_by_role("region", name=get(code).label, exact=True)
        place.get_by_role("button", name=f"填写{get(code).kind_label}").click()
        page.wait_for_url("**/edit/")
        return browser

    def brings(self, browser: Visitor, code: str, file: Path) -> None:
        """One file to where it is asked for, in a form that has its materials on the same page."""
        place = browser.page.locator(f"#material-{code}")
        with browser.page.expect_navigation():
            place.locator("input[type=file]").set_input_files(file)
        expect(place.get_by_text("已提供")).to_be_visible()

    # --- who confirms ---

    def consents(self, who: Somebody, *, look: str = "", says: str = "已同意并签名") -> None:
        """The person agrees on the phone, with the signature held."""
        browser = self.at(who.user)
        page = browser.go("/person/")
        page.get_by_role("link", name="同意并签名").first.click()
        page.wait_for_url("**/consent/")
        if look:
            browser.look(look)
        page.get_by_label("我已核对并同意以上承诺").check()
        page.get_by_role("button", name="同意并签名").click()
        if page.get_by_role("dialog").count():
            browser.confirm("同意并签名")
        expect(page.get_by_text(says).first).to_be_visible()

    def answers(self, address: str, who: Somebody, verb: str, *, by: User, reason: str = "", look: str = "") -> None:
        """同意, 同意转出 or 不同意 from the list where the enterprise confirms."""
        browser = self.at(by)
        page = browser.go(address)
        if look:
            browser.look(f"{look}-列表")
        page.get_by_role("row").filter(has_text=who.person.name).get_by_role(
            "link", name=verb, exact=False
        ).first.click()
        page.wait_for_url("**/answer/**")
        if reason:
            page.get_by_role("textbox").first.fill(reason)
        if look:
            browser.look(f"{look}-答复")
        page.locator("main form button").last.click()
        expect(page.get_by_text(re.compile("^已(同意|答复)")).first).to_be_visible()
        if look:
            browser.look(f"{look}-答复后")

    # --- who decides ---

    def decides(self, officer: User, who: Somebody | str, *names: str, look: str = "") -> None:
        """One decision after the other at the desk of an officer; `who` may be the name of an enterprise."""
        browser, called = self.at(officer), who if isinstance(who, str) else who.person.name
        for name in names:
            page = browser.go("/authority/desk/")
            expect(page.get_by_role("heading", level=1)).to_contain_text(called)
            widest, rows = page.evaluate(_PICTURES)
            assert widest <= 88, "few materials do not make wide thumbnails"
            assert rows <= 1, "what is replaced stands in one row, so that the comparison beneath stays in sight"
            if look:
                browser.look(f"{look}-{name}", full=False)
            page.locator("#id_opinion").fill("经审核，符合条件。")
            button = page.locator(f"button[value={name}]")
            label = button.inner_text().splitlines()[0].rstrip("SBN ")
            button.click()
            browser.confirm(label)
            expect(page.locator("[role=status], .ej-note, .ej-toast").filter(has_text=called).first).to_be_visible()
        work()

    def announces(self, case: Application, *, look: str = "") -> None:
        """公示 where the route has it, then 公告, by the province."""
        if Step.PUBLICITY in case.procedure.route:
            self._batch("公示")
            clock.travel(days=12)
            robots()
            self.open.clear()  # nobody stays signed in for so long
        self._batch("公告", look=look)

    def _batch(self, kind: str, *, look: str = "") -> None:
        browser = self.at(self.province)
        page = browser.go("/authority/batches/" + ("?kind=announcement" if kind == "公告" else ""))
        page.get_by_role("link", name=f"新建{kind}批次").click()
        if look:
            browser.look(f"{look}-新建{kind}批次")
        page.get_by_role("button", name=re.compile("全部 \\d+ 条都列入")).click()
        page.get_by_role("link", name=f"发布{kind}").click()
        page.locator("main").get_by_role("button", name=re.compile("发布")).click()
        work()
        expect(page.get_by_role("link", name="公开页面")).to_be_visible()

    def ended(
        self, case: Application, words: str = "已发证", *, look: str = "", by: User | None = None
    ) -> Registration:
        """How whoever filed sees the end; the registration as it is now."""
        browser = self.at(by or self.operator)
        side = "person" if by is not None and by.person_id else "enterprise"
        page = browser.go(f"/{side}/cases/{case.uuid}/")
        expect(page.get_by_text(words).first).to_be_visible()
        if look:
            browser.look(look)
        case.refresh_from_db()
        assert case.registration is not None
        return Registration.objects.get(pk=case.registration.pk)

    def shown(self, by: User, addresses: dict[str, str]) -> None:
        """Walk to some pages and look."""
        browser = self.at(by)
        for address, name in addresses.items():
            browser.go(address)
            browser.look(name)


def _fill(control: Locator, value: str) -> None:
    if control.evaluate("element => element.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)
