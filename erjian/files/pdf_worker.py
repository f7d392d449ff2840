"""Looks into one PDF in a process of its own: `python pdf_worker.py inspect|render FILE …`.

PDFium is C++ code that meets hostile files, is not thread-safe, and can be made to take any amount of
memory or time. So it runs here, with limits set by the kernel, and a crash costs one upload. Only the
standard library and the two PDF libraries are imported. The answer is one JSON object on the standard
output; rendering writes a JPEG to the given path.
"""

import json
import re
import resource
import sys
import zlib
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

MEMORY_BYTES = 2 << 30
CPU_SECONDS = 20
MAX_OBJECTS = 200_000
MAX_STREAM = 32 << 20

# Keys and action types that run something or carry files: ISO 32000-2 tables 29, 43, 201, 258.
_ACTIVE = {
    "/JS",
    "/JavaScript",
    "/Launch",
    "/EmbeddedFiles",
    "/EmbeddedFile",
    "/RichMedia",
    "/XFA",
    "/ImportData",
    "/SubmitForm",
    "/GoToE",
}
_ACTIVE_BYTES = re.compile(rb"(?:" + b"|".join(re.escape(n.encode()) for n in sorted(_ACTIVE)) + rb")(?![A-Za-z0-9])")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


def inspect(path: str) -> dict[str, Any]:
    """{"error": encrypted | corrupt | active} or {"pages": n}."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        return {"error": "encrypted" if error.err_code == pdfium.FPDF_ERR_PASSWORD else "corrupt"}
    pages = len(document)
    if pages < 1:
        return {"error": "corrupt"}
    # A file that opens without a password may still be encrypted with an empty one, against changes.
    # Its objects cannot be searched by us, and its owner does not want it processed.
    if pdfium.FPDF_GetSecurityHandlerRevision(document) != -1:
        return {"error": "encrypted"}
    if pdfium.FPDFDoc_GetJavaScriptActionCount(document) or pdfium.FPDFDoc_GetAttachmentCount(document):
        return {"error": "active"}
    document.close()
    return {"error": "active"} if is_active(path) else {"pages": pages}


def is_active(path: str) -> bool:
    """Whether any object reachable from the trailer, or any text of the file, names something active."""
    with open(path, "rb") as stream:
        try:
            return any(name in _ACTIVE for name in _names(stream))
        except Exception:  # noqa: BLE001 - the parser gives up in many ways; readers repair such files, so we search them
            stream.seek(0)
            return _search(stream.read())


def _names(stream: Any) -> Iterator[str]:
    """Every dictionary key, and every name that is a value, of all reachable objects."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(stream, strict=False)
    waiting: list[Any] = [reader.trailer_view if hasattr(reader, "trailer_view") else reader.trailer]
    seen: set[tuple[int, int]] = set()
    while waiting:
        item = waiting.pop()
        if isinstance(item, generic.IndirectObject):
            if (item.idnum, item.generation) in seen:
                continue
            seen.add((item.idnum, item.generation))
            if len(seen) > MAX_OBJECTS:
                raise ValueError("too many objects")
            item = reader.get_object(item)
        if isinstance(item, generic.NameObject):
            yield str(item)
        elif isinstance(item, generic.DictionaryObject):
            for key in item:
                yield str(key)
                waiting.append(item.raw_get(key))
        elif isinstance(item, generic.ArrayObject):
            waiting.extend(item.raw_get(place) for place in range(len(item)))


def _search(content: bytes) -> bool:
    """A search of the bytes themselves, object streams unpacked. Rather refuses too much."""
    if _ACTIVE_BYTES.search(_unescaped(content)):
        return True
    for start in re.finditer(rb"stream\r?\n", content):
        try:
            packed = zlib.decompressobj().decompress(content[start.end() :], MAX_STREAM)
        except zlib.error:
            continue
        if _ACTIVE_BYTES.search(_unescaped(packed)):
            return True
    return False


def _unescaped(content: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), content)


def render(path: str, number: int, width: int, target: str) -> dict[str, Any]:
    """Page `number`, counted from 1, as a JPEG of at most `width` × 4 `width` pixels."""
    document = pypdfium2.PdfDocument(path)
    if not 1 <= number <= len(document):
        return {"error": "page"}
    page = document[number - 1]
    page_width, page_height = page.get_size()
    if page_width <= 0 or page_height <= 0:
        return {"error": "corrupt"}
    scale = min(width / page_width, 4 * width / page_height)
    image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    image.save(target, "JPEG", quality=85, optimize=True)
    return {"width": image.width, "height": image.height}


def main(arguments: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if arguments[0] == "inspect":
        answer = inspect(arguments[1])
    else:
        answer = render(arguments[1], int(arguments[2]), int(arguments[3]), arguments[4])
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
