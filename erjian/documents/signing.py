"""Signing a PDF: PAdES baseline B-B (ETSI EN 319 142-1), or B-T when a time-stamping authority is configured.

The signature is an incremental update at the end of the file and covers everything before and after itself. The
key, the certificates and the space to reserve are known beforehand, so pyHanko neither parses keys nor signs twice
to measure, and without a time stamp it need not build the container either (`containers`). The update carries
nothing of the machine's clock and its document id follows from the content: the same paper signed for the same
moment by the same key is the same file, whichever worker did it.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import urllib.request
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, set_tsp_headers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from erjian.documents import configuration
from erjian.documents.containers import SENTINEL, Container
from erjian.documents.errors import DocumentRefused, SealUnavailable
from erjian.documents.sealers import Sealer
from erjian.documents.signers import ensure_signer

FIELD = "ErjianSignature"
_TIMESTAMP_ROOM = 12_000  # bytes; tokens with a chain of RSA certificates stay well below


class _SealerSigner(Signer):
    """pyHanko's view of a sealer."""

    def __init__(self, sealer: Sealer) -> None:
        self.sealer = sealer
        certificates = [asn1_x509.Certificate.load(entry) for entry in sealer.chain]
        store = SimpleCertificateStore()
        store.register_multiple(certificates[1:])
        super().__init__(signing_cert=certificates[0], cert_registry=store, embed_roots=True)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:  # only the shape of a container is wanted
            return bytes(512)
        return self.sealer.sign_digest(hashlib.sha256(data).digest())


class HttpTimeStamper(TimeStamper):
    """An RFC 3161 authority over HTTP, by the standard library."""

    def __init__(self, url: str, seconds: float = 10.0) -> None:
        super().__init__()
        self.url, self.seconds = url, seconds

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return await asyncio.to_thread(self._ask, req.dump())

    def _ask(self, body: bytes) -> tsp.TimeStampResp:
        # The address is the operator's own.
        request = urllib.request.Request(self.url, data=body, headers=set_tsp_headers({}), method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=self.seconds) as answer:  # noqa: S310
                return tsp.TimeStampResp.load(answer.read(1 << 20))
        except (OSError, ValueError) as error:
            raise TimestampRequestError("no usable answer from the time-stamping service") from error


class _Revision(IncrementalPdfFileWriter):
    """An update that depends on its input only: metadata stay as the paper has them (also XMP, as PDF/A asks)."""

    def _update_meta(self) -> None:
        pass

    @classmethod
    def _handle_id(cls, prev: Any) -> generic.ArrayObject:
        first = prev.trailer["/ID"][0] if "/ID" in prev.trailer else b""
        first = getattr(first, "original_bytes", first)
        prev.stream.seek(0)
        second = hashlib.sha256(prev.stream.read()).digest()[:16]
        return generic.ArrayObject([generic.ByteStringObject(bytes(first) or second), generic.ByteStringObject(second)])


_signer = lru_cache(maxsize=8)(_SealerSigner)


@lru_cache(maxsize=8)
def _container(sealer: Sealer) -> Container:
    attributes = PdfCMSSignedAttributes()  # a PAdES signature's claimed time stands in the PDF, not here
    signing = _signer(sealer).async_sign(
        SENTINEL, "sha256", dry_run=True, use_pades=True, signed_attr_settings=attributes
    )
    return Container.of(asyncio.run(signing))


def _room(sealer: Sealer, timestamped: bool) -> int:
    """Hex digits to reserve: certificates, signature and attributes, rounded up."""
    size = sum(map(len, sealer.chain)) + 1536 + (_TIMESTAMP_ROOM if timestamped else 0)
    return 2 * (-(-size // 256) * 256)


def sign(
    pdf: bytes,
    *,
    reason: str,
    signed_at: datetime,
    location: str = "湖南省",
    sealer: Sealer | None = None,
) -> bytes:
    """`pdf` with one invisible PAdES signature over the whole file, its claimed time being `signed_at` (aware).

    Without `sealer` the installation's own signs. Raises SealUnavailable when key, seal or time-stamp service
    cannot be used, DocumentRefused for what is no PDF.
    """
    if signed_at.tzinfo is None:
        raise ValueError("signed_at must be aware")
    sealer = sealer or ensure_signer()
    service = configuration.text("ERJIAN_TIMESTAMP_SERVICE")
    metadata = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason, location=location
    )
    signer = PdfSigner(metadata, signer=_signer(sealer), timestamper=HttpTimeStamper(service) if service else None)
    try:
        session = signer.init_signing_session(_Revision(io.BytesIO(pdf)))
        session.system_time = signed_at
        prepared = session.prepare_tbs_document(validation_info=None, bytes_reserved=_room(sealer, bool(service)))
        digest, out = prepared.digest_tbs_document()
        if service:
            attributes = PdfCMSSignedAttributes(signing_time=signed_at)
            asyncio.run(prepared.perform_signature(digest.document_digest, attributes))
        else:
            prepared.cms_writer.send(_container(sealer).fill(digest.document_digest, sealer.sign_digest))
    except TimestampRequestError as error:
        raise SealUnavailable("时间戳服务没有正确应答") from error
    except PdfError as error:
        raise DocumentRefused("文件不是可以签名的 PDF。", code="not_pdf") from error
    return cast("io.BytesIO", out).getvalue()
