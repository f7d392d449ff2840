"""Messages: written with the change, once per business event, delivered by a job."""

import asyncio
import datetime as dt
import threading

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from erjian import messaging
from erjian.config import workers
from erjian.messaging import Recipient, inbox, outbox, templates
from erjian.messaging.delivery import deliver
from erjian.messaging.gateways import Outbox, Undelivered
from erjian.messaging.models import InboxMessage, SmsMessage, SmsState
from erjian.policy import clock

ACCEPTED = templates.register(
    "testing.accepted",
    title="{kind}已受理",
    body="{name}：您的{kind}申请（{number}）已于{day}受理。",
    sms="【二级建造师注册】{name}，您的{kind}申请已受理。",
)
NOTE = templates.register("testing.note", title="提示", body="请补充材料。")
PERSON = Recipient.person(11, "王五", "13912345678")
CONTEXT = {"name": "王五", "kind": "初始注册", "number": "CS2026000001", "day": dt.date(2026, 3, 5)}


def jobs() -> list[ProcrastinateJob]:
    """The jobs of the messages there are: a test with real transactions leaves its jobs behind."""
    messages = [{"sms_id": pk} for pk in SmsMessage.objects.values_list("pk", flat=True)]
    return list(ProcrastinateJob.objects.filter(task_name="messaging.deliver_sms", args__in=messages))


@pytest.mark.django_db
class TestSend:
    def test_inbox_sms_and_job_are_written(self) -> None:
        entry = messaging.send(ACCEPTED, to=PERSON, context=CONTEXT, key="case:1:accepted", link="/person/cases/1/")
        assert entry is not None
        assert (entry.title, entry.link) == ("初始注册已受理", "/person/cases/1/")
        assert entry.body == "王五：您的初始注册申请（CS2026000001）已于2026年3月5日受理。"
        sms = SmsMessage.objects.get()
        assert sms.text == "【二级建造师注册】王五，您的初始注册申请已受理。"
        assert (sms.phone, sms.phone_mask, sms.state) == ("13912345678", "139****5678", SmsState.QUEUED)
        [job] = jobs()
        assert job.args == {"sms_id": sms.pk}
        assert job.queue_name == "messages"

    def test_phone_and_text_rest_encrypted(self) -> None:
        messaging.send(ACCEPTED, to=PERSON, context=CONTEXT, key="k")
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(s)::text FROM messaging_smsmessage s")
            row = cursor.fetchone()[0]
        assert "13912345678" not in row
        assert "王五" not in row
        assert b"13912345678".hex() not in row
        assert "13912345678" not in repr(PERSON)

    def test_a_repeat_is_harmless(self) -> None:
        assert messaging.send(ACCEPTED, to=PERSON, context=CONTEXT, key="case:1:accepted")
        assert messaging.send(ACCEPTED, to=PERSON, context=CONTEXT, key="case:1:accepted") is None
        assert (InboxMessage.objects.count(), SmsMessage.objects.count(), len(jobs())) == (1, 1, 1)

    def test_two_recipients_of_one_event_are_both_told(self) -> None:
        company = Recipient.enterprise(11, "某公司", "13812345678")
        for recipient in (PERSON, company):
            assert messaging.send(ACCEPTED, to=recipient, context=CONTEXT, key="case:1:accepted")
        assert len(jobs()) == 2

    def test_a_change_that_is_rolled_back_tells_nobody(self) -> None:
        before = ProcrastinateJob.objects.count()
        with transaction.atomic():
            messaging.send(ACCEPTED, to=PERSON, context=CONTEXT, key="k")
            transaction.set_rollback(True)
        assert not InboxMessage.objects.exists()
        assert not SmsMessage.objects.exists()
        assert ProcrastinateJob.objects.count() == before

    @pytest.mark.parametrize(
        ("template", "recipient"),
        [
            (ACCEPTED, Recipient.person(1, "无手机")),
            (NOTE, PERSON),
            (ACCEPTED, Recipient.authority("430100", "accept")),
        ],
    )
    def test_without_phone_or_text_only_the_inbox_is_told(self, template: str, recipient: Recipient) -> None:
        assert messaging.send(template, to=recipient, context=CONTEXT, key="k")
        assert InboxMessage.objects.count() == 1
        assert not SmsMessage.objects.exists()

    def test_mistakes_are_errors(self) -> None:
        with pytest.raises(templates.UnknownTemplate):
            messaging.send("testing.nothing", to=PERSON, context={}, key="k")
        with pytest.raises(templates.MissingValue, match="day"):
            messaging.send(ACCEPTED, to=PERSON, context={"name": "", "kind": "", "number": ""}, key="k")
        for link in ("https://elsewhere.example/", "//elsewhere.example/"):
            with pytest.raises(ValueError, match="on this site"):
                messaging.send(NOTE, to=PERSON, context={}, key="k", link=link)

    def test_the_key_of_a_bare_sms_is_not_reused(self) -> None:
        messaging.send_sms("13912345678", "一", template="testing", key="same")
        with pytest.raises(IntegrityError), transaction.atomic():
            messaging.send_sms("13912345678", "二", template="testing", key="same")
        assert len(jobs()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_one() -> None:
    ready = threading.Barrier(4, timeout=20)
    written = []

    def work() -> None:
        try:
            ready.wait()
            with transaction.atomic():
                written.append(messaging.send(ACCEPTED, to=PERSON, context=CONTEXT, key="case:1:accepted"))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(entry is None for entry in written) == [False, True, True, True]
    assert (SmsMessage.objects.count(), len(jobs())) == (1, 1)


class TestTemplates:
    @pytest.mark.parametrize(
        "text",
        ["{", "}", "{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:>10}", "{a b}", "{__class__.x}"],
    )
    def test_unusable_placeholders(self, text: str) -> None:
        with pytest.raises(templates.BadTemplate):
            templates.register("testing.bad", title="标题", body=text)
        assert "testing.bad" not in templates.TEMPLATES

    def test_declared_fields_are_all_that_may_be_used(self) -> None:
        with pytest.raises(templates.BadTemplate, match="phone"):
            templates.register("testing.bad", title="标题", body="{name}{phone}", fields=("name",))

    @pytest.mark.parametrize(
        "arguments",
        [
            {"name": "Bad Name", "title": "t", "body": "b"},
            {"name": "testing.bad", "title": "", "body": "b"},
            {"name": "testing.bad", "title": "t", "body": ""},
            {"name": "testing.bad", "title": "t", "body": "b", "sms": "长" * 301},
            {"name": "testing.note", "title": "提示", "body": "另一种说法。"},
        ],
    )
    def test_unusable_registrations(self, arguments: dict[str, str]) -> None:
        with pytest.raises(templates.BadTemplate):
            templates.register(arguments.pop("name"), **arguments)  # type: ignore[arg-type]

    def test_registering_again_is_harmless(self) -> None:
        assert templates.register("testing.note", title="提示", body="请补充材料。") == NOTE

    def test_values(self) -> None:
        templates.register("testing.value", title="标题", body="{value}")
        for value, expected in [
            (dt.datetime(2026, 3, 4, 17, 5, tzinfo=dt.UTC), "2026年3月5日 01:05"),
            ("一\r\n 二\t三", "一 二 三"),
            ("{name}", "{name}"),
            ("很" * 500, "很" * 119 + "…"),
            (3, "3"),
        ]:
            assert templates.get("testing.value").render({"value": value}).body == expected


class _Dead:
    keeps_text = False

    def __init__(self, *, permanent: bool) -> None:
        self.permanent = permanent
        self.calls: list[str] = []

    def send(self, *, phone: str, text: str, key: str) -> str:
        self.calls.append(key)
        raise Undelivered("HTTP 500", permanent=self.permanent)


class _Alive:
    keeps_text = False

    def send(self, *, phone: str, text: str, key: str) -> str:
        return "ref-1"


@pytest.mark.django_db
class TestDelivery:
    def sms(self, *, secret: bool = False) -> SmsMessage:
        return messaging.send_sms("13912345678", "内容 123456", template="testing", key="k", secret=secret)

    def test_sent_once(self) -> None:
        sms = self.sms()
        assert deliver(sms.pk) == SmsState.SENT
        assert deliver(sms.pk, through=_Dead(permanent=True)) == SmsState.SENT
        sms.refresh_from_db()
        assert (sms.state, sms.attempts, sms.reference) == (SmsState.SENT, 1, "outbox")
        assert sms.sent_at is not None

    def test_a_passing_trouble_is_tried_again_under_the_same_key(self) -> None:
        sms, dead = self.sms(), _Dead(permanent=False)
        for _ in range(2):
            with pytest.raises(Undelivered):
                deliver(sms.pk, through=dead)
        sms.refresh_from_db()
        assert (sms.state, sms.attempts, sms.error) == (SmsState.QUEUED, 2, "HTTP 500")
        assert len(set(dead.calls)) == 1
        assert deliver(sms.pk, through=_Alive()) == SmsState.SENT
        sms.refresh_from_db()
        assert (sms.reference, sms.error) == ("ref-1", "")

    @pytest.mark.parametrize(("permanent", "last"), [(True, False), (False, True)])
    def test_a_final_answer_or_the_last_attempt_fails(self, permanent: bool, last: bool) -> None:
        sms = self.sms()
        assert deliver(sms.pk, last_attempt=last, through=_Dead(permanent=permanent)) == SmsState.FAILED
        assert deliver(sms.pk, through=_Alive()) == SmsState.FAILED

    def test_a_provider_has_it_then_the_secret_is_forgotten(self) -> None:
        sms = self.sms(secret=True)
        deliver(sms.pk, through=_Alive())
        sms.refresh_from_db()
        assert "123456" not in sms.text

    def test_the_outbox_keeps_it(self) -> None:
        sms = self.sms(secret=True)
        deliver(sms.pk, through=Outbox())
        sms.refresh_from_db()
        assert "123456" in sms.text

    def test_a_message_that_is_gone(self) -> None:
        assert deliver(12345) is None


@pytest.mark.django_db
class TestOutbox:
    def test_is_readable_in_the_demonstration(self) -> None:
        messaging.send_sms("13912345678", "一", template="testing", key="1")
        messaging.send_sms("13812345678", "二", template="testing", key="2")
        assert [sms.text for sms in outbox.messages()] == ["二", "一"]
        assert [sms.text for sms in outbox.messages(phone="13912345678")] == ["一"]

    @pytest.mark.parametrize("change", [{"ERJIAN_DEMO": False}, {"ERJIAN_SMS": "http"}])
    def test_is_closed_otherwise(self, settings: object, change: dict[str, object]) -> None:
        settings.ERJIAN_SMS_URL, settings.ERJIAN_SMS_SECRET = "https://sms.example/", "s"  # type: ignore[attr-defined]
        for name, value in change.items():
            setattr(settings, name, value)
        assert not outbox.is_open()
        with pytest.raises(outbox.OutboxClosed):
            outbox.messages()


@pytest.mark.django_db
class TestInbox:
    def fill(self, count: int, recipient: Recipient = PERSON) -> None:
        for number in range(count):
            messaging.send(NOTE, to=recipient, context={}, key=f"{number}")

    def test_newest_first_and_only_ones_own(self) -> None:
        self.fill(3)
        self.fill(2, Recipient.person(12, "赵六"))
        assert [entry.key for entry in inbox.messages("person", 11)] == ["2", "1", "0"]
        assert inbox.unread_count("person", 11) == 3
        assert inbox.unread_count("enterprise", 11) == 0

    def test_officers_read_what_their_functions_got(self) -> None:
        for function in ("accept", "first_review", "final_review"):
            self.fill(1, Recipient.authority("430100", function))
        mine = ["430100:accept", "430100:first_review"]
        assert inbox.unread_count("authority", *mine) == 2
        assert inbox.mark_read("authority", *mine) == 2
        assert inbox.unread_count("authority", *mine) == 0
        assert inbox.unread_count("authority", "430100:final_review") == 1

    def test_nobody_marks_what_is_not_theirs(self) -> None:
        self.fill(2)
        entries = list(inbox.messages("person", 11).values_list("pk", flat=True))
        assert inbox.mark_read("person", 12, message_ids=entries) == 0
        assert inbox.mark_read("person", 11, message_ids=entries[:1]) == 1
        assert inbox.unread_count("person", 11) == 1

    def test_the_badge_stops_counting_at_one_hundred(self, django_assert_num_queries: object) -> None:
        InboxMessage.objects.bulk_create(
            InboxMessage(
                recipient_kind="person",
                recipient_id="11",
                template=NOTE,
                title="t",
                body="b",
                key=str(n),
                created_at=clock.now(),
            )
            for n in range(150)
        )
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert inbox.unread_count("person", 11) == inbox.UNREAD_CAP + 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_delivers_what_was_committed() -> None:
    messaging.send(ACCEPTED, to=PERSON, context=CONTEXT, key="case:1:accepted")
    asyncio.run(workers.work(wait=False, queues=["messages"]))
    assert SmsMessage.objects.get().state == SmsState.SENT
    assert {job.status for job in jobs()} == {"succeeded"}


@pytest.mark.django_db(transaction=True)
def test_a_message_survives_a_database_that_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> str:
        raise OperationalError("terminating connection due to administrator command")

    messaging.send(ACCEPTED, to=PERSON, context=CONTEXT, key="case:1:accepted")
    monkeypatch.setattr(Outbox, "send", away)
    asyncio.run(workers.work(wait=False, queues=["messages"]))
    assert SmsMessage.objects.get().state == SmsState.QUEUED
    assert [(job.status, job.attempts) for job in jobs()] == [("todo", 1)], "it waits for another attempt"
