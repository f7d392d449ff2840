"""Which sealer this installation uses, and which signers' documents it calls its own.

Production names its certificate chain and key (or its sealing service) in settings. The demo makes a small
authority of its own at the first start: a root and a signer below it, P-256, in the data folder, key mode 0600.
Every signer's certificate that was ever used is kept beside it, so documents stay verifiable after a key change.
A document is ours when its signer's certificate is one of these, byte by byte: a chain to a public root would let
in every other customer of that authority.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from django.conf import settings

from erjian.documents import configuration
from erjian.documents.errors import SealUnavailable
from erjian.documents.sealers import KeySealer, RemoteSealer, Sealer, SigningKey, der, verifies

DEMO_ORGANISATION = "湖南省住房和城乡建设厅（演示）"
_KEY_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)
# The demo's clock travels, so its certificates are valid for any year it can reach.
_DEMO_FROM, _DEMO_UNTIL = datetime(2016, 1, 1, tzinfo=UTC), datetime(2056, 1, 1, tzinfo=UTC)


def ensure_signer() -> Sealer:
    """The sealer of this installation; makes the demo's on its first call. Raises SealUnavailable.

    Safe to call from several processes at once: one of them wins, the others use what it made.
    """
    certificate = configuration.path("ERJIAN_SIGNING_CERTIFICATE")
    data = configuration.path("ERJIAN_DATA")
    if certificate is None:
        if not getattr(settings, "ERJIAN_DEMO", False) or data is None:
            raise SealUnavailable("尚未配置签名证书")
        folder = data / "signer"
        if not (folder / "chain.pem").exists():
            _make_demo_signer(folder)
        sealer: Sealer = _from_pem(str(folder / "chain.pem"), str(folder / "key.pem"), "")
    else:
        sealer = _configured(certificate)
    if data is not None:
        _remember(str(data / "signers"), sealer.chain[0])
    return sealer


def known_signers() -> frozenset[str]:
    """SHA-256 (hex) of every certificate whose signatures are ours: the current one, earlier ones, named ones."""
    known = {hashlib.sha256(ensure_signer().chain[0]).hexdigest()}
    data = configuration.path("ERJIAN_DATA")
    if data is not None:
        known.update(path.stem for path in (data / "signers").glob("*.pem"))
    for path in configuration.paths("ERJIAN_SIGNERS_TRUSTED"):
        known.update(hashlib.sha256(c).hexdigest() for c in der(x509.load_pem_x509_certificates(path.read_bytes())))
    return frozenset(known)


def _configured(certificate: Path) -> Sealer:
    service = configuration.text("ERJIAN_SEAL_SERVICE")
    if service:
        return _remote(service, configuration.text("ERJIAN_SEAL_TOKEN"), str(certificate))
    password = configuration.text("ERJIAN_SIGNING_PASSWORD")
    if certificate.suffix.lower() in {".p12", ".pfx"}:
        return _from_pkcs12(str(certificate), password)
    key = configuration.path("ERJIAN_SIGNING_KEY")
    if key is None:
        raise SealUnavailable("尚未配置签名私钥")
    return _from_pem(str(certificate), str(key), password)


@lru_cache(maxsize=8)
def _remote(service: str, token: str, certificate: str) -> RemoteSealer:
    try:
        chain = der(x509.load_pem_x509_certificates(Path(certificate).read_bytes()))
    except (OSError, ValueError) as error:
        raise SealUnavailable("签名证书文件无法读取") from error
    return RemoteSealer(service, token, chain)


@lru_cache(maxsize=8)
def _from_pem(certificate: str, key: str, password: str) -> KeySealer:
    try:
        chain = der(x509.load_pem_x509_certificates(Path(certificate).read_bytes()))
        private = load_pem_private_key(Path(key).read_bytes(), password.encode() or None)
    except (OSError, ValueError, TypeError) as error:
        raise SealUnavailable("签名证书或私钥文件无法读取") from error
    return _checked(private, chain)


@lru_cache(maxsize=8)
def _from_pkcs12(path: str, password: str) -> KeySealer:
    try:
        bundle = pkcs12.load_pkcs12(Path(path).read_bytes(), password.encode() or None)
    except (OSError, ValueError, TypeError) as error:
        raise SealUnavailable("PKCS#12 文件无法读取或密码不对") from error
    if bundle.key is None or bundle.cert is None:
        raise SealUnavailable("PKCS#12 文件中没有私钥或证书")
    return _checked(bundle.key, der([bundle.cert.certificate, *(c.certificate for c in bundle.additional_certs)]))


def _checked(key: object, chain: tuple[bytes, ...]) -> KeySealer:
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise SealUnavailable("签名私钥须为 EC 或 RSA")
    sealer = KeySealer(key, chain)
    digest = hashlib.sha256(b"erjian").digest()
    if not verifies(chain, sealer.sign_digest(digest), digest):
        raise SealUnavailable("签名私钥与证书不匹配")
    return sealer


@lru_cache(maxsize=8)
def _remember(folder: str, certificate: bytes) -> None:
    path = Path(folder) / f"{hashlib.sha256(certificate).hexdigest()}.pem"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as fresh:
            fresh.write(x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM))
        Path(fresh.name).replace(path)


def _name(common: str) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, DEMO_ORGANISATION),
        (NameOID.COMMON_NAME, common),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _certificate(
    subject: x509.Name, key: SigningKey, issuer: x509.Name, issuer_key: SigningKey, *, authority: bool
) -> x509.Certificate:
    purposes = {"key_cert_sign", "crl_sign"} if authority else {"digital_signature", "content_commitment"}
    usage = {purpose: purpose in purposes for purpose in _KEY_USAGES}
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_DEMO_FROM)
        .not_valid_after(_DEMO_UNTIL)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def make_chain() -> tuple[ec.EllipticCurvePrivateKey, list[x509.Certificate]]:
    """A fresh demo signer below a fresh demo root; the root's key is thrown away."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = _name("二级建造师平台演示根证书")
    root = _certificate(root_name, root_key, root_name, root_key, authority=True)
    return key, [_certificate(_name(DEMO_ORGANISATION), key, root_name, root_key, authority=False), root]


def _make_demo_signer(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="signer.", dir=folder.parent))  # mode 0700
    key, chain = make_chain()
    with open(os.open(fresh / "key.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (fresh / "chain.pem").write_bytes(b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain))
    try:
        fresh.rename(folder)  # refused when another process already put a full folder there
    except OSError:
        shutil.rmtree(fresh)
        if not (folder / "chain.pem").exists():
            raise
