"""One person's way through the verification, their attempts before the camera, and checks at the counter."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from erjian import protection
from erjian.protection import ProtectedText
from erjian.registry.models import Assurance, Person
from erjian.standards import id_numbers, phones


class Step(models.TextChoices):
    """Where a verification stands; each is one page."""

    CODE = "code", "短信验证"
    CONSENT = "consent", "授权同意"
    CARD = "card", "身份证"
    FACE = "face", "人脸识别"
    OFFICER = "officer", "人工核对"
    COUNTER = "counter", "窗口核验"
    ACCEPTED = "accepted", "认证成功"
    STRANGER = "stranger", "未查到资格证书"
    ENDED = "ended", "已结束"


ONGOING = (Step.CONSENT, Step.CARD, Step.FACE, Step.OFFICER, Step.COUNTER)
"""Steps that wait for the person or an officer."""
RESUMABLE = (*ONGOING, Step.ACCEPTED)
"""Steps that can be taken up again with a new code; after the last one the SMS with the password may have been lost."""


class Reading(models.TextChoices):
    """How far the reading of one side of the card has come."""

    NONE = "", "未上传"
    WAITING = "waiting", "正在识别"
    READ = "read", "已识别"
    UNREAD = "unread", "未能识别"


class Verification(models.Model):
    """`person` is unknown until the code is right; name, number and mobile are what was typed."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    step = models.CharField("步骤", max_length=10, choices=Step.choices, default=Step.CODE)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    again = models.BooleanField("重新认证", default=False)
    name = models.CharField("姓名", max_length=100)
    id_number = ProtectedText(kind="id_number", mask=id_numbers.mask)
    id_number_mask: str
    id_number_index: bytes
    phone = ProtectedText(kind="phone", mask=phones.mask)
    phone_mask: str
    phone_index: bytes
    consented_at = models.DateTimeField("同意时间", null=True, blank=True)
    notice_digest = models.CharField("告知书摘要", max_length=64, blank=True)
    front = models.ForeignKey("files.Blob", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    back = models.ForeignKey("files.Blob", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    front_reading = models.CharField(max_length=8, choices=Reading.choices, default=Reading.NONE, blank=True)
    back_reading = models.CharField(max_length=8, choices=Reading.choices, default=Reading.NONE, blank=True)
    # What was read (beside it what was typed since) and what the person confirmed, both encrypted JSON.
    read_cipher = models.BinaryField(null=True, blank=True)
    card_cipher = models.BinaryField(null=True, blank=True)
    # Why a face alone does not suffice: codes of `reasons.DOUBTS`.
    doubts = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    slip = models.CharField("核验单号", max_length=12, blank=True)
    counter_reason = models.CharField(max_length=12, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "实名认证"
        indexes = [
            models.Index(fields=["id_number_index", "phone_index"], name="verification_of_number"),
            models.Index(fields=["expires_at"], name="verification_open", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["person", "-id"], name="verification_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slip"],
                condition=~Q(slip=""),
                name="slip_unique",
                violation_error_message="核验单号重复。请重新生成。",
            ),
            models.CheckConstraint(
                condition=Q(step__in=["code", "stranger", "ended"]) | Q(person__isnull=False),
                name="verification_knows_its_person",
                violation_error_message="短信验证通过后才能继续认证。",
            ),
            models.CheckConstraint(
                condition=~Q(step__in=["card", "face"]) | Q(consented_at__isnull=False),
                name="verification_has_consent",
                violation_error_message="人脸识别前须单独同意。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_step_display()}"

    @property
    def read(self) -> dict[str, Any]:
        """What was read from the card: {"front": {...}, "back": {...}} with fields, confidence and hints."""
        return _opened(self.read_cipher)

    @read.setter
    def read(self, value: Mapping[str, Any]) -> None:
        self.read_cipher = _sealed(value)

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields of the present step's form, not yet confirmed or saved; nothing relies on it."""
        found: dict[str, str] = self.read.get("typed", {})
        return found

    @typed.setter
    def typed(self, value: Mapping[str, str]) -> None:
        others = {name: found for name, found in self.read.items() if name != "typed"}
        self.read = others | ({"typed": dict(value)} if value else {})

    @property
    def card(self) -> dict[str, Any]:
        """The card as the person confirmed it."""
        return _opened(self.card_cipher)

    @card.setter
    def card(self, value: Mapping[str, Any]) -> None:
        self.card_cipher = _sealed(value)


def _sealed(value: Mapping[str, Any]) -> bytes | None:
    return protection.encrypt("id_card", json.dumps(value, ensure_ascii=False)) if value else None


def _opened(cipher: bytes | memoryview | None) -> dict[str, Any]:
    return json.loads(protection.decrypt("id_card", bytes(cipher))) if cipher else {}


class State(models.TextChoices):
    """What became of an attempt."""

    OPEN = "open", "进行中"
    GIVEN = "given", "正在核对"
    ACCEPTED = "accepted", "通过"
    REFUSED = "refused", "未通过"
    OFFICER = "officer", "待人工核对"
    FAILED = "failed", "服务故障"
    LAPSED = "lapsed", "已过期"


class Attempt(models.Model):
    """Once before the camera. The nonce is kept as a digest; `key_cipher` opens the frames until it is forgotten."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="attempts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("结果", max_length=10, choices=State.choices, default=State.OPEN)
    provider = models.CharField("认证渠道", max_length=20)
    assurance = models.CharField("认证级别", max_length=15, choices=Assurance.choices)
    nonce_digest = models.BinaryField(max_length=32, unique=True)
    challenges = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    opened_at = models.DateTimeField("开始时间")
    expires_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField("核对时间", null=True, blank=True)
    verdict = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=30, blank=True)
    score = models.FloatField("相似距离", null=True, blank=True)
    best_frame = models.PositiveSmallIntegerField(null=True, blank=True)
    frame_count = models.PositiveSmallIntegerField(default=0)
    # Of all frames together, kept with the result; of each, so that none is taken twice.
    digest = models.CharField("摘要", max_length=64, blank=True)
    frame_digests = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    frames = models.ForeignKey("files.Blob", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    key_cipher = models.BinaryField(null=True, blank=True)
    reference = models.CharField("渠道流水号", max_length=80, blank=True)
    # Where a provider with its own camera page waits for the person.
    address = models.CharField(max_length=1000, blank=True)
    decided_by = models.CharField("核对人", max_length=120, blank=True)
    remark = models.CharField("核对意见", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人脸识别"
        indexes = [
            models.Index(fields=["person", "-opened_at"], name="attempt_of_person"),
            models.Index(fields=["id"], name="attempt_at_officers", condition=Q(state="officer")),
            models.Index(fields=["given_at"], name="attempt_with_key", condition=Q(key_cipher__isnull=False)),
            GinIndex(fields=["frame_digests"], name="attempt_frames"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["verification"],
                condition=Q(state__in=["open", "given"]),
                name="one_attempt_at_a_time",
                violation_error_message="上一次人脸识别还没有结束。请稍候。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "refused"]) | Q(decided_at__isnull=False),
                name="attempt_decided_when",
                violation_error_message="有结果的认证须有核对时间。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opened_at:%F %T} {self.get_state_display()}"

    def is_over(self, now: datetime) -> bool:
        """Whether the time for the gestures has run out."""
        return self.expires_at <= now


class CounterCheck(models.Model):
    """窗口核验: what an officer found with the person and the card before them."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="counter_checks")
    verification = models.ForeignKey(Verification, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    authority_code = models.CharField("核验单位", max_length=6)
    officer_id = models.BigIntegerField()
    officer_name = models.CharField("核验人", max_length=100)
    passed = models.BooleanField("通过")
    checked = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    reason = models.CharField("不通过的原因", max_length=300, blank=True)
    phone_mask = models.CharField("手机号码", max_length=20, blank=True)
    at = models.DateTimeField("核验时间")

    class Meta:
        verbose_name = verbose_name_plural = "窗口核验"
        indexes = [
            models.Index(fields=["authority_code", "-id"], name="counter_of_authority"),
            models.Index(fields=["person", "-id"], name="counter_of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(passed=True) | ~Q(reason=""),
                name="counter_refusal_says_why",
                violation_error_message="不通过的，请写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F} {self.officer_name}"
