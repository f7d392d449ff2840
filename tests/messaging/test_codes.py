"""SMS codes: six digits, five minutes, five tries, one use, limited per phone and per address."""

import re
import threading

import pytest
from django.db import connection

from erjian.messaging import codes, outbox
from erjian.messaging.models import SmsCode, SmsMessage
from erjian.policy import clock
from erjian.standards.errors import Refusal

PHONE = "13912345678"
HERE = "192.0.2.7"


def request(phone: str = PHONE, *, purpose: str = "sign_in", address: str = HERE) -> str:
    """Ask for a code and read it from the outbox."""
    codes.request(phone, purpose=purpose, address=address)
    text = outbox.messages(phone=phone)[0].text
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    assert found, text
    return found[0]


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.mark.django_db
class TestCode:
    def test_the_right_code_is_good_once(self) -> None:
        code = request()
        assert codes.check(PHONE, code, purpose="sign_in")
        assert not codes.check(PHONE, code, purpose="sign_in")

    def test_what_is_said_about_it(self) -> None:
        sent = codes.request(" 13912345678 ", purpose="sign_in", address=HERE)
        assert sent.phone_mask == "139****5678"
        assert (sent.resend_after - clock.now()).total_seconds() <= 60
        text = outbox.messages()[0].text
        assert "用于登录，5 分钟内有效" in text

    def test_neither_code_nor_phone_is_stored_readably(self) -> None:
        code = request()
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(c)::text FROM messaging_smscode c")
            row = cursor.fetchone()[0]
        for secret in (code, PHONE):
            assert secret not in re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+", "", row)
            assert secret.encode().hex() not in row

    def test_a_code_serves_its_phone_and_purpose_only(self) -> None:
        code = request()
        assert not codes.check("13812345678", code, purpose="sign_in")
        assert not codes.check(PHONE, code, purpose="reset")
        assert codes.check(PHONE, f" {code} ", purpose="sign_in")

    def test_five_minutes(self) -> None:
        code = request()
        with clock.travel(seconds=301):
            assert not codes.check(PHONE, code, purpose="sign_in")
        with clock.travel(seconds=290):
            assert codes.check(PHONE, code, purpose="sign_in")

    def test_five_tries(self) -> None:
        code = request()
        for _ in range(5):
            assert not codes.check(PHONE, other(code), purpose="sign_in")
        with pytest.raises(codes.CodeRefused) as caught:
            codes.check(PHONE, code, purpose="sign_in")
        assert (caught.value.code, caught.value.status) == ("too_many", 429)
        assert caught.value.message == "验证码输错次数过多。请重新获取验证码。"

    def test_a_new_code_replaces_the_old_one(self) -> None:
        old = request()
        with clock.travel(seconds=61):
            new = request()
            if new != old:
                assert not codes.check(PHONE, old, purpose="sign_in")
            assert codes.check(PHONE, new, purpose="sign_in")

    @pytest.mark.parametrize("guess", ["", "12345", "abcdef", "１２３４５６", "0" * 1000, "12\x0034"])
    def test_nonsense_is_wrong(self, guess: str) -> None:
        request()
        assert not codes.check(PHONE, guess, purpose="sign_in")

    def test_nobody_asked(self) -> None:
        assert not codes.check(PHONE, "123456", purpose="sign_in")

    def test_a_number_that_is_no_mobile(self) -> None:
        with pytest.raises(Refusal):
            codes.request("12345", purpose="sign_in", address=HERE)
        assert not SmsMessage.objects.exists()


@pytest.mark.django_db
class TestLimits:
    def refused(self, *, phone: str = PHONE, address: str = HERE) -> str:
        with pytest.raises(codes.CodeRefused) as caught:
            codes.request(phone, purpose="sign_in", address=address)
        assert caught.value.status == 429
        return caught.value.code

    def test_sixty_seconds_between_two(self) -> None:
        request()
        assert self.refused() == "too_soon"
        with clock.travel(seconds=59):
            assert self.refused() == "too_soon"
        with clock.travel(seconds=61):
            request()

    def test_per_phone_and_hour(self) -> None:
        for number in range(5):
            with clock.travel(seconds=70 * number):
                request(address=f"192.0.2.{number}")
        with clock.travel(seconds=70 * 6):
            assert self.refused(address="192.0.2.99") == "too_many"
            request("13812345678")
        with clock.travel(seconds=3700):
            request()

    def test_per_phone_and_day(self) -> None:
        for number in range(10):
            with clock.travel(seconds=1900 * number):
                request()
        with clock.travel(seconds=1900 * 12):
            assert self.refused() == "too_many"
        with clock.travel(days=1, seconds=1900 * 12):
            request()

    def test_per_address(self) -> None:
        for number in range(60):
            request(f"139{number:08d}")
        assert self.refused(phone="13800000000") == "too_many"
        request("13800000000", address="192.0.2.8")

    def test_a_refused_request_sends_nothing(self) -> None:
        request()
        self.refused()
        assert SmsMessage.objects.count() == SmsCode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def run(self, count: int, work: object) -> list[object]:
        results: list[object] = []
        ready = threading.Barrier(count, timeout=20)

        def one() -> None:
            try:
                ready.wait()
                results.append(work())  # type: ignore[operator]
            except codes.CodeRefused as refused:
                results.append(refused.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def test_a_double_click_sends_one(self) -> None:
        results = self.run(4, lambda: codes.request(PHONE, purpose="sign_in", address=HERE).phone_mask)
        assert sorted(map(str, results)) == ["139****5678", "too_soon", "too_soon", "too_soon"]
        assert SmsMessage.objects.count() == 1

    def test_a_code_is_used_once(self) -> None:
        code = request()
        results = self.run(4, lambda: codes.check(PHONE, code, purpose="sign_in"))
        assert results.count(True) == 1

    def test_parallel_guesses_do_not_exceed_the_tries(self) -> None:
        code = request()
        results = self.run(8, lambda: codes.check(PHONE, other(code), purpose="sign_in"))
        assert results.count(False) == 5
        assert results.count("too_many") == 3
