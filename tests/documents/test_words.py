"""Words that no paper could show are found where they are typed, not when the paper is made."""

from __future__ import annotations

import pytest

from erjian import documents


@pytest.mark.parametrize("text", ["同意😀", "材料齐全\ue000", "合格❤", "👨\u200d👩\u200d👧"])
def test_what_no_font_draws_is_named(text: str) -> None:
    said = documents.unprintable(text)
    assert said.endswith("不能印在正式文书上。请删除后再提交。")
    assert any(each in said for each in text[-5:])


@pytest.mark.parametrize(
    ("text", "code"), [("同意\x07", "0007"), ("同\x0b意", "000B"), ("\x85同意", "0085"), ("\x7f", "007F")]
)
def test_a_control_sign_that_nobody_sees_is_named_by_its_number(text: str, code: str) -> None:
    said = documents.unprintable(text)
    assert said == f"含有看不见的控制符（U+{code}），不能印在正式文书上。请重新输入这段文字。"


@pytest.mark.parametrize(
    "text",
    ["", "材料齐全，予以受理。", "面积 120㎡，①②③ ✓ ℃ Ⅳ", "阿卜杜拉·买买提", "㛃𠅤䶮龘𰻝", "𱍐", "a\u200bb\u200f\ufeff\r\n\t", "刘ا齐", "（一）《规定》第6条—…"],
)  # fmt: skip
def test_what_is_written_with_letters_and_usual_signs_passes(text: str) -> None:
    assert documents.unprintable(text) == ""
