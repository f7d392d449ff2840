"""A scene for any declared procedure in which all of its conditions hold; `spoils` has the one change that breaks each of them.

The scene is derived from the declaration: what its guards and its route ask for is there, nothing else is known of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from erjian.accounts.models import Function, User
from erjian.applications import actions, facts, form_data
from erjian.applications.models import Application
from erjian.applications.routing import acting_authority, arrival
from erjian.applications.states import State
from erjian.policy import clock
from erjian.procedures import About, Filer, Picker, Procedure, Step, get
from erjian.procedures.guards import Stage, Verdict
from erjian.registry.models import (
    Qualification,
    Registration,
)
from erjian.standards.specialties import Specialty
from tests import makers

CITY, PROVINCE = "430100", "430000"
BUILDING, MUNICIPAL = Specialty.BUILDING, Specialty.MUNICIPAL
TYPED = {
    "employment_begin": "2025-07-01", "employment_open": "on", "handler": "王经办", "handler_phone": "13800002716",
    "cancel_reason": "已与聘用企业解除聘用合同关系", "loss_reason": "遗失", "lapsed_on": "2026-01-01",
    "lapse_reason": "注册有效期满且未延续注册", "correction_kind": "身份证号码错误", "correction_note": "登记时录错",
    "new_name": "周启明", "change_note": "更换寸照", "new_enterprise_name": "湖南麓川建工集团有限公司",
    "changed_on": "2026-11-02", "change_reason": "公司改制",
}  # fmt: skip

# Attached although nothing requires them: the proof that some guards count, the picture that is to be changed.
_OFFERED = ("continuing_education", "new_portrait")


def confirmed(browser: Client, answer: Any) -> Any:
    """What 上报 comes to: where its answer leads to the question, the answer to 上报 pressed there."""
    if answer.status_code != 302 or not answer.url.endswith("/hand-in/"):
        return answer
    asked = browser.get(answer.url)
    shown = re.search(r'name="version" value="(\d+)"', asked.content.decode())
    return browser.post(answer.url, {"version": shown[1]}) if asked.status_code == 200 and shown else asked


class Scene:
    """One procedure's filer, person and registration; `report()` and `at_decision()` bring a case further."""

    def __init__(self, code: str) -> None:
        self.procedure: Procedure = get(code)
        self.asks = {guard.code for guard in self.procedure.guards}
        self.enterprise = makers.enterprise()
        self.other = makers.enterprise("湘江新区另一建设有限公司")
        self.operator = makers.operator(self.enterprise)
        self.person = makers.person()
        self.user = makers.person_user(self.person)
        self.filer: User = self.user if self.procedure.filer == Filer.PERSON else self.operator
        self.new_number = makers.id_number()
        self.blob = makers.blob()
        self.used = makers.qualification(self.person, used_at=clock.now())
        self.unused = makers.qualification(self.person, MUNICIPAL)
        if "specialties_usable" in self.asks:
            Qualification.objects.filter(pk=self.used.pk).update(used_at=None)
        self.registration = self._registered()
        self.case: Application | None = None

    @property
    def specialties(self) -> tuple[str, ...]:
        """What the filing ticks: two where the declaration lets two be ticked, so that one can go wrong by itself."""
        if not self.procedure.has_specialties:
            return ()
        return (MUNICIPAL,) if "new_specialties" in self.asks else (BUILDING, MUNICIPAL)

    def _registered(self) -> Registration | None:
        """What the register holds before: nothing, one that has ended, one elsewhere, or one here."""
        if "no_live_registration" in self.asks or (self.procedure.picker == Picker.ANYONE and not (
            self.asks & {"once_registered", "held_elsewhere"}
        )):  # fmt: skip
            return None
        ended = "once_registered" in self.asks
        end = clock.today() + timedelta(days=60 if "inside_renewal_window" in self.asks else 400)
        begin = end - timedelta(days=1094)
        made = Registration.objects.create(
            person=self.person, registration_class=self.procedure.registration_class or "constructor", number="湘2432019202012345",
            enterprise=self.other if "held_elsewhere" in self.asks else self.enterprise, registered_on=begin,
            employed_on=begin, valid_until=end, certificate_number="90000001", status="cancelled" if ended else "valid",
            ended_on=clock.today() if ended else None,
        )  # fmt: skip
        for held in (self.used,) if "new_specialties" in self.asks else (self.used, self.unused):
            made.specialties.create(specialty=held.specialty, qualification=held, begin=begin, end=end)
        return made

    # --- the way of the case ---

    def client(self) -> Client:
        """The browser of whoever files."""
        found = Client()
        found.force_login(self.filer)
        return found

    def choose(self, browser: Client) -> Callable[[], Any]:
        """Find the person as the pages do; the answer sends what was found, now or after something has changed."""
        code = self.procedure.code
        if self.procedure.filer == Filer.PERSON:
            return lambda: browser.post(f"/person/filing/{code}/start/")
        address = f"/enterprise/{code}/new/"
        if self.procedure.picker == Picker.OWN_ENTERPRISE:
            assert "开始填写" in browser.get(address).content.decode()
            return lambda: browser.post(f"/enterprise/{code}/start/")
        named = {"name": self.person.name, "id_number": self.person.id_number}
        page = browser.post(address, named) if self.procedure.picker == Picker.ANYONE else browser.get(address)
        found = re.search(r'name="token" value="([^"]+)"', page.content.decode())
        assert found, page.content.decode()
        return lambda: browser.post(f"/enterprise/{code}/start/", {"token": found[1]})

    def draft(self) -> Application:
        """A draft with everything that 上报 needs."""
        person = self.person if self.procedure.about == About.PERSON else None
        case = actions.start(procedure=self.procedure, person=person, enterprise=self.enterprise, by=self.filer)
        names = {item.name for item in self.procedure.fields if not item.read_only}
        typed = TYPED | {"new_id_number": self.new_number}
        values = form_data.unseal(case.draft) | {name: value for name, value in typed.items() if name in names}
        actions.save(application=case, values=values, specialties=self.specialties, by=self.filer)
        asked = facts.of_application(case)
        for material in self.procedure.materials:
            held = case.materials.filter(code=material.code).exists()
            if not held and (material.required(asked) or material.code in _OFFERED):
                self.attach(case, material.code)
        self.case = case
        return self.again()

    def attach(self, case: Application, code: str) -> None:
        """A file as the pages store it."""
        case.materials.create(
            code=code, blob=self.blob, filename="scan.jpg", origin="本次上传", uploaded_by="李晓琳", uploaded_at=clock.now()
        )  # fmt: skip

    def report(self) -> Application:
        """Hand the draft in, by the action."""
        return actions.report(application=self.again(), by=self.filer, seen=None)

    def drafts(self) -> int:
        """How many drafts of the procedure there are."""
        return Application.objects.filter(procedure_code=self.procedure.code, state=State.DRAFT).count()

    def hand_in(self, browser: Client) -> Any:
        """Press 上报 on the form's page, and again where it asks."""
        case = self.again()
        side = "person" if self.procedure.filer == Filer.PERSON else "enterprise"
        values = form_data.unseal(case.draft)
        typed = {name: value for name, value in values.items() if value not in (None, "", False)}
        more = {"version": case.version, "do": "report", "specialties": list(case.specialties)}
        return confirmed(browser, browser.post(f"/{side}/cases/{case.uuid}/edit/", {**typed, **more}))

    def at_decision(self) -> Callable[[], Application]:
        """Put the reported case where only the decision is left; the answer takes it."""
        case = self.again()
        route, code = self.procedure.route, case.pk
        decider = makers.officer(PROVINCE, Function.FINAL_REVIEW, Function.DECISION)
        decide: Callable[[], Application]
        if Step.ANNOUNCEMENT in route:
            state = State.PUBLICITY_DONE if Step.PUBLICITY in route else State.REVIEW_OK
            decide = lambda: actions.announce(application=self.again(), by=decider, granted=True, batch="GG")  # noqa: E731
        elif Step.FINAL_REVIEW in route:
            state = State.FIRST_OK if Step.FIRST_REVIEW in route else State.ACCEPTED
            decide = lambda: actions.final_review(application=self.again(), by=decider, seen=None, passed=True)  # noqa: E731
        elif route[-1] == Step.PERSON:
            state = State.WAIT_PERSON
            decide = lambda: actions.consent(  # noqa: E731
                application=self.again(), by=self.user, seen=None, commitment="同意"
            )
        else:
            state = arrival(self.procedure, None)
            decide = lambda: actions.answer_enterprise(  # noqa: E731
                application=self.again(), by=self.operator, seen=None, agreed=True
            )
        authority, function = acting_authority(self.procedure, state, case.authority_code)
        Application.objects.filter(pk=code).update(state=state, acting_authority=authority, acting_function=function)
        return decide

    def again(self) -> Application:
        """The case as it is now."""
        assert self.case is not None
        return Application.objects.get(pk=self.case.pk)

    def judge(self, stage: Stage) -> dict[str, Verdict]:
        """What the guards say of the case, from facts read now."""
        return {verdict.code: verdict for verdict in facts.verdicts(self.again(), stage=stage)}
