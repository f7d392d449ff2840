"""Files that people bring: the spreadsheet of those who passed, photographs, scans."""

from __future__ import annotations

import io
from pathlib import Path

import xlsxwriter
from PIL import Image, ImageDraw, ImageFont

HEADER = (
    "姓名",
    "身份证号",
    "手机号码",
    "专业等级",
    "专业名称",
    "证书管理号",
    "合格年度",
    "获取日期",
    "企业名称",
    "企业信用代码",
    "复审结果",
    "资格证类型",
)


def spreadsheet(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    """The province's list of qualification certificates as XLSX."""
    path = folder / "二级建造师资格证书.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("资格证书")
    for line, row in enumerate((HEADER, *rows)):
        for column, value in enumerate(row):
            sheet.write_string(line, column, value)
    book.close()
    return path


def portrait(folder: Path) -> Path:
    """A drawn portrait of somebody who does not exist."""
    picture = Image.new("RGB", (413, 579), "#e8eef7")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((70, 380, 343, 760), fill="#27405e")
    draw.polygon([(180, 400), (233, 400), (206, 470)], fill="#ffffff")
    draw.rectangle((182, 330, 231, 405), fill="#dfb48e")
    draw.ellipse((128, 110, 285, 350), fill="#ecc6a0")
    draw.pieslice((120, 85, 293, 300), 180, 360, fill="#1e1a18")
    for left in (165, 222):
        draw.ellipse((left, 220, left + 26, 236), fill="#2a2320")
    draw.arc((175, 270, 238, 310), 20, 160, fill="#a35f4c", width=4)
    return _save(picture, folder / "寸照.jpg")


def signature(folder: Path) -> Path:
    """A written name, dark on white."""
    picture = Image.new("RGB", (600, 240), "#ffffff")
    draw = ImageDraw.Draw(picture)
    for line in (
        ((80, 70), (200, 60), (180, 180), (90, 190)),
        ((260, 40), (290, 120), (230, 200)),
        ((340, 90), (430, 70), (410, 180), (350, 150)),
        ((480, 40), (470, 200), (540, 130), (570, 190)),
    ):
        draw.line(line, fill="#1a1a1a", width=9, joint="curve")
    return _save(picture, folder / "签名.jpg")


def scan(folder: Path, name: str, lines: tuple[str, ...], *, size: tuple[int, int] = (1240, 1754)) -> Path:
    """A scanned page with a heading and some lines."""
    picture = Image.new("RGB", size, "#fbfaf6")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=28)
    draw.rectangle((40, 40, size[0] - 40, size[1] - 40), outline="#8899aa", width=3)
    for number, line in enumerate(lines):
        draw.text((110, 130 + number * 90), line, fill="#222222", font=font)
        draw.line((110, 175 + number * 90, size[0] - 110, 175 + number * 90), fill="#cccccc", width=2)
    return _save(picture, folder / f"{name}.jpg")


def scan_pdf(folder: Path, name: str, pages: int) -> Path:
    """A scan of several pages as PDF."""
    drawn = []
    for number in range(1, pages + 1):
        path = scan(
            folder, f"{name}-{number}", (f"Labour contract, page {number} of {pages}", "Party A", "Party B", "Term")
        )
        drawn.append(Image.open(path))
    target = folder / f"{name}.pdf"
    drawn[0].save(target, "PDF", save_all=True, append_images=drawn[1:], resolution=150)
    return target


def tampered(certificate: bytes) -> bytes:
    """The same file with one printed byte changed."""
    at = certificate.find(b"stream\n") + 60
    changed = bytearray(certificate)
    changed[at] ^= 0x01
    return bytes(changed)


def _save(picture: Image.Image, path: Path) -> Path:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=88)
    path.write_bytes(stream.getvalue())
    return path
