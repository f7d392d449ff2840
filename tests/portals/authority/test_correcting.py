"""一次性告知补正, 不予受理 and their letters."""

from __future__ import annotations

import pytest

from erjian import files
from erjian.applications import actions, form_data, tasks
from erjian.applications.models import Letter
from erjian.applications.states import State
from erjian.documents import verify
from erjian.portals.authority.correcting import Item, lines, merge
from tests.portals.authority.scenes import Scene, desk, page, signed_in

pytestmark = pytest.mark.django_db

ITEMS = (
    Item(target="education", what="学历", group="人员信息", hint="填写有误，请更正。", chosen=True),
    Item(target="material:contract", what="聘用劳动合同", group="附件材料", hint="请重新上传。"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. 学历不符\n2、合同缺页\n\n（3）照片", ["学历不符", "合同缺页", "照片"]),
        ("2012 年毕业与材料不符", ["2012 年毕业与材料不符"]),
        ("", []),
    ],
)
def test_lines_lose_their_numbers(text: str, expected: list[str]) -> None:
    assert lines(text) == expected


def test_a_line_that_names_an_item_belongs_to_it() -> None:
    items, free = merge(ITEMS, ticked=[], opinion="1. 聘用劳动合同：缺第 3 页。\n2. 请另附说明。")
    chosen = {item.target: item.detail for item in items if item.chosen}
    assert chosen == {"material:contract": "缺第 3 页。"}
    assert free == ("请另附说明。",)


def test_ticks_bring_their_words_and_nothing_chosen_means_the_differences() -> None:
    items, _ = merge(ITEMS, ticked=["material:contract"], opinion="")
    assert [item.detail for item in items if item.chosen] == ["请重新上传。"]
    items, _ = merge(ITEMS, ticked=[], opinion="")
    assert [(item.target, item.detail) for item in items if item.chosen] == [("education", "填写有误，请更正。")]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def pdf_of(letter: Letter) -> bytes:
    tasks.render_letter.func(letter_id=letter.pk)
    letter.refresh_from_db()
    return files.read(letter.file)


def test_the_page_starts_from_what_was_ticked_and_typed(scene: Scene) -> None:
    case = scene.reported(education="21")
    client = signed_in(scene.acceptor)
    text = client.get(desk(case, "correction/")).content.decode()
    assert text.count(" checked") == 1
    assert "不一致，请更正。</textarea>" in text
    data = {
        "seen": case.version,
        "item": ["material:contract"],
        "opinion": "1. 毕业院校：与证书不符。\n2. 请说明聘用情况。",
    }
    text = client.post(desk(case, "correction/"), data).content.decode()
    assert "与证书不符。</textarea>" in text
    assert "请重新上传清晰、完整的材料。</textarea>" in text
    assert "请说明聘用情况。</textarea>" in text
    case.refresh_from_db()
    assert case.state == State.REPORTED


def test_every_defect_is_told_at_once_with_its_target(scene: Scene) -> None:
    case = scene.reported(education="21")
    client = signed_in(scene.acceptor)
    data = {
        "seen": case.version,
        "send": "1",
        "on": ["education", "specialty:building", "material:contract"],
        "detail-education": "填写为“博士研究生”，请更正。",
        "detail-specialty:building": "请补充资格证明。",
        "detail-material:contract": "缺第 3 页。",
        "detail-school": "没有勾选的不写入",
        "free": ["", "请说明聘用情况。", ""],
    }
    answer = client.post(desk(case, "correction/"), data)
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == State.CORRECTION
    entry = case.timeline.get(transition="request_correction")
    assert [item["target"] for item in entry.data["items"]] == ["education", "specialties", "material:contract", ""]
    assert "没有勾选" not in entry.opinion
    letter = Letter.objects.get(application=case)
    assert letter.kind == "correct"
    assert [item["detail"] for item in form_data.unseal(letter.data)["items"]][2] == "缺第 3 页。"
    pdf = pdf_of(letter)
    assert pdf.startswith(b"%PDF")
    assert verify(pdf).state == "valid"
    shown = client.get(page(case, f"letters/{letter.pk}/"))
    assert (shown.status_code, shown["Content-Type"]) == (200, "application/pdf")
    letter.refresh_from_db()
    assert letter.read_at is None, "an officer's look is not service"


def test_nothing_to_correct_and_empty_words_are_refused(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.acceptor)
    answer = client.post(desk(case, "correction/"), {"seen": case.version, "send": "1", "free": [""]})
    assert answer.status_code == 422
    assert "请至少写明一项" in answer.content.decode()
    answer = client.post(
        desk(case, "correction/"), {"seen": case.version, "send": "1", "on": ["school"], "detail-school": " "}
    )
    assert answer.status_code == 422
    assert "请写明“毕业院校”需要补正的内容" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == State.REPORTED


def test_what_the_correction_changed_is_marked_and_compared(scene: Scene) -> None:
    case = scene.reported(degree="2")
    actions.request_correction(
        application=case,
        by=scene.acceptor,
        seen=case.version,
        items=[{"target": "degree", "what": "学位", "detail": "请更正。"}],
    )
    case.refresh_from_db()
    case = actions.save(
        application=case,
        values=form_data.unseal(case.draft) | {"degree": "0"},
        specialties=case.specialties,
        by=scene.operator,
    )
    case = actions.resubmit(application=case, by=scene.operator, seen=case.version)
    if case.state == State.WAIT_PERSON:
        case = actions.consent(application=case, by=case.person.user, seen=case.version, commitment="同意")
    client = signed_in(scene.acceptor)
    assert "补正后已改" in client.get(desk(case)).content.decode()
    text = client.get(page(case, "versions/2/")).content.decode()
    assert "与第 1 版比较，1 项有改动" in text
    assert text.count("已改") == 1
    assert case.person.id_number not in text
    assert client.get(page(case, "versions/1/")).status_code == 200
    assert client.get(page(case, "versions/9/")).status_code == 404


def test_what_could_have_been_told_at_first_is_not_asked_for_later(scene: Scene) -> None:
    """行政许可法第三十二条: a further request is about what was told before, or about what the correction changed."""
    case = scene.reported()
    client = signed_in(scene.acceptor)
    address = desk(case, "correction/")
    assert "已经告知过补正" not in client.get(address).content.decode()
    first = {"on": ["material:contract"], "detail-material:contract": "缺少签字页。", "send": "1"}
    assert client.post(address, first | {"seen": case.version}).status_code == 302
    case.refresh_from_db()
    values = form_data.unseal(case.draft) | {
        "school": "中南大学",
        "employment_open": "",
        "employment_end": "2031-01-01",
    }
    case = actions.save(application=case, values=values, specialties=case.specialties, by=scene.operator)
    case = actions.resubmit(application=case, by=scene.operator, seen=case.version, explanation="只有两页")
    if case.state == State.WAIT_PERSON:
        case = actions.consent(application=case, by=case.person.user, seen=case.version, commitment="同意")
    assert "已经告知过补正" in client.get(address).content.decode()
    late = {"on": ["education", "school"], "detail-education": "与学历证书不符。", "detail-school": "请写全称。"}
    refused = client.post(address, late | {"seen": case.version, "send": "1"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "“学历”首次告知时没有列出，补正时也没有改动，不能再要求补正" in text
    assert "与学历证书不符。</textarea>" in text
    assert "请写全称。</textarea>" in text
    case.refresh_from_db()
    assert case.state == State.REPORTED
    fine = {
        "on": ["school", "material:contract", "employment"], "detail-school": "请写全称。",
        "detail-material:contract": "仍缺签字页。", "detail-employment": "与合同不符。",
    }  # fmt: skip
    assert client.post(address, fine | {"seen": case.version, "send": "1"}).status_code == 302
    case.refresh_from_db()
    assert case.state == State.CORRECTION


def test_refusing_acceptance_names_its_ground(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.acceptor)
    assert "不得不予受理" in client.get(desk(case, "refusal/")).content.decode()
    started = client.post(desk(case, "refusal/"), {"seen": case.version, "opinion": "不属于本市"})
    assert "不属于本市</textarea>" in started.content.decode()
    data = {"seen": case.version, "send": "1", "ground": "not_competent", "reason": "企业注册地在株洲市。"}
    answer = client.post(desk(case, "refusal/"), data)
    assert answer.status_code == 422
    assert "请写明应向哪个机关申请" in answer.content.decode()
    answer = client.post(desk(case, "refusal/"), data | {"where": "株洲市住房和城乡建设局"})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == State.NOT_ACCEPTED
    entry = case.timeline.get(transition="refuse_acceptance")
    assert entry.data["ground"] == "not_competent"
    assert entry.opinion == "申请事项依法不属于本机关职权范围，应向株洲市住房和城乡建设局申请。企业注册地在株洲市。"
    assert pdf_of(Letter.objects.get(application=case, kind="decline")).startswith(b"%PDF")


def test_a_ground_is_required_and_unknown_ones_are_refused(scene: Scene) -> None:
    case = scene.reported()
    client = signed_in(scene.acceptor)
    for ground in ("", "incomplete"):
        answer = client.post(
            desk(case, "refusal/"), {"seen": case.version, "send": "1", "ground": ground, "reason": "材料不齐"}
        )
        assert answer.status_code == 422


def test_the_receipt_is_a_signed_pdf(scene: Scene) -> None:
    case = scene.accepted()
    assert verify(pdf_of(Letter.objects.get(application=case, kind="accept"))).state == "valid"


def test_stale_correction_is_told(scene: Scene) -> None:
    case = scene.reported()
    seen = case.version
    actions.accept(application=case, by=scene.acceptor, seen=seen)
    answer = signed_in(scene.acceptor).post(
        desk(case, "correction/"), {"seen": seen, "send": "1", "free": ["请说明。"]}
    )
    assert answer.status_code == 409
    assert "请说明。" in answer.content.decode()
