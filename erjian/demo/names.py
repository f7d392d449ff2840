"""Words from which people are made: names, schools, majors. Own small lists, weighted as names are in Hunan."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import NamedTuple

from erjian.standards.dictionaries import Degree, Education, Ethnicity, Sex

_COMMON = "陈李王刘周张黄杨罗彭邓谢曾肖谭唐胡蒋何易贺龙欧曹汤袁文廖石姚尹莫戴段向田朱吴徐许高马林郭"
_RARE = "阳匡游禹佘瞿覃粟滕危邬龚欧柳宁凌毛夏江颜熊韩赵孙宋郑梁冯于董程苏卢丁魏沈"
_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "皇甫")
_SURNAMES = [*_COMMON, *_RARE]
_WEIGHTS = list(accumulate(round(200 / (position + 6), 3) for position in range(len(_SURNAMES))))

_MALE = (
    "伟强磊军勇杰涛明超波辉刚健斌鹏飞宇浩凯峰志国建文华平林海东庆永春荣兴祥瑞启俊嘉子家思博远航毅诚信达"
    "立德仁义晖旭阳晨曦哲宏武新成康乐安宁泽霖润"
)
_FEMALE = (
    "芳娜敏静丽艳娟霞秀英华玲红梅萍燕慧洁琳雪莉婷倩颖怡欣悦佳雨桐梦琪诗涵思雅若兰春香桂玉凤珍晓月云岚"
    "晴菲薇瑶蓉蕾芝素心語清宜君惠淑贞卉"
).replace("語", "语")

#: Names that test what software likes to get wrong: four characters, rare ones, the dot of other peoples' names.
UNUSUAL = (
    ("欧阳𰻝", Sex.MALE, Ethnicity.HAN),
    ("阿卜杜拉·买买提", Sex.MALE, Ethnicity.UYGHUR),
    ("司马晓𬭚", Sex.MALE, Ethnicity.HAN),
    ("诸葛清如", Sex.FEMALE, Ethnicity.HAN),
    ("古丽娜尔·艾则孜", Sex.FEMALE, Ethnicity.UYGHUR),
    ("尹一", Sex.FEMALE, Ethnicity.HAN),
)

SCHOOLS = (
    ("中南大学", Education.BACHELOR, Degree.BACHELOR),
    ("湖南大学", Education.BACHELOR, Degree.BACHELOR),
    ("长沙理工大学", Education.BACHELOR, Degree.BACHELOR),
    ("湖南科技大学", Education.BACHELOR, Degree.BACHELOR),
    ("南华大学", Education.BACHELOR, Degree.BACHELOR),
    ("湖南工业大学", Education.BACHELOR, Degree.BACHELOR),
    ("中南林业科技大学", Education.BACHELOR, Degree.BACHELOR),
    ("湖南城市学院", Education.BACHELOR, Degree.BACHELOR),
    ("湖南工程学院", Education.BACHELOR, Degree.BACHELOR),
    ("邵阳学院", Education.BACHELOR, Degree.BACHELOR),
    ("湖南城建职业技术学院", Education.JUNIOR_COLLEGE, Degree.NONE),
    ("湖南交通职业技术学院", Education.JUNIOR_COLLEGE, Degree.NONE),
    ("湖南水利水电职业技术学院", Education.JUNIOR_COLLEGE, Degree.NONE),
    ("湖南工程职业技术学院", Education.JUNIOR_COLLEGE, Degree.NONE),
    ("长沙职业技术学院", Education.JUNIOR_COLLEGE, Degree.NONE),
    ("湖南有色金属职业技术学院", Education.JUNIOR_COLLEGE, Degree.NONE),
    ("衡阳工业职工大学", Education.JUNIOR_COLLEGE, Degree.NONE),
    ("湖南省建筑学校", Education.SECONDARY_SPECIALISED, Degree.NONE),
)

MAJORS = {
    "building": ("土木工程", "建筑工程技术", "工业与民用建筑", "工程管理", "建筑工程管理"),
    "highway": ("道路桥梁与渡河工程", "道路桥梁工程技术", "公路与城市道路", "工程监理"),
    "water": ("水利水电工程", "水利工程", "水利水电建筑工程"),
    "municipal": ("给排水科学与工程", "市政工程技术", "土木工程", "城市地下空间工程"),
    "mining": ("采矿工程", "矿山技术", "矿物加工工程"),
    "mechanical": ("电气工程及其自动化", "建筑环境与能源应用工程", "机电一体化技术", "建筑设备工程技术"),
}

_ETHNICITIES = (
    (Ethnicity.HAN, 900),
    (Ethnicity.TUJIA, 40),
    (Ethnicity.MIAO, 30),
    (Ethnicity.DONG, 13),
    (Ethnicity.YAO, 11),
    (Ethnicity.BAI, 2),
    (Ethnicity.HUI, 2),
    (Ethnicity.ZHUANG, 2),
)
_ETHNICITY_NAMES = [item.value for item, _ in _ETHNICITIES]
_ETHNICITY_WEIGHTS = list(accumulate(weight for _, weight in _ETHNICITIES))


class Name(NamedTuple):
    text: str
    sex: str
    ethnicity: str


def person(rng: random.Random) -> Name:
    """A name with the sex and ethnicity that go with it."""
    sex = Sex.FEMALE if rng.random() < 0.23 else Sex.MALE
    surname = rng.choice(_COMPOUND) if rng.random() < 0.006 else rng.choices(_SURNAMES, cum_weights=_WEIGHTS)[0]
    pool = _FEMALE if sex == Sex.FEMALE else _MALE
    given = rng.choice(pool)
    if rng.random() < 0.78:
        second = rng.choice(pool)
        given += second if second != given else rng.choice("晓文志")
    ethnicity = rng.choices(_ETHNICITY_NAMES, cum_weights=_ETHNICITY_WEIGHTS)[0]
    return Name(surname + given, sex.value, ethnicity)


def official(rng: random.Random) -> str:
    """A name for an officer, an operator or a legal representative."""
    return person(rng).text
