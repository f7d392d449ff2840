"""附件材料: what is accepted, what is refused and in which words, with and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from erjian.accounts.models import User
from erjian.applications import actions
from erjian.applications.models import Application
from erjian.files import tasks as files_tasks
from erjian.files.models import Blob
from erjian.policy import clock
from tests import makers
from tests.files import hostile as papers

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "upload", "Accept": "application/json"}


def put(browser: Client, case: Application, upload: Any, code: str = "contract", **headers: str) -> Any:
    given = {"file": upload} if upload is not None else {}
    return browser.post(f"/enterprise/cases/{case.uuid}/materials/{code}/add/", given, headers=headers)


def test_the_list_says_what_is_required_held_and_from_where(browser: Client, draft: Application) -> None:
    page = browser.get(f"/enterprise/cases/{draft.uuid}/materials/").content.decode()
    assert page.index("人员寸照") < page.index("身份证正照") < page.index("聘用劳动合同")
    assert "沿用个人档案" in page
    assert "本次上传" in page
    assert "不超过" in page
    assert "附件材料" in page


def test_a_scan_is_attached_shown_and_removed(browser: Client, draft: Application) -> None:
    before = draft.materials.filter(code="contract").count()
    answer = put(browser, draft, makers.upload(), **SCRIPT)
    assert answer.status_code == 200
    assert answer.json()["thumbnail"].startswith("/enterprise/cases/")
    assert browser.get(answer.json()["thumbnail"]).headers["Content-Type"].startswith("image/")
    item = draft.materials.filter(code="contract").latest("pk")
    removed = browser.post(f"/enterprise/cases/{draft.uuid}/materials/{item.pk}/delete/")
    assert f"已删除“{item.filename}”。" in browser.get(removed.url).content.decode()
    assert removed.status_code == 302
    assert draft.materials.filter(code="contract").count() == before
    assert Blob.objects.get(pk=item.blob_id).discarded_at is not None


def test_a_deleted_draft_lets_go_of_what_was_uploaded_for_it_and_of_nothing_else(
    browser: Client, draft: Application
) -> None:
    put(browser, draft, makers.upload())
    uploaded = draft.materials.filter(origin="本次上传").values_list("blob_id", flat=True)
    held = draft.materials.filter(origin="沿用个人档案").values_list("blob_id", flat=True)
    gone, kept = set(uploaded), set(held)
    assert gone
    assert kept
    assert browser.post(f"/enterprise/cases/{draft.uuid}/delete/").status_code == 302
    with clock.travel(days=2):
        files_tasks.delete_discarded(timestamp=0)
    assert not Blob.objects.filter(pk__in=gone).exists()
    assert Blob.objects.filter(pk__in=kept).count() == len(kept)


def test_several_files_at_once(browser: Client, draft: Application) -> None:
    before = draft.materials.filter(code="contract").count()
    answer = put(browser, draft, [makers.upload(name="1.jpg"), makers.upload(name="2.jpg")])
    assert answer.status_code == 302
    assert answer.url.endswith("#material-contract")
    assert draft.materials.filter(code="contract").count() == before + 2


BAD = [
    (b"", "scan.jpg", 422, "empty", "文件是空的"),
    (b"MZ" + b"\0" * 4000, "scan.jpg", 415, "type", "不支持这种文件"),
    (makers.picture()[:3000], "scan.jpg", 422, "corrupt", "只收到一部分"),
    (b"\xff\xd8\xff" + b"\0" * (50 * 1024 * 1024), "scan.jpg", 413, "too_large", "请压缩后再上传"),
    (b"=cmd|' /C calc'!A0", "scan.csv", 415, "type", "不支持这种文件"),
]


@pytest.mark.parametrize(("content", "name", "status", "code", "said"), BAD, ids=[row[3] + row[1] for row in BAD])
def test_what_is_refused(
    browser: Client, draft: Application, *, content: bytes, name: str, status: int, code: str, said: str
) -> None:
    before = draft.materials.count()
    answer = put(browser, draft, makers.upload(content, name), **SCRIPT)
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert said in answer.json()["message"]
    page = put(browser, draft, makers.upload(content, name))
    assert page.status_code == status
    shown = page.content.decode()
    assert said in shown
    assert shown.index('id="material-contract"') < shown.index(said) < shown.index('id="material-continuing')
    assert draft.materials.count() == before


@pytest.mark.parametrize(
    ("what", "media_type"),
    [
        ("pdf and zip", "application/pdf"),
        ("pdf and html", "application/pdf"),
        ("html in a pdf's first comment", "application/pdf"),
        ("jpeg and html", "image/jpeg"),
        ("jpeg and script", "image/jpeg"),
        ("png of html", "image/png"),
    ],
)
def test_two_things_at_once_are_one_when_they_are_opened(
    browser: Client, draft: Application, what: str, media_type: str
) -> None:
    content, name = papers.polyglots()[what]
    assert put(browser, draft, makers.upload(content, name), **SCRIPT).status_code == 200
    item = draft.materials.filter(code="contract").latest("pk")
    answer = browser.get(f"/enterprise/cases/{draft.uuid}/materials/{item.pk}/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == media_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline; ")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert ("sandbox" in policy) == (media_type != "application/pdf"), "a sandbox would stop the viewer of documents"
    if media_type != "application/pdf":
        assert b"Secret" not in answer.content


@pytest.mark.parametrize("what", ["pdf that first is html", "scripted pdf and a pdf", "gif and script", "svg", "film"])
def test_two_things_at_once_are_refused(browser: Client, draft: Application, what: str) -> None:
    before = draft.materials.count()
    answer = put(browser, draft, makers.upload(*papers.polyglots()[what]), **SCRIPT)
    assert answer.status_code in (415, 422)
    assert "请" in answer.json()["message"]
    assert draft.materials.count() == before


MB = 1024 * 1024


@pytest.mark.parametrize(
    ("code", "content", "name", "said"),
    [
        ("contract", makers.picture() + b"\0" * (6 * MB), "scan.jpg", "图片超过 5 MB。请压缩后再上传。"),
        ("portrait", makers.picture() + b"\0" * (6 * MB), "scan.jpg", "文件超过 5 MB。请压缩后再上传。"),
        ("contract", b"%PDF-1.7\n" + b"0" * (21 * MB), "scan.pdf", "文件超过 20 MB。请压缩后再上传。"),
    ],
)
def test_each_kind_of_file_has_its_own_size_in_each_place(
    browser: Client, draft: Application, *, code: str, content: bytes, name: str, said: str
) -> None:
    before = list(draft.materials.values_list("pk", "blob_id"))
    answer = put(browser, draft, makers.upload(content, name), code, **SCRIPT)
    assert answer.status_code == 413
    assert answer.json()["message"] == said
    assert list(draft.materials.values_list("pk", "blob_id")) == before


def test_a_pdf_may_be_larger_than_a_picture(browser: Client, draft: Application) -> None:
    document = papers.pdf(pages=1)
    document += b"\n%" + b"0" * (6 * MB) + b"\n" + document[document.rindex(b"startxref") :]
    answer = put(browser, draft, makers.upload(document, "contract.pdf"), **SCRIPT)
    assert answer.status_code == 200, answer.content.decode()
    page = browser.get(f"/enterprise/cases/{draft.uuid}/materials/").content.decode()
    assert "图片每个不超过 5 MB，PDF 每个不超过 20 MB" in page


def test_no_file_and_no_such_material(browser: Client, draft: Application) -> None:
    assert put(browser, draft, None).status_code == 422
    assert put(browser, draft, makers.upload(), code="nonsense").status_code == 404


def test_a_reported_case_takes_no_more_files(browser: Client, draft: Application, operator: User) -> None:
    actions.report(application=draft, by=operator, seen=draft.version)
    answer = put(browser, draft, makers.upload(), **SCRIPT)
    assert answer.status_code == 422
    assert answer.json()["code"] == "not_editable"
    assert browser.get(f"/enterprise/cases/{draft.uuid}/materials/").status_code == 302


def test_a_portrait_replaces_the_former_one(browser: Client, draft: Application) -> None:
    assert put(browser, draft, makers.upload(makers.picture(200, 280)), code="portrait", **SCRIPT).status_code == 422
    assert put(browser, draft, makers.upload(makers.picture(500, 700)), code="portrait", **SCRIPT).status_code == 200
    assert draft.materials.filter(code="portrait", removed_in__isnull=True).count() == 1
