"""Backup and restore as docs/operations.md says, word by word."""

from __future__ import annotations

import shutil
from pathlib import Path


def test_a_backup_is_restored_with_its_keys_and_refused_without(erjian, environment, folder):
    data, kept = Path(environment["ERJIAN_DATA"]), folder / "erjian.dump"
    assert erjian("migrate").returncode == 0
    made = erjian("administrator", "system", "hn-xitong", "胡敏", "13900001234")
    assert made.returncode == 0, made.stderr
    backup = erjian("postgres", "pg_dump", "-Fc", "-f", str(kept))
    assert backup.returncode == 0, backup.stderr

    again = {"ERJIAN_DATA": str(folder / "again")}
    (folder / "again").mkdir(mode=0o711)
    shutil.copy2(data / "keys.json", folder / "again")
    restored = erjian("postgres", "pg_restore", "--no-owner", "--exit-on-error", str(kept), **again)
    assert restored.returncode == 0, restored.stderr
    assert erjian("migrate", **again).returncode == 0
    assert erjian("audit", "verify", **again).returncode == 0
    counted = erjian("postgres", "psql", "-tAc", "SELECT username FROM accounts_user", **again)
    assert counted.stdout.split() == ["hn-xitong"]

    (folder / "again/keys.json").unlink()
    without = erjian("audit", "verify", **again)
    assert without.returncode == 1
    assert "are not those of this database" in without.stderr


def test_only_clients_are_run(erjian):
    answer = erjian("postgres", "initdb")
    assert (answer.returncode, answer.stderr) == (1, "erjian: initdb is none of pg_dump, pg_restore, psql.\n")
