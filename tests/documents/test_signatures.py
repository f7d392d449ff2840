"""Signatures: what we sign is accepted by others' tools, and nothing changed passes as ours."""

import io
import subprocess

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from erjian import documents
from erjian.documents import DocumentRefused, KeySealer, State
from erjian.documents.sealers import der
from erjian.documents.signers import DEMO_ORGANISATION, make_chain


def pdfsig(path):
    """poppler's verdict. Its certificate store does not know the demo's root, so only the signature counts."""
    done = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def stranger():
    key, chain = make_chain()
    return KeySealer(key, der(chain))


def hole(pdf):
    """Where the signature's hexadecimal digits stand."""
    start = pdf.index(b"/Contents <", pdf.index(b"/ETSI.CAdES.detached") - 20000) + len(b"/Contents <")
    return start, pdf.index(b">", start)


def changed(pdf, position, value=None):
    other = bytearray(pdf)
    other[position] = other[position] ^ 1 if value is None else value
    return bytes(other)


def test_signed_paper_is_valid_and_says_by_whom_and_when(signed_pdf, moment):
    result = documents.verify(signed_pdf)
    assert result.state is State.VALID
    assert result.ok
    assert (result.signer, result.signed_at, result.reason) == (DEMO_ORGANISATION, moment, "签发电子注册证书")
    assert "签名有效" in result.detail
    assert len(result.digest) == 64


def test_signing_keeps_the_paper_and_repeats_exactly(certificate_pdf, signed_pdf, moment):
    assert signed_pdf.startswith(certificate_pdf)
    assert len(signed_pdf) - len(certificate_pdf) < 10_000
    assert b"/ETSI.CAdES.detached" in signed_pdf
    assert documents.sign(certificate_pdf, reason="签发电子注册证书", signed_at=moment) == signed_pdf
    with pytest.raises(ValueError, match="aware"):
        documents.sign(certificate_pdf, reason="", signed_at=moment.replace(tzinfo=None))


def test_pdfsig_accepts_the_signature_and_rejects_a_changed_byte(signed_pdf, tmp_path):
    file = tmp_path / "certificate.pdf"
    file.write_bytes(signed_pdf)
    verdict = pdfsig(file)
    assert "Signature is Valid" in verdict
    assert "ETSI.CAdES.detached" in verdict
    assert "Total document signed" in verdict
    assert DEMO_ORGANISATION in verdict
    file.write_bytes(changed(signed_pdf, len(signed_pdf) // 3))
    assert "Signature is Valid" not in pdfsig(file)


@pytest.mark.parametrize("fraction", [0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.96, 0.999])
def test_changed_byte_is_tampering(signed_pdf, fraction):
    result = documents.verify(changed(signed_pdf, int(len(signed_pdf) * fraction)))
    assert result.state is State.TAMPERED
    assert "已被改动" in result.detail


def test_changes_inside_the_signature_are_tampering(signed_pdf):
    start, end = hole(signed_pdf)
    digits = {ord("0"): ord("1")}
    for position in (start, start + 40, start + 2000, end - 1, end - 500):
        other = changed(signed_pdf, position, digits.get(signed_pdf[position], ord("0")))
        assert documents.verify(other).state is State.TAMPERED, position


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_single_changed_byte_stays_valid(signed_pdf, data):
    position = data.draw(st.integers(0, len(signed_pdf) - 1))
    value = data.draw(st.integers(0, 255))
    start, end = hole(signed_pdf)
    same_digit = start <= position < end and bytes([value]).lower() == signed_pdf[position : position + 1].lower()
    if value == signed_pdf[position] or same_digit:
        return
    other = changed(signed_pdf, position, value)
    if position < 5:  # only these bytes can hide that this is a PDF
        with pytest.raises(DocumentRefused):
            documents.verify(other)
    else:
        assert documents.verify(other).state is State.TAMPERED


def with_update(pdf):
    """The signed file with an incremental update that paints over the page, as editors do."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    stream = generic.StreamObject(stream_data=b"BT /F1 30 Tf 100 400 Td (forged) Tj ET")
    writer.add_stream_to_page(0, writer.add_object(stream))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_update_after_the_signature_is_tampering(signed_pdf):
    result = documents.verify(with_update(signed_pdf))
    assert result.state is State.TAMPERED
    assert "签名之后" in result.detail


@pytest.mark.parametrize("tail", [b"\n", b"\n%%EOF\n", b"\0" * 100])
def test_anything_appended_is_tampering(signed_pdf, tail):
    assert documents.verify(signed_pdf + tail).state is State.TAMPERED


def test_truncated_file_is_tampering(signed_pdf):
    start, _ = hole(signed_pdf)
    for length in (len(signed_pdf) - 1, len(signed_pdf) - 300, start + 100):
        assert documents.verify(signed_pdf[:length]).state is State.TAMPERED


def test_cut_back_to_the_unsigned_paper_is_unsigned(signed_pdf, certificate_pdf):
    assert documents.verify(certificate_pdf).state is State.UNSIGNED
    assert "没有电子签名" in documents.verify(certificate_pdf).detail


def test_hidden_signature_is_tampering_not_unsigned(signed_pdf):
    hidden = signed_pdf.replace(b"/AcroForm", b"/AcroForn")
    assert documents.verify(hidden).state is State.TAMPERED


def test_stranger_is_foreign_even_under_our_name(certificate_pdf, stranger, moment):
    forged = documents.sign(certificate_pdf, reason="签发电子注册证书", signed_at=moment, sealer=stranger)
    result = documents.verify(forged)
    assert result.state is State.FOREIGN
    assert result.signer == DEMO_ORGANISATION
    assert "不是本平台" in result.detail


def test_strangers_changed_file_is_tampered(certificate_pdf, stranger, moment):
    forged = documents.sign(certificate_pdf, reason="", signed_at=moment, sealer=stranger)
    assert documents.verify(changed(forged, len(forged) // 2)).state is State.TAMPERED


def test_signature_moved_to_another_paper_is_tampering(signed_pdf, paper_data, moment):
    other = documents.render("certificate", paper_data("certificate", "two", cert_no="00418727"), timestamp=moment)
    other = documents.sign(other, reason="签发电子注册证书", signed_at=moment)
    (start, end), (from_start, from_end) = hole(other), hole(signed_pdf)
    assert end - start == from_end - from_start
    moved = other[:start] + signed_pdf[from_start:from_end] + other[end:]
    assert documents.verify(moved).state is State.TAMPERED


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"GIF89a", "not_pdf"),
        (b"PK\x03\x04" * 100, "not_pdf"),
        (b"%PDF-1.7\nnothing else", "corrupt"),
        (b"%PDF-1.7\n" + b"0" * (21 * 1024 * 1024), "too_large"),
    ],
)
def test_what_is_no_pdf_is_refused_with_a_sentence(content, code):
    with pytest.raises(DocumentRefused) as caught:
        documents.verify(content)
    assert caught.value.code == code
    assert caught.value.message.endswith("。")


def test_truncated_unsigned_pdf_and_encrypted_pdf_are_refused(certificate_pdf):
    with pytest.raises(DocumentRefused) as caught:
        documents.verify(certificate_pdf[: len(certificate_pdf) // 2])
    assert caught.value.code == "corrupt"
    copy = copy_into_new_writer(PdfFileReader(io.BytesIO(certificate_pdf)))
    copy.encrypt("owner", "user")
    out = io.BytesIO()
    copy.write(out)
    with pytest.raises(DocumentRefused) as caught:
        documents.verify(out.getvalue())
    assert caught.value.code == "encrypted"


def test_only_pdfs_can_be_signed(moment):
    with pytest.raises(DocumentRefused):
        documents.sign(b"hello", reason="", signed_at=moment)
