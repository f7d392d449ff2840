"""The forgotten password, and activation of accounts: a code by SMS to the registered mobile, and nothing learned by strangers."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from erjian.accounts import activation, passwords
from erjian.accounts.models import Function, User
from erjian.audit.models import Event
from erjian.messaging.models import SmsCode, SmsMessage
from erjian.policy import clock
from erjian.registry.models import Assurance, Change
from tests import makers

pytestmark = pytest.mark.django_db
NEW = "Yuelu-Shan-1926"


def sent_code() -> str:
    """The code in the newest SMS of the embedded outbox."""
    return re.search(r"\d{6}", SmsMessage.objects.order_by("-pk")[0].text).group()


def ask(client: Client, person, url: str = "/password/forgotten/"):
    return client.post(url, {"name": person.name, "id_number": person.id_number})


def finish(client: Client, code: str, password: str = NEW, again: str | None = None):
    return client.post(
        "/sign-in/code/", {"code": code, "new_password": password, "again": password if again is None else again}
    )


def member(**fields):
    """A person of the register with an account."""
    made = makers.person(**fields)
    makers.person_user(made)
    return made


def test_people_come_in_by_verification_and_have_no_code_before(client: Client, run_jobs) -> None:
    person = makers.person(verified=False)
    assert client.get("/sign-in/activate/").url == "/person/verify/"
    assert ask(client, person).url == "/sign-in/code/", "the answer tells nothing"
    run_jobs("sms")
    assert not SmsMessage.objects.exists()
    assert not User.objects.exists()


def test_a_new_password_changes_no_assurance(client: Client, run_jobs) -> None:
    person = member(verified=False)
    ask(client, person)
    run_jobs("sms")
    assert finish(client, sent_code()).url == "/person/"
    person.refresh_from_db()
    assert person.assurance == Assurance.NONE
    assert not Change.objects.exists()


def test_strangers_learn_nothing(client: Client, run_jobs) -> None:
    """A wrong name, an unknown number and a known person are answered alike, word for word."""
    person = member()
    claims = ((person.name, person.id_number), ("张三丰", person.id_number), (person.name, makers.id_number()))
    pages = []
    for minutes, (name, number) in enumerate(claims):
        other = Client()
        with clock.travel(seconds=minutes * 61):
            answer = other.post("/password/forgotten/", {"name": name, "id_number": number})
            assert answer.status_code == 302
            page = other.get("/sign-in/code/").content.decode()
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page))
    assert pages[0] == pages[1] == pages[2]
    run_jobs("sms")
    assert SmsMessage.objects.count() == 1


def test_the_same_number_again_within_a_minute_is_refused_known_or_not(client: Client) -> None:
    person = member()
    for number in (person.id_number, makers.id_number()):
        assert client.post("/password/forgotten/", {"name": "周启明", "id_number": number}).status_code == 302
        again = client.post("/password/forgotten/", {"name": "周启明", "id_number": number})
        assert again.status_code == 429
        assert "后再试" in again.content.decode()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("430199199003170010", "校验码不符"),
        ("123", "应为 18 位"),
        ("430199209901010013", "晚于今天"),
        ("", "请填写身份证号码"),
    ],
)
def test_what_is_no_number_is_said_so(client: Client, number: str, said: str) -> None:
    answer = client.post("/password/forgotten/", {"name": "周启明", "id_number": number})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_wrong_codes_are_refused_and_run_out(client: Client, run_jobs) -> None:
    person = member()
    ask(client, person)
    run_jobs("sms")
    right = sent_code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(6):
        answer = finish(client, wrong)
        assert answer.status_code == 422
        assert "验证码不对或已过期" in answer.content.decode()
    assert finish(client, right).status_code == 422, "five tries, then a new code is needed"
    assert User.objects.get().check_password(makers.PASSWORD)


def test_a_weak_password_does_not_use_up_the_code(client: Client, run_jobs) -> None:
    person = member()
    ask(client, person)
    run_jobs("sms")
    code = sent_code()
    for weak, said in (
        ("short1A", "口令太短"),
        ("alllowercase", "须含"),
        ("Password123", "常见口令"),
        ("周启明aB123456", "姓名"),
    ):
        answer = finish(client, code, weak)
        assert answer.status_code == 422
        assert said in answer.content.decode(), weak
    assert "两次输入的口令不一样" in finish(client, code, NEW, "other").content.decode()
    assert finish(client, code).status_code == 302


def test_a_former_password_does_not_use_up_the_code(client: Client, run_jobs) -> None:
    """Neither the present one nor one of the last; as often as somebody tries, the code then still sets another."""
    person = member()
    user = User.objects.get()
    passwords.change(user=user, old=makers.PASSWORD, new="Juzizhou-Tou-1925")
    ask(client, person)
    run_jobs("sms")
    code = sent_code()
    for _ in range(3):
        for used in (makers.PASSWORD, "Juzizhou-Tou-1925"):
            answer = finish(client, code, used)
            assert answer.status_code == 422
            assert "与最近用过的" in answer.content.decode()
    assert finish(client, code).url == "/person/"
    assert SmsCode.objects.get().used_at is not None


def test_former_passwords_are_told_only_to_who_holds_the_code(client: Client, run_jobs) -> None:
    person = member()
    ask(client, person)
    run_jobs("sms")
    wrong = f"{(int(sent_code()) + 1) % 10**6:06d}"
    answer = finish(client, wrong, makers.PASSWORD)
    assert "验证码不对或已过期" in answer.content.decode()
    assert "最近用过" not in answer.content.decode()


def test_a_code_sets_one_password(client: Client, run_jobs) -> None:
    ask(client, member())
    run_jobs("sms")
    code = sent_code()
    claim = activation.Claim(person_id=User.objects.get().person_id)
    assert finish(client, code).status_code == 302
    with pytest.raises(activation.ActivationRefused, match="验证码不对或已过期"):
        activation.finish(claim=claim, purpose="reset", code=code, password="Tianxin-Ge-1746", address="192.0.2.9")


def test_an_old_code_is_worthless(client: Client, run_jobs) -> None:
    person = member()
    ask(client, person)
    run_jobs("sms")
    code = sent_code()
    with clock.travel(seconds=6 * 60):
        assert finish(client, code).status_code == 422
    with clock.travel(seconds=16 * 60):
        assert finish(client, code).url == "/password/forgotten/"


def test_a_forgotten_password_ends_other_sessions(client: Client, run_jobs) -> None:
    user = makers.person_user(makers.person())
    elsewhere = Client()
    elsewhere.force_login(user)
    assert ask(client, user.person, "/password/forgotten/").url == "/sign-in/code/"
    run_jobs("sms")
    assert finish(client, sent_code()).url == "/person/"
    assert elsewhere.get("/messages/").status_code == 302
    assert Event.objects.filter(code="account.password_reset").count() == 1


def test_an_operator_recovers_by_user_name_and_mobile(client: Client, run_jobs) -> None:
    user = makers.operator(makers.enterprise(), username="lc-li")
    user.phone = "13907310001"
    user.save()
    fields = {"username": "lc-li", "phone": "13907310001"}
    assert client.post("/password/forgotten/?as=account", fields).status_code == 302
    run_jobs("sms")
    assert finish(client, sent_code()).url == "/enterprise/"


def test_a_disabled_account_is_not_revived(client: Client, run_jobs) -> None:
    user = makers.person_user(makers.person())
    user.is_active = False
    user.save()
    ask(client, user.person)
    run_jobs("sms")
    answer = finish(client, sent_code())
    assert answer.status_code == 422
    assert "已停用" in answer.content.decode()


def test_an_officer_does_not_get_in_by_an_id_number(client: Client, run_jobs) -> None:
    makers.officer("430000", Function.DECISION, username="hn-wang")
    client.post("/password/forgotten/?as=account", {"username": "hn-wang", "phone": "13907310001"})
    run_jobs("sms")
    assert not SmsMessage.objects.exists(), "no mobile is registered for the account"
