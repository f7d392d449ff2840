"""`erjian check`: is this installation fit to serve? One line per question, exit code 1 if one answer is no."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from rich.console import Console

LEAST_FREE_BYTES = 2 * 1024**3


def examine(console: Console) -> int:
    """Print the answers; returns the exit code."""
    failed = False
    for question, ask in _QUESTIONS.items():
        problems = list(ask())
        failed = failed or bool(problems)
        console.print(f"[{'red' if problems else 'green'}]{'✗' if problems else '✓'}[/] {question}", highlight=False)
        for problem in problems:
            console.print(f"    {problem}", markup=False, highlight=False, soft_wrap=True)
    return int(failed)


def _deployment() -> Iterator[str]:
    from django.core import checks

    for found in checks.run_checks(include_deployment_checks=not settings.ERJIAN_DEMO):
        if found.level >= checks.WARNING and not found.is_silenced():
            yield f"{found.id}: {found.msg}".splitlines()[0]
    if settings.DEBUG:
        yield "ERJIAN_DEBUG is on."


def _services() -> Iterator[str]:
    from erjian import documents
    from erjian.files import scanners
    from erjian.identity import faces
    from erjian.messaging import gateways

    services: dict[str, Callable[[], object]] = {
        "SMS": gateways.gateway,
        "virus scanner": scanners.scanner,
        "faces": faces.provider,
        "signing": documents.ensure_signer,
    }
    for name, make in services.items():
        try:
            make()
        except Exception as error:  # noqa: BLE001 - every reason is shown
            yield f"{name}: {error}"
    if settings.ERJIAN_DEMO:
        return
    if not settings.ERJIAN_ORIGIN.startswith("https://"):
        yield f"ERJIAN_ORIGIN is not https: QR codes and links in SMS would name {settings.ERJIAN_ORIGIN}."
    if settings.ERJIAN_SMS == "outbox":
        yield "ERJIAN_SMS is outbox: nobody receives an SMS."
    if not settings.ERJIAN_CLAMD:
        yield "ERJIAN_CLAMD is empty: attachments are not scanned for viruses."


def _sms() -> Iterator[str]:
    """Every text that may leave, for a provider that sends approved ones only."""
    import erjian.config.urls  # noqa: F401 - all rooms register their texts
    from erjian.messaging import gateways
    from erjian.messaging.tencent import TencentSms

    if settings.ERJIAN_SMS != "tencent":
        return
    try:
        gateway = gateways.gateway()
        lacking = gateway.lacking() if isinstance(gateway, TencentSms) else []
    except Exception as error:  # noqa: BLE001 - every reason is shown
        yield str(error)
        return
    for name, text in lacking:
        yield f"ERJIAN_SMS_TEMPLATES has no approved text for {name}: {text}"


def _policy() -> Iterator[str]:
    from erjian import policy

    try:
        policy.digest()
    except Exception as error:  # noqa: BLE001 - every reason is shown
        yield str(error)


def _keys() -> Iterator[str]:
    from erjian import protection

    if protection.decrypt("check", protection.encrypt("check", "二建")) != "二建":
        yield "What the keys encrypt, they do not decrypt."


def _packages() -> Iterator[str]:
    from erjian.config import assets

    yield from (f"{path} is not installed; run: make setup" for path in assets.missing())


def _disk() -> Iterator[str]:
    free = shutil.disk_usage(Path(settings.ERJIAN_DATA)).free
    if free < LEAST_FREE_BYTES:
        yield f"{free // 2**20} MB free in {settings.ERJIAN_DATA}; at least {LEAST_FREE_BYTES // 2**20} are advised."


def _migrations() -> Iterator[str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield f"{migration} is not applied; run: erjian migrate"


def _health() -> Iterator[str]:
    from erjian.config.health import examine as health

    found = health()
    if found["status"] != "ok":
        yield f"database {found['database']}, worker {found['worker']}; is `erjian run` or `erjian worker` running?"


def _faces() -> Iterator[str]:
    from erjian.config import face_service

    if face_service.is_ours() and not face_service.is_installed():
        yield "The face service is not installed; run: make setup"
    elif (found := face_service.state()) != "ok":
        yield f"The face service is {found}; nobody can be verified by face until it is ok."


_QUESTIONS: dict[str, Callable[[], Iterator[str]]] = {
    "settings": _deployment,
    "services": _services,
    "texts of SMS": _sms,
    "policy": _policy,
    "keys": _keys,
    "style sheets, icons, fonts": _packages,
    "disk": _disk,
    "migrations": _migrations,
    "health": _health,
    "face service": _faces,
}
