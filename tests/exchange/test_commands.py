"""`erjian import`, without the shell: exit codes, what is printed, what is kept."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from erjian.audit.models import Event
from erjian.exchange import commands
from erjian.exchange.models import ImportRun, RunState
from erjian.registry.models import Person
from tests.exchange.files import cells, qualification, xlsx

pytestmark = pytest.mark.django_db


def run(tmp_path: Path, content: bytes, *, kind: str = "qualifications", apply: bool = False) -> tuple[int, str]:
    """Exit code and output."""
    file = tmp_path / "file.xlsx"
    file.write_bytes(content)
    out = io.StringIO()
    seen: list[tuple[str, int, int]] = []
    code = commands.import_file(
        kind,
        file,
        apply=apply,
        errors=tmp_path / "errors.xlsx",
        progress=lambda *step: seen.append(step),
        console=Console(file=out, width=160),
    )
    return code, out.getvalue()


def test_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    row = qualification()
    code, said = run(tmp_path, xlsx([row]))
    assert code == commands.OK
    assert "没有改动任何数据" in said
    assert row["身份证号"] not in said
    assert not ImportRun.objects.exists()
    assert not Person.objects.exists()


def test_applying_leaves_a_run_and_an_audit_row(tmp_path: Path) -> None:
    code, said = run(tmp_path, xlsx([qualification()]), apply=True)
    assert (code, "已导入" in said) == (commands.OK, True)
    made = ImportRun.objects.get()
    assert (made.state, made.counts["new"]) == (RunState.DONE, 1)
    assert Event.objects.filter(code="exchange.apply", actor_kind="system").count() == 1
    assert Person.objects.count() == 1


@pytest.mark.parametrize("apply", [False, True])
def test_refused_rows_are_written_where_asked(tmp_path: Path, apply: bool) -> None:
    bad = qualification(姓名="1", 证书管理号="X")
    code, said = run(tmp_path, xlsx([qualification(), bad]), apply=apply)
    assert code == commands.SOME_REFUSED
    assert "错误行已写入" in said
    assert cells((tmp_path / "errors.xlsx").read_bytes())[1][2] == bad["身份证号"]
    assert (tmp_path / "errors.xlsx").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("apply", [False, True])
def test_a_bad_file_is_one_line(tmp_path: Path, apply: bool) -> None:
    row = qualification()
    del row["姓名"]
    code, said = run(tmp_path, xlsx([row]), apply=apply)
    assert code == commands.REFUSED
    assert "缺少“姓名”列" in said
    assert not Person.objects.exists()


def test_unknown_kind_and_missing_file(tmp_path: Path) -> None:
    assert run(tmp_path, b"", kind="people")[0] == commands.REFUSED
    out = io.StringIO()
    code = commands.import_file("bars", tmp_path / "nothing.xlsx", console=Console(file=out, width=400))
    assert code == commands.REFUSED
    assert "No such file" in out.getvalue()
