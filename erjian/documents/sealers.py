"""Who signs: a sealer owns a certificate chain and turns the digest of the signed attributes into a signature.

Two real ones exist. `KeySealer` holds the key in this process: the demo's, made at its first start, or the one
that an operator configured. `RemoteSealer` asks a sealing service over HTTP and never sees a key, which is how
《国务院关于在线政务服务的若干规定》第九条 wants official seals kept. Both are checked before use: what they answer must
verify under their own certificate, so a wrong key or a broken service can never produce a document.
"""

from __future__ import annotations

import base64
import json
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from erjian.documents.errors import SealUnavailable

_SHA256 = Prehashed(hashes.SHA256())
SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Sealer(Protocol):
    """`chain` is DER, the signer's certificate first; `sign_digest` signs a SHA-256 digest (ECDSA or RSA PKCS#1)."""

    @property
    def chain(self) -> tuple[bytes, ...]: ...

    def sign_digest(self, digest: bytes) -> bytes: ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class KeySealer:
    """A private key in this process. ECDSA is deterministic (RFC 6979): signing twice gives the same bytes."""

    key: SigningKey
    chain: tuple[bytes, ...]

    def sign_digest(self, digest: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(digest, padding.PKCS1v15(), _SHA256)
        return self.key.sign(digest, ec.ECDSA(_SHA256, deterministic_signing=True))


@dataclass(frozen=True)
class RemoteSealer:
    """A sealing service: POST {"algorithm", "digest"} as JSON, answer {"signature"}; both values base64."""

    url: str
    token: str
    chain: tuple[bytes, ...]
    seconds: float = 10.0

    @cached_property
    def algorithm(self) -> str:
        elliptic = isinstance(leaf(self.chain).public_key(), ec.EllipticCurvePublicKey)
        return "ECDSA-SHA256" if elliptic else "RSA-SHA256"

    def sign_digest(self, digest: bytes) -> bytes:
        body = json.dumps({"algorithm": self.algorithm, "digest": base64.b64encode(digest).decode()}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        # The address is the operator's own.
        request = urllib.request.Request(self.url, data=body, headers=headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=self.seconds) as answer:  # noqa: S310
                signature = base64.b64decode(json.loads(answer.read(65536))["signature"], validate=True)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SealUnavailable("签章服务没有正确应答") from error
        if not verifies(self.chain, signature, digest):
            raise SealUnavailable("签章服务返回的签名与其证书不符")
        return signature


def leaf(chain: tuple[bytes, ...]) -> x509.Certificate:
    return x509.load_der_x509_certificate(chain[0])


def der(certificates: list[x509.Certificate]) -> tuple[bytes, ...]:
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in certificates)


def verifies(chain: tuple[bytes, ...], signature: bytes, digest: bytes) -> bool:
    """Whether `signature` over `digest` was made by the key of the chain's first certificate."""
    public = leaf(chain).public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, digest, padding.PKCS1v15(), _SHA256)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, digest, ec.ECDSA(_SHA256))
        else:
            return False
    except InvalidSignature:
        return False
    return True
