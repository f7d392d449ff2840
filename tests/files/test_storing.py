"""Stored files: written once, served safely, let go of a day later."""

import hashlib
import io
import os
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from PIL import Image

from erjian import audit, files
from erjian.files import objects, pdfs, serving, storing
from erjian.files.models import Blob, Origin
from erjian.policy import clock
from tests.files import hostile

pytestmark = pytest.mark.django_db

ANY = files.Limits(types=(files.JPEG, files.PNG, files.PDF), max_bytes=2**21)


def accept(content: bytes, name: str = "a.jpg") -> Blob:
    return files.accept(hostile.upload(content, name), limits=ANY, actor=audit.SYSTEM)


def exists(key: str) -> bool:
    return any(key in keys for keys in objects.folders())


class TestPut:
    def test_generated_files_are_kept_as_they_are(self) -> None:
        blob = files.put(b"%PDF-1.7 made here", media_type=files.PDF, pages=2)
        with files.open(blob) as stream:
            assert stream.read() == b"%PDF-1.7 made here"
        assert blob.sha256 == hashlib.sha256(b"%PDF-1.7 made here").hexdigest()
        assert (blob.origin, blob.pages, blob.has_thumbnail) == (Origin.GENERATED, 2, False)

    def test_keys_tell_nothing(self) -> None:
        first, second = (files.put(b"same", media_type="text/csv") for _ in range(2))
        assert first.key != second.key
        assert re.fullmatch(r"([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{28}", first.key)

    def test_only_the_platform_may_read_the_folder(self) -> None:
        blob = files.put(b"secret", media_type="text/csv")
        path = settings.ERJIAN_FILES / blob.key
        assert path.stat().st_mode & 0o077 == 0


class TestResponse:
    def test_headers_keep_a_browser_from_guessing(self) -> None:
        blob = accept(hostile.jpeg())
        answer = files.response(blob, filename="身份证 正面.jpg")
        assert answer.content == files.read(blob)
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''%E8%BA%AB")
        assert "private" in answer["Cache-Control"]
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["Content-Length"] == str(blob.size)

    def test_a_download(self) -> None:
        answer = files.response(accept(hostile.jpeg()), filename="a.jpg", inline=False)
        assert answer["Content-Disposition"].startswith("attachment")

    @pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/zip"])
    def test_what_could_run_is_always_a_download(self, media_type: str) -> None:
        answer = files.response(files.put(b"x", media_type=media_type), filename="a")
        assert answer["Content-Disposition"].startswith("attachment")

    @pytest.mark.parametrize("name", ["../../etc/passwd", "a\r\nSet-Cookie: x=1.jpg", 'a"; x="', "", "..."])
    def test_hostile_names(self, name: str) -> None:
        disposition = files.response(files.put(b"x", media_type="text/csv"), filename=name)["Content-Disposition"]
        assert not set("\r\n/\\") & set(disposition)
        assert disposition.count('"') <= 2

    def test_a_thumbnail(self) -> None:
        blob = accept(hostile.pdf(), "a.pdf")
        answer = files.response(blob, filename="a.pdf", thumbnail=True)
        assert answer["Content-Type"] == "image/jpeg"
        assert Image.open(io.BytesIO(answer.content)).width == 320

    def test_a_browser_that_has_it_is_told_so(self) -> None:
        blob = accept(hostile.jpeg())
        etag = files.response(blob, filename="a")["ETag"]
        request = RequestFactory().get("/", headers={"If-None-Match": etag})
        assert files.response(blob, filename="a", request=request).status_code == 304
        assert files.response(blob, filename="a", request=request, thumbnail=True).status_code == 200
        assert files.response(blob, filename="a", request=RequestFactory().get("/")).status_code == 200


class TestPages:
    def test_pages_of_a_pdf(self) -> None:
        blob = accept(hostile.pdf(2), "a.pdf")
        assert Image.open(io.BytesIO(serving.page_image(blob, 2, 700))).width == 700
        for missing in (0, 3):
            with pytest.raises(pdfs.PageMissing):
                serving.page_image(blob, missing, 700)

    def test_a_picture_has_one_page_and_is_not_enlarged(self) -> None:
        blob = accept(hostile.jpeg(600, 800))
        assert Image.open(io.BytesIO(serving.page_image(blob, 1, 300))).size == (300, 400)
        assert Image.open(io.BytesIO(serving.page_image(blob, 1, 2000))).size == (600, 800)
        with pytest.raises(pdfs.PageMissing):
            serving.page_image(blob, 2, 300)

    def test_absurd_widths_are_bounded(self) -> None:
        blob = accept(hostile.pdf(), "a.pdf")
        assert Image.open(io.BytesIO(serving.page_image(blob, 1, 10**9))).width == 2400

    def test_as_a_response(self) -> None:
        answer = serving.page_response(accept(hostile.pdf(), "a.pdf"), 1, 400)
        assert isinstance(answer, HttpResponse)
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")


class TestLettingGo:
    def test_a_discarded_file_is_deleted_a_day_later(self) -> None:
        blob, kept = accept(hostile.jpeg()), accept(hostile.jpeg())
        files.discard(blob)
        assert storing.delete_discarded() == 0
        assert files.read(blob)
        with clock.travel(days=1, seconds=1):
            assert storing.delete_discarded() == 1
            assert storing.delete_discarded() == 0
        assert not Blob.objects.filter(pk=blob.pk).exists()
        assert not exists(blob.key)
        assert not exists(blob.thumbnail_key)
        assert files.read(kept)

    def test_objects_without_a_row_are_swept_after_a_day(self) -> None:
        storing.sweep_orphans()
        with transaction.atomic():
            lost = accept(hostile.jpeg())
            transaction.set_rollback(True)
        kept = accept(hostile.jpeg())
        fresh = objects.write(b"just being uploaded")
        for key in (lost.key, lost.thumbnail_key, kept.key, kept.thumbnail_key):
            long_ago = (clock.now() - timedelta(hours=25)).timestamp()
            os.utime(settings.ERJIAN_FILES / key, (long_ago, long_ago))
        assert storing.sweep_orphans() == 2
        assert not exists(lost.key)
        assert exists(fresh)
        assert files.read(kept)
        assert exists(kept.thumbnail_key)
