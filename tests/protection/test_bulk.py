"""A bulk sealer makes the same columns as a field does, never twice the same ciphertext."""

from __future__ import annotations

from erjian import protection
from erjian.registry.models import Person


def test_columns_are_those_of_the_field() -> None:
    sealer = protection.BulkSealer()
    field = Person.id_number
    seen = set()
    for serial in range(1200):
        text = f"43019919900317{serial:03d}X"
        cipher, index, mask = sealer.seal(field, text)
        usual = field.split(text)
        assert protection.decrypt("id_number", cipher) == text
        assert (index, mask) == (usual["id_number_index"], usual["id_number_mask"])
        seen.add(cipher[: -16 - len(text)])
    assert len(seen) == 1200
