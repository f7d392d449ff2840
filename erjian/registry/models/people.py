"""A person as the register knows them: one row per identity number."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from erjian.protection import ProtectedText
from erjian.standards import id_numbers, phones
from erjian.standards.dictionaries import Degree, DocumentKind, Education, Ethnicity, Sex


class Assurance(models.TextChoices):
    """How surely a person's identity was established; policy says which level a procedure needs."""

    NONE = "none", "未实名认证"
    SMS = "sms", "短信验证"
    FACE = "face", "人脸核验"
    COUNTER = "counter", "窗口核验"
    AUTHORITATIVE = "authoritative", "权威核验"


class Person(models.Model):
    """A natural person. The identity number is the key; it rests encrypted, with an index and a mask."""

    # In the order of the characters' codes an index serves both a name's beginning and the order by names.
    name = models.CharField("姓名", max_length=100, db_collation="C")
    document_kind = models.CharField(
        "证件类型", max_length=20, choices=DocumentKind.choices, default=DocumentKind.ID_CARD
    )
    id_number = ProtectedText(kind="id_number", mask=id_numbers.mask, unique=True)
    id_number_mask: str
    sex = models.CharField("性别", max_length=1, choices=Sex.choices)
    birth_date = models.DateField("出生日期")
    ethnicity = models.CharField("民族", max_length=2, choices=Ethnicity.choices, blank=True)
    phone = ProtectedText(kind="phone", mask=phones.mask, blank=True)
    phone_mask: str
    landline = models.CharField("联系电话", max_length=30, blank=True)
    emergency_name = models.CharField("紧急联系人姓名", max_length=100, blank=True)
    emergency_phone = ProtectedText(kind="phone", mask=phones.mask, blank=True, searched=False)
    school = models.CharField("毕业院校", max_length=100, blank=True)
    major = models.CharField("所学专业", max_length=100, blank=True)
    graduated_on = models.DateField("毕业时间", null=True, blank=True)
    education = models.CharField("学历", max_length=2, choices=Education.choices, blank=True)
    degree = models.CharField("学位", max_length=2, choices=Degree.choices, blank=True)
    portrait = models.ForeignKey(
        "files.Blob",
        verbose_name="人员寸照",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    signature = models.ForeignKey(
        "files.Blob",
        verbose_name="个人手写签名",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    id_front = models.ForeignKey(
        "files.Blob",
        verbose_name="身份证正照",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    id_back = models.ForeignKey(
        "files.Blob",
        verbose_name="身份证反照",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    id_held = models.ForeignKey(
        "files.Blob",
        verbose_name="手持身份证照",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    pledge = models.ForeignKey(
        "files.Blob",
        verbose_name="个人承诺书",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    id_valid_until = models.DateField("证件有效期至", null=True, blank=True)
    assurance = models.CharField("实名认证", max_length=15, choices=Assurance.choices, default=Assurance.NONE)
    verified_at = models.DateTimeField("认证时间", null=True, blank=True)
    verified_by = models.CharField("认证渠道", max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "人员"
        indexes = [
            # With the key in it, whoever joins by a name's beginning (注册, 申报) reads this index and not the people.
            models.Index(fields=["name"], name="person_by_name", include=["id"]),
            # Imported people have no pictures: what a deleted file is looked for in holds only those who have one.
            *(
                models.Index(fields=[name], name=f"person_{name}", condition=Q(**{f"{name}__isnull": False}))
                for name in ("portrait", "signature", "id_front", "id_back", "id_held", "pledge")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_verified(self) -> bool:
        """Whether real-name verification has been passed (manual 2.1)."""
        return self.assurance != Assurance.NONE
