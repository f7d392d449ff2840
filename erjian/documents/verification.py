"""Is this file exactly what we signed?

The answer is one of four words. *valid*: one of our signers signed it and not a byte outside the signature changed
since. *tampered*: it carries or carried a signature, but no longer fits it, or something was added after it.
*foreign*: soundly signed, by somebody else. *unsigned*: a PDF that nobody signed. We never add anything to a
signed paper, so the question whether a later update is harmless (the usual way to be fooled) does not arise: the
signature must be the only one and must cover the file from its first byte to its last.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from asn1crypto.parser import peek
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from erjian.documents.errors import DocumentRefused
from erjian.documents.signers import known_signers

# The signature dictionary's keys, or the start of a CMS container written in hexadecimal digits.
_TRACES = re.compile(rb"/ByteRange|/ETSI\.CAdES\.detached|/adbe\.pkcs7|/Contents\s*<30[0-9A-Fa-f]")
MOST_BYTES = 20 * 1024 * 1024


class State(StrEnum):
    VALID = "valid"
    TAMPERED = "tampered"
    UNSIGNED = "unsigned"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Verification:
    """`signer` is the common name in the signer's certificate, `digest` the file's SHA-256 (hex)."""

    state: State
    detail: str
    digest: str
    signer: str = ""
    signed_at: datetime | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.state is State.VALID


class _DamagedError(Exception):
    """The signature and the file do not fit; the text says where."""


def verify(pdf: bytes) -> Verification:
    """What the signature in `pdf` is worth. Raises DocumentRefused for an empty, foreign-format or locked file."""
    _refuse_non_pdf(pdf)
    digest = hashlib.sha256(pdf).hexdigest()
    # A damaged file may hide its signature from the reader; the words that every signature dictionary has remain.
    traces = _TRACES.search(pdf) is not None
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        encrypted, signatures = reader.encrypted, list(reader.embedded_signatures)
    except Exception as error:  # the reader fails in many ways on hostile files
        if traces:
            return _tampered(digest, "文件结构已损坏，签名无法核对")
        if _readable(pdf):
            # Somebody's own PDF, written less strictly than ours: not damaged, only not signed.
            return _unsigned(digest)
        raise DocumentRefused("PDF 文件已损坏，无法读取。请重新下载后再核验。", code="corrupt") from error
    if encrypted:
        raise DocumentRefused("PDF 文件已加密，无法核验。请上传平台下载的原文件。", code="encrypted")
    if not signatures:
        if traces:
            return _tampered(digest, "签名已被移除或者破坏")
        return _unsigned(digest)
    try:
        return _judge(signatures, pdf, digest)
    except _DamagedError as error:
        return _tampered(digest, str(error), signatures[0])
    except Exception:  # noqa: BLE001 whatever stops the check, the file does not fit its signature
        return _tampered(digest, "签名数据无法解析")


def _readable(pdf: bytes) -> bool:
    """Whether a lenient reader finds pages."""
    try:
        return PdfFileReader(io.BytesIO(pdf), strict=False).root["/Pages"] is not None
    except Exception:  # noqa: BLE001 the reader fails in many ways on hostile files
        return False


def _unsigned(digest: str) -> Verification:
    return Verification(State.UNSIGNED, "文件没有电子签名，不是平台签发的电子文件。", digest)


def _refuse_non_pdf(pdf: bytes) -> None:
    if not pdf:
        raise DocumentRefused("文件是空的，请选择平台下载的 PDF 文件。", code="empty")
    if len(pdf) > MOST_BYTES:
        raise DocumentRefused("文件超过 20 MB，不是平台签发的电子文件。", code="too_large")
    if b"%PDF-" not in pdf[:1024]:
        raise DocumentRefused("文件不是 PDF，请上传平台下载的 PDF 原文件。", code="not_pdf")


def _judge(signatures: list[EmbeddedPdfSignature], pdf: bytes, digest: str) -> Verification:
    if len(signatures) > 1:
        raise _DamagedError("文件在签发之后又被签名或者修改")
    signature = signatures[0]
    certificate = signature.signer_cert
    _check_span(signature, pdf)
    intact, sound = validate_sig_integrity(signature.signer_info, certificate, "data", signature.compute_digest())
    if not intact:
        raise _DamagedError("文件内容与签名时不一致")
    if not sound:
        raise _DamagedError("签名值与签名证书不符")
    told = _told(signature)
    name = told["signer"] or "未知签名人"
    if hashlib.sha256(certificate.dump()).hexdigest() not in known_signers():
        return Verification(State.FOREIGN, f"签名完整，但签名人“{name}”不是本平台的签发机关。", digest, **told)
    signed_at = told["signed_at"]
    if signed_at is None or not certificate.not_valid_before <= signed_at <= certificate.not_valid_after:
        raise _DamagedError("签名时间不在签名证书有效期内")
    return Verification(State.VALID, f"签名有效，签发后未被修改。签名人：{name}。", digest, **told)


def _check_span(signature: EmbeddedPdfSignature, pdf: bytes) -> None:
    """The signed bytes are all of the file but the signature's own hexadecimal digits, and these carry nothing else."""
    numbers = [int(number) for number in signature.byte_range]
    if len(numbers) != 4:
        raise _DamagedError("签名范围不合规范")
    start, before, after, rest = numbers
    if start != 0 or not 0 < before < after or after + rest != len(pdf):
        raise _DamagedError("文件在签名之后又被修改，现有内容不全在签名范围之内")
    hole = pdf[before:after]
    if hole[:1] != b"<" or hole[-1:] != b">" or bytes.fromhex(hole[1:-1].decode("ascii")) != signature.pkcs7_content:
        raise _DamagedError("签名范围与签名位置不符")
    if signature.pkcs7_content[peek(signature.pkcs7_content) :].strip(b"\0"):
        raise _DamagedError("签名区域之后夹带数据")


def _told(signature: EmbeddedPdfSignature) -> dict[str, Any]:
    subject = signature.signer_cert.subject.native
    return {
        "signer": str(subject.get("common_name") or subject.get("organization_name") or ""),
        "signed_at": signature.self_reported_timestamp,
        "reason": str(signature.sig_object.get("/Reason", "")),
    }


def _tampered(digest: str, detail: str, signature: EmbeddedPdfSignature | None = None) -> Verification:
    told: dict[str, Any] = {}
    if signature is not None:
        try:
            told = _told(signature)
        except Exception:  # noqa: BLE001 a damaged signature may not even name its signer
            told = {}
    return Verification(State.TAMPERED, f"文件已被改动：{detail}。请勿采信。", digest, **told)
