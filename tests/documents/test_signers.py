"""Keys and services: the demo's own signer, configured ones, a remote sealing service and a time-stamping authority."""

import base64
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from asn1crypto import cms, keys, tsp, x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from erjian import documents
from erjian.documents import KeySealer, SealUnavailable, State, signers
from erjian.documents.sealers import der


def pem(chain):
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain)


def key_pem(key, password=None):
    protection = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


def rsa_signer():
    key, name = rsa.generate_private_key(65537, 2048), signers._name("RSA")
    return key, der([signers._certificate(name, key, name, key, authority=False)])


@pytest.fixture
def configured(settings, tmp_path):
    """A production-like signer in PEM files named by settings."""
    key, chain = signers.make_chain()
    (tmp_path / "chain.pem").write_bytes(pem(chain))
    (tmp_path / "key.pem").write_bytes(key_pem(key))
    settings.ERJIAN_DEMO = False
    settings.ERJIAN_SIGNING_CERTIFICATE = tmp_path / "chain.pem"
    settings.ERJIAN_SIGNING_KEY = tmp_path / "key.pem"
    return key, chain


@pytest.fixture
def serve():
    """serve(answer) starts a local service; answer(headers, body) gives (status, media type, body)."""
    servers = []

    def start(answer):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                status, media, body = answer(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Type", media)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_demo_signer_is_made_once_and_kept_private(settings, tmp_path):
    settings.ERJIAN_DATA = tmp_path / "fresh"
    with ThreadPoolExecutor(8) as pool:
        chains = {sealer.chain for sealer in pool.map(lambda _: documents.ensure_signer(), range(8))}
    assert len(chains) == 1
    folder = tmp_path / "fresh" / "signer"
    assert (folder / "key.pem").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in folder.parent.iterdir()) == ["signer", "signers"]


def test_production_without_a_key_refuses_rather_than_making_one(settings, certificate_pdf, moment, tmp_path):
    settings.ERJIAN_DEMO = False
    settings.ERJIAN_DATA = tmp_path
    with pytest.raises(SealUnavailable, match="尚未配置签名证书"):
        documents.sign(certificate_pdf, reason="", signed_at=moment)
    assert not list(tmp_path.iterdir())


def test_configured_key_signs_and_the_former_signers_documents_stay_valid(request, certificate_pdf, moment):
    before = documents.sign(certificate_pdf, reason="", signed_at=moment)
    request.getfixturevalue("configured")
    after = documents.sign(certificate_pdf, reason="", signed_at=moment)
    assert documents.verify(after).state is State.VALID
    assert documents.verify(before).state is State.VALID


def test_former_signers_may_be_named_in_settings(configured, settings, certificate_pdf, moment, tmp_path):
    settings.ERJIAN_DATA = None
    key, chain = signers.make_chain()
    (tmp_path / "former.pem").write_bytes(pem(chain[:1]))
    before = documents.sign(certificate_pdf, reason="", signed_at=moment, sealer=KeySealer(key, der(chain)))
    assert documents.verify(before).state is State.FOREIGN
    settings.ERJIAN_SIGNERS_TRUSTED = [tmp_path / "former.pem"]
    assert documents.verify(before).state is State.VALID


def test_pkcs12_and_encrypted_pem_need_their_password(configured, settings, certificate_pdf, moment, tmp_path):
    key, chain = configured
    bundle = pkcs12.serialize_key_and_certificates(b"s", key, chain[0], chain[1:], BestAvailableEncryption(b"secret"))
    (tmp_path / "signer.p12").write_bytes(bundle)
    (tmp_path / "locked.pem").write_bytes(key_pem(key, b"secret"))
    for certificate, private in (("signer.p12", None), ("chain.pem", "locked.pem")):
        settings.ERJIAN_SIGNING_CERTIFICATE = tmp_path / certificate
        settings.ERJIAN_SIGNING_KEY = private and tmp_path / private
        settings.ERJIAN_SIGNING_PASSWORD = "wrong"
        with pytest.raises(SealUnavailable):
            documents.ensure_signer()
        settings.ERJIAN_SIGNING_PASSWORD = "secret"
        signed = documents.sign(certificate_pdf, reason="", signed_at=moment)
        assert documents.verify(signed).state is State.VALID


def test_key_of_another_certificate_is_refused(configured, settings, tmp_path):
    (tmp_path / "other.pem").write_bytes(key_pem(signers.make_chain()[0]))
    settings.ERJIAN_SIGNING_KEY = tmp_path / "other.pem"
    with pytest.raises(SealUnavailable, match="不匹配"):
        documents.ensure_signer()


def test_rsa_key_signs_too(certificate_pdf, moment):
    key, chain = rsa_signer()
    signed = documents.sign(certificate_pdf, reason="", signed_at=moment, sealer=KeySealer(key, chain))
    assert documents.verify(signed).state is State.FOREIGN
    damaged = bytearray(signed)
    damaged[5000] ^= 1
    assert documents.verify(bytes(damaged)).state is State.TAMPERED


def test_remote_service_signs_without_showing_a_key(configured, settings, serve, certificate_pdf, moment):
    key, chain = configured
    held = KeySealer(key, der(chain))
    seen = []

    def answer(headers, body):
        if headers["Authorization"] != "Bearer token-1":
            return 401, "application/json", b"{}"
        asked = json.loads(body)
        seen.append(asked)
        signature = held.sign_digest(base64.b64decode(asked["digest"]))
        return 200, "application/json", json.dumps({"signature": base64.b64encode(signature).decode()}).encode()

    settings.ERJIAN_SEAL_SERVICE = serve(answer)
    settings.ERJIAN_SIGNING_KEY = None
    settings.ERJIAN_SEAL_TOKEN = "wrong"
    with pytest.raises(SealUnavailable):
        documents.sign(certificate_pdf, reason="", signed_at=moment)
    settings.ERJIAN_SEAL_TOKEN = "token-1"
    signed = documents.sign(certificate_pdf, reason="", signed_at=moment)
    assert documents.verify(signed).state is State.VALID
    assert [asked["algorithm"] for asked in seen] == ["ECDSA-SHA256"]
    assert len(base64.b64decode(seen[0]["digest"])) == 32


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"signature": 5}', b'{"signature": "AAAA"}', b"<html>", b"[]"], ids=repr
)
def test_useless_answers_of_the_service_never_become_a_document(settings, serve, certificate_pdf, moment, body):
    settings.ERJIAN_SEAL_SERVICE = serve(lambda *_: (200, "application/json", body))
    with pytest.raises(SealUnavailable) as caught:
        documents.sign(certificate_pdf, reason="", signed_at=moment)
    assert caught.value.code == "seal_unavailable"


def test_unreachable_services_say_try_again(configured, settings, certificate_pdf, moment):
    settings.ERJIAN_TIMESTAMP_SERVICE = "http://127.0.0.1:9/"
    with pytest.raises(SealUnavailable, match="稍后重试"):
        documents.sign(certificate_pdf, reason="", signed_at=moment)
    settings.ERJIAN_SEAL_SERVICE = "http://127.0.0.1:9/"
    with pytest.raises(SealUnavailable, match="稍后重试"):
        documents.sign(certificate_pdf, reason="", signed_at=moment)


@pytest.fixture
def authority():
    """A time-stamping authority's work, by pyHanko's own test authority (RSA only) on a fresh key."""
    key, chain = rsa_signer()
    private = keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return DummyTimeStamper(x509.Certificate.load(chain[0]), private)


def test_time_stamp_is_embedded_when_an_authority_is_configured(settings, serve, authority, certificate_pdf, moment):
    def answer(_headers, body):
        response = authority.request_tsa_response(tsp.TimeStampReq.load(body))
        return 200, "application/timestamp-reply", response.dump()

    settings.ERJIAN_TIMESTAMP_SERVICE = serve(answer)
    signed = documents.sign(certificate_pdf, reason="", signed_at=moment)
    assert documents.verify(signed).state is State.VALID
    info: cms.SignerInfo = PdfFileReader(io.BytesIO(signed)).embedded_signatures[0].signer_info
    assert [a["type"].native for a in info["unsigned_attrs"]] == ["signature_time_stamp_token"]


def test_broken_authority_stops_signing(settings, serve, certificate_pdf, moment):
    settings.ERJIAN_TIMESTAMP_SERVICE = serve(lambda *_: (200, "application/timestamp-reply", b"no"))
    with pytest.raises(SealUnavailable, match="时间戳"):
        documents.sign(certificate_pdf, reason="", signed_at=moment)
