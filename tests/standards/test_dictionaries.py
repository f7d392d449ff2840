"""Tables of the standards: complete, under their codes, without repetition."""

from __future__ import annotations

import pytest

from erjian.standards import dictionaries, regions, specialties
from erjian.standards.dictionaries import Currency, Degree, Education, Ethnicity, RegistrationKind, Sex
from erjian.standards.errors import Refusal
from erjian.standards.specialties import SECOND_CLASS, Specialty


def test_hunan_has_14_cities_and_122_counties():
    assert len(regions.CITIES) == 14
    assert len(regions.COUNTIES) == 122
    sizes = [len(regions.counties_of(city)) for city in regions.CITIES]
    assert sizes == [9, 9, 5, 12, 12, 9, 9, 4, 6, 11, 11, 12, 5, 8]
    assert {regions.city_of(county) for county in regions.COUNTIES} == set(regions.CITIES)
    assert not [code for code in regions.COUNTIES if code[4] == "7"]
    assert len(regions.PROVINCES) == 34


@pytest.mark.parametrize(
    ("code", "name", "full"),
    [
        ("430000", "湖南省", "湖南省"),
        ("430100", "长沙市", "湖南省长沙市"),
        ("430182", "宁乡市", "湖南省长沙市宁乡市"),
        ("431381", "冷水江市", "湖南省娄底市冷水江市"),
        ("433130", "龙山县", "湖南省湘西土家族苗族自治州龙山县"),
        ("440000", "广东省", "广东省"),
        ("430199", "", "湖南省长沙市"),
    ],
)
def test_region_names(code, name, full):
    assert regions.name(code) == name
    assert regions.full_name(code) == full


def test_ethnicities_of_gb_t_3304():
    assert len(Ethnicity) == 58
    assert [e.value for e in Ethnicity] == [f"{n:02d}" for n in range(1, 57)] + ["97", "98"]
    assert (Ethnicity("15").label, Ethnicity("15").letters) == ("土家族", "TJ")
    assert (Ethnicity("56").label, Ethnicity("56").letters) == ("基诺族", "JN")
    assert len({e.letters for e in Ethnicity} - {""}) == 56
    assert Ethnicity.OTHER.letters == ""


@pytest.mark.parametrize(
    ("member", "code", "label"),
    [
        (Sex.MALE, "1", "男"),
        (Sex.FEMALE, "2", "女"),
        (Education.MASTER, "14", "硕士研究生毕业"),
        (Education.BACHELOR, "21", "大学本科毕业"),
        (Education.JUNIOR_COLLEGE, "31", "大学专科毕业"),
        (Education.SECONDARY_SPECIALISED, "41", "中等专科毕业"),
        (Degree.NONE, "0", "无"),
        (Degree.BACHELOR, "4", "学士"),
        (RegistrationKind.LIMITED_OTHER, "159", "其他有限责任公司"),
        (RegistrationKind.PRIVATE_LIMITED, "173", "私营有限责任公司"),
        (Currency.CNY, "156", "人民币"),
    ],
)
def test_codes_and_labels(member, code, label):
    assert (member.value, member.label) == (code, label)


@pytest.mark.parametrize("name", dictionaries.__all__)
def test_labels_are_unique(name):
    labels = getattr(dictionaries, name).labels
    assert len(set(labels)) == len(labels)


def test_ten_specialties_of_which_six_are_second_class():
    assert len(Specialty) == 10
    assert [s.short for s in SECOND_CLASS] == ["建筑", "公路", "水利", "市政", "矿业", "机电"]
    assert {s: specialties.licence_code(s) for s in SECOND_CLASS} == {
        Specialty.BUILDING: "10401001",
        Specialty.HIGHWAY: "10401002",
        Specialty.WATER: "10401005",
        Specialty.MINING: "10401007",
        Specialty.MUNICIPAL: "10401010",
        Specialty.MECHANICAL: "10401012",
    }
    assert specialties.licence_code("building") == "10401001"


@pytest.mark.parametrize("specialty", [s for s in Specialty if s not in SECOND_CLASS])
def test_specialties_of_the_first_class_have_no_licence_code(specialty):
    with pytest.raises(Refusal, match="不是二级建造师的注册专业"):
        specialties.licence_code(specialty)


@pytest.mark.parametrize("specialty", Specialty)
def test_a_specialty_is_known_by_each_of_its_names(specialty):
    for text in (specialty.label, specialty.short, specialty.value, f" {specialty.label} ", f"{specialty.short}专业"):
        assert specialties.parse(text) is specialty


@pytest.mark.parametrize("text", ["", "园林", "建筑师", None])
def test_an_unknown_specialty_is_refused_with_the_known_ones(text):
    with pytest.raises(Refusal, match="建筑工程、公路工程") as refused:
        specialties.parse(text)
    assert refused.value.code == "specialty"
