"""Models of what keeps an account safe: second factors, former passwords, open sessions, delegations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

_USER = settings.AUTH_USER_MODEL


class Authenticator(models.Model):
    """A time-based one-time password (RFC 6238) in an app. `last_step` is the newest code used: none serves twice."""

    user = models.OneToOneField(_USER, on_delete=models.CASCADE, related_name="authenticator")
    secret = models.BinaryField("密钥（密文）")
    last_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = "动态口令"

    def __str__(self) -> str:
        return f"动态口令 {self.added_at:%F}"


class Passkey(models.Model):
    """A passkey (WebAuthn): the private key never leaves the user's device or security key."""

    user = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(max_length=1023, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField("名称", max_length=40)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "通行密钥"

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """A code for the day the second factor is lost: only its keyed digest is kept, and it serves once."""

    user = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "恢复码"
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_unique")]

    def __str__(self) -> str:
        return "恢复码"


class FormerPassword(models.Model):
    """The hash of a password that was in use, so that it does not come back at once."""

    user = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "曾用口令"
        indexes = [models.Index(fields=["user", "-at"], name="former_password_by_user")]

    def __str__(self) -> str:
        return f"曾用口令 {self.at:%F}"


class OpenSession(models.Model):
    """A signed-in session, as its user sees it among “my devices”."""

    user = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField("网络地址", max_length=45, blank=True)
    device = models.CharField("设备", max_length=60, blank=True)
    way = models.CharField("登录方式", max_length=20)

    class Meta:
        verbose_name = "登录会话"
        indexes = [models.Index(fields=["user", "-seen_at"], name="open_session_by_user")]

    def __str__(self) -> str:
        return f"{self.device} {self.address}"


class Delegation(models.Model):
    """An officer's functions, lent to a colleague of the same authority for the days of an absence."""

    giver = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="delegations_given")
    taker = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="delegations_taken")
    begins = models.DateField("自")
    ends = models.DateField("至")
    reason = models.CharField("事由", max_length=100)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "委托"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("begins")),
                name="delegation_ends_after_it_begins",
                violation_error_message="委托的结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(giver=F("taker")),
                name="delegation_to_somebody_else",
                violation_error_message="不能委托给自己。",
            ),
        ]
        indexes = [
            models.Index(fields=["taker", "ends"], name="delegation_by_taker"),
            models.Index(fields=["giver", "ends"], name="delegation_by_giver"),
        ]

    def __str__(self) -> str:
        return f"{self.begins:%F} 至 {self.ends:%F}"


class Invitation(models.Model):
    """A one-time link by which the holder of a mobile sets the password of an account; only its keyed digest is kept."""

    user = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="invitations")
    digest = models.BinaryField(max_length=32, unique=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "设置口令的链接"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at__isnull=True), name="one_open_invitation_of_a_user"
            ),
        ]

    def __str__(self) -> str:
        return f"设置口令的链接 {self.sent_at:%F}"
