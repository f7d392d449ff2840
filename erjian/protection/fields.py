"""``ProtectedText``: one declaration in a model, three columns in its table.

It is a property rather than a model field: Django (and every migration) sees three plain fields,
``<name>_cipher``, ``<name>_index`` and ``<name>_mask``, and the property reads and writes them
together. Being a property it is also a keyword of the model's constructor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, overload

from django.db import models

from erjian.protection import ciphers

_MASK_LENGTH = 64


class ProtectedText(property):
    """A text kept encrypted; see the package's docstring for what it is good for.

    ``kind`` names the sort of value and is authenticated with it; ``mask`` makes the text that lists
    show; ``unique`` puts a unique constraint on the index, otherwise it gets an ordinary one;
    ``blank`` allows the empty text, whose index is NULL (so many rows may be empty); ``searched`` says
    whether anything looks for rows by the value, which is what the ordinary index is for.
    """

    def __init__(
        self,
        *,
        kind: str,
        mask: Callable[[str], str],
        unique: bool = False,
        blank: bool = False,
        searched: bool = True,
        verbose_name: str | None = None,
    ) -> None:
        super().__init__(self._read, self._write)
        self.kind = kind
        self.mask = mask
        self.unique = unique
        self.blank = blank
        self.searched = searched
        self.verbose_name = verbose_name
        self.name = ""

    @property
    def columns(self) -> tuple[str, str, str]:
        """The names of the three columns, for ``update_fields`` and ``bulk_update``."""
        return f"{self.name}_cipher", f"{self.name}_index", f"{self.name}_mask"

    def contribute_to_class(self, cls: type[models.Model], name: str) -> None:
        """Called by Django for each attribute of a model's class body: adds the columns."""
        self.name = name
        label = self.verbose_name or name.replace("_", " ")
        cipher, index, mask = self.columns
        fields: dict[str, models.Field[Any, Any]] = {
            cipher: models.BinaryField(f"{label}（密文）", default=b""),
            index: models.BinaryField(
                f"{label}（索引）",
                max_length=32,
                null=self.blank,
                unique=self.unique,
                db_index=self.searched and not self.unique,
            ),
            mask: models.CharField(f"{label}（掩码）", max_length=_MASK_LENGTH, blank=True, default="", editable=False),
        }
        for column, field in fields.items():
            field.contribute_to_class(cls, column)
        setattr(cls, name, self)

    def split(self, text: str | None) -> dict[str, Any]:
        """The three columns that hold ``text``: for bulk loads, ``update()`` and data migrations."""
        cipher, index, mask = self.columns
        if not text:
            return {cipher: b"", index: None, mask: ""}
        return {
            cipher: ciphers.encrypt(self.kind, text),
            index: ciphers.index(self.kind, text),
            mask: self.mask(text)[:_MASK_LENGTH],
        }

    def opens(self, cipher: bytes | memoryview, index: bytes | memoryview | None) -> bool:
        """Whether the keys at hand are those under which these two columns were written."""
        try:
            text = ciphers.decrypt(self.kind, cipher)
        except ciphers.DecryptionFailed:
            return False
        return index is not None and bytes(index) == ciphers.index(self.kind, text)

    def _read(self, instance: models.Model) -> str:
        blob = getattr(instance, self.columns[0])
        return ciphers.decrypt(self.kind, blob) if blob else ""

    def _write(self, instance: models.Model, text: str | None) -> None:
        for column, value in self.split(text).items():
            setattr(instance, column, value)

    # The accessors below change nothing; they tell the type checker that instances give a text.

    @overload
    def __get__(self, instance: None, owner: type | None = None, /) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None, /) -> str: ...

    def __get__(self, instance: object | None, owner: type | None = None, /) -> Self | str:
        """The descriptor itself on the class, the decrypted text on an instance."""
        return super().__get__(instance, owner)

    def __set__(self, instance: object, value: str | None, /) -> None:
        """Writes all three columns."""
        super().__set__(instance, value)
