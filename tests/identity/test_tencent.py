"""Tencent Cloud, by its official SDK, against a local stand-in of its HTTP interface: signed, with errors and time-outs."""

from __future__ import annotations

import itertools
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import erjian
from erjian.config.cli import checking
from erjian.identity.faces import BadPicture, FacesUnavailable
from erjian.identity.models import Attempt
from erjian.identity.tencent import TencentFaces
from erjian.messaging import gateways, templates
from erjian.messaging.gateways import Undelivered
from erjian.registry.models import Assurance
from tests.identity.conftest import Applicant, run_jobs

NAME, NUMBER = "周启明", "430199199003170194"
TEXT = {
    "ErrCode": 0, "ErrMsg": "成功", "LiveStatus": 0, "Comparestatus": 0, "Sim": "96.10", "Name": NAME,
    "IdCard": NUMBER, "Extra": "attempt-1", "CompareLibType": "权威库",
}  # fmt: skip


@dataclass
class Tencent:
    """`answers` maps an action to its Response; `asked` keeps action, parameters and headers."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    status: int = 200
    raw: bytes = b""


@pytest.fixture
def cloud() -> Iterator[Tencent]:
    made = Tencent()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            action = self.headers["X-TC-Action"]
            made.asked.append((action, body, dict(self.headers)))
            answer = made.raw or json.dumps({"Response": made.answers.get(action, {})}).encode()
            self.send_response(made.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def faces(cloud: Tencent) -> TencentFaces:
    return TencentFaces(secret_id="id", secret_key="key", region="ap-guangzhou", rule="7", endpoint=cloud.url)


def outcome(cloud: Tencent, **other: Any) -> Any:
    cloud.answers["GetDetectInfoEnhanced"] = {"Text": TEXT | other}
    return faces(cloud).outcome("token-1", name=NAME, id_number=NUMBER, attempt="attempt-1")


def test_a_flow_is_opened_signed_and_for_the_person(cloud: Tencent) -> None:
    cloud.answers["DetectAuth"] = {"Url": "https://faceid.example/h5?x=1", "BizToken": "token-1", "RequestId": "r"}
    found = faces(cloud).begin(name=NAME, id_number=NUMBER, back="https://zjs.example/back", attempt="attempt-1")
    assert found == ("https://faceid.example/h5?x=1", "token-1")
    action, asked, headers = cloud.asked[0]
    assert (action, asked["RuleId"], asked["Name"], asked["IdCard"]) == ("DetectAuth", "7", NAME, NUMBER)
    assert asked["RedirectUrl"] == "https://zjs.example/back"
    assert headers["Authorization"].startswith("TC3-HMAC-SHA256 Credential=id/")
    assert headers["X-TC-Version"] == "2018-03-01"


def test_only_what_the_authoritative_source_confirms_of_this_person_is_accepted(cloud: Tencent) -> None:
    good = outcome(cloud)
    assert (good.verdict, good.distance) == ("accept", pytest.approx(0.039))
    for other, reason in (
        ({"Name": "刘思齐"}, "source"),
        ({"IdCard": "430199199003170178"}, "source"),
        ({"Extra": "another attempt"}, "source"),
        ({"CompareLibType": "业务方自有库"}, "source"),
        ({"ErrCode": 1, "LiveStatus": 2}, "wrong_gesture"),
        ({"ErrCode": 1, "Comparestatus": 3}, "unlike"),
        ({"ErrCode": 2}, "source"),
    ):
        found = outcome(cloud, **other)
        assert (found.verdict, found.reason) == ("refuse", reason), other
    assert outcome(cloud, ErrCode=None) is None, "the person has not finished"


def test_errors_are_told_apart(cloud: Tencent) -> None:
    ask = faces(cloud)
    for code, kind in (
        ("InternalError.UnKnown", FacesUnavailable),
        ("RequestLimitExceeded", FacesUnavailable),
        ("AuthFailure.SignatureFailure", FacesUnavailable),
        ("InvalidParameterValue.NameFormatIllegal", BadPicture),
    ):
        cloud.answers["DetectAuth"] = {"Error": {"Code": code, "Message": f"{NAME} {NUMBER}"}, "RequestId": "r"}
        with pytest.raises(kind) as caught:
            ask.begin(name=NAME, id_number=NUMBER, back="", attempt="a")
        assert NUMBER not in str(caught.value), "what was sent is never repeated"
    for status, raw in ((500, b"oops"), (200, b"<html>"), (200, b"[]")):
        cloud.status, cloud.raw = status, raw
        with pytest.raises(FacesUnavailable):
            ask.begin(name=NAME, id_number=NUMBER, back="", attempt="a")


def test_a_dead_line_and_a_silent_one_end() -> None:
    dead = TencentFaces(secret_id="id", secret_key="key", region="r", rule="7", endpoint="http://127.0.0.1:9")
    with pytest.raises(FacesUnavailable):
        dead.begin(name=NAME, id_number=NUMBER, back="", attempt="a")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        mute = TencentFaces(secret_id="id", secret_key="k", region="r", rule="7", endpoint=address, seconds=1)
        with pytest.raises(FacesUnavailable):
            mute.begin(name=NAME, id_number=NUMBER, back="", attempt="a")


@pytest.mark.django_db
def test_the_way_leads_to_tencent_and_back(applicant: Applicant, cloud: Tencent, settings: Any) -> None:
    applicant.phone = "13800007777"
    settings.ERJIAN_FACES = "tencent"
    settings.ERJIAN_TENCENT_ID, settings.ERJIAN_TENCENT_KEY, settings.ERJIAN_FACES_RULE = "id", "key", "7"
    settings.ERJIAN_TENCENT_ENDPOINT = cloud.url
    cloud.answers["DetectAuth"] = {"Url": "https://faceid.example/h5", "BizToken": "token-1"}
    applicant.to_the_camera()
    assert "接下来到腾讯云人脸核身" in applicant.get()
    applicant.draw()
    run_jobs()
    state = applicant.client.get("/person/verify/state/").json()
    assert state["address"] == "https://faceid.example/h5"
    attempt = Attempt.objects.get()
    text = TEXT | {"Name": applicant.person.name, "IdCard": applicant.person.id_number, "Extra": str(attempt.uuid)}
    cloud.answers["GetDetectInfoEnhanced"] = {"Text": text}
    assert applicant.client.get("/person/verify/returned/?BizToken=forged").status_code == 302
    run_jobs()
    assert cloud.asked[-1][1]["BizToken"] == "token-1", "what the browser brings is not believed"
    attempt.refresh_from_db()
    assert (attempt.state, attempt.assurance) == ("accepted", Assurance.AUTHORITATIVE)
    assert "认证成功" in applicant.get(), "an authoritative source may take over another mobile"


# SMS


@pytest.fixture
def sms(cloud: Tencent, settings: Any, tmp_path: Path) -> Any:
    path = tmp_path / "templates.toml"
    path.write_text(
        '[[template]]\nid = "11"\ntext = "验证码 {1}，用于{2}，{3} 分钟内有效。请勿告诉他人。"\n', encoding="utf-8"
    )
    settings.ERJIAN_SMS = "tencent"
    settings.ERJIAN_TENCENT_ID, settings.ERJIAN_TENCENT_KEY = "id", "key"
    settings.ERJIAN_TENCENT_ENDPOINT = cloud.url
    settings.ERJIAN_SMS_APP, settings.ERJIAN_SMS_SIGN, settings.ERJIAN_SMS_TEMPLATES = "1400", "二级建造师注册", path
    return gateways.gateway()


CODE = "【二级建造师注册】验证码 123456，用于实名认证，5 分钟内有效。请勿告诉他人。"


def test_an_sms_is_fitted_to_its_approved_template(cloud: Tencent, sms: Any) -> None:
    cloud.answers["SendSms"] = {"SendStatusSet": [{"SerialNo": "s-1", "Code": "Ok"}]}
    assert sms.send(phone="13800002716", text=CODE, key="k-1") == "s-1"
    action, asked, headers = cloud.asked[0]
    assert action == "SendSms"
    assert asked["PhoneNumberSet"] == ["+8613800002716"]
    assert (asked["TemplateId"], asked["TemplateParamSet"]) == ("11", ["123456", "实名认证", "5"])
    assert (asked["SmsSdkAppId"], asked["SignName"], asked["SessionContext"]) == ("1400", "二级建造师注册", "k-1")
    assert headers["Authorization"].startswith("TC3-HMAC-SHA256")
    assert sms.keeps_text is False


def test_a_sentence_nobody_approved_is_not_sent(cloud: Tencent, sms: Any) -> None:
    with pytest.raises(Undelivered) as caught:
        sms.send(phone="13800002716", text="【二级建造师注册】别的内容", key="k-2")
    assert caught.value.permanent
    assert cloud.asked == []


def test_the_check_lists_every_text_that_has_no_approved_template(sms: Any, settings: Any) -> None:
    lacking = list(checking._sms())
    assert any(
        line.startswith("ERJIAN_SMS_TEMPLATES has no approved text for identity.officer_refused: ") for line in lacking
    )
    assert not any("for code:" in line for line in lacking), "this one is approved"
    rows = []
    for number, line in enumerate(lacking):
        text = line.split(": ", 1)[1].removeprefix("【二级建造师注册】")
        places = itertools.count(1)
        text = re.sub(r"\{\w+\}", lambda _, places=places: f"{{{next(places)}}}", text)
        rows.append(f'[[template]]\nid = "{number + 20}"\ntext = {json.dumps(text, ensure_ascii=False)}\n')
    path = settings.ERJIAN_SMS_TEMPLATES.with_name("all.toml")
    path.write_text(settings.ERJIAN_SMS_TEMPLATES.read_text("utf-8") + "".join(rows), encoding="utf-8")
    settings.ERJIAN_SMS_TEMPLATES = path
    assert list(checking._sms()) == []


def test_what_leaves_as_an_sms_is_among_the_texts_that_are_checked() -> None:
    """Each name under which an SMS is sent has its text in the registry, so that none is forgotten."""
    sent = set()
    for path in Path(erjian.__file__).parent.rglob("*.py"):
        source = path.read_text("utf-8")
        if "send_sms(" in source:
            sent |= set(re.findall(r'template="([\w.]+)"', source))
    assert len(sent) >= 5
    assert sent <= templates.all_sms().keys()


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        ("FailedOperation.TemplateIncorrectOrUnapproved", True),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", False),
        ("InternalError.Timeout", False),
        ("InvalidParameterValue.IncorrectPhoneNumber", True),
    ],
)
def test_sms_refusals_say_whether_another_try_helps(cloud: Tencent, sms: Any, code: str, permanent: bool) -> None:
    cloud.answers["SendSms"] = {"SendStatusSet": [{"SerialNo": "", "Code": code, "Message": "13800002716"}]}
    with pytest.raises(Undelivered) as caught:
        sms.send(phone="13800002716", text=CODE, key="k-3")
    assert caught.value.permanent is permanent
    assert "13800002716" not in str(caught.value)
    cloud.answers["SendSms"] = {"Error": {"Code": code, "Message": "x"}, "RequestId": "r"}
    with pytest.raises(Undelivered) as caught:
        sms.send(phone="13800002716", text=CODE, key="k-3")
    assert caught.value.permanent is permanent


def test_a_broken_answer_is_tried_again(cloud: Tencent, sms: Any) -> None:
    for status, raw in ((502, b"bad gateway"), (200, b"{")):
        cloud.status, cloud.raw = status, raw
        with pytest.raises(Undelivered) as caught:
            sms.send(phone="13800002716", text=CODE, key="k-4")
        assert not caught.value.permanent
