"""Handing files to a browser. Who may see them is decided by the caller."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from erjian.files import images, objects, pdfs, storing
from erjian.files.limits import JPEG, PDF, PNG
from erjian.files.models import Blob

# Only what was judged or made here may open in the browser; anything else is downloaded.
_INLINE = frozenset({JPEG, PNG, PDF})
_MIN_WIDTH, _MAX_WIDTH = 80, 2400


def response(
    blob: Blob,
    *,
    filename: str,
    thumbnail: bool = False,
    inline: bool = True,
    request: HttpRequest | None = None,
) -> HttpResponse:
    """The file as a response. With `request`, a browser that has it already is answered 304."""
    key = blob.thumbnail_key if thumbnail and blob.has_thumbnail else blob.key
    media_type = _thumbnail_type(blob) if key == blob.thumbnail_key else blob.media_type
    etag = f'"{blob.sha256[:32]}{"-t" if key == blob.thumbnail_key else ""}"'
    if request is not None:
        unchanged = get_conditional_response(request, etag=etag)
        if isinstance(unchanged, HttpResponseNotModified):
            return _with_headers(unchanged, etag=etag)
    # Limits keep files at a few megabytes, so they are read at once; a stream would hold the file open.
    with objects.open_read(key) as stream:
        answer = HttpResponse(stream.read(), content_type=media_type)
    answer["Content-Length"] = str(len(answer.content))
    as_attachment = not (inline and media_type in _INLINE)
    answer["Content-Disposition"] = content_disposition_header(as_attachment, _safe(filename)) or "attachment"
    if media_type != PDF:  # the sandbox also stops browsers' PDF viewers
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _with_headers(answer, etag=etag)


def page_image(blob: Blob, n: int, width: int) -> bytes:
    """Page `n`, counted from 1, as a picture `width` pixels wide: JPEG, or PNG where it is transparent.

    Raises PageMissing. An image has one page. Pictures are never enlarged.
    """
    width = min(max(width, _MIN_WIDTH), _MAX_WIDTH)
    content = storing.read(blob)
    if blob.media_type == PDF:
        return pdfs.draw(content, page=n, width=width)
    if not blob.is_image or n != 1:
        raise pdfs.PageMissing(f"page {n}")
    return images.resized(content, width=width)


def page_response(blob: Blob, n: int, width: int) -> HttpResponse:
    """`page_image` as a response, cached in the browser of whoever was shown it."""
    content = page_image(blob, n, width)
    media_type = PNG if content.startswith(b"\x89PNG") else JPEG
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _with_headers(answer, etag=f'"{blob.sha256[:32]}-{n}-{width}"')


def _with_headers(answer: HttpResponse, *, etag: str) -> HttpResponse:
    answer["ETag"] = etag
    # Blobs never change, but the right to see one may end: not longer than a sitting.
    answer["Cache-Control"] = "private, max-age=600"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _thumbnail_type(blob: Blob) -> str:
    return PNG if blob.media_type == PNG else JPEG


def _safe(filename: str) -> str:
    """A name without paths and control characters."""
    kept = "".join(letter for letter in filename if letter.isprintable() and letter not in '/\\:*?"<>|')
    return kept.strip(" .")[:150] or "file"
