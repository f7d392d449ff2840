"""Two sides with the same things in each: cases at every stage, papers, a registration with its certificate, batches.

`World.find("case:reported", side)` answers the value that an address needs. What the table of views asks for by name
is made here once for the whole test module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from erjian import audit, certificates
from erjian.accounts.models import Delegation, EnterpriseRight, Function, OpenSession, Passkey, User, UserKind
from erjian.applications import actions, letters, materials
from erjian.applications.models import Application, CannedOpinion, RobotRun
from erjian.applications.states import State
from erjian.exchange import keeping
from erjian.exchange.models import ImportRun, RunState
from erjian.messaging import Recipient, inbox, send
from erjian.messaging.models import Question
from erjian.policy import clock
from erjian.procedures import get
from erjian.proceedings import actions as proceedings
from erjian.proceedings import opening, papers
from erjian.proceedings.models import Proceeding
from erjian.publicity import shown
from erjian.publicity.models import (
    Batch,
    BatchItem,
    BatchKind,
    BatchState,
    ItemState,
    Notice,
    Objection,
)
from erjian.registry import restrictions
from erjian.registry.models import Person, Registration, RegistrationSpecialty
from tests import makers
from tests.permissions.roles import ANONYMOUS, ROLES, Role, Side

CITY = {Side.OWN: "430100", Side.FOREIGN: "430200"}
PROVINCE = "430000"
NAME = {Side.OWN: "湖南麓川建设工程有限公司", Side.FOREIGN: "株洲渌江建设工程有限公司"}


@dataclass
class Half:
    """Everything of one side."""

    side: Side
    things: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.city = CITY[self.side]
        self.enterprise = makers.enterprise(NAME[self.side], city=self.city, licence=makers.blob())
        self.operator = makers.operator(self.enterprise)
        self.person = makers.person("周启明" if self.side == Side.OWN else "欧阳晓梅")
        self.person_user = makers.person_user(self.person)
        self.acceptor = makers.officer(self.city, Function.ACCEPTANCE, Function.FIRST_REVIEW, name="胡敏")
        self.decider = makers.officer(PROVINCE, Function.FINAL_REVIEW, Function.DECISION, name="贺静")

    # Cases

    def _reported(self, person: Person | None = None) -> tuple[Application, User]:
        if person is None:
            person = makers.person("刘思齐")
            user = makers.person_user(person)
        else:
            user = self.person_user
        makers.qualification(person)
        case = makers.draft(person, self.operator)
        return actions.report(application=case, by=self.operator, seen=None), user

    def _accepted(self) -> Application:
        case, user = self._reported()
        case = actions.consent(application=case, by=user, seen=None, commitment="同意")
        return actions.accept(application=case, by=self.acceptor, seen=None)

    def _review_ok(self) -> Application:
        case = actions.first_review(application=self._accepted(), by=self.acceptor, seen=None, passed=True)
        return actions.final_review(application=case, by=self.decider, seen=None, passed=True)

    def make(self) -> None:
        """Make everything."""
        self._cases()
        self._certificate()
        self._published()
        things = self.things
        self._filed_by_the_person()
        self._asked()
        self._leaving()
        self._imported()
        self._proceeding()
        things["robot_run"] = RobotRun.objects.create(started_at=clock.now(), ended_at=clock.now()).pk
        self._filmed()
        drafted = makers.person("谭雨欣")
        makers.qualification(drafted)
        things["case:draft"] = makers.draft(drafted, self.operator)
        things["enterprise"] = self.enterprise.pk
        invited = makers.operator(self.enterprise, right=EnterpriseRight.FILE)
        things |= {"operator": invited.pk, "link": makers.link(invited), "manager": self.operator.pk}
        things["sign_up"] = makers.sign_up(authority=self.city).pk
        today = clock.today()
        things["enterprise_bar"] = restrictions.bar_enterprise(
            enterprise=self.enterprise, reason="提供虚假材料", document="湘建罚〔2026〕1号", begins=today, ends=today,
            actor=audit.SYSTEM,
        ).pk  # fmt: skip
        things["lock"] = restrictions.add_lock(
            person=self.person, kind="manual", reason="核查中", document="", begins=today, ends=None, actor=audit.SYSTEM
        ).pk
        things["person"] = self.person.pk
        things["enterprise_qualification"] = self.enterprise.qualifications.get().pk
        for stage in ("draft", "wait_person", "reported", "accepted", "correction"):
            things[f"material:{stage}"] = things[f"case:{stage}"].materials.order_by("pk")[0].pk

    def _cases(self) -> None:
        things = self.things
        refused, user = self._reported(self.person)
        refused = actions.consent(application=refused, by=user, seen=None, commitment="同意")
        refused = actions.refuse_acceptance(
            application=refused, by=self.acceptor, seen=None, opinion="不属于本机关职权", ground="not_competent"
        )
        letter = letters.render(refused.letters.get())
        things |= {"case:not_accepted": refused, "letter": letter.pk}
        things["case:wait_person"], _ = self._reported(self.person)
        reported, user = self._reported()
        things["case:reported"] = actions.consent(application=reported, by=user, seen=None, commitment="同意")
        corrected, user = self._reported()
        corrected = actions.consent(application=corrected, by=user, seen=None, commitment="同意")
        things["case:correction"] = actions.request_correction(
            application=corrected, by=self.acceptor, seen=None, items=[{"what": "劳动合同", "detail": "缺页"}]
        )
        things["case:accepted"] = self._accepted()
        things["case:review_ok"] = self._review_ok()

    def _certificate(self) -> None:
        today = clock.today()
        registration = Registration.objects.create(
            person=self.person,
            registration_class="constructor",
            number=f"湘2{self.city}{today.year}000001",
            enterprise=self.enterprise,
            registered_on=today,
            employed_on=today,
            valid_until=today.replace(year=today.year + 3, day=1),
        )
        qualification = makers.qualification(
            self.person, used_at=clock.now(), enterprise_code=self.enterprise.credit_code
        )
        RegistrationSpecialty.objects.create(
            registration=registration,
            specialty=qualification.specialty,
            qualification=qualification,
            begin=today,
            end=registration.valid_until,
        )
        version = certificates.actions.create_version(
            registration_id=registration.pk, new_number=True, reason="初始注册", case_number="", actor=audit.SYSTEM
        )
        version = certificates.issuing.issue(version.pk)
        window = certificates.windows.make(
            version_id=version.pk, begin=today, end=today, purpose="投标", actor=self.person_user.actor
        )
        certificates.windows.issue(window.pk)
        self.things |= {
            "window": window.pk,
            "registration": registration.pk,
            "certificate": version.pk,
            "token": version.token,
            "qualification": qualification.pk,
            "enterprise_qualification": self.enterprise.qualifications.get().pk,
        }

    def _filed_by_the_person(self) -> None:
        """A cancellation that the person drafts themself."""
        case = actions.start(
            procedure=get("cancellation_by_person"),
            person=self.person,
            enterprise=self.enterprise,
            by=self.person_user,
        )
        materials.attach(application=case, code="other", upload=makers.upload(), by=self.person_user)
        self.things["case:cancellation"] = case
        self.things["material:cancellation"] = case.materials.get(code="other").pk

    def _asked(self) -> None:
        """A question of the enterprise with an attachment."""
        question = Question.objects.create(
            enterprise_id=self.enterprise.pk,
            enterprise_name=self.enterprise.name,
            asked_by="李晓琳",
            title="怎样补正",
            text="补正通知书在哪里下载？",
            attachment_id=makers.blob().pk,
            attachment_name="截图.jpg",
            asked_at=clock.now(),
        )
        self.things["question"] = question.pk

    def _leaving(self) -> None:
        """Somebody who moves from this enterprise to a third one, which waits for this one's word."""
        third = makers.enterprise("常德桃源里建设工程有限公司", city="430700")
        self.things["case:transfer"] = Application.objects.create(
            number=f"CD-{self.city}",
            procedure_code="transfer",
            registration_class="constructor",
            person=makers.person("蒋文斌"),
            enterprise=third,
            former_enterprise=self.enterprise,
            authority_code="430700",
            state=State.WAIT_FORMER,
            created_by=makers.operator(third),
            created_at=clock.now(),
            reported_at=clock.now(),
        )

    def _imported(self) -> None:
        """A checked import with refused rows."""
        run = ImportRun.objects.create(
            kind="qualifications",
            filename="资格证书.xlsx",
            size=1,
            sha256="0" * 64,
            source=keeping.store(b"PK", created_by="易春华"),
            error_file=keeping.store(b"PK", created_by="易春华"),
            state=RunState.CHECKED,
            counts={"new": 1, "update": 0, "same": 0, "error": 1},
            created_at=clock.now(),
        )
        self.things["import"] = run.pk

    def _filmed(self) -> None:
        """A face that waits for an officer."""
        own = makers.verification(self.person, step="officer", front=makers.blob(), back=makers.blob())
        self.things["face"] = makers.attempt(own, state="officer").uuid

    # Publicity

    def _published(self) -> None:
        things = self.things
        case = actions.publish(application=self._review_ok(), by=self.decider, batch=f"GS-{self.city}")
        things["case:publicity"] = case
        batch = self._batch(BatchKind.PUBLICITY, "GS", BatchState.PUBLISHED)
        item = self._item(batch, case)
        held = actions.publish(application=self._review_ok(), by=self.decider, batch=f"GS-{self.city}")
        held = actions.hold(application=held, objection=f"YY{self.city}")
        objection = Objection.objects.create(
            item=self._item(batch, held, ItemState.HELD),
            name="文国栋",
            id_number=makers.id_number(),
            phone="13900001111",
            text="与公示的聘用单位不一致，请核查。",
            code=f"YY{self.city}",
            evidence=makers.blob(),
            created_at=clock.now(),
        )
        announced = self._batch(BatchKind.ANNOUNCEMENT, "GG", BatchState.PUBLISHED)
        refused = actions.first_review(application=self._accepted(), by=self.acceptor, seen=None, passed=True)
        refused = actions.final_review(application=refused, by=self.decider, seen=None, passed=False, opinion="不符")
        refused = actions.announce(application=refused, by=self.decider, granted=False, batch="GG", opinion="不符")
        assert refused.state == State.REJECTED
        self._item(announced, refused)
        things["case:rejected"] = refused
        draft = self._batch(BatchKind.PUBLICITY, "GD", BatchState.DRAFT)
        waiting = self._item(draft, things["case:review_ok"], ItemState.WAITING)
        notice = Notice.objects.create(
            title="关于启用电子证书的通知",
            body="自即日起启用。",
            published_at=clock.now(),
            author="贺静",
            created_at=clock.now(),
            attachment=makers.blob(),
            attachment_name="附件.jpg",
        )
        drafted = Notice.objects.create(title="草稿", body="草稿。", author="贺静", created_at=clock.now())
        things |= {
            "batch:publicity": batch.pk,
            "batch:announcement": announced.pk,
            "batch:draft": draft.pk,
            "item:waiting": waiting.pk,
            "item": item.pk,
            "objection": objection.pk,
            "notice": notice.pk,
            "notice:draft": drafted.pk,
        }

    def _proceeding(self) -> None:
        things = self.things
        registration = Registration.objects.get(pk=things["registration"])
        keeper = makers.officer(PROVINCE, Function.REGISTER, name="罗婷")
        made = opening.open_ex_officio(
            registration=registration, measure="revoke", ground="quality", facts="发生重大质量事故", by=keeper,
            uploads=[makers.upload()],
        )  # fmt: skip
        made = proceedings.perform(proceeding=made, name="notify", by=keeper, seen=None)
        things["proceeding"] = made
        things["paper"] = papers.render(made.papers.get()).pk
        things["proof"] = made.events.get(name="open").attachments.get().pk
        for side, code in (("enterprise", "cancellation_by_person"), ("person", "cancellation")):
            things[f"case:refused_by_{side}"] = Application.objects.create(
                procedure_code=code, registration_class="constructor", person=self.person, enterprise=self.enterprise,
                registration=registration, authority_code=self.city, state=State.DECLINED, number=f"{side}-{self.city}",
                created_by=self.operator, created_at=clock.now(), reported_at=clock.now(), form_version=0,
            )  # fmt: skip

    def _batch(self, kind: BatchKind, prefix: str, state: BatchState) -> Batch:
        today = clock.today()
        return Batch.objects.create(
            kind=kind,
            number=f"{prefix}-{self.city}",
            title=f"关于 {prefix} 批二级建造师注册人员的{kind.label}",
            state=state,
            begins=today,
            ends=today.replace(year=today.year + 1, day=1),
            published_at=clock.now() if state != BatchState.DRAFT else None,
            created_by="贺静",
            created_at=clock.now(),
        )

    def _item(self, batch: Batch, case: Application, state: ItemState = ItemState.DONE) -> BatchItem:
        return BatchItem.objects.create(batch=batch, application=case, shown=shown.facts_of(case), state=state)


class World:
    """Both sides and a user for every role."""

    def __init__(self) -> None:
        self.halves = {side: Half(side) for side in Side}
        for half in self.halves.values():
            half.make()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")  # for /healthz
        self.users = {role: self._user(role) for role in ROLES if role is not ANONYMOUS}

    def _user(self, role: Role) -> User:
        half = self.halves[Side.OWN if Side.OWN in role.sides else Side.FOREIGN]
        if role.kind == UserKind.PERSON:
            return half.person_user
        if role.kind == UserKind.ENTERPRISE:
            return makers.operator(half.enterprise, right=str(role.right))
        return makers.officer(PROVINCE if role.province else half.city, *role.functions)

    def find(self, what: str, side: Side, user: User | None) -> Any:
        """The value of an address's argument: a case's uuid, a key, or the text after `=` as it stands."""
        if what.startswith("="):
            return what[1:]
        if what == "officer":
            return self.halves[side].acceptor.pk
        if what in ("passkey", "session", "delegation"):
            return self._of_nobody_who_knocks(what, side)
        if what == "phrase":
            return self._phrase(user).pk
        if what == "message":
            return self._message(side)
        found = self.halves[side].things[what]
        return found.uuid if isinstance(found, Application | Proceeding) else found

    def _of_nobody_who_knocks(self, what: str, side: Side) -> int:
        """A passkey or an open session of somebody of this side who is not among those who knock."""
        owner, now = self.halves[side].acceptor, clock.now()
        if what == "passkey":
            made = Passkey.objects.create(
                user=owner, credential_id=str(side).encode(), public_key=b"-", name="办公室电脑", added_at=now
            )
            return made.pk
        if what == "delegation":
            lent = Delegation.objects.create(
                giver=owner,
                taker=makers.officer(owner.authority_code),
                begins=now,
                ends=now,
                reason="休假",
                created_at=now,
            )
            return lent.pk
        made = OpenSession.objects.create(user=owner, session_key=str(side), opened_at=now, seen_at=now, way="password")
        return made.pk

    @staticmethod
    def _phrase(user: User | None) -> CannedOpinion:
        owner = user if user is not None and user.kind == UserKind.OFFICER else makers.officer(PROVINCE)
        return CannedOpinion.objects.get_or_create(user=owner, step="acceptance", text="材料齐全，予以受理。")[0]

    def _message(self, side: Side) -> int:
        half = self.halves[side]
        person = half.person
        send(
            "application.consented",
            to=Recipient.person(person.pk, person.name, person.phone),
            context={"kind": "初始注册", "number": "", "person": person.name},
            key=f"permission:{side}",
        )
        return inbox.messages("person", person.pk)[0].pk
