"""资格证书 through the engine: people and certificates appear, nothing is done twice, contradictions come back."""

from __future__ import annotations

from datetime import date

import pytest

from erjian.registry.models import Assurance, Change, ChangeKind, Person, Qualification, ReviewResult
from tests import makers
from tests.exchange.files import cells, load, qualification, tally, text, xlsx

pytestmark = pytest.mark.django_db


def test_a_row_makes_a_person_and_a_certificate() -> None:
    row = qualification()
    assert tally(load("qualifications", xlsx([row]))) == (1, 0, 0, 0)
    person = Person.objects.get()
    assert (person.name, person.id_number, person.phone, person.sex) == ("周启明", row["身份证号"], "13800002716", "1")
    assert person.birth_date == date(1990, 3, 17)
    assert person.assurance == Assurance.NONE
    found = person.qualifications.get()
    assert (found.specialty, found.management_number, found.pass_year) == ("building", "20240430199000001", 2024)
    assert (found.obtained_on, found.review_result, found.kind) == (date(2024, 9, 20), "passed", "初始申报")
    assert found.used_at is None
    change = Change.objects.get()
    assert (change.kind, change.person_id, change.before) == (ChangeKind.IMPORTED, person.pk, {})
    assert change.after["enterprise_code"] == row["企业信用代码"]
    assert row["身份证号"] not in str(change.after)


def test_the_same_file_twice_changes_nothing() -> None:
    content = xlsx([qualification(), qualification(姓名="欧阳思齐", 证书管理号="20240430199000002")])
    assert tally(load("qualifications", content)) == (2, 0, 0, 0)
    before = list(Qualification.objects.order_by("pk").values()), list(Person.objects.order_by("pk").values())
    assert tally(load("qualifications", content)) == (0, 0, 2, 0)
    assert (
        list(Qualification.objects.order_by("pk").values()),
        list(Person.objects.order_by("pk").values()),
    ) == before
    assert Change.objects.count() == 2


def test_a_dry_run_says_what_applying_does() -> None:
    known = qualification()
    load("qualifications", xlsx([known]))
    content = xlsx(
        [
            known | {"复审结果": "不合格"},
            qualification(姓名="欧阳思齐", 证书管理号="20240430199000002"),
            qualification(姓名="坏", 证书管理号="20240430199000003"),
        ]
    )
    dry = load("qualifications", content, apply=False)
    assert tally(dry) == (1, 1, 0, 1)
    assert Qualification.objects.count() == 1
    assert Qualification.objects.get().review_result == ReviewResult.PASSED
    wet = load("qualifications", content)
    assert tally(wet) == tally(dry)
    assert wet.differences == dry.differences
    assert wet.errors == dry.errors
    assert wet.differences[0].before["review_result"] == "passed"
    assert wet.differences[0].after["review_result"] == "failed"
    assert Qualification.objects.get(management_number="20240430199000001").review_result == ReviewResult.FAILED


def test_empty_cells_keep_what_is_known() -> None:
    row = qualification()
    load("qualifications", xlsx([row]))
    assert tally(load("qualifications", xlsx([row | {"企业名称": "", "复审结果": "", "手机号码": ""}]))) == (0, 0, 1, 0)
    assert Qualification.objects.get().enterprise_name == "湖南麓川建设工程有限公司"


def test_two_specialties_of_one_person() -> None:
    number = makers.id_number()
    rows = [qualification(身份证号=number), qualification(身份证号=number, 专业名称="市政", 证书管理号="B")]
    assert tally(load("qualifications", xlsx(rows))) == (2, 0, 0, 0)
    assert Person.objects.get().qualifications.count() == 2


def test_all_errors_of_a_row_at_once_and_the_others_load() -> None:
    good = qualification()
    bad = qualification(
        身份证号="430199199003170011", 专业名称="园林", 获取日期="2999-01-01", 合格年度="去年", 手机号码="1380000271"
    )
    outcome = load("qualifications", xlsx([good, bad]))
    assert tally(outcome) == (1, 0, 0, 1)
    ((line, message),) = outcome.errors
    assert line == 3
    for part in (
        "身份证号码的校验码不符",
        "没有“园林”这个专业",
        "2999-01-01 晚于今天",
        "合格年度：应为四位年份",
        "手机号码应为",
    ):
        assert part in message


def test_refused_rows_come_back_and_load_when_corrected() -> None:
    bad = qualification(身份证号="430199199003170011")
    outcome = load("qualifications", xlsx([qualification(姓名="欧阳思齐", 证书管理号="X2"), bad]))
    assert outcome.error_file is not None
    header, row = cells(outcome.error_file)
    assert header[0] == "错误原因"
    assert "校验码不符" in row[0]
    returned = dict(zip(header, row, strict=True))
    returned["身份证号"] = makers.id_number()
    again = load("qualifications", xlsx([returned]))
    assert tally(again) == (1, 0, 0, 0)
    assert again.notices == []


def test_another_name_under_a_known_number_is_an_error() -> None:
    row = qualification()
    load("qualifications", xlsx([row]))
    outcome = load("qualifications", xlsx([row | {"姓名": "周明启", "证书管理号": "N2"}]))
    assert tally(outcome) == (0, 0, 0, 1)
    assert "登记库中的姓名是“周启明”" in outcome.errors[0][1]
    assert Person.objects.get().name == "周启明"


def test_contradictions_inside_the_file() -> None:
    number = makers.id_number()
    rows = [
        qualification(身份证号=number, 证书管理号="A"),
        qualification(身份证号=number, 姓名="周明启", 证书管理号="B"),
        qualification(姓名="甲乙", 证书管理号="C"),
        qualification(姓名="丙丁", 证书管理号="C"),
    ]
    outcome = load("qualifications", xlsx(rows))
    assert tally(outcome) == (0, 0, 0, 4)
    messages = dict(outcome.errors)
    assert "不同的姓名" in messages[2]
    assert "不同的姓名" in messages[3]
    assert "属于不同的人" in messages[4]


def test_a_repeated_row_names_the_first() -> None:
    row = qualification()
    outcome = load("qualifications", xlsx([row, row | {"复审结果": "不合格"}]))
    assert tally(outcome) == (1, 0, 0, 1)
    assert outcome.errors == [(3, "与第 2 行重复")]


def test_a_management_number_of_somebody_else() -> None:
    load("qualifications", xlsx([qualification()]))
    outcome = load("qualifications", xlsx([qualification(姓名="欧阳思齐")]))
    assert "证书管理号已登记在“周启明”名下" in outcome.errors[0][1]
    assert Person.objects.count() == 1


def test_a_used_certificate_is_not_unreviewed() -> None:
    row = qualification()
    load("qualifications", xlsx([row]))
    from erjian.policy import clock

    Qualification.objects.update(used_at=clock.now())
    outcome = load("qualifications", xlsx([row | {"复审结果": "不合格"}]))
    assert tally(outcome) == (0, 0, 0, 1)
    assert "已用于注册" in outcome.errors[0][1]


def test_phones_fill_and_correct_but_never_replace_a_verified_one() -> None:
    row = qualification(手机号码="")
    load("qualifications", xlsx([row]))
    assert tally(load("qualifications", xlsx([row | {"手机号码": "13900001111"}]))) == (0, 1, 0, 0)
    assert Person.objects.get().phone == "13900001111"
    assert tally(load("qualifications", xlsx([row | {"手机号码": "13900002222"}]))) == (0, 1, 0, 0)
    Person.objects.update(assurance=Assurance.FACE)
    outcome = load("qualifications", xlsx([row | {"手机号码": "13900003333"}]))
    assert tally(outcome) == (0, 0, 1, 0)
    assert "保留登记库中的号码" in outcome.notices[0]
    assert Person.objects.get().phone == "13900002222"


def test_credit_code_with_a_wrong_check_character_needs_a_reason() -> None:
    row = qualification(企业信用代码="91350203M0001QAY9B")
    outcome = load("qualifications", xlsx([row]))
    assert "校验码不符" in outcome.errors[0][1]
    assert tally(load("qualifications", xlsx([row | {"校验豁免理由": "已核对营业执照原件"}]))) == (1, 0, 0, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_csv(encoding: str, delimiter: str) -> None:
    rows = [qualification(), qualification(姓名="㛃𰻝雅", 证书管理号="X")]
    assert tally(load("qualifications", text(rows, encoding=encoding, delimiter=delimiter))) == (2, 0, 0, 0)
    assert set(Person.objects.values_list("name", flat=True)) == {"周启明", "㛃𰻝雅"}


def test_what_people_type_is_understood() -> None:
    number = makers.id_number()
    row = qualification(
        姓名="　周 启 明 ",
        身份证号=f"{number[:6]} {number[6:]}",
        专业名称="市政",
        合格年度=2024,
        获取日期=date(2024, 9, 20),
        证书管理号=20240430199001,
        手机号码=13800002716,
    )
    wide = {**row, "身份证号": number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"})}
    assert tally(load("qualifications", xlsx([row]))) == (1, 0, 0, 0)
    assert tally(load("qualifications", xlsx([wide]))) == (0, 0, 1, 0)
    person = Person.objects.get()
    assert (person.name, person.qualifications.get().management_number) == ("周启明", "20240430199001")


def test_a_number_of_fifteen_digits_is_upgraded() -> None:
    assert tally(load("qualifications", xlsx([qualification(身份证号="130503670401001")]))) == (1, 0, 0, 0)
    assert Person.objects.get().id_number == "130503196704010016"


def test_stated_sex_and_birth_must_agree_with_the_number() -> None:
    outcome = load("qualifications", xlsx([qualification(性别="女", 出生日期="1990-03-18")]))
    assert "性别：与身份证号不符" in outcome.errors[0][1]
    assert "出生日期：与身份证号不符，身份证号中是 1990-03-17" in outcome.errors[0][1]
