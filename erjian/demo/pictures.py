"""Drawn pictures: portraits, signatures, ID cards and scanned papers. Nobody is depicted.

Portraits come in a number of variants shared by the people of the demonstration. Papers carry the words of the
case they belong to, so that an officer can really compare them, and a mark that says what they are.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from erjian import files
from erjian.files import images, storing
from erjian.files.models import Origin
from erjian.standards.dictionaries import Sex

PORTRAIT = (413, 579)
CARD = (856, 540)
PAGE = (744, 1052)
_MARK = "演示样本　不具效力"

_SKINS = ("#f0cfae", "#e9c29d", "#dfb48c", "#f4d7bc")
_HAIRS = ("#1d1a1a", "#2b2422", "#3a2d27", "#4a4746")
_BACKS = ("#ffffff", "#4f8fd0", "#ffffff", "#5b97d6")
_COATS = ("#27374d", "#3b3b42", "#4a3b36", "#2f4a45", "#5a2f3a", "#1f2f4f")

Font = ImageFont.FreeTypeFont


@cache
def _font(size: int) -> Font:
    """The regular sans of the documents' fonts; its weights are installed with the platform."""
    for folder in settings.ERJIAN_FONTS:
        for path in sorted(Path(folder).rglob("*.ttf")):
            if "400Regular" in path.name or "400Regular" in str(path.parent):
                return ImageFont.truetype(str(path), size)
    raise FileNotFoundError("No Chinese font for the demonstration's pictures; run make setup.")


@dataclass(frozen=True)
class Picture:
    """A drawn picture, ready to be stored with its small version."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int
    media_type: str

    def store(self) -> files.Blob:
        """Keep it as a file that the platform made."""
        return storing.create(
            self.content,
            media_type=self.media_type,
            origin=Origin.GENERATED,
            thumbnail=self.thumbnail,
            width=self.width,
            height=self.height,
        )


def _save(image: Image.Image, kind: str = "JPEG") -> Picture:
    stream, small = io.BytesIO(), io.BytesIO()
    image.save(stream, kind, **({"quality": 72} if kind == "JPEG" else {"optimize": False}))
    image.reduce(max(1, -(-max(image.size) // images.THUMBNAIL))).save(small, "JPEG", quality=80)
    return Picture(stream.getvalue(), small.getvalue(), *image.size, files.JPEG if kind == "JPEG" else files.PNG)


def portrait(variant: int, sex: str) -> Picture:
    """A portrait of one inch at 413 × 579 pixels; the same variant gives the same picture."""
    rng = random.Random(f"portrait {variant} {sex}")
    scale = 2
    width, height = PORTRAIT[0] * scale, PORTRAIT[1] * scale
    image = Image.new("RGB", (width, height), rng.choice(_BACKS))
    draw = ImageDraw.Draw(image)
    skin, hair, coat = rng.choice(_SKINS), rng.choice(_HAIRS), rng.choice(_COATS)
    middle, top = width / 2, height * 0.19
    face_w, face_h = width * rng.uniform(0.38, 0.43), height * rng.uniform(0.37, 0.41)
    bottom = top + face_h
    female = sex == Sex.FEMALE
    if female and rng.random() < 0.7:
        length = rng.uniform(1.05, 1.45)
        draw.rounded_rectangle(
            (middle - face_w * 0.66, top - face_h * 0.05, middle + face_w * 0.66, top + face_h * length),
            face_w * 0.5,
            fill=hair,
        )
    _body(draw, rng, width=width, height=height, neck=bottom, face_w=face_w, skin=skin, coat=coat)
    for side in (-1, 1):
        x = middle + side * face_w * 0.5
        draw.ellipse((x - face_w * 0.07, top + face_h * 0.45, x + face_w * 0.07, top + face_h * 0.65), fill=skin)
    draw.rounded_rectangle((middle - face_w / 2, top, middle + face_w / 2, bottom), face_w * 0.46, fill=skin)
    _hair(draw, rng, female=female, middle=middle, top=top, face_w=face_w, face_h=face_h, colour=hair)
    _features(draw, rng, middle=middle, top=top, face_w=face_w, face_h=face_h, hair=hair, female=female)
    return _save(image.resize(PORTRAIT, Image.Resampling.BOX))


def _body(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    *,
    width: float,
    height: float,
    neck: float,
    face_w: float,
    skin: str,
    coat: str,
) -> None:
    middle = width / 2
    draw.rectangle(
        (middle - face_w * 0.24, neck - height * 0.08, middle + face_w * 0.24, neck + height * 0.1), fill=skin
    )
    shoulder = neck + height * 0.07
    draw.rounded_rectangle((width * 0.06, shoulder, width * 0.94, height * 1.3), width * 0.2, fill=coat)
    tip = shoulder + height * rng.uniform(0.17, 0.24)
    draw.polygon(
        [(middle - face_w * 0.36, shoulder), (middle + face_w * 0.36, shoulder), (middle, tip)], fill="#f7f8fa"
    )
    draw.polygon(
        [
            (middle - face_w * 0.24, shoulder - 4),
            (middle + face_w * 0.24, shoulder - 4),
            (middle, shoulder + height * 0.07),
        ],
        fill=skin,
    )
    if rng.random() < 0.45:
        tie = rng.choice(("#7a1f2b", "#1f3f7a", "#3f3f3f"))
        knot = shoulder + height * 0.06
        draw.polygon(
            [(middle - 16, knot), (middle + 16, knot), (middle + 26, tip - 8), (middle, tip), (middle - 26, tip - 8)],
            fill=tie,
        )


def _hair(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    *,
    female: bool,
    middle: float,
    top: float,
    face_w: float,
    face_h: float,
    colour: str,
) -> None:
    left, right = middle - face_w * 0.54, middle + face_w * 0.54
    crown, line = top - face_h * rng.uniform(0.08, 0.13), top + face_h * rng.uniform(0.2, 0.27)
    draw.pieslice((left, crown, right, crown + face_h * 0.82), 180, 360, fill=colour)
    draw.rectangle(
        (left, crown + face_h * 0.4, left + face_w * 0.09, line + face_h * (0.34 if female else 0.16)), fill=colour
    )
    draw.rectangle(
        (right - face_w * 0.09, crown + face_h * 0.4, right, line + face_h * (0.34 if female else 0.16)), fill=colour
    )
    part = middle + face_w * rng.uniform(-0.3, 0.3)
    if rng.random() < 0.6:
        draw.ellipse(
            (part - face_w * 0.32, crown + face_h * 0.3, part + face_w * 0.32, line + face_h * 0.06), fill=colour
        )


def _features(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    *,
    middle: float,
    top: float,
    face_w: float,
    face_h: float,
    hair: str,
    female: bool,
) -> None:
    eyes = top + face_h * 0.5
    apart = face_w * rng.uniform(0.19, 0.22)
    glasses = rng.random() < 0.35
    for side in (-1, 1):
        x = middle + side * apart
        eye = face_w * rng.uniform(0.075, 0.085)
        draw.ellipse((x - eye, eyes - eye * 0.52, x + eye, eyes + eye * 0.52), fill="#fbfbfb")
        draw.ellipse((x - eye * 0.48, eyes - eye * 0.5, x + eye * 0.48, eyes + eye * 0.5), fill="#2a1f1a")
        brow = eyes - face_h * rng.uniform(0.075, 0.095)
        draw.line(
            (x - eye * 1.2, brow + side * 2, x + eye * 1.2, brow - side * 2), fill=hair, width=8 if female else 13
        )
        if glasses:
            draw.rounded_rectangle(
                (x - eye * 1.75, eyes - eye * 1.3, x + eye * 1.75, eyes + eye * 1.35), 16, outline="#2d2d31", width=6
            )
    if glasses:
        draw.line((middle - apart * 0.35, eyes - 4, middle + apart * 0.35, eyes - 4), fill="#2d2d31", width=6)
    nose = eyes + face_h * 0.2
    draw.arc(
        (middle - face_w * 0.07, nose - face_h * 0.05, middle + face_w * 0.07, nose + face_h * 0.02),
        20,
        160,
        fill="#b98a66",
        width=7,
    )
    mouth = eyes + face_h * 0.31
    lips = "#b4505a" if female else "#a86a5a"
    draw.arc(
        (middle - face_w * 0.13, mouth - face_h * 0.05, middle + face_w * 0.13, mouth + face_h * 0.03),
        25,
        155,
        fill=lips,
        width=10,
    )


def signature(name: str) -> Picture:
    """A name as if written by hand: each character leans and sits a little differently."""
    rng = random.Random(f"signature {name}")
    size = 96 if len(name) <= 4 else 48
    image = Image.new("L", (420, 170), 255)
    x = 18.0
    for character in name:
        glyph = Image.new("L", (size + 40, size + 50), 0)
        ImageDraw.Draw(glyph).text((20, 10), character, font=_font(size), fill=235)
        glyph = glyph.rotate(rng.uniform(-9, 7), Image.Resampling.BILINEAR)
        lean = rng.uniform(0.12, 0.26)
        glyph = glyph.transform(
            glyph.size, Image.Transform.AFFINE, (1, lean, -lean * size * 0.6, 0, 1, 0), Image.Resampling.BILINEAR
        )
        image.paste(20, (int(x), int(14 + rng.uniform(-9, 9))), glyph)
        x += size * rng.uniform(0.78, 0.9)
    return _save(image, "PNG")


def _marked(image: Image.Image) -> Image.Image:
    """The mark that says this is no real paper, across the page."""
    width, height = image.size
    layer = Image.new("L", (width, 90), 0)
    ImageDraw.Draw(layer).text((width / 2, 45), _MARK, font=_font(46), fill=60, anchor="mm")
    layer = layer.rotate(24, expand=True)
    image.paste("#9aa7b8", ((width - layer.width) // 2, (height - layer.height) // 2), layer)
    return image


@cache
def _card_ground(front: bool) -> Image.Image:
    image = Image.new("RGB", CARD, "#eef3f6")
    draw = ImageDraw.Draw(image)
    for step in range(0, CARD[0] + CARD[1], 18):
        draw.line((step, 0, step - CARD[1], CARD[1]), fill="#e2eaf0", width=2)
    draw.rounded_rectangle((4, 4, CARD[0] - 5, CARD[1] - 5), 28, outline="#a9b7c4", width=4)
    if not front:
        draw.ellipse((70, 60, 230, 220), outline="#b0342c", width=8)
        draw.text((150, 140), "样本", font=_font(44), fill="#b0342c", anchor="mm")
        draw.text((270, 84), "演示用证件", font=_font(52), fill="#22303f")
        draw.text((270, 156), "居民身份证式样", font=_font(46), fill="#22303f")
    return _marked(image)


def id_card(*, name: str, sex: str, ethnicity: str, birth: str, address: str, number: str, face: Picture) -> Picture:
    """The side with the portrait."""
    image = _card_ground(True).copy()
    draw = ImageDraw.Draw(image)
    year, month, day = (int(part) for part in birth.split("-"))
    rows = (
        ("姓名", name),
        ("性别", f"{sex}　　民族　{ethnicity.removesuffix('族')}"),
        ("出生", f"{year} 年 {month} 月 {day} 日"),
        ("住址", address[:13]),
        ("", address[13:]),
    )
    for position, (label, value) in enumerate(rows):
        draw.text((50, 60 + position * 74), label, font=_font(30), fill="#4a78a8")
        draw.text((140, 58 + position * 74), value, font=_font(33), fill="#1a2433")
    draw.text((50, 440), "公民身份号码", font=_font(30), fill="#4a78a8")
    draw.text((280, 436), number, font=_font(36), fill="#1a2433")
    with Image.open(io.BytesIO(face.content)) as picture:
        image.paste(picture.resize((228, 320)), (580, 70))
    return _save(image)


def id_card_back(valid: str) -> Picture:
    """The side with the issuing office."""
    image = _card_ground(False).copy()
    draw = ImageDraw.Draw(image)
    draw.text((150, 390), "签发机关　演示市公安局", font=_font(32), fill="#1a2433")
    draw.text((150, 450), f"有效期限　{valid}", font=_font(32), fill="#1a2433")
    return _save(image)


@cache
def _page_ground(title: str, colour: str) -> Image.Image:
    image = Image.new("RGB", PAGE, "#fdfcf8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((28, 28, PAGE[0] - 29, PAGE[1] - 29), outline=colour, width=5)
    draw.rectangle((40, 40, PAGE[0] - 41, PAGE[1] - 41), outline=colour, width=1)
    draw.text((PAGE[0] / 2, 140), title, font=_font(46), fill="#1a2433", anchor="mm")
    return _marked(image)


def paper(
    title: str, lines: Sequence[str], *, issuer: str, day: str, colour: str = "#a33b2c", face: Picture | None = None
) -> Picture:
    """A scanned paper with a title, lines of text, an issuer's round stamp and a day."""
    image = _page_ground(title, colour).copy()
    draw = ImageDraw.Draw(image)
    y = 250
    for line in lines:
        for start in range(0, len(line), 24):
            draw.text((90, y), line[start : start + 24], font=_font(25), fill="#273446")
            y += 44
        y += 10
    draw.text((PAGE[0] - 90, PAGE[1] - 190), issuer, font=_font(24), fill="#273446", anchor="rm")
    draw.text((PAGE[0] - 90, PAGE[1] - 145), day, font=_font(24), fill="#273446", anchor="rm")
    draw.ellipse((PAGE[0] - 260, PAGE[1] - 260, PAGE[0] - 100, PAGE[1] - 100), outline="#c3483d", width=5)
    draw.text((PAGE[0] - 180, PAGE[1] - 180), "样", font=_font(60), fill="#c3483d", anchor="mm")
    if face is not None:
        with Image.open(io.BytesIO(face.content)) as picture:
            image.paste(picture.resize((130, 182)), (PAGE[0] - 220, 200))
    return _save(image)
