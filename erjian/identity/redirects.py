"""A provider with its own camera page: fetch the address, send the person there, ask for the result when they are back."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from erjian.identity import attempts, faces
from erjian.identity.models import Attempt, State

BACK = "/person/verify/returned/"


def prepare(*, attempt_id: int, last_attempt: bool) -> None:
    """Ask for the address of an open attempt. Raises FacesUnavailable while another try is worth it."""

    attempt = Attempt.objects.filter(pk=attempt_id, state=State.OPEN, address="").select_related("verification").first()
    provider = faces.provider()
    if attempt is None or not faces.is_redirecting(provider):
        return
    own = attempt.verification
    try:
        address, reference = provider.begin(  # type: ignore[union-attr]
            name=own.name,
            id_number=own.id_number,
            back=f"{settings.ERJIAN_ORIGIN}{BACK}",
            attempt=str(attempt.uuid),
        )
    except (faces.FacesUnavailable, faces.BadPicture) as error:
        if isinstance(error, faces.FacesUnavailable) and not last_attempt:
            raise
        with transaction.atomic():
            locked = Attempt.objects.select_for_update(of=("self",)).select_related("frames").get(pk=attempt_id)
            if locked.state == State.OPEN:
                attempts.fail(locked)
        return
    Attempt.objects.filter(pk=attempt_id, state=State.OPEN).update(address=address, reference=reference[:80])
