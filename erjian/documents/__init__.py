"""Papers: what is printed, signed and checked.

A paper is a typst template applied to one dictionary (`render`), becomes a PDF/A, is signed (`sign`, PAdES) and can
be told from every other file later (`verify`). This room knows no person, enterprise or case: callers hand over
what is to stand on the paper, as plain JSON values.

Dates are "yyyy-mm-dd". Pictures are data URIs from `data_uri(bytes)`; None or a missing key leaves the box empty.
`qr` is what `qr(text)` answers. Keys with ? may be missing.

certificate (A4 landscape, one page)
    name sex birth reg_no cert_no employer specialties[{name begin end}] use_begin use_end issued organ licence_id
    qr photo? signature? seal_line? seal_specimen? mark? void?
    `mark` is a watermark (样本, 作废), `void` makes it red; `seal_specimen` (default true) writes 样章 into the
    drawn seal. At most six specialties.

application-form (A4)
    title platform case_no version digest meta[[label, value]] person[{l v wide?}] person_beside photo?
    employer_heading employer[{l v wide?}] sections[{heading fields[{l v wide?}]}] specialty_heading
    specialties[{name qualification date training}] materials[{name pages source digest}]
    promises[{heading who text sign unsigned?}] opinions[{step organ text? by? date?}] qr mark?
    `sign` is {name time method digest image?} or None, then `unsigned` says why; `person_beside` says how many of the person's fields stand
    beside the portrait (10 fill it); a draft is printed with mark="草稿" and digest "".

notices (A4, official letter)
    kind organ doc_no to received_from person procedure case_no received date platform phone service review_body
    court qr holder? matter? seal_line? seal_specimen? mark?
    and by kind: accept: accepted due acceptance_days decision_days extension_days deemed? ·
    correct: items[{what detail? do?}] due · decline: reasons[] advice? review_days lawsuit_months ·
    grant: facts[[label, value, "wide"?]] issue_days deemed? · refuse: reasons[] accepted review_days lawsuit_months ·
    generic: title paragraphs[] remedy? (with it review_days lawsuit_months)
"""

from erjian.documents.codes import qr
from erjian.documents.errors import DocumentRefused, IncompletePaper, MissingGlyph, SealUnavailable
from erjian.documents.pictures import data_uri, preview
from erjian.documents.rendering import render, unprintable
from erjian.documents.sealers import KeySealer, RemoteSealer, Sealer
from erjian.documents.signers import ensure_signer
from erjian.documents.signing import sign
from erjian.documents.verification import State, Verification, verify

__all__ = [
    "DocumentRefused",
    "IncompletePaper",
    "KeySealer",
    "MissingGlyph",
    "RemoteSealer",
    "SealUnavailable",
    "Sealer",
    "State",
    "Verification",
    "data_uri",
    "ensure_signer",
    "preview",
    "qr",
    "render",
    "sign",
    "unprintable",
    "verify",
]
