"""What documents refuse, each with a sentence for the person who asked."""

from __future__ import annotations

from erjian.standards.errors import Refusal


class DocumentRefused(Refusal):
    """A document cannot be made or read as asked."""


class MissingGlyph(DocumentRefused):
    """A character that no installed font can draw: the paper is not made, rather than made with a box.

    `text` is the run that the compiler stopped at, `characters` the same as code points for a work list.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.characters = tuple(f"U+{ord(c):04X}" for c in text if not c.isspace())
        named = "、".join(self.characters)
        super().__init__(
            f"字库中没有“{text}”（{named}）的字形，文书暂不能生成。请核对该字；如确属生僻字，请联系平台补充字库。",
            code="missing_glyph",
        )


class IncompletePaper(DocumentRefused):
    """Data that the paper needs were not handed over."""

    def __init__(self, template: str, missing: list[str]) -> None:
        super().__init__(f"文书缺少数据，不能生成：{'、'.join(missing)}。", code="incomplete")
        self.template, self.missing = template, missing


class SealUnavailable(DocumentRefused):
    """The signing key, the seal service or the time-stamping service cannot be used now; trying again may help."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"电子签章服务暂不可用：{reason}。请稍后重试。", code="seal_unavailable")
