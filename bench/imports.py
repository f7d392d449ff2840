"""Import of qualifications through the whole path, against reading the same file with python-calamine alone.

The file has the columns of the template, every row is another person. The reading is opening the workbook and walking
its `iter_rows`; the path is opening, checking the container, finding the header, parsing and checking every cell,
encrypting ID numbers and phones, staging, comparing with the register, writing people, qualifications and history,
and committing. Time is CPU time of this process and of the database, so that a busy machine does not blur it; the
expected ratio of rows per second is at least 0.1. A second load of
the same file must change nothing. Then a file of as many other people goes the same way with one bad row in the
middle: exactly that row must come back with its reason, all others be loaded. The memory of this process must stay
below 500 MB throughout.

`python bench/imports.py [ROWS]` (200,000 unless told otherwise; starts a database of its own in a temporary folder).
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from erjian.registry.importing import Counts

EXPECTED = 0.1
MOST_MEGABYTES = 500
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗", "思齐婉清致远慧敏建国志强晓东春梅文博雨桐子轩明华"


@dataclass(frozen=True)
class Measured:
    """What one load did and cost, in seconds."""

    counts: Counts
    error_file: bytes | None
    wall: float
    own: float
    database: float
    phases: dict[str, float]

    @property
    def cpu(self) -> float:
        return self.own + self.database


def make(path: Path, rows: int, *, first: int = 0, bad: int | None = None) -> None:
    """A workbook of `rows` people who do not exist: their county code was never assigned.

    They are counted from `first`; the identity number of the one counted `bad` has a wrong check digit.
    """
    from erjian.exchange.kinds.qualifications import COLUMNS
    from erjian.exchange.spreadsheets import Writer
    from erjian.standards import id_numbers
    from erjian.standards.specialties import SECOND_CLASS

    columns = [column for column in COLUMNS if column.in_template and column.name != "waiver"]
    with path.open("wb") as target:
        writer = Writer(target, sheet="资格证书", headers=[column.header for column in columns])
        for number in range(first, first + rows):
            birth = date(1960, 1, 1) + timedelta(days=number % 14000)
            digits = f"430199{birth:%Y%m%d}{number // 14000:03d}"
            check = id_numbers.check_digit(digits)
            if number == bad:
                check = "1" if check == "0" else "0"
            name = SURNAMES[number % 20] + GIVEN[number // 20 % 24] + GIVEN[number // 480 % 24]
            specialty = SECOND_CLASS[number % 6].label
            obtained = date(2020, 6, 1) + timedelta(days=number % 900)
            writer.write(
                (
                    name,
                    digits + check,
                    f"138{number:08d}",
                    "二级注册建造师",
                    specialty,
                    f"4302{number:012d}",
                    str(obtained.year),
                    obtained,
                    f"湖南第{number % 800}建设工程有限公司",
                    "91350100M000100Y43",
                    "合格",
                    "初始申报",
                )
            )
        writer.close()


def database_cpu(postmaster: int) -> float:
    """CPU seconds of a PostgreSQL server so far, its ended processes included."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(stat.parent.name) == postmaster:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == postmaster:
                ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def read(path: Path) -> tuple[int, float]:
    """Rows and CPU seconds of python-calamine alone."""
    import python_calamine

    begin = time.process_time()
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    rows = sum(1 for _ in sheet.iter_rows()) - 1
    return rows, time.process_time() - begin


def through(path: Path, postmaster: int) -> Measured:
    """The file through the whole path."""
    from erjian.audit import SYSTEM
    from erjian.exchange import loading, sources
    from erjian.exchange.kinds.qualifications import QUALIFICATIONS

    phases: dict[str, float] = {}
    wall, own, database = time.perf_counter(), time.process_time(), database_cpu(postmaster)

    def progress(phase: str, current: int, total: int) -> None:
        phases.setdefault(phase, time.perf_counter() - wall)

    source = sources.open_source(path.read_bytes(), kind=QUALIFICATIONS)
    outcome = loading.load(source, kind=QUALIFICATIONS, apply_by=SYSTEM, progress=progress)
    return Measured(
        outcome.counts,
        outcome.error_file,
        time.perf_counter() - wall,
        time.process_time() - own,
        database_cpu(postmaster) - database,
        phases,
    )


def tell(name: str, rows: int, measured: Measured) -> None:
    """One measurement in two lines."""
    print(
        f"{name:15} {measured.cpu:6.2f} s  {rows / measured.cpu:10,.0f} rows per CPU second  "
        f"(this process {measured.own:.1f} s, database {measured.database:.1f} s, {measured.wall:.1f} s passed)"
    )
    print(f"{'':15} {measured.counts}; " + ", ".join(f"{name} from {at:.1f} s" for name, at in measured.phases.items()))


def returned(error_file: bytes | None) -> list[list[str]]:
    """The rows of an error file, as texts."""
    import python_calamine

    if error_file is None:
        return []
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(error_file)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.iter_rows()][1:]


def one_bad(path: Path, rows: int, postmaster: int) -> bool:
    """As many other people with a bad row in the middle; whether exactly it came back and the others went in."""
    bad = rows + rows // 2
    make(path, rows, first=rows, bad=bad)
    measured = through(path, postmaster)
    tell("one bad row", rows, measured)
    back = returned(measured.error_file)
    good = (
        len(back) == 1
        and f"4302{bad:012d}" in back[0]
        and (measured.counts.new, measured.counts.error) == (rows - 1, 1)
    )
    print(
        f"{'':15} came back: {'; '.join(row[0] for row in back[:3]) or 'nothing'} ({'as' if good else 'NOT as'} expected)"
    )
    return good


def run(folder: Path, rows: int, postmaster: int) -> bool:
    """Measure and print; whether all is as expected."""
    path = folder / "qualifications.xlsx"
    make(path, rows)
    count, seconds = read(path)
    print(f"file            {path.stat().st_size / 1e6:.1f} MB, {count:,} rows")
    print(f"calamine alone  {seconds:6.2f} s  {count / seconds:10,.0f} rows per CPU second")
    first = through(path, postmaster)
    tell("whole path", count, first)
    again = through(path, postmaster)
    tell("the same again", count, again)
    good = one_bad(path, rows, postmaster)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ratio = seconds / first.cpu
    print(f"peak memory     {peak:.0f} MB (at most {MOST_MEGABYTES})")
    print(f"ratio           {ratio:.3f} (expected at least {EXPECTED})")
    return good and again.counts.same == count and peak <= MOST_MEGABYTES and ratio >= EXPECTED


def main() -> int:
    """1 when something is not as expected."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    folder = Path(tempfile.mkdtemp(prefix="erjian-bench-", dir="/tmp"))
    folder.chmod(0o711)
    os.environ |= {
        "ERJIAN_DATA": str(folder / "data"),
        "DATABASE_URL": f"postgresql://erjian@/erjian?host={folder / 's'}",
    }
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erjian.config.settings")
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
        return 0 if run(folder, rows, postmaster) else 1
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
