"""Every list and query page, and the searches, at 3 thousand and at 1 million people: CPU per request.

The pages are found, not listed: every address of the four front doors that needs no further value is opened as each
of the demonstration's users; what answers with a pager is a list. So a list that is added is measured, too. Searches
are those of a register: the start of a name, a full name, an identity number, a registration number, an enterprise.

`python -m bench.pages [--keep FOLDER]`, with the same databases as `bench.lists`.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.lists import (
    LARGE,
    MOST_GROWTH,
    MOST_MS,
    REQUESTS,
    ROUNDS,
    SMALL,
    WINDOWS,
    _child,
    _session,
    _set_up,
    cpu,
    interpreter,
)
from bench.lists import province as running

MOST_SEARCH_MS = 10.0
_CITY = "长沙市"
_OTHERS = ("export", ".xlsx", ".pdf", ".zip", "sign-out", "image", "file")


def _users() -> dict[str, Any]:
    """Who opens pages: the main enterprise's administrator, a holder, and an officer for every function at each level."""
    from erjian.accounts.models import Function, User, UserKind
    from erjian.policy import authorities

    people = User.objects.select_related("enterprise", "person")
    found = {
        "企业": people.get(username="luchuan"),
        "个人": people.filter(kind=UserKind.PERSON, person__registrations__isnull=False).order_by("pk")[0],
        "公众": None,
    }
    for function in Function:
        for label, code in (("省厅", authorities.province().code), (_CITY, "430100")):
            officer = people.filter(
                kind=UserKind.OFFICER, authority_code=code, is_active=True, grants__function=function
            ).first()
            if officer is not None and officer not in found.values():
                found[f"{label} {function.label}"] = officer
    return found


def _addresses() -> Iterator[str]:
    """Every address without a value in it, and those of the procedures' lists."""
    from django.urls import URLPattern, URLResolver, get_resolver

    from erjian.procedures import all_procedures

    def walk(patterns: Any, prefix: str) -> Iterator[str]:
        for each in patterns:
            route = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, route)
            elif isinstance(each, URLPattern) and "<" not in route and not any(word in route for word in _OTHERS):
                yield f"/{route}"

    yield from walk(get_resolver().url_patterns, "")
    yield from (f"/enterprise/{procedure.code}/" for procedure in all_procedures())


def _searches() -> list[tuple[str, str, str, str]]:
    """Role, what is looked for, address, and what is posted (empty: the address asks by itself)."""
    from erjian.accounts.models import User
    from erjian.registry.models import Registration

    enterprise = User.objects.get(username="luchuan").enterprise_id
    row = Registration.objects.select_related("person", "enterprise").filter(enterprise=enterprise).order_by("-pk")[0]
    person, number = row.person, row.person.id_number
    found = []
    for label, value in (("姓名开头", person.name[0]), ("姓名", person.name)):
        query = urlencode({"name": value})
        found += [
            ("企业", f"电子证书 {label}", f"/enterprise/certificates/?{query}", ""),
            ("企业", f"申报查询 {label}", f"/enterprise/cases/?{query}", ""),
            ("省厅 登记数据管理", f"人员 {label}", f"/authority/register/people/?{query}", ""),
            ("省厅 登记数据管理", f"注册 {label}", f"/authority/register/registrations/?{query}", ""),
            ("省厅 复审", f"申报查询 {label}", f"/authority/cases/?{query}", ""),
            (f"{_CITY} 登记数据管理", f"人员 {label}", f"/authority/register/people/?{query}", ""),
            (f"{_CITY} 登记数据管理", f"注册 {label}", f"/authority/register/registrations/?{query}", ""),
            (f"{_CITY} 初审", f"申报查询 {label}", f"/authority/cases/?{query}", ""),
        ]
    found += [
        ("企业", "电子证书 身份证号", "/enterprise/certificates/", urlencode({"name": number})),
        ("省厅 登记数据管理", "人员 身份证号", f"/authority/register/people/?person={person.pk}", ""),
        ("省厅 登记数据管理", "注册 注册号", f"/authority/register/registrations/?{urlencode({'number': row.number})}", ""),
        ("省厅 登记数据管理", "企业", f"/authority/register/enterprises/?{urlencode({'name': row.enterprise.name[:6]})}", ""),
        ("省厅 复审", "申报查询 企业", f"/authority/cases/?{urlencode({'enterprise': row.enterprise.name})}", ""),
    ]  # fmt: skip
    return found


def _open(application: Callable[..., Any], address: str, cookie: str, posted: str = "") -> tuple[str, str, bytes]:
    """Status, where a redirect leads, and the page."""
    path, _, query = address.partition("?")
    body = posted.encode()
    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": "POST" if posted else "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1", "HTTP_COOKIE": cookie, "HTTP_ACCEPT": "text/html", "HTTP_USER_AGENT": "bench",
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_CSRFTOKEN": cookie.rpartition("=")[2],
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    response = application(environ, lambda status, headers, info=None: said.extend((status, dict(headers))))
    page = b"".join(response)
    response.close()
    return said[0][:3], said[1].get("Location", ""), page


def _lists(application: Callable[..., Any], cookies: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The addresses that answer with a pager, each once, and who sees it; a city's officers see other rows."""
    met: set[tuple[bool, str]] = set()
    for role, cookie in cookies.items():
        for address in _addresses():
            seen = role.startswith(_CITY), address
            if seen in met or ((False, address) in met and not address.startswith("/authority/")):
                continue
            status, _, page = _open(application, address, cookie)
            if status == "200" and b'class="ej-pager"' in page:
                met.add(seen)
                yield role, address


def _measure() -> None:
    """In a process of its own: print one line of JSON a page."""
    _set_up(admin=False)
    # Which address is whose is found by trying, and every refusal would be logged.
    logging.disable(logging.CRITICAL)
    from django.conf import settings

    from erjian.config.postgres import Cluster
    from erjian.config.wsgi import application

    postmaster = Cluster(settings.ERJIAN_DATA).pid()
    assert postmaster is not None
    users = _users()
    cookies = {role: _session(user) if user is not None else "" for role, user in users.items()}

    pages = [(role, address, address, False) for role, address in _lists(application, cookies)]
    for role, label, address, posted in _searches():
        if role in cookies:
            where = _open(application, address, cookies[role], posted)[1] if posted else address
            assert where, f"{address} did not take {label}"
            pages.append((role, label, where, True))
    # A noisy neighbour stays for minutes: each page is measured again when all others have had their turn.
    for _ in range(ROUNDS):
        for role, label, address, search in pages:
            reading = cpu(application, address, cookies[role], postmaster, windows=WINDOWS // ROUNDS)
            said = {"role": role, "label": label, "total": reading.total, "search": search} | asdict(reading)
            print(json.dumps(said, ensure_ascii=False), flush=True)


def _readings(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    said = _child(folder, "--measure", module="bench.pages")
    rows = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    # Of each page the best round.
    rows.sort(key=lambda row: row["total"], reverse=True)
    return {(row["role"], row["label"]): row for row in rows}


def measure(keep: Path | None = None, *, large: int = LARGE) -> bool:
    """Print a line a page; True when all is within what is expected."""
    good = True
    with tempfile.TemporaryDirectory(prefix="erjian-bench-", dir="/tmp", ignore_cleanup_errors=True) as scratch:
        base = keep or Path(scratch)
        folders = base / f"people-{SMALL}", base / f"people-{large}"
        print(
            f"pages: CPU per request, at {SMALL:,} and at {large:,} people; best of {ROUNDS} rounds of "
            f"{WINDOWS // ROUNDS} times {REQUESTS}"
        )
        print(f"  {interpreter()}")
        with running(folders[0], SMALL), running(folders[1], large):
            small, big = (_readings(folder) for folder in folders)
        for key, after in sorted(big.items(), key=lambda item: (item[1]["search"], item[0])):
            before = small.get(key)
            limit = MOST_SEARCH_MS if after["search"] else MOST_MS
            growth = after["total"] / before["total"] if before else None
            # A page that showed fewer rows before has grown by them, not by the register.
            same = before is not None and before["rows"] == after["rows"]
            fine = after["total"] <= limit and (not same or growth is None or growth <= MOST_GROWTH)
            good &= fine
            print(
                f"  {'' if fine else '!'} {key[0]} {key[1]:<40} {after['total']:6.2f} ms  (application "
                f"{after['application']:5.2f}, database {after['database']:5.2f}; {after['rows']} rows, "
                f"{after['queries']} queries)" + (f" {growth:5.2f} ×" if growth is not None else "")
            )
    print(f"  lists at most {MOST_MS:g} ms, searches at most {MOST_SEARCH_MS:g} ms, growth at most {MOST_GROWTH:g}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, default=os.environ.get("ERJIAN_BENCH"), help="folder for loaded databases")
    parser.add_argument("--people", type=int, default=LARGE, help="size of the large province")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        _measure()
        return 0
    return 0 if measure(Path(asked.keep).resolve() if asked.keep else None, large=asked.people) else 1


if __name__ == "__main__":
    sys.exit(main())
