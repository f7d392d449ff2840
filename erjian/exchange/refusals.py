"""Why a file or a cell is not taken, in sentences that say what to do."""

from __future__ import annotations

from erjian.standards.errors import Refusal


class ImportRefused(Refusal):
    """The file as a whole cannot be imported; nothing was changed.

    Codes: empty, too_large, type, old_format, encrypted, corrupt, header, column, columns, formula, encoding, rows.
    """

    @property
    def status(self) -> int:
        """413 for what is too large, 415 for what is no spreadsheet, else 422."""
        return {"too_large": 413, "type": 415, "old_format": 415}.get(self.code, 422)


class CellRefused(Refusal):
    """A cell does not hold what its column asks for; the row comes back, the others go on."""


class RunRefused(Refusal):
    """An import run is not in the state for this."""

    status = 409
