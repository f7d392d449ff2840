"""Papers: what stands on them, that they are archival PDF, and that odd data never spoils one silently."""

import base64
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from erjian import documents
from erjian.documents import ground

SAMPLES = Path(__file__).parent / "samples"
ALL = [
    (path.stem, name)
    for path in sorted(SAMPLES.glob("*.json"))
    for name in json.loads(path.read_text(encoding="utf-8"))
]


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def picture_of(pdf, page=0, width=1754):
    return Image.open(io.BytesIO(documents.preview(pdf, page=page, width=width)))


@pytest.mark.parametrize(("template", "name"), ALL)
def test_every_sample_is_archival_repeatable_and_its_code_reads_back(template, name, paper_data, moment):
    data = paper_data(template, name)
    pdf = documents.render(template, data, timestamp=moment)
    assert re.search(rb'pdfaid:part(>|=")2', pdf)
    assert re.search(rb'pdfaid:conformance(>|=")A', pdf)
    assert documents.render(template, data, timestamp=moment) == pdf
    codes = zxingcpp.read_barcodes(picture_of(pdf, width=2000))
    assert [code.text.startswith("https://ejzcx.example.gov.cn/") for code in codes] == [True]
    assert len(pypdfium2.PdfDocument(pdf)) == (2 if template == "application-form" else 1)


@pytest.mark.parametrize("name", [name for template, name in ALL if template == "notices"])
def test_a_letter_names_the_filing_once(name, paper_data, moment):
    data = paper_data("notices", name)
    text = "".join(text_of(documents.render("notices", data, timestamp=moment)).split())
    assert "二级建造师二级建造师" not in text
    assert f"{data['person']}同志的{data['procedure']}（申报编号：{data['case_no']}）收悉" in text


@pytest.mark.parametrize(
    ("name", "figure", "words"),
    [
        ("accept", "decision_days", "受理之日起47个工作日内"),
        ("accept", "extension_days", "可以延长47个工作日"),
        ("grant", "issue_days", "之日起47个工作日内生成"),
        ("refuse", "review_days", "之日起47日内"),
        ("decline", "lawsuit_months", "之日起47个月内"),
    ],
)
def test_a_letter_says_the_provinces_figures(name, figure, words, paper_data, moment):
    data = paper_data("notices", name, **{figure: 47})
    assert words in "".join(text_of(documents.render("notices", data, timestamp=moment)).split())
    del data[figure]
    with pytest.raises(documents.IncompletePaper):
        documents.render("notices", data, timestamp=moment)


def test_certificate_says_what_it_was_given(paper_data, moment):
    data = paper_data("certificate", "six-rare")
    text = text_of(documents.render("certificate", data, timestamp=moment))
    for wanted in (
        data["name"],
        data["reg_no"],
        data["cert_no"],
        data["licence_id"],
        "2026年11月20日 至 2027年5月18日",
    ):
        assert wanted in text
    for specialty in data["specialties"]:
        assert specialty["name"] in text
    assert "以下空白" not in text
    assert data["employer"] in text.replace("\r", "").replace("\n", "")


@pytest.mark.parametrize("name", ["欧阳𰻝", "㛃", "𬍡𠮷", "阿卜杜拉·买买提", "古丽" * 13])
def test_rare_and_long_names_are_drawn_and_extract_as_text(name, paper_data, moment):
    pdf = documents.render("certificate", paper_data("certificate", "two", name=name), timestamp=moment)
    assert name in text_of(pdf).replace("\r", "").replace("\n", "")


@pytest.mark.parametrize("character", ["\U00031350", "\ue000", "😀"])
@pytest.mark.parametrize(
    "place", ["certificate one name", "application-form reported employer_heading", "notices grant person"]
)
def test_character_without_glyph_stops_the_paper_and_is_named(place, character, paper_data, moment):
    template, sample, key = place.split()
    data = paper_data(template, sample, **{key: f"刘{character}齐"})
    with pytest.raises(documents.MissingGlyph) as caught:
        documents.render(template, data, timestamp=moment)
    assert caught.value.code == "missing_glyph"
    assert character in caught.value.text
    assert f"U+{ord(character):04X}" in caught.value.message


@pytest.mark.parametrize("photo", [None, "", "https://example.cn/a.png", "data:image/svg+xml;base64,PHN2Zy8+"])
def test_missing_or_unsuitable_pictures_leave_an_empty_box(photo, paper_data, moment):
    with_picture = paper_data("certificate", "one")
    data = {**with_picture, "photo": photo, "signature": photo}
    pdf = documents.render("certificate", data, timestamp=moment)
    assert with_picture["name"] in text_of(pdf)
    assert picture_of(pdf, width=297 * 4).getpixel((50 * 4, 80 * 4)) == (255, 255, 255)
    del data["photo"], data["signature"]
    assert documents.render("certificate", data, timestamp=moment)


def test_data_are_never_code(paper_data, moment):
    hostile = '"))#panic("x") \\ #import "/lib/paper.typ" $x$ *b* \u2028\t'
    data = paper_data("certificate", "one", employer=hostile, name="#name\\\"'")
    text = text_of(documents.render("certificate", data, timestamp=moment))
    assert "#name" in text
    assert "#panic" in text


def test_mark_argument_wins_and_draft_form_may_lack_a_digest(paper_data, moment):
    data = paper_data("application-form", "draft", digest="", opinions=[])
    del data["mark"]
    plain = documents.render("application-form", data, timestamp=moment)
    draft = documents.render("application-form", data, timestamp=moment, mark="草稿")
    assert picture_of(plain).tobytes() != picture_of(draft).tobytes()
    assert documents.render("application-form", {**data, "mark": "草稿"}, timestamp=moment) == draft
    assert "尚未确认" in text_of(draft)


def test_generic_notice_carries_its_own_title_and_words(paper_data, moment):
    data = paper_data(
        "notices",
        "accept",
        kind="generic",
        title="撤回初审意见通知书",
        paragraphs=["第一段。", "第二段。"],
        remedy=True,
    )
    text = text_of(documents.render("notices", data, timestamp=moment))
    for wanted in ("撤回初审意见通知书", "第一段。", "第二段。", "申请行政复议"):
        assert wanted in text


@pytest.mark.parametrize("number", ["湘2432019202012345", "湘建罚〔2026〕12号", "湘建注受〔2026〕04128 号"])
def test_a_number_is_read_in_one_line(number, paper_data, moment):
    words = [f"{'依' * length}，{number}，特此告知。" for length in range(12, 42)]
    data = paper_data("notices", "accept", kind="generic", title="告知书", paragraphs=words)
    text = text_of(documents.render("notices", data, timestamp=moment))
    assert text.count(number) == len(words)


def test_long_notice_runs_over_pages_with_numbers(paper_data, moment):
    items = [
        {"what": f"第{i}项材料不清晰。", "detail": "扫描件文字不能辨认。" * 3, "do": "重新扫描。"} for i in range(1, 16)
    ]
    pdf = documents.render("notices", paper_data("notices", "correct", items=items), timestamp=moment)
    assert len(pypdfium2.PdfDocument(pdf)) > 1
    assert "第15项材料不清晰" in text_of(pdf)


def test_incomplete_data_and_unknown_papers_are_refused_before_drawing(paper_data, moment):
    data = paper_data("certificate", "one")
    del data["reg_no"], data["organ"]
    with pytest.raises(documents.IncompletePaper) as caught:
        documents.render("certificate", data, timestamp=moment)
    assert caught.value.missing == ["reg_no", "organ"]
    accepted = paper_data("notices", "accept")
    del accepted["due"]
    with pytest.raises(documents.IncompletePaper):
        documents.render("notices", accepted, timestamp=moment)
    with pytest.raises(ValueError, match="no such paper"):
        documents.render("../certificate", data, timestamp=moment)
    with pytest.raises(ValueError, match="no such notice"):
        documents.render("notices", paper_data("notices", "accept", kind="gift"), timestamp=moment)
    with pytest.raises(ValueError, match="aware"):
        documents.render("certificate", data | {"reg_no": "", "organ": ""}, timestamp=datetime(2026, 1, 1))  # noqa: DTZ001


def test_missing_fonts_say_what_to_do(settings, paper_data, moment, tmp_path):
    settings.ERJIAN_FONTS = [tmp_path / "none"]
    with pytest.raises(documents.DocumentRefused, match="字库尚未安装"):
        documents.render("certificate", paper_data("certificate", "one"), timestamp=moment)


def test_threads_draw_the_same_papers_as_one(paper_data, moment):
    data = [paper_data("certificate", "two", cert_no=f"{n:08d}") for n in range(6)]

    def draw(entry):
        return documents.render("certificate", entry, timestamp=moment)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw, data)) == [draw(entry) for entry in data]


def test_ground_is_the_one_the_templates_draw():
    assert ground.GROUND.read_text("utf-8") == ground.draw()


@pytest.mark.parametrize("text", ["https://ejzcx.example.gov.cn/v/7QK2M9XW4T1ZB8HC", "刘思齐", "A" * 500])
def test_qr_reads_back(text):
    rows = documents.qr(text)
    assert {len(row) for row in rows} == {len(rows)}
    assert set("".join(rows)) == {"0", "1"}
    picture = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
    for y, row in enumerate(rows):
        for x, module in enumerate(row):
            if module == "1":
                picture.putpixel((x + 4, y + 4), 0)
    assert zxingcpp.read_barcodes(picture.resize((picture.width * 4, picture.height * 4), 0))[0].text == text


def test_qr_refuses_what_does_not_fit():
    with pytest.raises(ValueError):
        documents.qr("x" * 5000)


def picture_bytes(mode, size, kind):
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("given", "media", "side"),
    [
        (("RGB", (413, 579), "JPEG"), "jpeg", 579),
        (("RGBA", (300, 100), "PNG"), "png", 300),
        (("RGB", (3000, 4000), "JPEG"), "jpeg", 640),
        (("RGBA", (2000, 500), "PNG"), "png", 640),
        (("CMYK", (100, 100), "JPEG"), "jpeg", 100),
        (("RGB", (100, 100), "BMP"), "jpeg", 100),
    ],
)
def test_pictures_are_bounded_and_in_a_form_the_papers_take(given, media, side, paper_data, moment):
    uri = documents.data_uri(picture_bytes(*given))
    head, body = uri.split(",")
    assert head == f"data:image/{media};base64"
    with Image.open(io.BytesIO(base64.b64decode(body))) as picture:
        assert max(picture.size) == side
        assert picture.mode in {"RGB", "RGBA"}
    assert documents.render("certificate", paper_data("certificate", "one", photo=uri), timestamp=moment)


def test_no_picture_and_broken_picture():
    assert documents.data_uri(None) is None
    assert documents.data_uri(b"") is None
    with pytest.raises(documents.DocumentRefused, match="图片无法读取"):
        documents.data_uri(picture_bytes("RGB", (1000, 1000), "JPEG")[:200])


def test_preview_draws_the_asked_width_and_refuses_the_rest(certificate_pdf):
    picture = picture_of(certificate_pdf, width=600)
    assert picture.format == "JPEG"
    assert picture.width == 600
    assert abs(picture.height - 600 * 210 / 297) <= 1
    with pytest.raises(documents.DocumentRefused, match="没有第 2 页"):
        documents.preview(certificate_pdf, page=1)
    for nothing in (b"", b"hello", certificate_pdf[:50]):
        with pytest.raises(documents.DocumentRefused, match="PDF"):
            documents.preview(nothing)
