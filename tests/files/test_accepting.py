"""What is taken and what is refused, with the words and the status that a person gets."""

import io
import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from erjian import audit, files
from erjian.files import objects
from erjian.files.models import Blob, Scan
from tests.files import hostile

pytestmark = pytest.mark.django_db

ACTOR = audit.Actor(audit.ActorKind.ENTERPRISE, 3, "经办人", "湖南某建设公司")
MB = 1024 * 1024
ANY = files.Limits(types=(files.JPEG, files.PNG, files.PDF), max_bytes=2 * MB)
PICTURES = files.Limits(types=files.IMAGES, max_bytes=2 * MB)


def accept(content: bytes, name: str = "照片.jpg", limits: files.Limits = ANY) -> Blob:
    return files.accept(hostile.upload(content, name), limits=limits, actor=ACTOR)


def refusal(content: bytes, name: str = "照片.jpg", limits: files.Limits = ANY) -> files.FileRefused:
    before = stored()
    with pytest.raises(files.FileRefused) as caught:
        accept(content, name, limits)
    assert not Blob.objects.exists()
    assert stored() == before
    assert re.search("请.*(上传|选择|拍照|导出)", caught.value.message), "a refusal says what to do"
    return caught.value


def stored() -> set[str]:
    return {key for keys in objects.folders() for key in keys}


def opened(blob: Blob) -> Image.Image:
    return Image.open(io.BytesIO(files.read(blob)))


def thumbnail(blob: Blob) -> Image.Image:
    with objects.open_read(blob.thumbnail_key) as stream:
        return Image.open(io.BytesIO(stream.read()))


class TestPictures:
    def test_a_photo_is_kept_with_its_measures_and_a_thumbnail(self) -> None:
        blob = accept(hostile.jpeg(600, 800))
        assert (blob.media_type, blob.width, blob.height, blob.pages) == (files.JPEG, 600, 800, None)
        assert blob.size == len(files.read(blob))
        assert blob.created_by == "经办人"
        assert blob.has_thumbnail
        assert thumbnail(blob).size == (240, 320)

    def test_nothing_but_pixels_survives(self) -> None:
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"
        exif[0x0112] = 6  # turned by 90 degrees
        exif.get_ifd(0x8825)[1] = "N"
        content = hostile.jpeg(600, 400, exif=exif, comment=b"SecretComment") + b"<script>SecretPayload</script>"
        blob = accept(content)
        kept = files.read(blob)
        assert b"Secret" not in kept
        assert not opened(blob).getexif()
        assert (blob.width, blob.height) == (400, 600)

    def test_the_picture_is_the_same_to_the_eye(self) -> None:
        before, after = hostile.drawing(), opened(accept(hostile.jpeg(quality=95)))
        for place in ((10, 10), (300, 400), (590, 790)):
            assert max(abs(a - b) for a, b in zip(before.getpixel(place), after.getpixel(place), strict=True)) < 12

    def test_print_colours_become_screen_colours(self) -> None:
        blob = accept(hostile.encoded(hostile.drawing(mode="CMYK"), "JPEG"))
        assert opened(blob).mode == "RGB"
        red, green, blue = opened(blob).getpixel((10, 10))
        assert red > 150
        assert max(green, blue) < 90

    def test_transparency_stays(self) -> None:
        signature = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
        signature.paste((0, 0, 0, 255), (10, 10, 100, 60))
        info = hostile.text_chunks("SecretComment")
        blob = accept(hostile.encoded(signature, "PNG", pnginfo=info), "签名.png")
        assert blob.media_type == files.PNG
        assert opened(blob).getpixel((0, 0))[3] == 0
        assert b"SecretComment" not in files.read(blob)

    @pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "RGBA", "LA", "I;16"])
    def test_opaque_png_of_every_kind_becomes_jpeg(self, mode: str) -> None:
        image = Image.new("I;16", (600, 800), 40_000) if mode == "I;16" else hostile.drawing(mode=mode)
        blob = accept(hostile.encoded(image, "PNG"), "扫描件.png")
        assert (blob.media_type, opened(blob).mode) == (files.JPEG, "RGB")
        if mode == "I;16":
            assert abs(opened(blob).getpixel((5, 5))[0] - 40_000 // 256) <= 2

    @pytest.mark.parametrize("name", ["a.png", "a.JPEG", "a", "无扩展名", ""])
    def test_a_photo_under_another_picture_name_is_taken(self, name: str) -> None:
        uploaded = SimpleUploadedFile("x", hostile.jpeg())
        uploaded._name = name
        assert files.accept(uploaded, limits=ANY, actor=ACTOR).media_type == files.JPEG


class TestPortraits:
    LIMITS = files.Limits.portrait(max_bytes=2 * MB)

    @pytest.mark.parametrize(("width", "height"), [(295, 413), (358, 441 + 60), (1000, 1400)])
    def test_good_ones(self, width: int, height: int) -> None:
        assert accept(hostile.jpeg(width, height), limits=self.LIMITS).height == height

    @pytest.mark.parametrize(("width", "height", "word"), [(200, 280, "太小"), (800, 600, "比例"), (300, 900, "比例")])
    def test_too_small_or_of_another_shape(self, width: int, height: int, word: str) -> None:
        refused = refusal(hostile.jpeg(width, height), limits=self.LIMITS)
        assert (refused.code, refused.status) == ("dimensions", 422)
        assert word in refused.message


class TestBadPictures:
    def test_empty(self) -> None:
        refused = refusal(b"")
        assert (refused.code, refused.status) == ("empty", 422)
        assert refused.message == "文件是空的。请重新选择文件。"

    def test_too_large(self) -> None:
        refused = refusal(b"\xff\xd8\xff" + bytes(50 * MB))
        assert (refused.code, refused.status) == ("too_large", 413)
        assert "2 MB" in refused.message

    def test_a_false_size_does_not_help(self) -> None:
        uploaded = hostile.upload(hostile.jpeg() + bytes(3 * MB))
        uploaded.size = 10

        class Streaming(SimpleUploadedFile):
            def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
                for _ in range(1000):
                    yield bytes(64 * 1024)
                raise AssertionError("read on beyond the limit")

        endless = Streaming("a.jpg", b"x")
        endless.size = None
        with pytest.raises(files.FileRefused) as caught:
            files.accept(endless, limits=ANY, actor=ACTOR)
        assert caught.value.code == "too_large"

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    @pytest.mark.parametrize("progressive", [False, True])
    def test_truncated(self, share: float, progressive: bool) -> None:
        content = hostile.jpeg(1200, 1600, progressive=progressive)
        refused = refusal(content[: int(len(content) * share)])
        assert (refused.code, refused.status) == ("corrupt", 422)
        if not progressive:
            assert refused.message == "照片已损坏（只收到一部分）。请重新拍照或导出后再上传。"

    def test_truncated_png(self) -> None:
        content = hostile.png()
        assert refusal(content[: len(content) // 2], "a.png").code == "corrupt"

    @pytest.mark.parametrize("head", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"])
    def test_only_a_signature(self, head: bytes) -> None:
        assert refusal(head + b"nonsense" * 50).code == "corrupt"

    @pytest.mark.parametrize("side", [8_001, 12_000, 30_000])
    def test_a_bomb_is_refused_before_it_is_unpacked(self, side: int) -> None:
        bomb = hostile.png_bomb(side)
        assert len(bomb) < MB
        refused = refusal(bomb, "a.png")
        assert refused.code == "dimensions"
        assert "6400 万像素" in refused.message

    @pytest.mark.parametrize(
        "content",
        [
            b"MZ\x90\0" + bytes(200),
            b"\x7fELF" + bytes(200),
            b"#!/bin/sh\nrm -rf /\n",
            b"<html><script>alert(1)</script></html>",
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            b"PK\x03\x04" + bytes(200),
            b"GIF89a" + bytes(200),
            b"  %PDF-1.7\n",
            b"RIFF\0\0\0\0WEBPVP8 ",
            b"\xff\xd8" + b"<?php phpinfo(); ?>",
            "只是文字".encode(),
        ],
    )
    @pytest.mark.parametrize("name", ["照片.jpg", "合同.pdf"])
    def test_something_else_by_content(self, content: bytes, name: str) -> None:
        refused = refusal(content, name)
        assert (refused.code, refused.status) == ("type", 415)
        assert refused.message == "不支持这种文件。请上传 JPG 图片、PNG 图片或 PDF 文件。"

    def test_a_kind_that_this_place_does_not_take(self) -> None:
        refused = refusal(hostile.pdf(), "a.pdf", PICTURES)
        assert refused.code == "type"
        assert "PDF" not in refused.message

    @pytest.mark.parametrize("name", ["照片.pdf", "照片.exe", "照片.jpg.html", "照片.svg"])
    def test_a_name_that_contradicts_the_content(self, name: str) -> None:
        refused = refusal(hostile.jpeg(), name)
        assert (refused.code, refused.status) == ("type", 415)
        assert "扩展名" in refused.message


class TestPdf:
    def test_is_kept_byte_for_byte_with_a_thumbnail(self) -> None:
        content = hostile.pdf(3)
        blob = accept(content, "合同.pdf")
        assert (blob.media_type, blob.pages, blob.size) == (files.PDF, 3, len(content))
        assert files.read(blob) == content
        assert thumbnail(blob).width == 320

    @pytest.mark.parametrize("user", ["secret", ""])
    def test_with_a_password(self, user: str) -> None:
        refused = refusal(hostile.encrypted_pdf(user=user), "a.pdf")
        assert (refused.code, refused.status) == ("encrypted", 422)
        assert refused.message == "PDF 设有密码。请取消密码保护后再上传。"

    @pytest.mark.parametrize("what", hostile.active_pdfs())
    def test_with_something_active(self, what: str) -> None:
        refused = refusal(hostile.active_pdfs()[what], "a.pdf")
        assert (refused.code, refused.status) == ("active", 422)

    def test_broken_and_active(self) -> None:
        """Readers repair a broken table of objects, so the search must not depend on it."""
        content = hostile.active_pdfs()["launch on opening"]
        refused = refusal(content[: content.index(b"xref")], "a.pdf")
        assert refused.code in {"active", "corrupt"}

    def test_plain_links_and_forms_are_fine(self) -> None:
        page = hostile.PAGE[:-2] + (
            "/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://example.cn) >> >>] >>"
        )
        content = hostile.pdf_of("<< /Type /Catalog /Pages 2 0 R /OpenAction [3 0 R /Fit] >>", hostile.PAGES, page)
        assert accept(content, "a.pdf").pages == 1

    @pytest.mark.parametrize("share", [0.02, 0.3])
    def test_cut_short(self, share: float) -> None:
        content = hostile.pdf(5)
        refused = refusal(content[: int(len(content) * share)], "a.pdf")
        assert (refused.code, refused.status) == ("corrupt", 422)

    def test_too_many_pages(self) -> None:
        limits = files.Limits(types=(files.PDF,), max_bytes=MB, max_pages=4)
        refused = refusal(hostile.pdf(5), "a.pdf", limits)
        assert refused.code == "pages"
        assert "共 5 页，最多 4 页" in refused.message

    @pytest.mark.parametrize(("width", "height"), [(14_400, 14_400), (3, 14_400), (14_400, 3)])
    def test_odd_page_sizes_cost_nothing(self, width: float, height: float) -> None:
        blob = accept(hostile.pdf(1, width, height), "a.pdf")
        assert max(thumbnail(blob).size) <= 4 * 320


# What becomes of each: the code of its refusal, or the media type as which it is kept.
POLYGLOTS = {
    "pdf and zip": files.PDF,
    "pdf and html": files.PDF,
    "html in a pdf's first comment": files.PDF,
    "pdf that first is html": "type",
    "zip that then is a pdf": "type",
    "pdf and a scripted pdf": "active",
    "scripted pdf and a pdf": "active",
    "jpeg and pdf": files.JPEG,
    "jpeg and html": files.JPEG,
    "jpeg and php": files.JPEG,
    "jpeg and zip": files.JPEG,
    "jpeg and script": files.JPEG,
    "png and php": files.JPEG,
    "png of html": files.PNG,
    "gif and script": "type",
    "svg": "type",
    "svg behind a declaration": "type",
    "film": "type",
    "film that then is a pdf": "type",
}


def test_every_polyglot_is_tried() -> None:
    assert POLYGLOTS.keys() == hostile.polyglots().keys()


@pytest.mark.parametrize("what", POLYGLOTS)
def test_two_things_at_once(what: str) -> None:
    """Refused, or one thing afterwards: of a picture the pixels, and a document that nothing takes for anything else."""
    content, name = hostile.polyglots()[what]
    expected = POLYGLOTS[what]
    if expected in ("type", "active"):
        assert refusal(content, name).code == expected
        return
    assert b"Secret" in content
    blob = accept(content, name)
    assert blob.media_type == expected
    if blob.is_image:
        assert b"Secret" not in files.read(blob)
    assert b"Secret" not in files.page_response(blob, 1, 400).content
    # Whatever name it is asked for by: its type is the judged one, and a browser is told to take it for nothing else.
    answer = files.response(blob, filename="合同.html")
    assert answer["Content-Type"] == expected
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.get("Content-Security-Policy", "") == ("default-src 'none'; sandbox" if blob.is_image else "")


def test_unscanned_files_say_so() -> None:
    assert accept(hostile.jpeg()).scan == Scan.NONE
    assert Scan.NONE.label == "未查毒"
