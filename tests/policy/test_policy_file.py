"""The policy file: Hunan's values, strict loading, values that change on a day, the digest."""

from __future__ import annotations

import dataclasses
import re
from datetime import date

import pytest

from erjian import policy
from erjian.policy import PolicyError, authorities, loading
from erjian.policy.authorities import CITY_LEVEL, PROVINCE_LEVEL
from erjian.standards import regions
from erjian.standards.errors import Refusal

DAY = date(2026, 11, 23)
TEXT = loading.HUNAN.read_text(encoding="utf-8")


@pytest.fixture
def altered(tmp_path):
    """Loads Hunan's policy with one text replaced by another."""

    def load(old: str, new: str, on: date = DAY):
        assert old in TEXT
        path = tmp_path / f"policy-{abs(hash((old, new)))}.toml"
        path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
        return loading.load(path, on), loading.digest(path, on)

    return load


def test_hunan():
    rules = policy.current()
    assert (rules.province.name, rules.province.short, rules.province.code) == ("湖南省", "湘", "430000")
    assert rules.province.platform_title == "湖南省二级建造师公共服务平台"
    assert rules.province.issuer_code == "11430000006122244L"
    assert (rules.validity_years, rules.age_limit, rules.temporary_age_limit, rules.age_stop_days) == (3, 65, 60, 90)
    assert (rules.renewal_opens_days, rules.renewal_closes_days) == (90, 30)
    assert (rules.acceptance_days, rules.extension_days, rules.correction_days) == (5, 10, 30)
    assert (rules.consent_days, rules.draft_days, rules.publicity_days) == (15, 90, 10)
    assert rules.employer_lapse_days == 30
    assert (rules.certificate.usage_max_days, rules.certificate.usage_daily_limit) == (180, 2)
    assert (rules.page_size, rules.dialog_page_size) == (30, 20)
    assert rules.decision_days_for("initial") == 20
    assert rules.decision_days_for("replacement") == 5
    assert rules.asks_person("initial")
    assert rules.age_limit_for("temporary") == 60
    assert rules.age_limit_for("constructor") == 65


def test_levels_of_steps():
    rules = policy.current()
    levels = {step: rules.level_of("initial", step) for step in policy.OFFICIAL_STEPS}
    assert levels == {
        "acceptance": CITY_LEVEL,
        "first_review": CITY_LEVEL,
        "final_review": PROVINCE_LEVEL,
        "publicity": PROVINCE_LEVEL,
        "announcement": PROVINCE_LEVEL,
        "decision": PROVINCE_LEVEL,
    }
    assert rules.level_of("temporary_transfer", "acceptance") == PROVINCE_LEVEL
    assert rules.level_of("temporary_transfer", "first_review") is None
    assert rules.level_of("temporary_transfer", "decision") == PROVINCE_LEVEL
    with pytest.raises(KeyError):
        rules.level_of("initial", "person")


def test_material_limits():
    limits = policy.current().material_limits
    assert (limits["portrait"].min_width, limits["portrait"].min_height) == (295, 413)
    assert limits["portrait"].max_bytes == 5 * 1024 * 1024
    assert limits["document"].max_bytes == limits["document"].bytes_for("application/pdf") == 20 * 1024 * 1024
    assert limits["document"].bytes_for("image/jpeg") == 5 * 1024 * 1024


@pytest.mark.parametrize(("count", "hours"), [(0, (60, 60)), (1, (60, 60)), (2, (90, 90)), (3, (120, 120))])
def test_hours_of_continuing_education(count, hours):
    assert policy.current().continuing_education.hours(count) == hours


def test_numbers():
    numbers = policy.current().numbers
    assert numbers.case_number("CS", 2026, 110427) == "CS-2026-110427"
    assert numbers.document_number("acceptance", 2026, 4127) == "湘建注受〔2026〕04127 号"
    assert numbers.document_number("non_acceptance", 2026, 52) == "湘建注不受〔2026〕00052 号"


def test_every_city_has_its_authority():
    assert [a.code for a in authorities.cities()] == list(regions.CITIES)
    changsha = authorities.get("430100")
    assert (changsha.name, changsha.short, changsha.prefix, changsha.level) == (
        "长沙市住房和城乡建设局",
        "长沙市",
        "CS",
        CITY_LEVEL,
    )
    assert authorities.province() == authorities.get("430000") == authorities.every()[0]
    assert authorities.province().name == "湖南省住房和城乡建设厅"
    assert authorities.province().level == PROVINCE_LEVEL
    assert len(authorities.choices()) == 15
    for authority in authorities.cities():
        assert authority.short[:2] == authority.name[:2] == regions.name(authority.code)[:2]


@pytest.mark.parametrize(
    ("region", "authority"),
    [
        ("430102", "430100"),
        ("430100", "430100"),
        ("433101", "433100"),
        ("430000", "430000"),
        ("440100", "430000"),
        ("", "430000"),
    ],
)
def test_where_an_enterprise_of_a_region_files(region, authority):
    assert authorities.of_region(region).code == authority


def test_an_unknown_authority_is_refused():
    with pytest.raises(Refusal, match="重新选择"):
        authorities.get("999999")


def test_nobody_changes_a_policy():
    rules = policy.current()
    with pytest.raises(dataclasses.FrozenInstanceError):
        rules.acceptance_days = 6
    with pytest.raises(TypeError):
        rules.decision_days["default"] = 1
    with pytest.raises(TypeError):
        rules.decision_days.update(default=1)
    assert dataclasses.replace(rules, acceptance_days=6).acceptance_days == 6


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("validity_years = 3", "", "missing: validity_years"),
        ("employer_lapse_days = 30", "employer_lapse_days = 9", "employer_lapse_days is 0"),
        ("employer_lapse_days = 30", "employer_lapse_days = 366", "employer_lapse_days is 0"),
        ("employer_lapse_days = 30", "employer_lapse_days = -1", "employer_lapse_days is 0"),
        ("validity_years = 3", "validity_years = 3\nsurprise = 1", "unknown: surprise"),
        ("validity_years = 3", 'validity_years = "3"', "validity_years must be a value of type int"),
        ("validity_years = 3", "validity_years = true", "validity_years must be a value of type int"),
        ("validity_years = 3", "validity_years = 0", "validity_years is between"),
        ("validity_years = 3", "validity_years =", "policy-"),
        ("temporary_until = 2028-12-31", "temporary_until = 2028-12-31T00:00:00", "temporary_until must be"),
        ("temporary_age_limit = 60", "temporary_age_limit = 70", "temporary_age_limit exceeds"),
        ("renewal_closes_days = 30", "renewal_closes_days = 90", "renewal window"),
        ("warn_ratio = 0.8", "warn_ratio = 1", "warn_ratio"),
        ("acceptance_days = 5", "acceptance_days = 0", "acceptance_days is positive"),
        ('short = "湘"', 'short = "湖南"', "province.short"),
        ('short = "湘"', 'short = ""', "province.short must be not empty"),
        ("11430000006122244L", "11430000006122244X", "校验码"),
        ('acceptance = "city"', 'acceptance = "county"', "step_levels.default.acceptance is one of"),
        ('final_review = "province"\n', "", "step_levels.default names each"),
        ("[step_levels.id_number]", '[step_levels.id_number]\nissue = "city"', "no such step"),
        ('prefix = "ZZ"', 'prefix = "CS"', "share a case prefix"),
        ('code = "430200"', 'code = "430100"', "share a code"),
        ('code = "430200"', 'code = "439900"', "unknown regions"),
        ('code = "430200"', 'code = "420000"', "outside the province"),
        ('proof = "certificate"', 'proof = "hope"', "continuing_education.proof"),
        ("min_length = 10", "min_length = 6", "passwords.min_length"),
        ("logs = 1095", "logs = 30", "retention.logs"),
        ("{serial:06d}", "{number}", "numbers.case uses exactly"),
        ('certificate = "announced"', 'certificate = "maybe"', "entrances.certificate is on"),
        ("https://zjt.hunan.gov.cn/", "javascript:alert(1)", "entrances.architects_url is a web address"),
        ("idle_minutes = 60", "idle_minutes = 6000", "sessions"),
        ("holidays = []", 'holidays = ["2027-01-01"]', "calendar.holidays[0] must be"),
        ("holidays = []\nworkdays = []", "holidays = [2027-01-01]\nworkdays = [2027-01-01]", "both holiday and"),
        ("[decision_days]\ndefault = 20", "[decision_days]", "decision_days has a default"),
    ],
)
def test_a_bad_value_is_named(altered, old, new, problem):
    with pytest.raises(PolicyError, match=re.escape(problem)):
        altered(old, new)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PolicyError, match=r"absent\.toml"):
        loading.load(tmp_path / "absent.toml", DAY)


def test_a_value_may_change_on_a_day(altered):
    stepped = "publicity_days = [{ value = 10 }, { from = 2027-03-01, value = 7 }, { from = 2028-01-01, value = 5 }]"
    found = {
        day: altered("publicity_days = 10", stepped, day)
        for day in (DAY, date(2027, 2, 28), date(2027, 3, 1), date(2027, 12, 31), date(2030, 1, 1))
    }
    assert [rules.publicity_days for rules, _ in found.values()] == [10, 10, 7, 7, 5]
    assert len({digest for _, digest in found.values()}) == 3


@pytest.mark.parametrize(
    "stepped",
    [
        "publicity_days = [{ from = 2027-03-01, value = 7 }]",
        "publicity_days = [{ value = 7 }, { value = 8 }]",
        "publicity_days = [{ value = 7 }, { from = 2028-01-01, value = 8 }, { from = 2027-01-01, value = 9 }]",
    ],
)
def test_steps_must_follow_each_other(altered, stepped):
    with pytest.raises(PolicyError, match="publicity_days: steps"):
        altered("publicity_days = 10", stepped)


def test_the_digest_is_of_the_content(altered):
    assert re.fullmatch("[0-9a-f]{64}", policy.digest())
    assert altered("# Policy of", "# The policy of")[1] == policy.digest(DAY)
    assert altered("acceptance_days = 5", "acceptance_days = 4")[1] != policy.digest(DAY)
    assert altered("replacement = 5", "replacement = 4")[1] != policy.digest(DAY)


def test_another_province_is_a_setting(settings, tmp_path):
    path = tmp_path / "other.toml"
    path.write_text(TEXT.replace("acceptance_days = 5", "acceptance_days = 3"), encoding="utf-8")
    settings.ERJIAN_POLICY_FILE = str(path)
    assert policy.current().acceptance_days == 3


def test_every_value_stands_under_its_source():
    """Each block of values is preceded by a comment that names a law, a standard, the manual or 平台规则."""
    source = re.compile(r"《|平台规则|手册|号|GB|法 第|国务院")
    for block in re.split(r"\n\s*\n", TEXT):
        values = [line for line in block.splitlines() if re.match(r"\w+ =", line)]
        comment = "\n".join(line for line in block.splitlines() if line.startswith("#"))
        if values and "[[authorities]]" not in block:
            assert source.search(comment), block
