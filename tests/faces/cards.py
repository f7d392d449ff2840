"""ID cards drawn for tests: both sides, with a portrait and a number that nobody holds.

    card = Card(name="欧阳若兰", portrait="astronaut")
    front(card), back(card)          # PIL images, 1012 by 638 pixels, as a scanner gives them
    photographed(front(card))        # lying on a table: smaller, turned a little, unevenly lit

County 430199 was never assigned, so the numbers belong to no one; the check digit is right unless one is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from erjian.standards.id_numbers import check_digit
from tests.faces.filming import portrait
from tests.faces.pictures import ROOT

SIZE = (1012, 638)
_FONTS = ROOT / "node_modules/@expo-google-fonts/noto-sans-sc"
_BLUE, _BLACK = (40, 84, 140), (24, 24, 28)
UNASSIGNED_COUNTY = "430199"


def fictitious_number(born: date, sequence: int = 442) -> str:
    """A number of the unassigned county; an even `sequence` is a woman's."""
    first = f"{UNASSIGNED_COUNTY}{born:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


@dataclass(frozen=True)
class Card:
    name: str = "欧阳若兰"
    sex: str = "女"
    ethnicity: str = "汉"
    born: date = date(1988, 3, 12)
    address: str = "湖南省长沙市岳麓区测试街道虚构路88号3栋1单元502室"
    number: str = ""
    portrait: str = "astronaut"
    issuer: str = "长沙市公安局岳麓分局"
    valid_from: date = date(2016, 5, 20)
    valid_until: date | None = date(2036, 5, 20)

    @property
    def id_number(self) -> str:
        return self.number or fictitious_number(self.born, 441 if self.sex == "男" else 442)


def front(card: Card) -> Image.Image:
    """The side with the portrait."""
    image, draw = _paper((222, 234, 244), (236, 226, 236))
    label, value = _font(26), _font(34)
    draw.text((70, 74), "姓名", _BLUE, label)
    draw.text((170, 66), card.name, _BLACK, _font(40))
    draw.text((70, 154), "性别", _BLUE, label)
    draw.text((170, 148), card.sex, _BLACK, value)
    draw.text((262, 154), "民族", _BLUE, label)
    draw.text((340, 148), card.ethnicity, _BLACK, value)
    draw.text((70, 230), "出生", _BLUE, label)
    draw.text((170, 224), str(card.born.year), _BLACK, value)
    draw.text((258, 230), "年", _BLUE, label)
    draw.text((310, 224), str(card.born.month), _BLACK, value)
    draw.text((362, 230), "月", _BLUE, label)
    draw.text((408, 224), str(card.born.day), _BLACK, value)
    draw.text((462, 230), "日", _BLUE, label)
    draw.text((70, 310), "住址", _BLUE, label)
    for line in range(0, len(card.address), 12):
        draw.text((170, 304 + line // 12 * 50), card.address[line : line + 12], _BLACK, value)
    draw.text((70, 536), "公民身份号码", _BLUE, label)
    draw.text((330, 526), " ".join(card.id_number), _BLACK, _font(38, "Bold"))
    image.paste(portrait(card.portrait, height=400), (640, 76))
    return image


def back(card: Card) -> Image.Image:
    """The side with the emblem's place, the issuer and the dates."""
    image, draw = _paper((226, 232, 222), (240, 226, 222))
    draw.ellipse((60, 60, 210, 210), outline=(190, 60, 50), width=8)
    draw.text((280, 66), "中华人民共和国", _BLACK, _font(60, "Bold"))
    draw.text((330, 160), "居民身份证", _BLACK, _font(76, "Bold"))
    draw.text((200, 440), "签发机关", _BLACK, _font(30, "Bold"))
    draw.text((370, 438), card.issuer, _BLACK, _font(34))
    draw.text((200, 530), "有效期限", _BLACK, _font(30, "Bold"))
    until = "长期" if card.valid_until is None else f"{card.valid_until:%Y.%m.%d}"
    draw.text((370, 528), f"{card.valid_from:%Y.%m.%d}-{until}", _BLACK, _font(34))
    return image


def photographed(
    card: Image.Image, *, degrees: float = 3.0, share: float = 0.8, size: tuple[int, int] = (1280, 960), seed: int = 3
) -> Image.Image:
    """The card on a table as a telephone sees it: `share` of the width, turned, lit from one side, grained."""
    random = np.random.default_rng(seed)
    table = Image.new("RGB", size, (96, 84, 72))
    wide = round(size[0] * share)
    small = card.resize((wide, round(wide * card.height / card.width)), Image.Resampling.LANCZOS).convert("RGBA")
    turned = small.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    table.paste(turned, ((size[0] - turned.width) // 2, (size[1] - turned.height) // 2), turned)
    light = np.linspace(0.82, 1.04, size[0], dtype=np.float32)[np.newaxis, :, np.newaxis]
    grained = np.asarray(table, np.float32) * light + random.normal(0, 3, (size[1], size[0], 1))
    return Image.fromarray(np.clip(grained, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))


def _paper(left: tuple[int, int, int], right: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    ramp = np.linspace(0, 1, SIZE[0], dtype=np.float32)[np.newaxis, :, np.newaxis]
    colours = np.asarray(left, np.float32) * (1 - ramp) + np.asarray(right, np.float32) * ramp
    image = Image.fromarray(np.broadcast_to(colours, (SIZE[1], SIZE[0], 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for wave in range(-200, SIZE[1] + 200, 22):
        draw.arc((-300, wave, SIZE[0] + 300, wave + 260), 180, 360, (206, 216, 228), 1)
    return image, draw


def _font(size: int, weight: str = "Regular") -> ImageFont.FreeTypeFont:
    number = {"Regular": "400Regular", "Bold": "700Bold"}[weight]
    return ImageFont.truetype(str(_FONTS / number / f"NotoSansSC_{number}.ttf"), size)
