"""Users and the functions granted to officers."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Case, F, Q, Value, When

from erjian.accounts.safety import (
    Authenticator,
    Delegation,
    FormerPassword,
    Invitation,
    OpenSession,
    Passkey,
    RecoveryCode,
)
from erjian.accounts.sign_ups import SignUp, SignUpState
from erjian.audit import Actor, ActorKind
from erjian.policy import authorities, clock
from erjian.protection import ProtectedText
from erjian.registry.models import Enterprise, Person
from erjian.standards import id_numbers, phones

__all__ = [
    "ADMINISTRATORS",
    "Authenticator",
    "Delegation",
    "EnterpriseRight",
    "FormerPassword",
    "Function",
    "Grant",
    "Invitation",
    "OpenSession",
    "Passkey",
    "RecoveryCode",
    "SignInFailure",
    "SignUp",
    "SignUpState",
    "User",
    "UserKind",
]


class UserKind(models.TextChoices):
    PERSON = "person", "个人"
    ENTERPRISE = "enterprise", "企业"
    OFFICER = "officer", "主管单位"


class Function(models.TextChoices):
    """What an officer may do; granted one by one, at the authority the officer belongs to (decision G.1)."""

    ACCEPTANCE = "acceptance", "受理"
    FIRST_REVIEW = "first_review", "初审"
    FINAL_REVIEW = "final_review", "复审"
    DECISION = "decision", "决定与公告"
    REGISTER = "register", "登记数据管理"
    NOTICES = "notices", "通知公告"
    COUNTER = "counter", "窗口核验"
    SYSTEM = "system", "系统管理"
    SECURITY = "security", "安全管理"
    AUDIT = "audit", "审计管理"


_NAMED = 3
"""Functions that an officer's role names one by one."""
ADMINISTRATORS = (Function.SYSTEM, Function.SECURITY, Function.AUDIT)
"""Three administrators who keep each other in check (GB/T 22239-2019): whoever is one holds no other function."""


class EnterpriseRight(models.TextChoices):
    """What an enterprise operator may do; each right includes the ones before it."""

    VIEW = "view", "查阅"
    FILE = "file", "申报"
    MANAGE = "manage", "管理"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Create a user. Without a password the account can only be activated by SMS code (decision G.17)."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """One account. People's user name is kept as the index of their ID number, never the number itself."""

    username = models.CharField("用户名", max_length=64, unique=True)
    kind = models.CharField("用户类型", max_length=12, choices=UserKind.choices)
    name = models.CharField("姓名", max_length=100)
    phone = ProtectedText(kind="phone", mask=phones.mask, blank=True)
    # An officer's, for 可信数字身份; a person's is in the register.
    id_number = ProtectedText(kind="id_number", mask=id_numbers.mask, blank=True, unique=True)
    id_number_mask: str
    person = models.OneToOneField(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="user")
    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="operators"
    )
    right = models.CharField("操作权限", max_length=8, choices=EnterpriseRight.choices, blank=True)
    authority_code = models.CharField("所属主管单位", max_length=6, blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField(default=False)
    # A password sent by SMS opens the account until then, and only to set one's own.
    one_time_until = models.DateTimeField(null=True, blank=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "用户"
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="person", person__isnull=False, enterprise__isnull=True, authority_code="")
                    | Q(kind="enterprise", person__isnull=True, enterprise__isnull=False, authority_code="")
                    | (Q(kind="officer", person__isnull=True, enterprise__isnull=True) & ~Q(authority_code=""))
                ),
                name="user_belongs_to_one_side",
                violation_error_message="用户只能属于个人、企业、主管单位之一。",
            ),
        ]
        indexes = [
            # 账号管理 in its own order: a few officers among as many accounts as the province has people.
            models.Index(
                fields=["authority_code", "username", "id"], name="user_officers", condition=Q(kind="officer")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def functions(self) -> frozenset[Function]:
        """Functions this officer holds, their own and those lent for an absence; empty for everybody else."""
        return frozenset(self._held)

    @cached_property
    def _held(self) -> dict[Function, str]:
        """Each function with the name of the colleague who lent it, empty for an own one; at most one query a request."""
        if self.kind != UserKind.OFFICER:
            return {}
        rows = getattr(self, "granted", None)  # a session's officer comes with them
        if rows is None:
            rows = held_functions(self.pk, self.authority_code, clock.today())
        held: dict[Function, str] = {}
        for function, user_id, name in sorted(rows, key=lambda row: row[1] == self.pk):
            held[Function(function)] = "" if user_id == self.pk else name
        return held

    def may(self, function: Function) -> bool:
        """Whether the officer holds a function at their own authority."""
        return function in self.functions

    def acting_as(self, function: Function | None) -> Actor:
        """The user as audit and history name them when they use a function: with the colleague they stand in for."""
        lender = self._held.get(function, "") if function is not None else ""
        return replace(self.actor, label=f"{self.name}（代{lender}）") if lender else self.actor

    @property
    def authority(self) -> authorities.Authority | None:
        """The authority an officer belongs to."""
        return authorities.get(self.authority_code) if self.authority_code else None

    @property
    def organisation(self) -> str:
        """Name of the enterprise or authority the user acts for; empty for a person."""
        if self.kind == UserKind.OFFICER and self.authority:
            return self.authority.name
        return self.enterprise.name if self.enterprise else ""

    @property
    def role(self) -> str:
        """What the user is there, in a word for the page's frame."""
        if self.kind == UserKind.OFFICER:
            held = [function.label for function in Function if function in self.functions]
            return "、".join(held) if len(held) <= _NAMED else f"{held[0]}等 {len(held)} 项"
        if self.kind == UserKind.ENTERPRISE:
            return f"{EnterpriseRight(self.right).label}员" if self.right else ""
        return "个人" if self.kind == UserKind.PERSON else ""

    @property
    def titled(self) -> str:
        """李晓琳【管理员】."""
        return f"{self.name}【{self.role}】" if self.role else self.name

    @property
    def actor(self) -> Actor:
        """The user as audit and history name them."""
        return Actor(kind=ActorKind(self.kind), user_id=self.pk, label=self.name, organisation=self.organisation)

    @property
    def home(self) -> str:
        """Address of the portal this user works in."""
        return {"person": "/person/", "enterprise": "/enterprise/", "officer": "/authority/"}[self.kind]


class Grant(models.Model):
    """One function granted to one officer."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    function = models.CharField("职能", max_length=15, choices=Function.choices)
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "职能授权"
        constraints = [
            models.UniqueConstraint(fields=["user", "function"], name="grant_unique"),
            ExclusionConstraint(
                name="administrators_hold_nothing_else",
                expressions=[
                    (F("user"), "="),
                    (
                        Case(
                            *(When(function=each.value, then=Value(each.value)) for each in ADMINISTRATORS),
                            default=Value("business"),
                        ),
                        "<>",
                    ),
                ],
                violation_error_message="系统、安全、审计三种管理员各自独立，不能兼任其他职能。",
            ),
        ]

    def __str__(self) -> str:
        return self.get_function_display()


def held_functions(user_id: Any, authority_code: Any, today: Any) -> models.QuerySet[Grant, Any]:
    """An officer's own functions and those lent to them: (function, whose it is, their name).

    The arguments may be columns of a query about users.
    """
    lent = Q(
        user__delegations_given__taker=user_id,
        user__delegations_given__begins__lte=today,
        user__delegations_given__ends__gte=today,
        user__delegations_given__revoked_at__isnull=True,
        user__is_active=True,
        user__authority_code=authority_code,
    ) & ~Q(function__in=ADMINISTRATORS)
    return Grant.objects.filter(Q(user=user_id) | lent).values_list("function", "user_id", "user__name")


class SignInFailure(models.Model):
    """Failed sign-ins, counted per user name and per address in the database, so that every node counts together."""

    key = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="sign_in_failure_by_key")]

    def __str__(self) -> str:
        return f"{self.key} {self.at}"
