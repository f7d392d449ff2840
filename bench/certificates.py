"""Certificates per core-second: load, render, sign and save, with the drawn background.

Every certificate has its own holder, numbers, portrait and signature: with repeated data typst would answer from
its cache and the figure would mean nothing. Time is this process's CPU time over all its threads, so a busy machine
does not blur it. `python bench/certificates.py [COUNT]`; the expected figure is at least 15.
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import django
from PIL import Image, ImageDraw, ImageFilter

EXPECTED = 15
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周欧阳上官", "思齐婉清致远慧敏建国志强晓东春梅文博雨桐子轩𰻝㛃"
SPECIALTIES = ("建筑工程", "公路工程", "水利水电工程", "市政公用工程", "矿业工程", "机电工程")


def portrait(chance: random.Random) -> bytes:
    """An inch photo (295 × 413 pixels) of nobody, about as large as a real one."""
    picture = Image.effect_noise((295, 413), 18).convert("RGB")
    draw = ImageDraw.Draw(picture)
    skin, coat = (chance.randint(190, 235), 185, 160), (chance.randint(10, 60), 40, chance.randint(50, 110))
    draw.ellipse((80, 70, 215, 250), fill=skin)
    draw.ellipse((20, 270, 275, 560), fill=coat)
    out = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1)).save(out, "JPEG", quality=88)
    return out.getvalue()


def signature(chance: random.Random) -> bytes:
    picture = Image.new("RGBA", (480, 200), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    for _ in range(9):
        points = [(chance.randint(10, 470), chance.randint(10, 190)) for _ in range(4)]
        draw.line(points, fill=(10, 10, 20, 255), width=7, joint="curve")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def prepare(folder: Path, count: int) -> None:
    """What a store would hold of each certificate: its data and two pictures."""
    for number in range(count):
        chance = random.Random(number)
        begin = date(2026, 1, 1) + timedelta(days=chance.randint(0, 300))
        period = {"begin": begin.isoformat(), "end": begin.replace(year=begin.year + 3).isoformat()}
        data = {
            "name": chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2)),
            "sex": chance.choice("男女"),
            "birth": date(1970 + chance.randint(0, 30), chance.randint(1, 12), chance.randint(1, 28)).isoformat(),
            "reg_no": f"湘2432026202{number:06d}",
            "cert_no": f"{number:08d}",
            "employer": f"湖南{''.join(chance.choices(GIVEN[:18], k=2))}建设工程有限公司",
            "specialties": [{"name": n, **period} for n in chance.sample(SPECIALTIES, chance.choice((1, 1, 2, 3)))],
            "use_begin": "2026-11-20",
            "use_end": "2027-05-18",
            "issued": "2026-11-12",
            "organ": "湖南省住房和城乡建设厅",
            "licence_id": f"1.2.156.3005.2.11100000000013338W001.11430000006122244L.2026{number:07d}.001.P",
        }
        (folder / f"{number}.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        (folder / f"{number}.jpg").write_bytes(portrait(chance))
        (folder / f"{number}.png").write_bytes(signature(chance))


def issue(folder: Path, number: int, moment: datetime) -> int:
    from erjian import documents

    data = json.loads((folder / f"{number}.json").read_text("utf-8"))
    data["photo"] = documents.data_uri((folder / f"{number}.jpg").read_bytes())
    data["signature"] = documents.data_uri((folder / f"{number}.png").read_bytes())
    data["qr"] = documents.qr(f"https://ejzcx.example.gov.cn/v/{random.Random(number).getrandbits(80):020X}")
    pdf = documents.render("certificate", data, timestamp=moment)
    signed = documents.sign(pdf, reason="签发电子注册证书", signed_at=moment)
    with open(folder / f"{number}.pdf", "wb") as file:
        file.write(signed)
        file.flush()
        os.fsync(file.fileno())
    return len(signed)


def measure(count: int = 100, warm_up: int = 3) -> float:
    """Certificates per second of CPU time, after the fonts and templates are loaded once."""
    moment = datetime(2026, 11, 12, 8, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, warm_up + count)
        for number in range(warm_up):
            issue(folder, number, moment)
        begin = time.process_time()
        size = sum(issue(folder, number, moment) for number in range(warm_up, warm_up + count))
        seconds = time.process_time() - begin
    rate = count / seconds
    print(
        f"certificates: {rate:.1f} per core-second (load, render, sign, save; {count} different, "
        f"{size / count / 1024:.0f} KiB each); expected at least {EXPECTED}"
    )
    return rate


def main() -> int:
    with tempfile.TemporaryDirectory() as data:
        os.environ.update(ERJIAN_DATA=data, ERJIAN_DEMO="1", DJANGO_SETTINGS_MODULE="erjian.config.settings")
        sys.path.insert(0, str(Path(__file__).parent.parent))
        django.setup()
        rate = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    return 0 if rate >= EXPECTED else 1


if __name__ == "__main__":
    sys.exit(main())
