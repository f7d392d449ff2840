"""`/healthz`: whether this node can do its work, for load balancers and the start script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import erjian
from erjian.config import face_service

# procrastinate's workers beat every 10 s.
WORKER_SILENCE = timedelta(seconds=45)
STATEMENT_MILLISECONDS = 3000


@never_cache
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with `status: ok`, or 503 with the part that is down; never personal data."""
    report = examine()
    return JsonResponse(report, status=200 if report["status"] == "ok" else 503)


def examine() -> dict[str, Any]:
    """Database, worker, face service, version and the digest of the policy in force.

    Without the face service everything but real-name verification works, so it decides nothing here.
    """
    database, worker = _database_and_worker()
    policy = _policy_digest()
    ok = database == "ok" and worker == "ok" and policy is not None
    return {
        "status": "ok" if ok else "down",
        "database": database,
        "worker": worker,
        "faces": face_service.state(),
        "version": erjian.__version__,
        "policy": policy,
    }


def _database_and_worker() -> tuple[str, str]:
    try:
        # For this transaction only: after an error the connection goes back to the pool as it was.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS}")
            cursor.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
            row = cursor.fetchone()
    except Error:
        return "down", "unknown"
    silence = row[0] if row else None
    if silence is None:
        return "ok", "none"
    return "ok", "ok" if silence <= WORKER_SILENCE.total_seconds() else "silent"


def _policy_digest() -> str | None:
    try:
        from erjian import policy

        return policy.digest()
    except Exception:  # noqa: BLE001 - any reason for an unreadable policy means the same here: not fit to work
        return None
