"""From the lines of text on an ID card to its fields. No model is used here.

Front: 姓名, 性别, 民族, 出生, 住址, 公民身份号码. Back: 签发机关, 有效期限. Labels and values may have been read as one
line or as several; a line's place tells what it belongs to.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from stdnum.cn import ric

ETHNICITIES = [
    "汉",
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
]
# Traditional and look-alike characters in which the names are read now and then.
_ETHNIC_PLAIN = str.maketrans("漢維爾壯滿東納鮮錫烏別羅溫門達獨龍諾", "汉维尔壮满东纳鲜锡乌别罗温门达独龙诺")

_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_DIGIT_LIKE = str.maketrans("OoQDlI|iZzSsB", "0000111122558")
_DOTS = str.maketrans("•・.●‧∙･", "·" * 7)
_DAY = re.compile(r"([0-9]{4})[.。,，·:\-年 ]{1,2}([0-9]{1,2})[.。,，·:\-月 ]{1,2}([0-9]{1,2})")
_BIRTH = re.compile(r"((?:19|20)[0-9]{2})年?([0-9]{1,2})月?([0-9]{1,2})日?")
FRONT_LABELS = ("姓名", "性别", "民族", "出生", "住址", "公民身份号码")
BACK_LABELS = ("签发机关", "有效期限", "居民身份证", "中华人民共和国")
CROSS_CHECKED = 0.99
DOUBTFUL = 0.4


@dataclass(frozen=True)
class Line:
    """A line of text with its place: left end, middle of its height, right end and height, in pixels."""

    text: str
    score: float
    left: float
    middle: float
    right: float
    height: float


@dataclass
class Reading:
    fields: dict[str, str] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)

    def put(self, name: str, value: str, score: float) -> None:
        if value:
            self.fields[name] = value
            self.confidence[name] = round(min(1.0, max(0.0, score)), 3)


def lines(boxes: Sequence[Sequence[Sequence[float]]], texts: Sequence[str], scores: Sequence[float]) -> list[Line]:
    """Lines from top to bottom, their places turned upright by the slope most of them share."""
    slopes = sorted(
        math.atan2(box[1][1] - box[0][1], box[1][0] - box[0][0])
        for box, text in zip(boxes, texts, strict=True)
        if len(text) > 2
    )
    angle = slopes[len(slopes) // 2] if slopes else 0.0
    cos, sin = math.cos(-angle), math.sin(-angle)
    found = []
    for box, text, score in zip(boxes, texts, scores, strict=True):
        across = [x * cos - y * sin for x, y in box]
        down = [x * sin + y * cos for x, y in box]
        compact = re.sub(r"\s+", "", text)
        if compact:
            found.append(
                Line(compact, float(score), min(across), sum(down) / len(down), max(across), max(down) - min(down))
            )
    return sorted(found, key=lambda line: line.middle)


def side(found: Sequence[Line]) -> str | None:
    """`front` or `back`, from the labels that were read; None when there are none."""
    text = _plain("".join(line.text for line in found))
    front = sum(label in text for label in FRONT_LABELS) + 2 * bool(_number_line(found))
    back = sum(label in text for label in BACK_LABELS)
    if not front and not back:
        return None
    return "front" if front >= back else "back"


def read_front(found: Sequence[Line]) -> Reading:
    reading = Reading()
    number, number_score = _number(found, reading)
    birth = _date(number[6:14]) if number and "number_wrong" not in reading.hints else None
    name, score = _beside("姓名", found)
    name = re.sub(r"[^㐀-鿿𠀀-\U000323af·]", "", name.translate(_DOTS)).strip("·")
    reading.put("name", name, score if 2 <= len(name) <= 30 else DOUBTFUL)
    if number:
        reading.put("id_number", number, number_score)
    _sex(found, number, reading)
    text, score = _beside("民族", found)
    _ethnicity(text, score, reading)
    _birth(found, birth, reading)
    address, score = _address(found)
    reading.put("address", address, score)
    reading.hints += _missing(reading, ("name", "id_number", "address"))
    return reading


def read_back(found: Sequence[Line]) -> Reading:
    reading = Reading()
    issuer, score = _beside("签发机关", found)
    reading.put("issuer", re.sub(r"[^㐀-鿿]", "", issuer), score)
    for line in found:
        text = line.text.translate(str.maketrans("—–－一~～", "------"))
        days = [day for match in _DAY.finditer(text.split("期限")[-1]) if (day := _day(*match.groups()))]
        if days and "valid_from" not in reading.fields:
            reading.put("valid_from", days[0].isoformat(), line.score)
            if "长期" in text or "長期" in text:
                reading.put("valid_until", "长期", line.score)
            elif len(days) > 1:
                plausible = days[1].year - days[0].year in {5, 10, 20}
                reading.put("valid_until", days[1].isoformat(), line.score if plausible else DOUBTFUL)
    reading.hints += _missing(reading, ("issuer", "valid_from", "valid_until"))
    return reading


def _missing(reading: Reading, wanted: Sequence[str]) -> list[str]:
    return ["incomplete"] if any(name not in reading.fields for name in wanted) else []


def _plain(text: str) -> str:
    return text.replace("別", "别").replace("號", "号").replace("碼", "码").replace("長", "长").replace("機關", "机关")


def _number_line(found: Sequence[Line]) -> tuple[str, Line] | None:
    for line in found:
        tail = _plain(line.text).split("号码")[-1].upper()
        if match := _NUMBER.search(tail):
            return match.group(), line
        if len(tail) >= 17 and sum(character.isdigit() for character in tail) >= 14:
            repaired = tail[:-1].translate(_DIGIT_LIKE) + tail[-1]
            if match := _NUMBER.search(repaired):
                return match.group(), line
    return None


def _number(found: Sequence[Line], reading: Reading) -> tuple[str, float]:
    place = _number_line(found)
    if place is None:
        reading.hints.append("number_unreadable")
        return "", 0.0
    number, line = place
    if ric.calc_check_digit(number) != number[-1] or _date(number[6:14]) is None:
        reading.hints.append("number_wrong")
        return number, min(line.score, DOUBTFUL)
    return number, line.score


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _beside(label: str, found: Sequence[Line], fits: Callable[[Line], bool] = lambda line: True) -> tuple[str, float]:
    """The value of a label: behind it in the same line, or the nearest line to the right at the same height."""
    for line in found:
        text = _plain(line.text)
        if label not in text:
            continue
        behind = text.split(label, 1)[1]
        for other in (*FRONT_LABELS, *BACK_LABELS):
            behind = behind.split(other, 1)[0]
        if behind:
            return behind, line.score
        right = [
            other
            for other in found
            if other is not line
            and abs(other.middle - line.middle) < max(line.height, other.height) * 0.7
            and other.left > line.left + (line.right - line.left) * 0.5
            and fits(other)
        ]
        if right:
            nearest = min(right, key=lambda other: other.left)
            value = _plain(nearest.text)
            for other_label in (*FRONT_LABELS, *BACK_LABELS):
                value = value.split(other_label, 1)[0]
            return value, nearest.score
    return "", 0.0


def _sex(found: Sequence[Line], number: str, reading: Reading) -> None:
    printed = next((sex for sex in "男女" if sex in _beside("性别", found)[0]), "")
    if number and "number_wrong" not in reading.hints:
        told = "男" if int(number[16]) % 2 else "女"
        reading.put("sex", told, CROSS_CHECKED if printed == told else 0.9 if not printed else DOUBTFUL)
    else:
        reading.put("sex", printed, DOUBTFUL)


def _ethnicity(text: str, score: float, reading: Reading) -> None:
    text = text.translate(_ETHNIC_PLAIN).removesuffix("族")
    known = [name for name in ETHNICITIES if text.startswith(name)]
    if known:
        reading.put("ethnicity", max(known, key=len), score)


def _birth(found: Sequence[Line], told: date | None, reading: Reading) -> None:
    text, score = _beside("出生", found)
    match = _BIRTH.search(text)
    printed = _day(*match.groups()) if match else None
    if told:
        sure = CROSS_CHECKED if printed == told else 0.9 if printed is None else DOUBTFUL
        reading.put("birth_date", told.isoformat(), sure)
    elif printed:
        reading.put("birth_date", printed.isoformat(), min(score, DOUBTFUL))


def _address(found: Sequence[Line]) -> tuple[str, float]:
    label = next((line for line in found if "住址" in line.text), None)
    if label is None:
        return "", 0.0
    place = _number_line(found)
    bottom = place[1].middle - place[1].height * 0.6 if place else math.inf
    identity = next((line for line in found if "身份号码" in _plain(line.text)), None)
    if identity is not None:
        bottom = min(bottom, identity.middle - identity.height * 0.6)
    parts, scores = [], []
    behind = label.text.split("住址", 1)[1]
    if behind:
        parts.append(behind)
        scores.append(label.score)
    for line in found:
        if line is label or line.middle >= bottom or line.middle < label.middle - label.height * 0.7:
            continue
        if line.left > label.left + (line.height * 0.5) and not any(name in _plain(line.text) for name in FRONT_LABELS):
            parts.append(line.text)
            scores.append(line.score)
    return "".join(parts), min(scores, default=0.0)
