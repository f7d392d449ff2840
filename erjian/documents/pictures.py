"""Pictures on the way into a paper and papers on the way to the screen."""

from __future__ import annotations

import base64
import io
import threading

import pypdfium2
from PIL import Image

from erjian.documents.errors import DocumentRefused

# 35 × 49 mm at 300 dpi are 413 × 579 pixels; more would be seen by nobody and would sit in every copy.
MOST_PIXELS = 640
_lock = threading.Lock()  # PDFium is not safe for threads.


def data_uri(content: bytes | None) -> str | None:
    """A PNG or JPEG as the data URI that templates take; larger ones are scaled down. None for none.

    Signatures keep their transparency, everything else that must be re-encoded becomes JPEG.
    """
    if not content:
        return None
    try:
        with Image.open(io.BytesIO(content)) as picture:
            kind, small = picture.format, max(picture.size) <= MOST_PIXELS
            plain = picture.mode in {"L", "RGB"} or (kind == "PNG" and picture.mode in {"RGBA", "LA", "P"})
            if not (small and plain and kind in {"PNG", "JPEG"}):
                content, kind = _reduced(picture)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise DocumentRefused("图片无法读取，请重新上传 JPG 或 PNG 图片。", code="picture") from error
    media = "png" if kind == "PNG" else "jpeg"
    return f"data:image/{media};base64,{base64.b64encode(content).decode()}"


def _reduced(picture: Image.Image) -> tuple[bytes, str]:
    transparent = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    copy = picture.convert("RGBA" if transparent else "RGB")
    copy.thumbnail((MOST_PIXELS, MOST_PIXELS), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    kind = "PNG" if transparent else "JPEG"
    copy.save(out, kind, **({} if transparent else {"quality": 90}))
    return out.getvalue(), kind


def preview(pdf: bytes, *, page: int = 0, width: int = 1200) -> bytes:
    """One page (0 is the first) drawn as JPEG, `width` pixels wide. Refuses what is no PDF or has no such page.

    With a portrait and a patterned ground on the page, a PNG takes many times as long to write and is 2.6 times as large.
    """
    if not 16 <= width <= 6000:
        raise ValueError("width must be 16 to 6000 pixels")
    with _lock:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise DocumentRefused("文件不是可以打开的 PDF。", code="not_pdf") from error
        try:
            if not 0 <= page < len(document):
                raise DocumentRefused(f"文件没有第 {page + 1} 页。", code="page")
            sheet = document[page]
            # PDFium widens hairlines to a pixel: drawn twice as large and reduced, fine lines stay fine.
            large = sheet.render(scale=2 * width / sheet.get_width(), may_draw_forms=False).to_pil().convert("RGB")
        finally:
            document.close()
    out = io.BytesIO()
    large.reduce(2).save(out, "JPEG", quality=90, optimize=True)
    return out.getvalue()
