"""What the official letters of every procedure say: to whom, about what, in which words, and where to turn."""

from __future__ import annotations

import pytest

from erjian import audit, documents
from erjian.applications import form_data, letters
from erjian.applications.models import Letter, LetterKind
from tests.procedures.scenes import CITY, Scene
from tests.procedures.test_printed_forms import text_of

pytestmark = pytest.mark.django_db
MATTERS = {
    "initial": "二级建造师初始注册",
    "reregistration": "二级建造师重新注册",
    "addition": "二级建造师增项注册",
    "renewal": "二级建造师延续注册",
    "replacement": "二级建造师遗失补办",
    "transfer": "二级建造师变更注册",
    "id_number": "二级建造师身份证变更",
    "personal_change": "二级建造师个人信息修改",
    "enterprise_rename": "企业名称变更",
    "temporary_transfer": "二级临时建造师变更注册",
    "temporary_renewal": "二级临时建造师延续注册",
    "temporary_personal_change": "二级临时建造师个人信息修改",
}


def written(letter: Letter) -> str:
    """The text of the letter as printed, without blanks."""
    content = form_data.unseal(letter.data) | {"doc_no": letter.number, "qr": documents.qr(letter.number)}
    return text_of(documents.render("notices", content, timestamp=letter.created_at))


@pytest.mark.parametrize("code", MATTERS)
def test_the_letters_of_a_procedure(code: str) -> None:
    scene, matter = Scene(code), MATTERS[code]
    scene.draft()
    case = scene.report()
    entry = case.timeline.latest("id")
    said = {
        kind: written(letters.issue(case, kind, entry=entry, actor=audit.SYSTEM))
        for kind in (LetterKind.ACCEPT, LetterKind.CORRECT, LetterKind.NOT_ACCEPT, LetterKind.REFUSE)
    }
    assert f"{matter}申请受理通知书" in said[LetterKind.ACCEPT]
    assert f"{matter}申请补正通知书" in said[LetterKind.CORRECT]
    assert f"{matter}申请不予受理通知书" in said[LetterKind.NOT_ACCEPT]
    assert f"不予{matter}决定书" in said[LetterKind.REFUSE]
    assert (
        f"决定不予{matter.removeprefix('二级').removeprefix('临时').removeprefix('建造师')}。"
        in said[LetterKind.REFUSE]
    )
    filed = said[LetterKind.ACCEPT]
    if code.endswith("personal_change"):
        assert f"{scene.person.name}：你于" in filed
        assert "同志" not in filed
    else:
        assert f"{scene.enterprise.name}：你单位于" in filed
        assert (f"提交的{scene.person.name}同志的" in filed) is (code != "enterprise_rename")
    assert "向湖南省人民政府申请行政复议" in said[LetterKind.REFUSE]
    accepts_at_the_city = letters.entry_authority(case, LetterKind.NOT_ACCEPT) == CITY
    body = "长沙市人民政府" if accepts_at_the_city else "湖南省人民政府"
    assert f"向{body}申请行政复议" in said[LetterKind.NOT_ACCEPT]
    assert accepts_at_the_city is (code != "temporary_transfer")


def test_what_is_to_be_put_right_is_one_sentence_each() -> None:
    scene = Scene("initial")
    scene.draft()
    case = scene.report()
    entry = case.timeline.latest("id")
    entry.data = {"items": [{"target": "material:contract", "what": "聘用劳动合同", "detail": "缺少签章页。"}]}
    said = written(letters.issue(case, LetterKind.CORRECT, entry=entry, actor=audit.SYSTEM))
    assert "1.聘用劳动合同：缺少签章页。请于" in said
