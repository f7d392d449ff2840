"""Passwords (口令): what one must be like, and how it is changed.

Length, classes of characters and age are policy (GB/T 22239-2019 asks for complexity and change); common
passwords are refused by Django's list, guessable ones (words, keyboard runs, repetitions, dates, and what Chinese
users are known to choose) by zxcvbn's estimate. The last few passwords do not come back. Whoever changes their password ends every other session of theirs,
because a session carries a digest of the password that it was opened with.
"""

from __future__ import annotations

import secrets
import unicodedata
from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from zxcvbn import zxcvbn

from erjian import audit, policy
from erjian.accounts.models import FormerPassword, Invitation, User, UserKind
from erjian.audit import codes
from erjian.policy import clock
from erjian.standards.errors import Refusal

codes.register("account.password_changed", "修改口令")

MAX_LENGTH = 128
# Without letters and digits that look alike in an SMS.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_MOST_JUDGED = 64
_CHINESE = (
    "woaini", "woaiwo", "aini", "iloveyou", "5201314", "1314520", "520520", "13145", "77585", "7758521", "7758258",
    "woaizuguo", "zhongguo", "zhonghua", "beijing", "shanghai", "hunan", "changsha", "zhuzhou", "xiangtan", "hengyang",
    "mima", "kouling", "denglu", "yonghu", "guanliyuan", "admin", "administrator", "root", "system", "ceshi", "caonima",
    "xiaoming", "zhangwei", "wangwei", "liwei", "lina", "zhangmin", "wangfang", "baobao", "laopo", "laogong", "tiantian",
    "qwe123", "1qaz", "2wsx", "3edc", "qazwsx", "a123456", "aa123456", "abc123", "asd123", "zxc123", "q1w2e3r4",
    "erjian", "jianzaoshi", "jianshe", "jianzhu", "gongcheng", "zhujianting", "zhucejianzaoshi", "gongsi", "qiye",
)  # fmt: skip
"""What Chinese users are known to choose, and words of this trade."""
_CLASSES = ("大写字母", "小写字母", "数字", "符号")


class PasswordRefused(Refusal):
    """`code`: short, long, classes, personal, common, same, used, old."""

    status = 422


def rules() -> str:
    """The rules in one sentence, for the hint beside the field."""
    wanted = policy.current().passwords
    return f"至少 {wanted.min_length} 个字符，含{'、'.join(_CLASSES)}中的 {wanted.min_classes} 种，不用常见口令。"


def check(password: str, *, names: tuple[str, ...] = ()) -> None:
    """Judge a new password; `names` are words about its owner that it must not contain.

    Raises PasswordRefused with what is wrong and what to do.
    """
    wanted = policy.current().passwords
    if len(password) < wanted.min_length:
        raise _refused(f"口令太短。请设置至少 {wanted.min_length} 个字符。", "short")
    if len(password) > MAX_LENGTH:
        raise _refused(f"口令最多 {MAX_LENGTH} 个字符。请缩短。", "long")
    if len({_class(character) for character in password}) < wanted.min_classes:
        raise _refused(f"口令须含{'、'.join(_CLASSES)}中的 {wanted.min_classes} 种。请补上缺少的。", "classes")
    lowered = password.lower()
    if any(len(name) >= 3 and name.lower() in lowered for name in names):
        raise _refused("口令含有您的用户名或姓名，容易被猜到。请换一个。", "personal")
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError as error:
        raise _refused("这是常见口令，容易被猜到。请换一个。", "common") from error
    if _strength(password, names) < wanted.min_strength:
        raise _refused(
            "口令由常见词、键盘顺序、重复或日期组成，容易被猜到。请换成几个互不相关的词，或更长更随意的组合。", "common"
        )


def _strength(password: str, names: tuple[str, ...]) -> int:
    """From 0 to 4, judged with and without its signs: one more sign at the end is nobody's secret."""
    bare = "".join(each for each in password if each.isalnum())
    known = [*names, *_CHINESE]
    return min(zxcvbn(text[:_MOST_JUDGED], user_inputs=known)["score"] for text in (password, bare or password))


def check_not_used(user: User, password: str) -> None:
    """Raise PasswordRefused for the user's present password and their last ones."""
    kept = policy.current().passwords.history
    former = FormerPassword.objects.filter(user=user).order_by("-at", "-pk").values_list("password", flat=True)[:kept]
    if kept and any(check_password(password, hashed) for hashed in (user.password, *former)):
        raise _refused(f"新口令与最近用过的 {kept} 个口令之一相同。请换一个。", "used")


def change(*, user: User, old: str, new: str) -> User:
    """The user replaces their password. Raises PasswordRefused; nothing changed then."""
    if not user.check_password(old):
        raise PasswordRefused("原口令不对。请核对后再填。", code="old", field="old_password")
    if old == new:
        raise _refused("新口令与原口令相同。请换一个。", "same")
    check(new, names=(user.username, user.name))
    check_not_used(user, new)
    with transaction.atomic():
        store(user, new)
        audit.record("account.password_changed", actor=user.actor, subject=("user", user.pk))
    return user


def store(user: User, password: str) -> None:
    """Write a judged password and what follows from a new one."""
    _remember(user)
    # A link that still waits in somebody's messages must not replace this password.
    Invitation.objects.filter(user=user, used_at__isnull=True).delete()
    user.set_password(password)
    user.must_change_password = False
    user.one_time_until = None
    user.password_changed_at = clock.now()
    user.save(update_fields=["password", "must_change_password", "one_time_until", "password_changed_at"])


def take_away(user: User) -> None:
    """Leave the user without a password, until they set another one."""
    _remember(user)
    user.set_unusable_password()
    user.must_change_password = False
    user.one_time_until = None
    user.save(update_fields=["password", "must_change_password", "one_time_until"])


def _remember(user: User) -> None:
    """Keep the present password among the last ones."""
    kept = policy.current().passwords.history
    if kept and user.has_usable_password():
        FormerPassword.objects.create(user=user, password=user.password, at=clock.now())
        oldest = FormerPassword.objects.filter(user=user).order_by("-at", "-pk").values_list("pk", flat=True)[kept:]
        FormerPassword.objects.filter(pk__in=list(oldest)).delete()


def issue_one_time(user: User) -> str:
    """Give the user a password that opens the account for policy's hours and must be changed at once; returns it."""
    password = "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(3))
    user.set_password(password)
    user.must_change_password = True
    user.one_time_until = clock.now() + timedelta(hours=policy.current().identity.password_hours)
    user.save(update_fields=["password", "must_change_password", "one_time_until"])
    return password


def is_over(user: User) -> bool:
    """Whether the user's one-time password has run out."""
    return user.one_time_until is not None and user.one_time_until <= clock.now()


def must_change(user: User) -> bool:
    """Whether the user has to set a new password before anything else.

    Passwords of officers age (policy `passwords.max_age_days`); those of enterprises and people do not, because
    forced change makes people write them down and their accounts reach one enterprise or one person only.
    """
    if user.must_change_password:
        return True
    days = policy.current().passwords.max_age_days
    if user.kind != UserKind.OFFICER or not days or user.password_changed_at is None:
        return False
    return user.password_changed_at < clock.now() - timedelta(days=days)


def _class(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "upper" if unicodedata.category(character) == "Lu" else "lower"
    return "other"


def _refused(message: str, code: str) -> PasswordRefused:
    return PasswordRefused(message, code=code, field="new_password")
