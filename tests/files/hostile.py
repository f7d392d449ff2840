"""Uploads made on the spot, honest and hostile."""

import io
import zipfile
import zlib

import pypdfium2
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, PngImagePlugin


def upload(content: bytes, name: str = "照片.jpg", media_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=media_type)


def drawing(width: int = 600, height: int = 800, mode: str = "RGB") -> Image.Image:
    image = Image.radial_gradient("L").resize((width, height)).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 4), fill=(200, 30, 30))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(width: int = 600, height: int = 800, **options: object) -> bytes:
    return encoded(drawing(width, height), "JPEG", **options)


def png(width: int = 600, height: int = 800, mode: str = "RGB", **options: object) -> bytes:
    return encoded(drawing(width, height, mode), "PNG", **options)


def png_of_rows(width: int, height: int, kind: int, rows: bytes) -> bytes:
    """A PNG of packed rows; `kind` is bit depth and colour type."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + kind.to_bytes(2, "big") + bytes(3)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def png_bomb(side: int = 30_000) -> bytes:
    """900 million white pixels in about 130 KB."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\0" + bytes((side + 7) // 8)) for _ in range(side)) + packer.flush()
    return png_of_rows(side, side, 0x0100, rows)


def jpeg_bomb(side: int = 65_000) -> bytes:
    """A small picture whose head claims 4 thousand million pixels."""
    small = jpeg(64, 64)
    sizes = small.index(b"\xff\xc0") + 5
    return small[:sizes] + side.to_bytes(2, "big") * 2 + small[sizes + 4 :]


def archive(parts: dict[str, bytes], *, claims: int = 0) -> bytes:
    """A zip; with `claims` its list of contents says that every part unpacks to that many bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
        if claims:
            for part in package.infolist():
                part.file_size = claims
    return out.getvalue()


def text_chunks(payload: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", payload)
    return info


def pdf(pages: int = 1, width: float = 595, height: float = 842) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(width, height)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf_of(*objects: str, trailer: str = "") -> bytes:
    """A PDF of objects 1, 2, 3 …; the first is the catalogue."""
    out = b"%PDF-1.7\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return out


PAGES = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] >>"


def active_pdfs() -> dict[str, bytes]:
    def catalogue(more: str) -> str:
        return f"<< /Type /Catalog /Pages 2 0 R {more} >>"

    script = "<< /S /JavaScript /JS (app.alert(1)) >>"
    page = PAGE[:-2]
    return {
        "script on opening": pdf_of(catalogue(f"/OpenAction {script}"), PAGES, PAGE),
        "script in the names": pdf_of(
            catalogue("/Names << /JavaScript << /Names [(a) 4 0 R] >> >>"), PAGES, PAGE, script
        ),
        "escaped name": pdf_of(catalogue("/OpenAction << /S /J#61vaScript /#4A#53 (app.alert(1)) >>"), PAGES, PAGE),
        "script on a page": pdf_of(catalogue(""), PAGES, f"{page} /AA << /O {script} >> >>"),
        "launch on opening": pdf_of(catalogue("/OpenAction << /S /Launch /F (cmd.exe) >>"), PAGES, PAGE),
        "launch in a link": pdf_of(
            catalogue(""),
            PAGES,
            f"{page} /Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (x) >> >>] >>",
        ),
        "embedded file": pdf_of(
            catalogue("/Names << /EmbeddedFiles << /Names [(a.exe) 4 0 R] >> >>"),
            PAGES,
            PAGE,
            "<< /Type /Filespec /F (a.exe) /EF << /F 5 0 R >> >>",
            "<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream",
        ),
        "script packed in an object stream": packed_script(),
    }


def packed_script() -> bytes:
    """A script that no byte of the file shows: it lies compressed in an object stream."""
    from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name, pdf_string
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf())), writer_kwargs={"stream_xrefs": True})
    script = DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")})
    writer.root["/OpenAction"] = writer.add_object(script, obj_stream=writer.prepare_object_stream())
    out = io.BytesIO()
    writer.write(out)
    assert b"/JS" not in out.getvalue()
    return out.getvalue()


def encrypted_pdf(*, user: str, owner: str = "owner") -> bytes:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf())))
    writer.encrypt(owner_pass=owner, user_pass=user)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


MARKUP = b"<html><body><script>alert('Secret')</script></body></html>"
PHP = b"<?php system($_GET['Secret']); ?>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert("Secret")</script></svg>'


def scripted_jpeg() -> bytes:
    """A JPEG that is also JavaScript: a segment's length reads as the beginning of a comment, a later one closes it."""
    picture = jpeg(64, 64)
    segment = b"\xff\xe0/*" + bytes(int.from_bytes(b"/*") - 2)
    return b"\xff\xd8" + segment + b"\xff\xfe\x00\x18*/=alert('Secret');/*" + picture[2:] + b"*/"


def png_of(payload: bytes) -> bytes:
    """A PNG, transparent in places, whose pixels are the payload: its bytes show, since nothing packs them."""
    width = -(-len(payload) // 4)
    return png_of_rows(width, 60, 0x0806, zlib.compress((b"\0" + payload.ljust(width * 4, b" ")) * 60, 0))


def polyglots() -> dict[str, tuple[bytes, str]]:
    """Files that are two things at once or not what their name says: content and name. `Secret` is in every payload."""
    package = archive({"word/document.xml": b"Secret", "Secret.html": MARKUP})
    film = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0\0\0\x08moov" + bytes(200)
    return {
        "pdf and zip": (pdf() + package, "合同.pdf"),
        "pdf and html": (pdf() + MARKUP, "合同.pdf"),
        "html in a pdf's first comment": (pdf().replace(b"\n", b"\n%" + MARKUP + b"\n", 1), "合同.pdf"),
        "pdf that first is html": (MARKUP + pdf(), "合同.pdf"),
        "zip that then is a pdf": (package + pdf(), "合同.pdf"),
        "pdf and a scripted pdf": (pdf_of("<< /Type /Catalog /Pages 2 0 R >>", PAGES, PAGE) + packed_script(), "合同.pdf"),
        "scripted pdf and a pdf": (active_pdfs()["script on opening"] + pdf(), "合同.pdf"),
        "jpeg and pdf": (jpeg() + pdf() + b"Secret", "照片.jpg"),
        "jpeg and html": (jpeg() + MARKUP, "照片.jpg"),
        "jpeg and php": (jpeg(comment=PHP) + PHP, "照片.jpg"),
        "jpeg and zip": (jpeg() + package, "照片.jpg"),
        "jpeg and script": (scripted_jpeg(), "照片.jpg"),
        "png and php": (png(pnginfo=text_chunks(PHP.decode())) + PHP, "照片.png"),
        "png of html": (png_of(MARKUP), "签名.png"),
        "gif and script": (b"GIF89a/*" + bytes(40) + b"*/=alert('Secret');", "照片.jpg"),
        "svg": (SVG, "照片.jpg"),
        "svg behind a declaration": (b'<?xml version="1.0"?>\n' + SVG, "照片.png"),
        "film": (film, "合同.pdf"),
        "film that then is a pdf": (film + pdf(), "合同.pdf"),
    }  # fmt: skip
