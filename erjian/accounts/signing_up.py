"""用户注册: an enterprise asks for its first account, the city looks at the licence and decides.

The contact proves the mobile by SMS code first; everything after that, the states of earlier requests included, is
shown to whoever holds that mobile. Who has an account already is told whom to ask, with no more than the register's
public facts. An approval writes the enterprise into the register, unless it is there, opens the administrator's
account and sends the link by which its holder sets the password. An enterprise that proved itself by its e-licence needs
no officer: the account is opened at once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from erjian import audit, documents, messaging, policy, protection
from erjian.accounts import duties, invitations, limits, scopes
from erjian.accounts.limits import Limit
from erjian.accounts.models import EnterpriseRight, Function, SignUp, SignUpState, User
from erjian.audit import Actor, ActorKind, codes
from erjian.files import Blob
from erjian.messaging import templates
from erjian.policy import authorities, clock
from erjian.registry import enterprise_profile
from erjian.registry.models import Enterprise
from erjian.registry.models.enterprises import EnterpriseOrigin
from erjian.standards import credit_codes, phones, regions
from erjian.standards.errors import Refusal

codes.register("sign_up.submitted", "提交用户注册")
codes.register("sign_up.approved", "通过用户注册")
codes.register("sign_up.refused", "不通过用户注册")
templates.register("sign_up.received", title="新的企业用户注册", body="{enterprise}提交了用户注册，请审核。")

(_REFUSED,) = templates.sentences(
    "sign_up.refused", "【二级建造师注册】{enterprise}的用户注册未通过：{reason}。可修改后重新提交。"
)
_log = logging.getLogger(__name__)
PURPOSE = "register"
_CODES_FROM = Limit("sign-up-code-from", 20, timedelta(hours=1))
_GUESSES = Limit("sign-up-guess", 10, timedelta(hours=1))
_FROM = Limit("sign-up-from", 30, timedelta(days=1))
_OF_PHONE = Limit("sign-up-phone", 10, timedelta(days=1))


class SignUpRefused(Refusal):
    """`code`: code, name, contact, city, county, taken, waiting, licence, moved, reason."""

    status = 422


class SignUpDecided(Refusal):
    """A colleague decided meanwhile."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the applicant says of the enterprise."""

    credit_code: str
    name: str
    origin: str
    city: str
    county: str
    contact_name: str

    @property
    def authority(self) -> authorities.Authority:
        """Who decides: the city, for enterprises of the province itself and from outside the province (G.1)."""
        if self.origin != EnterpriseOrigin.PROVINCIAL:
            return authorities.province()
        return authorities.of_region(self.city)


@dataclass(frozen=True, kw_only=True)
class Vouched:
    """The enterprise that another way in has proved; `way` says which, in the words of the register's history."""

    credit_code: str
    name: str
    way: str


def is_open() -> bool:
    """Whether the province lets enterprises register themselves."""
    return policy.current().entrances.registration == "on"


def request_code(*, phone: str, address: str) -> None:
    """Send a code to the contact's mobile. Raises TooMany and other Refusals."""
    number = phones.parse_mobile(phone)
    limits.take(_CODES_FROM, address)
    messaging.codes.request(number, purpose=PURPOSE, address=address)


def check_code(*, phone: str, code: str, address: str) -> None:
    """Raise SignUpRefused, TooMany unless the code is the one sent."""
    guess = limits.take(_GUESSES, address, phone)
    if not messaging.codes.check(phone, code, purpose=PURPOSE):
        raise SignUpRefused("验证码不对或已过期。请核对短信，或重新获取验证码。", code="code", field="code")
    guess.delete()


def of_phone(phone: str) -> QuerySet[SignUp]:
    """The requests made with a mobile, the newest first."""
    return SignUp.objects.filter(contact_phone_index=protection.index("phone", phone)).order_by("-submitted_at", "-pk")


def check(asked: Asked) -> Asked:
    """The request with its values in their one spelling. Raises SignUpRefused for what cannot be registered."""
    try:
        code = credit_codes.parse(asked.credit_code)
    except Refusal as refusal:
        raise SignUpRefused(refusal.message, code="credit_code", field="credit_code") from refusal
    name, contact = "".join(asked.name.split()), asked.contact_name.strip()
    if len(name) < 4:
        raise SignUpRefused("请填写营业执照上的企业全称。", code="name", field="name")
    if not contact:
        raise SignUpRefused("请填写联系人姓名。", code="contact", field="contact_name")
    for field, text in (("name", name), ("contact_name", contact)):
        if said := documents.unprintable(text):
            raise SignUpRefused(said, code="unprintable", field=field)
    if asked.origin not in EnterpriseOrigin.values:
        raise SignUpRefused("请选择企业类型。", code="origin", field="origin")
    city, county = asked.city, asked.county
    if asked.origin == EnterpriseOrigin.OUTSIDE:
        city = county = ""
    elif city not in regions.CITIES:
        raise SignUpRefused("请选择注册所在地市。", code="city", field="city")
    if county and county not in regions.counties_of(city):
        raise SignUpRefused("所选区县不属于所选地市。请重新选择。", code="county", field="county")
    found = Asked(credit_code=code, name=name, origin=asked.origin, city=city, county=county, contact_name=contact)
    _free(code)
    return found


def submit(
    *, key: UUID, phone: str, asked: Asked, licence: Blob | None, address: str, vouched: Vouched | None = None
) -> SignUp:
    """Hand a request in; the same form sent again is the same request. Raises SignUpRefused, TooMany.

    Code and name of an enterprise that is vouched for are the proved ones, whatever was typed.
    """
    if (again := _same(key, phone)) is not None:
        return again
    if vouched is not None:
        asked = replace(asked, credit_code=vouched.credit_code, name=vouched.name)
    try:
        asked = check(asked)
    except SignUpRefused:
        # What stands in its way may be the same form, sent at the same moment.
        if (again := _same(key, phone)) is not None:
            return again
        raise
    if licence is None and vouched is None:
        raise SignUpRefused("请上传营业执照的照片或扫描件。", code="licence", field="licence")
    limits.take(_FROM, address)
    limits.take(_OF_PHONE, phone)
    known = Enterprise.objects.filter(credit_code=asked.credit_code).first()
    # Whom the register knows is decided on where the register says, whatever was typed.
    authority = authorities.get(known.filing_authority) if known else asked.authority
    try:
        with transaction.atomic():
            made = SignUp.objects.create(
                key=key,
                credit_code=asked.credit_code,
                name=asked.name,
                origin=asked.origin,
                city=asked.city,
                county=asked.county,
                authority_code=authority.code,
                contact_name=asked.contact_name,
                contact_phone=phone,
                licence=licence,
                vouched=vouched.way if vouched else "",
                submitted_at=clock.now(),
            )
            actor = Actor(kind=ActorKind.PUBLIC, user_id=None, label="注册申请人", address=address)
            data = {"credit_code": made.credit_code, "authority": made.authority_code}
            audit.record("sign_up.submitted", actor=actor, subject=("sign_up", made.pk), data=data)
            if vouched is not None:
                _open_account(made, actor=audit.SYSTEM)
                return made
            messaging.send(
                "sign_up.received",
                to=messaging.Recipient.authority(made.authority_code, Function.ACCEPTANCE),
                context={"enterprise": made.name},
                key=f"sign-up:{made.pk}",
                link=f"/authority/sign-ups/{made.pk}/",
            )
    except IntegrityError:
        if (again := _same(key, phone)) is not None:
            return again
        raise _waiting(authority.name) from None
    return made


def _same(key: UUID, phone: str) -> SignUp | None:
    return of_phone(phone).filter(key=key).first()


def visible_to(user: User) -> QuerySet[SignUp]:
    """The requests an officer decides on: those of their authority, for the province all."""
    return scopes.within(user, SignUp.objects.all(), "authority_code")


def register_of(request: SignUp) -> Enterprise | None:
    """The enterprise of the request's credit code, where the register knows it."""
    return Enterprise.objects.filter(credit_code=request.credit_code).first()


def approve(*, by: User, pk: int) -> SignUp:
    """Open the account. Raises SignUpRefused, SignUpDecided, NotTheirs, SignUp.DoesNotExist."""
    duties.require(by, Function.ACCEPTANCE)
    with transaction.atomic():
        request = _locked(by, pk)
        _free(request.credit_code, waiting=False)
        known = register_of(request)
        if known is not None and known.filing_authority != request.authority_code:
            authority = authorities.get(known.filing_authority).name
            raise SignUpRefused(
                f"登记库中该企业的申报主管部门已是{authority}。请不通过，并告知重新提交。", code="moved"
            )
        request.decided_by = by
        _open_account(request, actor=by.acting_as(Function.ACCEPTANCE))
    return request


def refuse(*, by: User, pk: int, reason: str) -> SignUp:
    """Say no, with the reason, by SMS to the contact. Raises as `approve`."""
    duties.require(by, Function.ACCEPTANCE)
    reason = reason.strip()
    if not reason:
        raise SignUpRefused("请填写不通过的理由，让申请人知道怎样修改。", code="reason", field="reason")
    with transaction.atomic():
        request = _locked(by, pk)
        request.reason, request.decided_by = reason, by
        _decide(request, SignUpState.REFUSED)
        actor = by.acting_as(Function.ACCEPTANCE)
        audit.record("sign_up.refused", actor=actor, subject=("sign_up", request.pk), data={"reason": reason})
        messaging.send_sms(
            request.contact_phone,
            _REFUSED.format(enterprise=request.name, reason=reason[:100]),
            template="sign_up.refused",
            key=f"sign-up-refused:{request.pk}",
        )
    return request


def _open_account(request: SignUp, *, actor: Actor) -> None:
    """Enter the enterprise, open its administrator's account and send the link. Within the transaction."""
    enterprise = enterprise_profile.enter(
        credit_code=request.credit_code,
        values={
            "name": request.name,
            "origin": request.origin,
            "province": "" if request.origin == EnterpriseOrigin.OUTSIDE else regions.PROVINCE,
            "city": request.city,
            "county": request.county,
            "filing_authority": request.authority_code,
            "contact_name": request.contact_name,
            "contact_phone": request.contact_phone,
            "licence": request.licence,
        },
        by=actor,
    )
    account = invitations.open_account(
        enterprise=enterprise,
        name=request.contact_name,
        phone=request.contact_phone,
        right=EnterpriseRight.MANAGE,
    )
    request.account = account
    _decide(request, SignUpState.APPROVED)
    data = {"enterprise": enterprise.pk, "username": account.username, "vouched": request.vouched}
    audit.record("sign_up.approved", actor=actor, subject=("sign_up", request.pk), data=data)
    invitations.send(user=account, by=actor, says=f"{request.name}的用户注册已通过。")


def _free(credit_code: str, *, waiting: bool = True) -> None:
    """Raise when the enterprise has an account, or waits for one."""
    found = Enterprise.objects.filter(credit_code=credit_code).first()
    if found is not None and found.operators.filter(is_active=True).exists():
        authority = authorities.get(found.filing_authority).name
        _log.warning("sign-up: enterprise has an account")
        raise SignUpRefused(
            f"{found.name}已有账号，不需要再注册。请联系本企业管理员邀请您；联系不上管理员的，请联系{authority}。",
            code="taken",
            field="credit_code",
        )
    if waiting:
        request = SignUp.objects.filter(credit_code=credit_code, state=SignUpState.WAITING).first()
        if request is not None:
            raise _waiting(authorities.get(request.authority_code).name)


def _waiting(authority: str) -> SignUpRefused:
    return SignUpRefused(
        f"该企业的用户注册正在审核，不能重复提交。不是本企业提交的，请联系{authority}。",
        code="waiting",
        field="credit_code",
    )


def _locked(by: User, pk: int) -> SignUp:
    request = visible_to(by).select_for_update().get(pk=pk)
    if request.state != SignUpState.WAITING:
        raise SignUpDecided(f"这份注册{request.get_state_display()}，已由同事办理。请刷新页面。", code="decided")
    return request


def _decide(request: SignUp, state: SignUpState) -> None:
    request.state, request.decided_at = state, clock.now()
    request.save(update_fields=["state", "reason", "decided_at", "decided_by", "account"])
