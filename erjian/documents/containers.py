"""The CMS container (RFC 5652) of a signature without a time stamp, assembled from ready parts.

Two containers of one sealer differ in three places: the document's digest, the signature over the attributes, and
the lengths around it. pyHanko builds the first container; from it the constant parts are kept as bytes, and every
further one is put together in microseconds instead of ten milliseconds of ASN.1 objects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from asn1crypto import cms

# Stands where a document's SHA-256 goes in the container that serves as the pattern.
SENTINEL = hashlib.sha256(b"the place of the digest").digest()


def tlv(tag: int, body: bytes) -> bytes:
    """One DER element (X.690): tag, definite length, body."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(digits))) + digits + body


@dataclass(frozen=True)
class Container:
    """The constant parts; `attributes` are the signed ones, tagged as SET, with the sentinel for a digest."""

    head: bytes
    signer_head: bytes
    attributes: bytes
    signature_algorithm: bytes

    @classmethod
    def of(cls, pattern: cms.ContentInfo) -> Container:
        """From a container that pyHanko made for a document whose digest is SENTINEL."""
        data = pattern["content"]
        signer = data["signer_infos"][0]
        attributes = signer["signed_attrs"].untag().dump()
        if attributes.count(SENTINEL) != 1:
            raise ValueError("the pattern's attributes do not hold the sentinel once")
        return cls(
            head=b"".join(
                data[name].dump() for name in ("version", "digest_algorithms", "encap_content_info", "certificates")
            ),
            signer_head=b"".join(signer[name].dump() for name in ("version", "sid", "digest_algorithm")),
            attributes=attributes,
            signature_algorithm=signer["signature_algorithm"].dump(),
        )

    def fill(self, digest: bytes, sign_digest: Callable[[bytes], bytes]) -> bytes:
        """The container for the document with this SHA-256; `sign_digest` signs the digest of its attributes."""
        attributes = self.attributes.replace(SENTINEL, digest)
        signature = sign_digest(hashlib.sha256(attributes).digest())
        implicit = b"\xa0" + attributes[1:]  # [0] IMPLICIT inside, SET OF for the signature (RFC 5652, 5.4)
        signer = tlv(0x30, self.signer_head + implicit + self.signature_algorithm + tlv(0x04, signature))
        data = tlv(0x30, self.head + tlv(0x31, signer))
        return tlv(0x30, _SIGNED_DATA + tlv(0xA0, data))


_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # 1.2.840.113549.1.7.2
