"""Certificates per core-second: load, render, sign and save, with the drawn background.

The measured step is the issue job's own (`erjian.certificates.issuing.store_file`) on a database of its own: it loads
the version, the photo and the signature, renders, signs and saves file, version and audit row. The picture for the
screen, which the job draws afterwards, is measured beside it. Every
certificate has its own holder, numbers, portrait and signature: with repeated data typst would answer from its cache
and the figure would mean nothing. Time is the CPU time of this process over all its threads and of the database
server, so a busy machine does not blur it. `python -m bench.certificates [COUNT]`; the expected figure is at least 15.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from bench.imports import database_cpu

EXPECTED = 15
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周欧阳上官", "思齐婉清致远慧敏建国志强晓东春梅文博雨桐子轩𰻝㛃"


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


def prepare(count: int) -> list[int]:
    """Registered people of one enterprise, each with a version that waits for its file; their keys."""
    from django.db import transaction

    from erjian import certificates, files
    from erjian.audit import SYSTEM
    from erjian.policy import clock
    from erjian.registry.models import Enterprise, Person, Registration, RegistrationClass
    from erjian.standards import id_numbers
    from erjian.standards.specialties import SECOND_CLASS

    enterprise = Enterprise.objects.create(
        name="湖南麓川建设工程有限公司", credit_code="91430199MA4L00016R", filing_authority="430100"
    )
    versions = []
    for number in range(count):
        chance = random.Random(number)
        birth = date(1970 + chance.randint(0, 30), chance.randint(1, 12), chance.randint(1, 28))
        digits = f"430199{birth:%Y%m%d}{number % 1000:03d}"
        person = Person.objects.create(
            name=chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2)),
            id_number=digits + id_numbers.check_digit(digits),
            sex=chance.choice("12"),
            birth_date=birth,
            portrait=files.put(portrait(chance), media_type=files.JPEG),
            signature=files.put(signature(chance), media_type=files.PNG),
        )
        begin = clock.today() - timedelta(days=chance.randint(0, 300))
        end = begin.replace(year=begin.year + 3, day=min(begin.day, 28))
        registration = Registration.objects.create(
            person=person,
            registration_class=RegistrationClass.CONSTRUCTOR,
            number=f"湘2432026202{number:06d}",
            enterprise=enterprise,
            registered_on=begin,
            employed_on=begin,
            valid_until=end,
        )
        for specialty in chance.sample(SECOND_CLASS, chance.choice((1, 1, 2, 3))):
            registration.specialties.create(specialty=specialty, begin=begin, end=end)
        with transaction.atomic():
            version = certificates.actions.create_version(
                registration_id=registration.pk, new_number=True, reason="初始注册", case_number="", actor=SYSTEM
            )
        versions.append(version.pk)
    return versions


def measure(postmaster: int, count: int = 100, warm_up: int = 3) -> float:
    """Certificates per second of CPU time, after the fonts and templates are loaded once."""
    from erjian.certificates import issuing

    versions = prepare(warm_up + count)
    for version in versions[:warm_up]:
        issuing.issue(version)
    begin, server = time.process_time(), database_cpu(postmaster)
    issued = [issuing.store_file(version) for version in versions[warm_up:]]
    own, server = time.process_time() - begin, database_cpu(postmaster) - server
    size = sum(version.file.size for version in issued if version.file)
    rate = count / (own + server)
    begin = time.process_time()
    for version in issued[:20]:
        issuing.store_preview(version)
    picture = (time.process_time() - begin) / len(issued[:20])
    print(
        f"certificates: {rate:.1f} per core-second (load, render, sign, save; {count} different, "
        f"{size / count / 1024:.0f} KiB each; {own / count * 1000:.1f} ms application, {server / count * 1000:.1f} ms "
        f"database); expected at least {EXPECTED}\n  the picture for the screen afterwards: {picture * 1000:.0f} ms each"
    )
    return rate


def main() -> int:
    """1 when it is below what is expected."""
    folder = Path(tempfile.mkdtemp(prefix="erjian-bench-", dir="/tmp"))
    folder.chmod(0o711)
    os.environ |= {
        "ERJIAN_DATA": str(folder / "data"),
        "DATABASE_URL": f"postgresql://erjian@/erjian?host={folder / 's'}",
        "ERJIAN_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "erjian.config.settings",
    }
    from erjian.config.postgres import Cluster

    cluster = Cluster(folder / "postgres", socket_folder=folder / "s")
    try:
        cluster.start()
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, stdout=io.StringIO())
        postmaster = cluster.pid()
        assert postmaster is not None
        rate = measure(postmaster, int(sys.argv[1]) if len(sys.argv) > 1 else 100)
        return 0 if rate >= EXPECTED else 1
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
