"""Events: written with the change, by known codes, never with a full personal number."""

import pytest
from django.db import transaction
from django.test import RequestFactory

from erjian import audit
from erjian.audit.actors import client_address
from erjian.audit.middleware import ClientAddressMiddleware, address_of
from erjian.audit.models import Event

pytestmark = pytest.mark.django_db

OFFICER = audit.Actor(audit.ActorKind.OFFICER, 7, "张三", "长沙市住房和城乡建设局", "10.0.0.9")
CODE = audit.codes.register("testing.done", "测试")


def test_an_event_says_who_did_what_to_what() -> None:
    audit.record(CODE, actor=OFFICER, subject=("application", 17), data={"from": "draft", "n": 3})
    event = audit.events_for("application", 17).get()
    assert (event.label, event.actor_label, event.organisation) == ("测试", "张三", "长沙市住房和城乡建设局")
    assert (event.actor_kind, event.actor_user_id, event.address) == ("officer", 7, "10.0.0.9")
    assert event.data == {"from": "draft", "n": 3}
    assert event.seal_number is None
    assert list(audit.events_by(7)) == [event]


def test_an_event_vanishes_with_the_change_that_failed() -> None:
    with transaction.atomic():
        audit.record(CODE, actor=audit.SYSTEM, subject=("application", 1))
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(audit.codes.UnknownCode):
        audit.record("testing.never_registered", actor=audit.SYSTEM, subject=("application", 1))


@pytest.mark.parametrize("code", ["", "plain", "Upper.case", "with space.x", "trailing.", ".leading"])
def test_codes_are_dotted_names(code: str) -> None:
    with pytest.raises(ValueError):
        audit.codes.register(code, "测试")


def test_a_code_has_one_label() -> None:
    assert audit.codes.register("testing.done", "测试") == CODE
    with pytest.raises(ValueError):
        audit.codes.register("testing.done", "另一个")


@pytest.mark.parametrize(
    "data",
    [
        {"id_number": "430102199003173416"},
        {"text": "身份证号430102199003173416有误"},
        {"nested": [{"deep": "43010219900317341x"}]},
        {"430102199003173416": True},
        {"phone": "13912345678"},
        {"phone": 13912345678},
        {"phone": "+8613912345678"},
        {"text": "电话：13912345678。"},
    ],
)
def test_full_personal_numbers_are_refused(data: dict[str, object]) -> None:
    with pytest.raises(audit.LeakedPersonalData) as caught:
        audit.record(CODE, actor=audit.SYSTEM, subject=("person", 1), data=data)
    assert "430102199003173416" not in str(caught.value)
    assert not Event.objects.exists()


def test_a_user_name_that_is_an_id_number_is_no_label() -> None:
    actor = audit.Actor(audit.ActorKind.PERSON, 1, "430102199003173416")
    with pytest.raises(audit.LeakedPersonalData):
        audit.record(CODE, actor=actor, subject=("person", 1))


@pytest.mark.parametrize(
    "value",
    [
        "430102********3416",
        "139****5678",
        "914300001838079410",  # a credit code of digits only
        "湘243202600012345",
        "1391234-5678-4abc-8def-139123456789",
        "0" * 10 + "13912345678" + "a" * 43,
        "2026-03-17T08:00:00Z",
        1773734400000,
    ],
)
def test_masks_hashes_and_codes_are_welcome(value: object) -> None:
    audit.record(CODE, actor=audit.SYSTEM, subject=("person", 1), data={"value": value})
    assert Event.objects.get().data == {"value": value}


def test_many_events_at_once(django_assert_max_num_queries: object) -> None:
    entries = (audit.Entry(("person", number), {"row": number}) for number in range(5001))
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        assert audit.record_many(CODE, actor=audit.SYSTEM, entries=entries) == 5001
    assert Event.objects.count() == 5001


def test_who_saw_my_data() -> None:
    audit.record_read(actor=OFFICER, purpose="复审", kind="person", ids=[11, 12, 13])
    audit.record_read(actor=OFFICER, purpose="初审", kind="person", ids=[12])
    audit.record_read(actor=OFFICER, purpose="查询", kind="enterprise", ids=[12])
    assert audit.record_read(actor=OFFICER, purpose="空列表", kind="person", ids=[]) is None
    assert [event.data["purpose"] for event in audit.reads_of("person", 12)] == ["初审", "复审"]
    assert [event.data["purpose"] for event in audit.reads_of("person", 11)] == ["复审"]
    assert not audit.reads_of("person", 1).exists()
    assert Event.objects.count() == 3


class TestAddress:
    def test_events_carry_the_address_of_the_request(self) -> None:
        def view(request: object) -> object:
            audit.record(CODE, actor=audit.PUBLIC, subject=("certificate", 1))
            return None

        ClientAddressMiddleware(view)(RequestFactory().get("/", REMOTE_ADDR="192.0.2.7"))  # type: ignore[arg-type]
        assert Event.objects.get().address == "192.0.2.7"
        assert client_address.get() == ""

    @pytest.mark.parametrize(
        ("hops", "forwarded", "expected"),
        [
            (0, "203.0.113.5", "127.0.0.1"),  # nobody stands in front: the header is the client's own claim
            (1, "203.0.113.5", "203.0.113.5"),
            (1, "1.1.1.1, 203.0.113.5", "203.0.113.5"),
            (2, "1.1.1.1, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
            (1, "", "127.0.0.1"),
            (1, "<script>", ""),
            (1, "2001:DB8::0:1", "2001:db8::1"),
        ],
    )
    def test_proxies_are_believed_as_far_as_configured(
        self, settings: object, hops: int, forwarded: str, expected: str
    ) -> None:
        settings.ERJIAN_PROXY_HOPS = hops  # type: ignore[attr-defined]
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        assert address_of(RequestFactory().get("/", headers=headers)) == expected
