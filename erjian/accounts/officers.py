"""Officers' accounts: made and moved by the system administrator, empowered by the security administrator.

The two need each other: whoever makes accounts cannot give them a function, whoever gives functions cannot make
accounts, and neither reads the logs. Nobody acts on their own account. A new account has no password; its holder
sets one by SMS code to the mobile written down here, and enrols a second factor at the first sign-in. An
administrator's mobile is not changed here: whoever could would take that account over.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from erjian import audit
from erjian.accounts import confirming, delegating, devices, duties, scopes, second_factor
from erjian.accounts.duties import NotTheirs
from erjian.accounts.models import ADMINISTRATORS, Function, Grant, SignInFailure, User, UserKind
from erjian.audit import codes
from erjian.policy import authorities
from erjian.standards import id_numbers, phones
from erjian.standards.errors import Refusal

for _code, _label in {
    "officer.created": "新建主管单位账号",
    "officer.changed": "修改主管单位账号",
    "officer.moved": "调动主管单位账号",
    "officer.disabled": "停用主管单位账号",
    "officer.enabled": "启用主管单位账号",
    "officer.granted": "调整职能授权",
    "officer.unlocked": "解除登录锁定",
}.items():
    codes.register(_code, _label)

_USERNAME = RegexValidator(r"^[a-z][a-z0-9-]{3,31}\Z")


class OfficerRefused(Refusal):
    """`code`: username, name, phone, taken, authority, own, function, apart, unchanged."""

    status = 422


def visible_to(user: User) -> QuerySet[User]:
    """Officers whom an administrator sees: the province's every one, a city's its own."""
    found = User.objects.filter(kind=UserKind.OFFICER)
    return scopes.within(user, found, "authority_code")


def create(*, by: User, username: str, name: str, phone: str, authority: str) -> User:
    """A new account without password and without function. Raises OfficerRefused, NotTheirs."""
    duties.require(by, Function.SYSTEM)
    confirming.require()
    _reaches(by, authority)
    username = username.strip().lower()
    _check_names(username, name)
    try:
        with transaction.atomic():
            made = User.objects.create_user(
                username,
                kind=UserKind.OFFICER,
                name=name.strip(),
                phone=_mobile(phone),
                authority_code=authorities.get(authority).code,
            )
            data = {"username": username, "authority": authority}
            audit.record("officer.created", actor=by.actor, subject=("user", made.pk), data=data)
    except IntegrityError as error:
        raise OfficerRefused("这个用户名已有人使用。请换一个。", code="taken", field="username") from error
    return made


def appoint(*, function: str, username: str, name: str, phone: str) -> User:
    """One of the province's three administrators, made from the shell of who runs the machine; audited as the system's.

    Raises OfficerRefused.
    """
    if function not in ADMINISTRATORS:
        raise OfficerRefused("只能新建系统、安全、审计管理员。", code="function")
    _check_names(username, name)
    try:
        with transaction.atomic():
            made = User.objects.create_user(
                username,
                kind=UserKind.OFFICER,
                name=name.strip(),
                phone=_mobile(phone),
                authority_code=authorities.province().code,
            )
            Grant.objects.create(user=made, function=function)
            for event, data in (
                ("officer.created", {"username": username}),
                ("officer.granted", {"added": [function]}),
            ):
                audit.record(event, actor=audit.SYSTEM, subject=("user", made.pk), data=data)
    except IntegrityError as error:
        raise OfficerRefused("这个用户名已有人使用。请换一个。", code="taken", field="username") from error
    return made


def _check_names(username: str, name: str) -> None:
    try:
        _USERNAME(username)
    except ValidationError:
        raise OfficerRefused(
            "用户名为 4 至 32 位小写字母、数字和连字符，以字母开头。请修改。", code="username", field="username"
        ) from None
    if not name.strip():
        raise OfficerRefused("请填写姓名。", code="name", field="name")


def change_phone(*, by: User, officer_id: int, phone: str) -> User:
    """Write down another mobile. Raises OfficerRefused, NotTheirs, User.DoesNotExist."""
    duties.require(by, Function.SYSTEM)
    confirming.require()
    with transaction.atomic():
        officer = _locked(by, officer_id)
        if set(_functions(officer)) & set(ADMINISTRATORS):
            raise OfficerRefused(
                "管理员的手机号码不能由系统管理员修改，请由平台运维人员办理。", code="own", field="phone"
            )
        officer.phone = _mobile(phone)
        officer.save(update_fields=list(User.phone.columns))
        audit.record(
            "officer.changed", actor=by.actor, subject=("user", officer.pk), data={"phone": officer.phone_mask}
        )
    return officer


def identify(*, by: User, officer_id: int, id_number: str) -> User:
    """Write down the ID number by which 可信数字身份 recognises the officer; empty takes it away.

    Raises OfficerRefused, NotTheirs, User.DoesNotExist.
    """
    duties.require(by, Function.SYSTEM)
    confirming.require()
    try:
        number = id_numbers.parse(id_number).number18 if id_number.strip() else ""
    except Refusal as refusal:
        raise OfficerRefused(refusal.message, code="id_number", field="id_number") from refusal
    try:
        with transaction.atomic():
            officer = _locked(by, officer_id)
            if set(_functions(officer)) & set(ADMINISTRATORS):
                raise OfficerRefused(
                    "管理员的身份证号码不能由系统管理员修改，请由平台运维人员办理。", code="own", field="id_number"
                )
            officer.id_number = number
            officer.save(update_fields=list(User.id_number.columns))
            audit.record(
                "officer.changed",
                actor=by.actor,
                subject=("user", officer.pk),
                data={"id_number": officer.id_number_mask},
            )
    except IntegrityError as error:
        raise OfficerRefused(
            "这个身份证号码已登记在另一个主管单位账号上。请核对。", code="taken", field="id_number"
        ) from error
    return officer


def move(*, by: User, officer_id: int, authority: str) -> User:
    """Move to another authority: functions, delegations and open sessions end, because they were the old one's."""
    duties.require(by, Function.SYSTEM)
    confirming.require()
    _reaches(by, authority)
    with transaction.atomic():
        officer = _locked(by, officer_id)
        before = officer.authority_code
        if authority == before:
            raise OfficerRefused("已在这个单位。请选择调入的单位。", code="unchanged", field="authority")
        if set(_functions(officer)) & set(ADMINISTRATORS):
            raise OfficerRefused("请先由安全管理员收回管理员职能，再调动。", code="apart", field="authority")
        officer.authority_code = authorities.get(authority).code
        officer.save(update_fields=["authority_code"])
        ended = _functions(officer)
        officer.grants.all().delete()
        delegating.end_all_of(officer)
        devices.end_all(user=officer, by=by.actor)
        data = {"from": before, "to": authority, "ended": ended}
        audit.record("officer.moved", actor=by.actor, subject=("user", officer.pk), data=data)
    return officer


def set_active(*, by: User, officer_id: int, active: bool) -> User:
    """Disable an account, which ends its sessions and delegations at once, or enable it again."""
    duties.require(by, Function.SYSTEM)
    confirming.require()
    with transaction.atomic():
        officer = _locked(by, officer_id)
        officer.is_active = active
        officer.save(update_fields=["is_active"])
        if not active:
            delegating.end_all_of(officer)
            devices.end_all(user=officer, by=by.actor)
        event = "officer.enabled" if active else "officer.disabled"
        audit.record(event, actor=by.actor, subject=("user", officer.pk))
    return officer


def grant(*, by: User, officer_id: int, functions: Iterable[str]) -> User:
    """Give exactly these functions. Raises OfficerRefused, NotTheirs, User.DoesNotExist."""
    duties.require(by, Function.SECURITY)
    confirming.require()
    try:
        wanted = {Function(each) for each in functions}
    except ValueError as error:
        raise OfficerRefused("没有这样的职能。请刷新页面。", code="function", field="functions") from error
    if len(wanted) > 1 and wanted & set(ADMINISTRATORS):
        raise OfficerRefused(
            "系统、安全、审计三种管理员各自独立，不能兼任其他职能。请只选一种。", code="apart", field="functions"
        )
    with transaction.atomic():
        officer = _locked(by, officer_id)
        before = set(_functions(officer))
        officer.grants.exclude(function__in=wanted).delete()
        Grant.objects.bulk_create(Grant(user=officer, function=each) for each in sorted(wanted - before))
        data = {"added": sorted(wanted - before), "ended": sorted(before - wanted)}
        audit.record("officer.granted", actor=by.actor, subject=("user", officer.pk), data=data)
    return officer


def reset_second_factor(*, by: User, officer_id: int) -> User:
    """Remove the lost second factor and end the open sessions; the next sign-in asks to enrol again."""
    duties.require(by, Function.SECURITY)
    confirming.require()
    with transaction.atomic():
        officer = _locked(by, officer_id)
        second_factor.reset(user=officer, by=by.actor)
        devices.end_all(user=officer, by=by.actor)
    return officer


def release_lock(*, by: User, officer_id: int) -> int:
    """Forget the wrong tries of an account, at whatever address; returns how many."""
    from erjian.accounts import sign_in

    duties.require(by, Function.SECURITY)
    with transaction.atomic():
        officer = _locked(by, officer_id)
        released = SignInFailure.objects.filter(key__in=sign_in.keys_of(officer)).delete()[0]
        audit.record("officer.unlocked", actor=by.actor, subject=("user", officer.pk), data={"tries": released})
    return released


def _reaches(by: User, authority: str) -> None:
    authorities.get(authority)
    if by.authority_code not in (authority, authorities.province().code):
        raise NotTheirs("只能管理本单位的账号。请由省级系统管理员办理。", code="authority")


def _locked(by: User, officer_id: int) -> User:
    officer = visible_to(by).select_for_update().get(pk=officer_id)
    if officer.pk == by.pk:
        raise OfficerRefused("不能办理自己的账号。请由其他管理员办理。", code="own")
    return officer


def _functions(officer: User) -> list[str]:
    return list(Grant.objects.filter(user=officer).order_by("function").values_list("function", flat=True))


def _mobile(phone: str) -> str:
    try:
        return phones.parse_mobile(phone)
    except Refusal as refusal:
        raise OfficerRefused(refusal.message, code="phone", field="phone") from refusal
