"""The table of environment variables: what it promises, and that nothing else is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from erjian.config import databases, env

ROOT = Path(__file__).resolve().parents[2]


def test_the_operations_handbook_has_the_same_table():
    handbook = (ROOT / "docs/operations.md").read_text()
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \|", handbook, re.MULTILINE)
    assert rows == [variable.name for variable in env.VARIABLES]


def test_nothing_else_reads_the_environment():
    readers = {
        str(path.relative_to(ROOT / "erjian"))
        for path in (ROOT / "erjian").rglob("*.py")
        # Naming the settings module for a tool started by hand is not reading.
        if re.search(r"\bos\.(environ(?!\.setdefault)|getenv)\b", path.read_text())
    }
    assert readers == {"config/env.py"}


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("true", True), ("0", False), ("off", False), ("", False)]
)
def test_flags(value, expected):
    assert env.flag("ERJIAN_DEBUG", environ={"ERJIAN_DEBUG": value}) is expected


def test_an_unset_flag_takes_its_default():
    assert env.flag("ERJIAN_DEMO", default=True, environ={}) is True


@pytest.mark.parametrize("value", ["0", "65536", "eighty", "-1", "８０８０x"])
def test_a_bad_number_names_the_variable(value):
    with pytest.raises(env.BadEnvironment, match="PORT"):
        env.number("PORT", low=1, high=65535, environ={"PORT": value})


def test_a_bad_flag_names_the_variable():
    with pytest.raises(env.BadEnvironment, match="ERJIAN_DEBUG"):
        env.flag("ERJIAN_DEBUG", environ={"ERJIAN_DEBUG": "perhaps"})


@pytest.mark.parametrize(
    ("name", "value"), [("ERJIAN_LOG", "verbose"), ("ERJIAN_SMS", "pigeon"), ("ERJIAN_FACES", "none")]
)
def test_an_unknown_choice_is_one_line_that_names_what_there_is(erjian, name, value):
    answer = erjian("check", **{name: value})
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"erjian: {name}='{value}' is none of ")
    assert answer.stderr.count("\n") == 1


def test_what_a_province_forgot_is_said_before_it_prints_it(erjian):
    said = " ".join(erjian("check", ERJIAN_SMS="http", ERJIAN_SEAL_SERVICE="https://seal.example").stdout.split())
    assert "ERJIAN_ORIGIN is not https: QR codes and links in SMS would name http://localhost:" in said
    assert "SMS: ERJIAN_SMS=http needs ERJIAN_SMS_URL and ERJIAN_SMS_SECRET" in said
    assert "signing: 电子签章服务暂不可用：尚未配置签名证书" in said


def test_lists_are_split_and_stripped():
    assert env.names("ERJIAN_HOSTS", environ={"ERJIAN_HOSTS": "a.cn, b.cn,,"}) == ["a.cn", "b.cn"]


@pytest.mark.parametrize(
    ("environ", "origin", "hosts"),
    [
        ({}, "http://localhost:8000", ["localhost", "127.0.0.1", "[::1]"]),
        ({"PORT": "9000", "ERJIAN_BIND": "0.0.0.0"}, "http://localhost:9000", ["localhost", "127.0.0.1", "[::1]"]),
        ({"ERJIAN_BIND": "10.0.0.5"}, "http://10.0.0.5:8000", ["10.0.0.5", "localhost", "127.0.0.1", "[::1]"]),
        ({"ERJIAN_BIND": "fd00::5"}, "http://[fd00::5]:8000", ["[fd00::5]", "localhost", "127.0.0.1", "[::1]"]),
        ({"ERJIAN_BIND": "0.0.0.0", "ERJIAN_HOSTS": "10.0.0.5, b"}, "http://10.0.0.5:8000", ["10.0.0.5", "b"]),
        ({"ERJIAN_PROXY": "1", "ERJIAN_HOSTS": ".zjs.example.cn"}, "https://zjs.example.cn", [".zjs.example.cn"]),
        ({"ERJIAN_ORIGIN": "https://zjs.example.cn/", "ERJIAN_HOSTS": "a"}, "https://zjs.example.cn", ["a"]),
    ],
)
def test_one_address_is_shown_and_it_is_served(environ, origin, hosts):
    assert (env.origin(environ=environ), env.hosts(environ=environ)) == (origin, hosts)


def test_a_database_url_becomes_settings():
    entry = databases.configuration("postgresql://u:p%40ss@db:5433/erjian?sslmode=require", connections=6)
    assert (entry["NAME"], entry["USER"], entry["PASSWORD"]) == ("erjian", "u", "p@ss")
    assert (entry["HOST"], entry["PORT"]) == ("db", "5433")
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert entry["OPTIONS"]["pool"]["max_size"] == 6


@pytest.mark.parametrize("url", ["mysql://u@h/x", "postgresql://u@h", "dbname=x", "postgresql://u@h/x?nonsense=1"])
def test_an_unusable_database_url_is_one_line(url):
    with pytest.raises(env.BadEnvironment, match="DATABASE_URL") as caught:
        databases.configuration(url, connections=1)
    assert "\n" not in str(caught.value)
