"""Whatever is wrong at an entrance: its status, its sentence, and the line that it leaves in the log or the audit.

A line is the audit's where it is of an account (`account.…`), else the log's. What was typed or sent as a secret, a
number of a person or a mobile stands in none of them.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
import pytest
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from erjian import protection
from erjian.accounts import captchas, invitations, limits, openid, sign_in, signing_up
from erjian.accounts.models import Authenticator, EnterpriseRight, Function, User
from erjian.accounts.sign_in import Side, SignInRefused
from erjian.audit.models import Event
from erjian.config.logs import LineFormatter
from erjian.messaging.models import SmsMessage
from erjian.policy import clock, loading
from tests import makers, providing
from tests.files import hostile
from tests.providing import Phone, Provider

pytestmark = pytest.mark.django_db
NAME, WRONG, NEW, MOBILE = "lc-li", "wrong-Password-1", "Yuelu-Shan-1926", "13907310055"


class Scene:
    """Who knocks, and what they must find nowhere in a line."""

    def __init__(self, settings: Any, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.client = Client()
        self.operator = makers.operator(makers.enterprise(), username=NAME)
        self.secrets = [makers.PASSWORD, WRONG, NEW, MOBILE]

    def sign_in(self, name: str = NAME, password: str = WRONG, **more: str) -> Any:
        return self.client.post("/sign-in/", {"side": "outside", "name": name, "password": password, **more})

    def wrong_tries(self, count: int) -> None:
        for _ in range(count):
            with pytest.raises(SignInRefused):
                sign_in.authenticate(side=Side.OUTSIDE, name=NAME, password=WRONG, address="127.0.0.1")

    def code(self) -> str:
        """The code of the newest message; a job sends it where somebody forgot their password."""
        for job in ProcrastinateJob.objects.filter(queue_name="sms", status="todo").order_by("pk"):
            app.tasks[job.task_name].func(**job.args)
        found = re.search(r"\d{6}", SmsMessage.objects.filter(template="code").latest("pk").text)
        assert found
        self.secrets.append(found[0])
        return found[0]

    def forgets(self) -> str:
        """A person asks for a code; returns it."""
        person = makers.person()
        makers.person_user(person)
        self.secrets += [person.id_number, person.phone]
        fields = {"name": person.name, "id_number": person.id_number}
        assert self.client.post("/password/forgotten/", fields).status_code == 302
        return self.code()

    def answers(self, code: str) -> Any:
        return self.client.post("/sign-in/code/", {"code": code, "new_password": NEW, "again": NEW})

    def proves(self) -> None:
        """The contact of an enterprise that registers proves the mobile."""
        assert self.client.post("/register/", {"phone": MOBILE}).status_code == 302
        assert self.client.post("/register/code/", {"code": self.code()}).status_code == 302

    def registers(self, content: bytes, name: str = "执照.jpg", **changes: str) -> Any:
        self.proves()
        fields = {
            "credit_code": makers.credit_code(4242),
            "name": "湖南新立建设工程有限公司",
            "origin": "inside",
            "city": "430100",
            "county": "430104",
            "contact_name": "谭雨欣",
            "key": str(uuid.uuid4()),
            "licence": hostile.upload(content, name),
        }
        return self.client.post("/register/new/", fields | changes)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def disabled(scene: Scene) -> Any:
    User.objects.filter(pk=scene.operator.pk).update(is_active=False)
    return scene.sign_in(password=makers.PASSWORD)


def locked(scene: Scene) -> Any:
    scene.wrong_tries(5)
    asked = captchas.new()
    return scene.sign_in(password=makers.PASSWORD, captcha_token=asked.token, captcha=asked.answer)


def wrong_captcha(scene: Scene) -> Any:
    scene.wrong_tries(2)
    return scene.sign_in(password=makers.PASSWORD, captcha_token=captchas.new().token, captcha="?")


def foreign_network(scene: Scene) -> Any:
    text = loading.HUNAN.read_text(encoding="utf-8")
    path = scene.folder / "policy.toml"
    path.write_text(text.replace("[networks]\n", '[networks]\n"430100" = ["10.43.0.0/16"]\n'), encoding="utf-8")
    scene.settings.ERJIAN_POLICY_FILE = str(path)
    makers.officer("430100", Function.ACCEPTANCE, username="cs-humin")
    return scene.sign_in("cs-humin", makers.PASSWORD, side="office")


def wrong_second_factor(scene: Scene, *, tries: int = 1) -> Any:
    secret = pyotp.random_base32()
    scene.secrets.append(secret)
    Authenticator.objects.create(user=scene.operator, secret=protection.encrypt("totp", secret), added_at=clock.now())
    assert scene.sign_in(password=makers.PASSWORD).status_code == 302
    right = pyotp.TOTP(secret).at(int(clock.now().timestamp()))
    return [scene.client.post("/sign-in/second/", {"code": other(right)}) for _ in range(tries)][-1]


def wrong_confirmation(scene: Scene) -> Any:
    scene.client.force_login(scene.operator)
    return scene.client.post("/confirm-identity/", {"password": WRONG})


def late(scene: Scene) -> Any:
    code = scene.forgets()
    with clock.travel(seconds=6 * 60):
        return scene.answers(code)


def too_many_codes(scene: Scene) -> Any:
    code = scene.forgets()
    return [scene.answers(other(code)) for _ in range(11)][-1]


def too_many_codes_of_a_contact(scene: Scene) -> Any:
    scene.client.post("/register/", {"phone": MOBILE})
    code = scene.code()
    return [scene.client.post("/register/code/", {"code": other(code)}) for _ in range(6)][-1]


def forgotten_by_nobody(scene: Scene) -> Any:
    number = makers.id_number()
    scene.secrets.append(number)
    return scene.client.post("/password/forgotten/", {"name": "无此人", "id_number": number}, follow=True)


def asked_twice(scene: Scene) -> Any:
    return [scene.client.post("/register/", {"phone": MOBILE}) for _ in range(2)][-1]


def asked_for_many(scene: Scene) -> Any:
    for _ in range(20):
        limits.take(signing_up._CODES_FROM, "127.0.0.1")
    return scene.client.post("/register/", {"phone": MOBILE})


def foreign_host(scene: Scene) -> Any:
    return scene.client.get("/sign-in/", headers={"host": "evil.example"})


def without_token(scene: Scene) -> Any:
    scene.client = Client(enforce_csrf_checks=True)
    return scene.sign_in(password=makers.PASSWORD)


def late_invitation(scene: Scene) -> Any:
    token = makers.link(makers.operator(scene.operator.enterprise, right=EnterpriseRight.FILE))
    scene.secrets.append(token)
    with clock.travel(seconds=invitations.LIFETIME.total_seconds() + 1):
        return scene.client.get(f"/sign-in/link/{token}/")


@dataclass(frozen=True)
class Case:
    """What is done; the status; the sentence ("" where the visitor is led on); the line."""

    act: Callable[[Scene], Any]
    status: int
    said: str
    line: str


WRONG_PAIR = "用户名或口令不对，或用户类型选错。再错 4 次将锁定 15 分钟。"
WRONG_CODE = "验证码不对或已过期。请核对短信，或重新获取验证码。"
WRONG_KIND = "不支持这种文件。请上传 JPG 图片、PNG 图片或 PDF 文件。"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
CASES = {
    "wrong password": Case(lambda scene: scene.sign_in(), 422, WRONG_PAIR, "account.sign_in_failed"),
    "unknown user": Case(lambda scene: scene.sign_in("nobody"), 422, WRONG_PAIR, "account.sign_in_failed"),
    "disabled account": Case(disabled, 422, WRONG_PAIR, "account.sign_in_failed"),
    "locked": Case(locked, 429, "错误次数过多，登录已锁定。请 15 分钟后再试", "sign-in: locked"),
    "locking": Case(locked, 429, "登录已锁定", "account.locked"),
    "wrong captcha": Case(wrong_captcha, 422, "验证码不对。请重新填写。", "captcha: wrong, used or too old"),
    "foreign network": Case(foreign_network, 403, "本单位规定只能从指定的网络办理。", "account.network_refused"),
    "wrong second factor": Case(wrong_second_factor, 422, "验证码不对，或已用过。", "account.second_failed"),
    "many second factors": Case(
        lambda scene: wrong_second_factor(scene, tries=6), 429, "操作太频繁。请 15 分钟后再试。",
        "limit second-factor reached",
    ),
    "wrong confirmation": Case(wrong_confirmation, 422, "口令不对。请重新输入。", "account.confirm_failed"),
    "wrong code": Case(lambda scene: scene.answers(other(scene.forgets())), 422, WRONG_CODE, "code by SMS: wrong"),
    "late code": Case(late, 422, WRONG_CODE, "code by SMS: none in force"),
    "many codes": Case(too_many_codes, 429, "操作太频繁。请 60 分钟后再试。", "limit code-guess reached"),
    "many codes, known mobile": Case(too_many_codes, 429, "操作太频繁", "code by SMS: too_many"),
    "many codes of a contact": Case(
        too_many_codes_of_a_contact, 429, "验证码输错次数过多。请重新获取验证码。", "code by SMS: too_many"
    ),
    "nobody's password forgotten": Case(forgotten_by_nobody, 200, "短信验证码", "code by SMS: asked for nobody"),
    "a code at once again": Case(asked_twice, 429, "验证码刚刚发送过。请 60 秒后再获取。", "code by SMS: too_soon"),
    "codes for many": Case(asked_for_many, 429, "操作太频繁。请 60 分钟后再试。", "limit sign-up-code-from reached"),
    "way on to a foreign page": Case(
        lambda scene: scene.sign_in(password=makers.PASSWORD, next="https://evil.example/"), 302, "",
        "way on: not a page of ours",
    ),
    "foreign host": Case(foreign_host, 400, "没有看懂这个请求", "Invalid HTTP_HOST header"),
    "without a token": Case(without_token, 403, "为了安全，这次提交没有被接受，数据没有改变。", "Forbidden (CSRF"),
    "HTML": Case(
        lambda scene: scene.registers(b"<html><script>alert(1)</script></html>"), 422, WRONG_KIND,
        "upload refused: type",
    ),
    "SVG": Case(lambda scene: scene.registers(SVG, "执照.svg"), 422, WRONG_KIND, "upload refused: type"),
    "packed file": Case(
        lambda scene: scene.registers(b"PK\x03\x04" + bytes(200), "执照.pdf"), 422, WRONG_KIND, "upload refused: type"
    ),
    "bomb": Case(
        lambda scene: scene.registers(hostile.png_bomb(12_000), "执照.png"), 422, "万像素）。请缩小后再上传。",
        "upload refused: dimensions",
    ),
    "too large": Case(
        lambda scene: scene.registers(hostile.jpeg() + bytes(6 * 1024 * 1024)), 422, "图片超过 5 MB。请压缩后再上传。",
        "upload refused: too_large",
    ),
    "taken credit code": Case(
        lambda scene: scene.registers(hostile.jpeg(), credit_code=scene.operator.enterprise.credit_code), 422,
        "已有账号，不需要再注册。", "sign-up: enterprise has an account",
    ),
    "late invitation": Case(late_invitation, 404, "链接已失效", "Not Found: /sign-in/link/***/"),
}  # fmt: skip


def check(case: Case, scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    answer = case.act(scene)
    page = answer.content.decode()
    as_written = LineFormatter("{levelname} {name} {message}", style="{")
    lines = [as_written.format(record) for record in caplog.records]
    events = [(event.code, json.dumps(event.data)) for event in Event.objects.order_by("pk")]
    assert answer.status_code == case.status, page
    assert case.said in page
    if case.line.startswith("account."):
        assert case.line in [code for code, _ in events]
    else:
        assert [line for line in lines if case.line in line and line.startswith(("WARNING ", "ERROR "))], lines
    assert "_auth_user_id" not in scene.client.session or case.status == 302 or "confirm" in case.line
    written = "\n".join((*lines, *(data for _, data in events)))
    assert [secret for secret in scene.secrets if secret in written] == []


@pytest.fixture
def scene(settings: Any, tmp_path: Path) -> Scene:
    return Scene(settings, tmp_path)


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_said_and_written_down(name: str, scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    check(CASES[name], scene, caplog)


# By an identity that another platform verified: against a real provider.


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Provider, str, str]]:
    number, code = makers.id_number(), makers.credit_code(77)
    identities = [
        providing.identity("person", "p", number, "周启明"),
        providing.identity("enterprise", "e", code, "湖南麓川建设工程有限公司"),
    ]
    with providing.provider(tmp_path_factory.mktemp("provider"), identities) as started:
        yield started, number, code


def back(client: Client) -> str:
    """Where the provider sends somebody who chose the person's identity."""
    phone = Phone()
    phone.go(client.get("/sign-in/identity/")["Location"])
    return phone.press("同意并登录", sub="p").removeprefix("http://testserver")


def forged_state(scene: Scene) -> Any:
    address = back(Client())
    scene.secrets.append(re.search(r"code=([^&]+)", address)[1])  # type: ignore[index]
    return scene.client.get(address)


def forged_nonce(scene: Scene) -> Any:
    address = back(scene.client)
    session = scene.client.session
    name = next(key for key in dict(session.items()) if key.startswith("_state_"))
    session[name]["data"]["nonce"] = "of-another-sign-in"
    session.save()
    return scene.client.get(address)


def replayed_device_code(scene: Scene) -> Any:
    thief, scene.client = scene.client, Client()
    scene.client.get("/sign-in/licence/")
    kept = scene.client.session["licence_attempt"]
    scene.secrets += [kept["secret"], kept["code"]]
    phone = Phone()
    phone.go(kept["complete"])
    phone.press()
    phone.press("核对一致")
    phone.press("同意并登录", sub="e")
    scene.client = thief
    for client in (Client(), thief):
        client.get("/sign-in/licence/")
        session = client.session
        session["licence_attempt"] = kept | {"due": 0}
        session.save()
        answer = client.post("/sign-in/licence/state/")
    return answer


BY_OTHERS = {
    "forged state": Case(forged_state, 410, "这次登录已过期或已经用过。请重新开始。", "digital_identity: expired"),
    "forged nonce": Case(forged_nonce, 400, "返回的身份没有通过核对，不能登录。", "digital_identity: bad"),
    "replayed code": Case(replayed_device_code, 410, "这次登录已过期或已经用过。请重新开始。", "e_licence: expired"),
}


@pytest.mark.parametrize("name", BY_OTHERS)
def test_what_is_wrong_with_an_identity_is_said_and_written_down(
    name: str, running: tuple[Provider, str, str], scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    started, number, code = running
    scene.settings.ERJIAN_ISSUERS = started.known
    openid._known_app.cache_clear()
    makers.person_user(makers.person(id_number=number))
    makers.operator(makers.enterprise(credit_code=code))
    scene.secrets.append(number)
    check(BY_OTHERS[name], scene, caplog)
