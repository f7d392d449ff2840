"""What was typed and not yet confirmed or saved: kept as it stands, so that a closed browser loses nothing.

It lies with the reading of the card, encrypted like it and forgotten with it. Only the form into which it was typed
shows it again, to the same person; nothing is checked and nothing relies on it.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from erjian.identity.errors import out_of_step
from erjian.identity.models import Step, Verification


def keep(*, verification: Verification, step: Step, typed: Mapping[str, str]) -> None:
    """Keep the fields of a step's form in place of what was kept before. Raises IdentityRefused when it is over."""
    with transaction.atomic():
        own = Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
        if own.step != step or own.ended_at is not None:
            raise out_of_step()
        own.typed = typed
        own.save(update_fields=["read_cipher"])
