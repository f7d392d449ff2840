"""ID cards as people photograph them, read by the real service."""

from __future__ import annotations

import base64
import io
from datetime import date

import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.faces import cards
from tests.faces.cards import Card, back, front, photographed
from tests.faces.filming import base64_jpeg


def _read(faces, image: Image.Image, side: str = "front") -> dict:
    answer = faces.ask("/v1/card", {"image": base64_jpeg(image), "side": side})
    assert answer.status == 200
    return answer.body


PEOPLE = [
    Card(),
    Card(name="张伟", sex="男", ethnicity="土家", born=date(1979, 11, 30), portrait="admiral", address="湖南省湘西土家族苗族自治州吉首市虚构路1号"),
    Card(name="买买提·艾合买提", sex="男", ethnicity="维吾尔", born=date(2001, 1, 9), address="新疆维吾尔自治区喀什市虚构巷12号"),
]  # fmt: skip


@pytest.mark.parametrize("card", PEOPLE, ids=lambda card: card.name)
@pytest.mark.parametrize("taken", ["scanned", "photographed"])
def test_the_front_is_read_with_every_field(faces, card, taken):
    image = front(card) if taken == "scanned" else photographed(front(card))
    found = _read(faces, image)
    assert found["hints"] == []
    assert found["fields"] == {
        "name": card.name,
        "sex": card.sex,
        "ethnicity": card.ethnicity,
        "birth_date": card.born.isoformat(),
        "address": card.address,
        "id_number": card.id_number,
    }
    assert all(found["confidence"][name] > 0.75 for name in found["fields"])
    assert found["confidence"]["birth_date"] == found["confidence"]["sex"] == 0.99
    cut = Image.open(io.BytesIO(base64.b64decode(found["portrait"])))
    assert faces.ask("/v1/look", {"frame": base64_jpeg(cut)}).body["faces"] == 1


@pytest.mark.parametrize("until", [date(2036, 5, 20), None])
def test_the_back_is_read(faces, until):
    found = _read(faces, photographed(back(Card(valid_until=until))), "back")
    assert found["fields"] == {
        "issuer": "长沙市公安局岳麓分局",
        "valid_from": "2016-05-20",
        "valid_until": "长期" if until is None else "2036-05-20",
    }
    assert (found["hints"], found["portrait"]) == ([], None)


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("side", ["front", "back"])
def test_a_card_on_its_side_or_upside_down_is_read(faces, degrees, side):
    drawn = photographed(front(Card()) if side == "front" else back(Card()))
    found = _read(faces, drawn.rotate(degrees, expand=True), side)
    assert found["fields"].get("id_number") == Card().id_number if side == "front" else found["fields"]["issuer"]


def test_a_card_far_away_on_a_large_photograph_is_read(faces):
    found = _read(faces, photographed(front(Card()), share=0.35, size=(3200, 2400)))
    assert found["fields"]["id_number"] == Card().id_number
    assert found["fields"]["name"] == Card().name


def test_a_wrong_check_digit_is_said_and_doubted(faces):
    number = Card().id_number
    wrong = number[:-1] + ("4" if number[-1] != "4" else "5")
    found = _read(faces, front(Card(number=wrong)))
    assert found["fields"]["id_number"] == wrong
    assert "number_wrong" in found["hints"]
    assert found["confidence"]["id_number"] <= 0.4


def test_a_number_that_contradicts_what_is_printed_is_doubted(faces):
    found = _read(
        faces, front(Card(sex="男", born=date(1990, 5, 6), number=cards.fictitious_number(date(1991, 5, 6), 442)))
    )
    assert (found["fields"]["sex"], found["fields"]["birth_date"]) == ("女", "1991-05-06")
    assert found["confidence"]["sex"] == found["confidence"]["birth_date"] == 0.4


def _covered(image: Image.Image) -> Image.Image:
    ImageDraw.Draw(image).ellipse((120, 40, 560, 440), fill=(255, 255, 255))
    return image


@pytest.mark.parametrize(
    ("image", "side", "hint"),
    [
        (lambda: front(Card()), "back", "wrong_side"),
        (lambda: back(Card()), "front", "wrong_side"),
        (lambda: Image.new("RGB", (1000, 700), (90, 110, 130)), "front", "not_a_card"),
        (lambda: photographed(front(Card())).filter(ImageFilter.GaussianBlur(6)), "front", "blurred"),
        (lambda: front(Card()).crop((110, 0, 1012, 638)), "front", "cut_off"),
        (lambda: front(Card()).crop((0, 0, 1012, 500)), "front", "number_unreadable"),
        (lambda: _covered(front(Card())), "front", "glare"),
        (lambda: _covered(front(Card())), "front", "incomplete"),
        (lambda: front(Card()).crop((0, 0, 620, 638)), "front", "no_portrait"),
    ],
)
def test_what_is_wrong_with_a_picture_is_said(faces, image, side, hint):
    found = _read(faces, image(), side)
    assert hint in found["hints"]
    if hint in {"wrong_side", "not_a_card"}:
        assert (found["fields"], found["portrait"]) == ({}, None)
