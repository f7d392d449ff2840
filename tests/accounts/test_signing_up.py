"""用户注册: the mobile is proved, the licence judged, the city decides; one request however often it is sent."""

from __future__ import annotations

import re
import threading
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from erjian.accounts import signing_up
from erjian.accounts.models import Function, SignUp, SignUpState, User
from erjian.audit.models import Event
from erjian.messaging.models import InboxMessage, SmsMessage
from erjian.policy import clock
from erjian.policy import loading as policy_files
from erjian.registry.models import Change, Enterprise
from tests import makers

pytestmark = pytest.mark.django_db
PHONE = "13907310055"
NAME = "湖南新立建设工程有限公司"
QUEUE = "/authority/sign-ups/"
NEW = "Yuelu-Shan-1926"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def city() -> Client:
    return browser(makers.officer("430100", Function.ACCEPTANCE))


def sent_code() -> str:
    return re.search(r"\d{6}", SmsMessage.objects.filter(template="code").order_by("-pk")[0].text).group()


def proved(phone: str = PHONE) -> Client:
    """A visitor who proved a mobile."""
    client = Client()
    assert client.post("/register/", {"phone": phone}).url == "/register/code/"
    assert client.post("/register/code/", {"code": sent_code()}).status_code == 302
    return client


def fields(**changes: object) -> dict[str, object]:
    return {
        "credit_code": makers.credit_code(4242),
        "name": NAME,
        "origin": "inside",
        "city": "430100",
        "county": "430104",
        "contact_name": "谭雨欣",
        "licence": makers.upload(),
        "key": str(uuid.uuid4()),
        **changes,
    }


def test_an_enterprise_registers_and_files(city: Client) -> None:
    applicant = proved()
    assert applicant.post("/register/new/", fields()).url == "/register/mine/"
    page = applicant.get("/register/mine/").content.decode()
    assert "待审核" in page
    assert "长沙市住房和城乡建设局" in page
    request = SignUp.objects.get()
    assert InboxMessage.objects.get(template="sign_up.received").link == f"{QUEUE}{request.pk}/"
    assert NAME in city.get(QUEUE).content.decode()
    shown = city.get(f"{QUEUE}{request.pk}/").content.decode()
    assert "没有这个统一社会信用代码的企业" in shown
    assert PHONE not in shown
    assert city.get(f"{QUEUE}{request.pk}/licence/").headers["Content-Type"] == "image/jpeg"
    assert city.post(f"{QUEUE}{request.pk}/approve/").url == QUEUE
    made = Enterprise.objects.get(credit_code=makers.credit_code(4242))
    assert (made.name, made.city, made.county, made.filing_authority) == (NAME, "430100", "430104", "430100")
    assert made.licence_id == request.licence_id
    assert Change.objects.filter(enterprise_id=made.pk).exists()
    assert "已通过" in applicant.get("/register/mine/").content.decode()
    sms = SmsMessage.objects.order_by("-pk")[0]
    assert sms.phone == PHONE
    assert "用户注册已通过" in sms.text
    link = re.search(r"(/sign-in/link/\S+/)", sms.text).group(1)
    holder = Client()
    assert holder.post(link, {"new_password": NEW, "again": NEW}).url == "/enterprise/"
    user = User.objects.get(enterprise=made)
    assert (user.right, user.name) == ("manage", "谭雨欣")
    codes = Event.objects.filter(subject_kind="sign_up").order_by("id").values_list("code", flat=True)
    assert list(codes) == ["sign_up.submitted", "sign_up.approved"]


def test_a_refusal_says_why_and_the_next_try_is_free(city: Client) -> None:
    applicant = proved()
    applicant.post("/register/new/", fields())
    request = SignUp.objects.get()
    empty = city.post(f"{QUEUE}{request.pk}/refuse/", {"reason": " "})
    assert empty.status_code == 422
    assert "请填写" in empty.content.decode()
    assert city.post(f"{QUEUE}{request.pk}/refuse/", {"reason": "营业执照照片看不清"}).url == QUEUE
    assert "营业执照照片看不清" in SmsMessage.objects.order_by("-pk")[0].text
    page = applicant.get("/register/mine/").content.decode()
    assert "未通过" in page
    assert "营业执照照片看不清" in page
    assert not Enterprise.objects.exists()
    assert applicant.post("/register/new/", fields()).url == "/register/mine/"
    assert SignUp.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"credit_code": "123"}, "18 位"),
        ({"credit_code": makers.credit_code(4242)[:-1] + "I"}, "不含 I、O"),
        ({"credit_code": makers.credit_code(4242)[:-1] + ("1" if makers.credit_code(4242)[-1] != "1" else "2")}, "校验码"),
        ({"name": "某"}, "全称"),
        ({"name": ""}, "企业名称"),
        ({"name": NAME + "😀"}, "不能印在正式文书上"),
        ({"name": NAME + "\x07"}, "看不见的控制符（U+0007）"),
        ({"contact_name": "李晓琳\x07"}, "看不见的控制符（U+0007）"),
        ({"city": ""}, "请选择注册所在地市"),
        ({"city": "430200", "county": "430104"}, "所选区县不属于"),
        ({"origin": "moon"}, "企业类型"),
        ({"contact_name": " "}, "联系人"),
        ({"licence": ""}, "请上传营业执照"),
        ({"licence": SimpleUploadedFile("a.jpg", b"", "image/jpeg")}, "空"),
        ({"licence": SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", "image/jpeg")}, "JPG"),
        ({"licence": SimpleUploadedFile("a.html", b"<html><script>1</script></html>", "text/html")}, "JPG"),
    ],
)  # fmt: skip
def test_bad_fields_are_said_and_what_was_typed_is_kept(changes: dict, said: str) -> None:
    answer = proved().post("/register/new/", fields(**changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "谭雨欣" in page or changes.get("contact_name")
    assert not SignUp.objects.exists()


def test_an_accepted_licence_is_kept_while_other_fields_are_put_right() -> None:
    applicant = proved()
    wrong = fields(credit_code="123")
    page = applicant.post("/register/new/", wrong).content.decode()
    assert "已上传" in page
    assert "没有保存" not in page
    right = {name: value for name, value in fields(key=wrong["key"]).items() if name != "licence"}
    assert applicant.post("/register/new/", right).url == "/register/mine/"
    assert SignUp.objects.get().licence.media_type == "image/jpeg"
    other = {name: value for name, value in fields(credit_code=makers.credit_code(4343)).items() if name != "licence"}
    applicant.get("/register/new/")
    assert applicant.post("/register/new/", other).status_code == 422, "the next request needs its own licence"


def test_a_form_sent_twice_is_one_request() -> None:
    applicant, form = proved(), fields()
    for _ in range(2):
        form["licence"] = makers.upload()
        assert applicant.post("/register/new/", form).url == "/register/mine/"
    assert SignUp.objects.count() == 1
    assert Event.objects.filter(code="sign_up.submitted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_is_one_request() -> None:
    key, licence = uuid.uuid4(), makers.blob()
    asked = signing_up.Asked(
        credit_code=makers.credit_code(4242),
        name=NAME,
        origin="inside",
        city="430100",
        county="",
        contact_name="谭雨欣",
    )
    gate, made = threading.Barrier(3), []

    def run() -> None:
        try:
            gate.wait(timeout=30)
            made.append(signing_up.submit(key=key, phone=PHONE, asked=asked, licence=licence, address="192.0.2.9").pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert made == [SignUp.objects.get().pk] * 3


def test_who_has_an_account_is_told_whom_to_ask_and_no_more() -> None:
    company = makers.enterprise(credit_code=makers.credit_code(4242))
    user = makers.operator(company, username="luchuan")
    answer = proved().post("/register/new/", fields(name="湖南别的名字有限公司"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"{company.name}已有账号" in page
    assert "长沙市住房和城乡建设局" in page
    for secret in (user.username, user.name, company.contact_phone, company.contact_phone_mask, company.address):
        assert secret not in page
    assert not SignUp.objects.exists()


def test_a_second_request_waits_for_the_first() -> None:
    proved().post("/register/new/", fields())
    other = proved("13907310066")
    answer = other.post("/register/new/", fields())
    assert answer.status_code == 422
    assert "正在审核" in answer.content.decode()
    assert "谭雨欣" not in other.get("/register/mine/").content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        makers.sign_up(credit_code=makers.credit_code(4242))


def test_a_known_enterprise_without_account_keeps_what_the_register_says(city: Client) -> None:
    company = makers.enterprise("株洲渌江建设工程有限公司", city="430200", credit_code=makers.credit_code(4242))
    proved().post("/register/new/", fields(name="株洲渌江建设公司", city="430100"))
    request = SignUp.objects.get()
    assert request.authority_code == "430200", "where the register says, whatever was typed"
    assert city.get(f"{QUEUE}{request.pk}/").status_code == 404
    zhuzhou = browser(makers.officer("430200", Function.ACCEPTANCE))
    assert "与填写的不一致" in zhuzhou.get(f"{QUEUE}{request.pk}/").content.decode()
    assert zhuzhou.post(f"{QUEUE}{request.pk}/approve/").status_code == 302
    company.refresh_from_db()
    assert (company.name, company.filing_authority) == ("株洲渌江建设工程有限公司", "430200")
    assert company.licence_id == request.licence_id
    assert company.operators.count() == 1


@pytest.mark.parametrize(("origin", "place"), [("direct", "430100"), ("outside", "")])
def test_the_provinces_own_and_foreign_enterprises_go_to_the_province(city: Client, origin: str, place: str) -> None:
    proved().post("/register/new/", fields(origin=origin, city=place, county=""))
    request = SignUp.objects.get()
    assert request.authority_code == "430000"
    assert city.get(f"{QUEUE}{request.pk}/").status_code == 404
    province = browser(makers.officer("430000", Function.ACCEPTANCE))
    assert province.post(f"{QUEUE}{request.pk}/approve/").status_code == 302
    assert Enterprise.objects.get().filing_authority == "430000"


def vouched_for(client: Client, **changes: str) -> None:
    """What a way in leaves in the session after it has proved an enterprise."""
    session = client.session
    session["register_vouched"] = {
        "credit_code": makers.credit_code(4242), "name": NAME, "way": "电子营业执照", **changes,
    }  # fmt: skip
    session.save()


def test_an_e_licence_opens_the_account_at_once() -> None:
    applicant = proved()
    vouched_for(applicant)
    page = applicant.get("/register/new/").content.decode()
    assert NAME in page
    assert "取自电子营业执照" in page
    assert 'type="file"' not in page
    forged = fields(credit_code=makers.credit_code(1), name="别人的企业")
    forged.pop("licence")
    answer = applicant.post("/register/new/", forged, follow=True)
    assert "账号已开通" in answer.content.decode()
    request = SignUp.objects.get()
    assert (request.credit_code, request.name, request.state) == (makers.credit_code(4242), NAME, "approved")
    assert request.account.enterprise.credit_code == makers.credit_code(4242)
    assert request.account.right == "manage"
    link = re.search(r"(/sign-in/link/\S+/)", SmsMessage.objects.order_by("-pk")[0].text).group(1)
    assert Client().post(link, {"new_password": NEW, "again": NEW}).url == "/enterprise/"
    assert "register_vouched" not in applicant.session
    officer = browser(makers.officer("430100", Function.ACCEPTANCE))
    assert "电子营业执照" in officer.get(f"{QUEUE}{request.pk}/").content.decode()
    assert officer.get(f"{QUEUE}{request.pk}/licence/").status_code == 404


def test_the_proof_of_an_enterprise_does_not_wait_for_the_next_visitor() -> None:
    applicant = Client()
    applicant.get("/")
    vouched_for(applicant)
    assert NAME in applicant.get("/register/").content.decode()
    with clock.travel(seconds=31 * 60):
        assert NAME not in applicant.get("/register/").content.decode()
        applicant.post("/register/", {"phone": PHONE})
        applicant.post("/register/code/", {"code": sent_code()})
        assert 'type="file"' in applicant.get("/register/new/").content.decode()


def test_an_e_licence_of_an_enterprise_with_account_opens_nothing() -> None:
    makers.operator(makers.enterprise(credit_code=makers.credit_code(4242)))
    applicant = proved()
    vouched_for(applicant)
    form = fields()
    form.pop("licence")
    answer = applicant.post("/register/new/", form)
    assert answer.status_code == 422
    assert "已有账号" in answer.content.decode()
    assert not SignUp.objects.exists()


def test_nobody_vouches_for_themself(city: Client) -> None:
    applicant = proved()
    form = fields(vouched="电子营业执照", way="x", state="approved", register_vouched="1")
    form.pop("licence")
    assert applicant.post("/register/new/", form).status_code == 422
    assert not SignUp.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        makers.sign_up(licence=None)


def test_the_work_page_counts_what_waits(city: Client) -> None:
    makers.sign_up()
    assert "用户注册待审核 1 件" in city.get("/authority/").content.decode()


def test_two_officers_decide_once(city: Client) -> None:
    request = makers.sign_up()
    colleague = browser(makers.officer("430100", Function.ACCEPTANCE))
    assert city.post(f"{QUEUE}{request.pk}/approve/").status_code == 302
    for act, data in (("approve", {}), ("refuse", {"reason": "×"})):
        answer = colleague.post(f"{QUEUE}{request.pk}/{act}/", data)
        assert answer.status_code == 409
        assert "已由同事办理" in answer.content.decode()
    assert User.objects.filter(kind="enterprise").count() == 1


def test_an_account_opened_meanwhile_is_not_opened_again(city: Client) -> None:
    request = makers.sign_up(credit_code=makers.credit_code(4242))
    makers.operator(makers.enterprise(credit_code=makers.credit_code(4242)))
    answer = city.post(f"{QUEUE}{request.pk}/approve/")
    assert answer.status_code == 422
    assert "已有账号" in answer.content.decode()
    request.refresh_from_db()
    assert request.state == SignUpState.WAITING


def test_nothing_without_a_proved_mobile() -> None:
    stranger = Client()
    for address in ("code", "mine", "new"):
        assert stranger.get(f"/register/{address}/").url == "/register/"
    assert stranger.post("/register/new/", fields()).url == "/register/"
    stranger.post("/register/", {"phone": PHONE})
    assert stranger.get("/register/new/").url == "/register/", "asked for a code, gave none"
    wrong = f"{(int(sent_code()) + 1) % 10**6:06d}"
    assert stranger.post("/register/code/", {"code": wrong}).status_code == 422
    assert stranger.get("/register/mine/").url == "/register/"
    late = proved("13907310066")
    with clock.travel(seconds=31 * 60):
        assert late.get("/register/new/").url == "/register/"
    assert not SignUp.objects.exists()


def test_the_mobile_is_not_kept_readable() -> None:
    applicant = proved()
    assert PHONE not in str(dict(applicant.session.items()))


def test_codes_are_limited() -> None:
    assert Client().post("/register/", {"phone": "123"}).status_code == 422
    client = Client()
    assert client.post("/register/", {"phone": PHONE}).status_code == 302
    assert client.post("/register/", {"phone": PHONE}).status_code == 429, "a minute between two"
    answers = [client.post("/register/", {"phone": f"139073{number:05d}"}).status_code for number in range(20)]
    assert answers.count(302) == 18
    assert answers[-1] == 429, "one address does not have codes sent to many"


def test_it_is_closed_where_policy_says(tmp_path, settings) -> None:
    path = tmp_path / "policy.toml"
    text = policy_files.HUNAN.read_text(encoding="utf-8").replace('registration = "on"', 'registration = "off"')
    path.write_text(text, encoding="utf-8")
    settings.ERJIAN_POLICY_FILE = str(path)
    assert Client().get("/register/").status_code == 404
    assert "/register/" not in Client().get("/sign-in/").content.decode()


def test_the_queue_takes_as_many_queries_for_many(city: Client, django_assert_num_queries) -> None:
    makers.sign_up()
    with CaptureQueriesContext(connection) as few:
        city.get(QUEUE)
    for _ in range(10):
        makers.sign_up()
    with django_assert_num_queries(len(few)):
        city.get(QUEUE)
