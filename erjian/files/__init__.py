"""Attachments: what arrives is judged by its content, cleaned, stored once and never changed.

`accept` takes an upload and either refuses it in words a person can act on, or returns a `Blob`.
Nothing is believed but the bytes: names and declared types of uploads are not trusted. Images are
decoded and written anew, which drops location data, hidden payloads and broken structure; PDF files
are kept byte for byte, because many carry a signature that proves them, so anything active in them
is a reason to refuse.

Objects lie in the default storage under random names. The object is written before its row,
so a row never lacks its object; objects without a row are swept a day later.
"""

from typing import TYPE_CHECKING, Any

from erjian.files.limits import IMAGES, JPEG, PDF, PNG, Limits
from erjian.files.refusals import FileRefused

if TYPE_CHECKING:
    from erjian.files.accepting import accept
    from erjian.files.models import Blob
    from erjian.files.pdfs import PageMissing
    from erjian.files.serving import page_response, response
    from erjian.files.storing import discard, open, put, read  # noqa: A004 - read as files.open

__all__ = [
    "IMAGES",
    "JPEG",
    "PDF",
    "PNG",
    "Blob",
    "FileRefused",
    "Limits",
    "PageMissing",
    "accept",
    "discard",
    "open",
    "page_response",
    "put",
    "read",
    "response",
]

# These import models, which do not exist yet while Django loads its applications.
_LATE = {
    "Blob": "models",
    "accept": "accepting",
    "discard": "storing",
    "open": "storing",
    "put": "storing",
    "read": "storing",
    "PageMissing": "pdfs",
    "page_response": "serving",
    "response": "serving",
}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        from importlib import import_module

        return getattr(import_module(f"erjian.files.{_LATE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
