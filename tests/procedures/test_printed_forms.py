"""The printed 申报表 of every procedure: its own sections, the promises of its parties, the steps of its route."""

from __future__ import annotations

import io

import pypdfium2
import pytest

from erjian.accounts.models import Function
from erjian.applications import actions, printing
from erjian.applications.states import State
from erjian.procedures import all_procedures
from erjian.registry.models import Enterprise, Person
from tests import makers
from tests.procedures.scenes import Scene

pytestmark = pytest.mark.django_db
PERSON, EMPLOYER, FORMER = "申请人承诺", "聘用企业承诺", "原聘用企业承诺"
FULL = ["受理", "初审", "复审", "决定"]
PRINTED: dict[str, tuple[list[str], list[str]]] = {
    "initial": ([PERSON, EMPLOYER], FULL),
    "reregistration": ([PERSON, EMPLOYER], FULL),
    "addition": ([PERSON, EMPLOYER], FULL),
    "renewal": ([PERSON, EMPLOYER], FULL),
    "replacement": ([PERSON, EMPLOYER], ["受理", "复审"]),
    "transfer": ([PERSON, EMPLOYER, FORMER], FULL),
    "cancellation": ([PERSON, EMPLOYER], []),
    "cancellation_by_person": ([PERSON, EMPLOYER], []),
    "id_number": ([PERSON, EMPLOYER], ["受理", "复审"]),
    "personal_change": ([PERSON], ["受理", "复审"]),
    "enterprise_rename": (["申报企业承诺"], ["受理", "初审", "复审"]),
    "temporary_transfer": ([PERSON, EMPLOYER, FORMER], ["受理", "复审", "决定"]),
    "temporary_renewal": ([PERSON, EMPLOYER], FULL),
    "temporary_cancellation": ([PERSON, EMPLOYER], []),
    "temporary_cancellation_by_person": ([PERSON, EMPLOYER], []),
    "temporary_personal_change": ([PERSON], ["受理", "复审"]),
}


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)


def test_every_procedure_is_here() -> None:
    assert set(PRINTED) == {procedure.code for procedure in all_procedures()}


@pytest.mark.parametrize("code", PRINTED)
def test_a_printed_form(code: str) -> None:
    scene = Scene(code)
    scene.draft()
    case = scene.report()
    promised, steps = PRINTED[code]
    data = printing.content(case)
    assert [promise["heading"] for promise in data["promises"]] == promised
    assert [opinion["step"] for opinion in data["opinions"]] == steps
    text = text_of(printing.pdf(case))
    for section in case.procedure.sections:
        for field in section.fields:
            assert field.beside or field.label in text, field.label
    for words in case.procedure.commitments.values():
        assert words.format(enterprise=scene.enterprise.name, person=scene.person.name) in text
    assert ("申报专业" in text) is bool(scene.specialties)


SOLE = "受聘且只受聘于湖南麓川建设工程有限公司"
REVIEWED = "已对所填信息和所附材料进行审核，对其真实性负责。"
PROMISED: dict[str, tuple[tuple[str, str], ...]] = {
    "initial": ((PERSON, SOLE), (EMPLOYER, "已与周启明签订劳动合同"), (EMPLOYER, REVIEWED)),
    "reregistration": ((PERSON, SOLE), (EMPLOYER, "已与周启明签订劳动合同"), (EMPLOYER, REVIEWED)),
    "addition": ((PERSON, "所填信息和所附材料真实、准确"), (EMPLOYER, "进行审核，对其真实性负责")),
    "transfer": (
        (PERSON, f"已与原聘用单位解除劳动关系，{SOLE}"),
        (EMPLOYER, REVIEWED),
        (FORMER, "本企业已与周启明依法解除劳动合同，同意其转出。"),
    ),
    "temporary_transfer": ((PERSON, SOLE), (FORMER, "本企业已与周启明依法解除劳动合同，同意其转出。")),
    "cancellation": ((PERSON, "确认后注销立即生效，电子证书作废"), (EMPLOYER, "所填事由属实")),
    "cancellation_by_person": ((PERSON, "所填事由属实"), (EMPLOYER, "同意后注销立即生效，电子证书作废")),
}


@pytest.mark.parametrize("code", PROMISED)
def test_what_each_party_promises(code: str) -> None:
    """In the words of practice (design B.8): sole employment, truth, contract, review; the former employer's release."""
    scene = Scene(code)
    scene.draft()
    said = {promise["heading"]: promise["text"] for promise in printing.content(scene.report())["promises"]}
    for heading, words in PROMISED[code]:
        assert words in said[heading], heading


INSURED = {"initial", "reregistration", "renewal", "temporary_renewal", "transfer", "temporary_transfer"}


@pytest.mark.parametrize("code", sorted(INSURED))
def test_the_employer_promises_social_insurance(code: str) -> None:
    """Where the registration rests on the employment (design B.8, 聘用企业承诺)."""
    scene = Scene(code)
    scene.draft()
    data = printing.content(scene.report())
    words = {promise["heading"]: promise["text"] for promise in data["promises"]}
    assert "依法缴纳社会保险" in words[EMPLOYER]


@pytest.mark.parametrize("code", ["cancellation", "cancellation_by_person", "temporary_cancellation", "id_number"])
def test_endings_and_corrections_are_printed_with_portrait_and_signature(code: str) -> None:
    """人员寸照 stands on every form about a registered person (design A.4.3), and the person signs (E.2)."""
    scene = Scene(code)
    Person.objects.filter(pk=scene.person.pk).update(portrait=makers.blob(), signature=makers.blob())
    scene.person.refresh_from_db()
    scene.draft()
    case = scene.report()
    if case.state == State.WAIT_PERSON:
        case = actions.consent(application=case, by=scene.user, seen=None, commitment="同意")
    data = printing.content(case)
    assert bool(data["photo"]) is (code != "id_number")
    assert data["promises"][0]["sign"]["image"]


@pytest.mark.parametrize("code", ["transfer", "temporary_transfer"])
def test_a_transfer_says_where_the_person_comes_from(code: str) -> None:
    scene = Scene(code)
    scene.draft()
    case = scene.report()
    assert {"l": "转出企业名称", "v": scene.other.name, "wide": True} in printing.content(case)["employer"]
    assert f"转出企业名称{scene.other.name}" in text_of(printing.pdf(case))
    page = scene.client().get(f"/enterprise/cases/{case.uuid}/").content.decode()
    assert "转出企业名称" in page


def test_each_party_signs_for_itself() -> None:
    scene = Scene("transfer")
    scene.draft()
    case = scene.report()

    def signed() -> list[str | None]:
        return [promise["sign"] and promise["sign"]["name"] for promise in printing.content(scene.again())["promises"]]

    assert signed() == [None, scene.enterprise.name, None]
    case = actions.consent(application=case, by=scene.user, seen=None, commitment="本人承诺属实。")
    assert printing.content(case)["promises"][0]["text"] == "本人承诺属实。"
    former = makers.operator(scene.other)
    actions.answer_former(application=case, by=former, seen=None, agreed=False, opinion="合同未到期")
    assert signed() == [scene.person.name, scene.enterprise.name, None]
    assert "原单位不同意转出" in text_of(printing.pdf(scene.again()))


def test_a_printed_form_keeps_the_names_of_its_day() -> None:
    """What was promised and signed stays as it was, whatever person and enterprise are called later."""
    scene = Scene("renewal")
    scene.draft()
    case = scene.report()
    actions.consent(application=case, by=scene.user, seen=None, commitment="本人承诺属实。")
    before = printing.content(scene.again())["promises"]
    assert (before[0]["sign"]["name"], before[1]["sign"]["name"]) == (scene.person.name, scene.enterprise.name)
    Enterprise.objects.update(name="湖南改制后建设集团股份有限公司")
    Person.objects.update(name="改名之后")
    assert printing.content(scene.again())["promises"] == before


def test_what_a_person_files_is_signed_by_handing_it_in() -> None:
    scene = Scene("cancellation_by_person")
    scene.draft()
    case = scene.report()
    assert [bool(promise["sign"]) for promise in printing.content(case)["promises"]] == [True, False]
    actions.answer_enterprise(application=case, by=scene.operator, seen=None, agreed=True)
    assert [bool(promise["sign"]) for promise in printing.content(scene.again())["promises"]] == [True, True]


def test_who_accepts_at_the_province_stands_on_the_form() -> None:
    scene = Scene("temporary_transfer")
    scene.draft()
    case = scene.report()
    makers.officer("430000", Function.ACCEPTANCE)
    assert {opinion["organ"] for opinion in printing.content(case)["opinions"]} == {"湖南省住房和城乡建设厅"}
