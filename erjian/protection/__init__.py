"""Personal numbers at rest: encrypted, searchable exactly, shown masked.

An ID number or a phone is never stored in the clear. Each is kept in three columns: the ciphertext
(AES-256-GCM under a key named in the blob, bound to the kind of value), a keyed index (HMAC-SHA256)
by which it is found and kept unique, and a mask that lists may show without decrypting anything.

    class Person(models.Model):
        id_number = ProtectedText(kind="id_number", mask=id_numbers.mask, unique=True)
        id_number_mask: str  # for the type checker

    Person(id_number="430102…")                                        # writes all three
    Person.objects.filter(id_number_index=index("id_number", "430102…"))
    person.id_number                                                   # decrypts
    person.id_number_mask                                              # does not

Two fields of the same ``kind`` share one index space, so a value can be looked for in both. Showing
a decrypted value to somebody is an event that the caller has to audit.
"""

from erjian.protection.bulk import BulkSealer
from erjian.protection.ciphers import (
    DecryptionFailed,
    current_index_key,
    decrypt,
    encrypt,
    index,
    is_current,
    reencrypt,
)
from erjian.protection.fields import ProtectedText

__all__ = [
    "BulkSealer",
    "DecryptionFailed",
    "ProtectedText",
    "current_index_key",
    "decrypt",
    "encrypt",
    "index",
    "is_current",
    "reencrypt",
]
