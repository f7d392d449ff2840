"""Everybody else: looks around, reads 公示 and 公告, verifies the certificate."""

from __future__ import annotations

import re

import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.journeys import papers
from tests.journeys.main_job.stage import NAME, Stage
from tests.journeys.visiting import Visitor


def looks_around(public: Visitor) -> None:
    for address, name in (
        ("/", "首页"),
        ("/notices/", "公示公告-空"),
        ("/guide/", "办事指南"),
        ("/guide/initial/", "办事指南-初始申报"),
        ("/engineers/", "人员类别"),
        ("/sign-in/", "登录"),
        ("/verify/", "证书查验"),
    ):
        public.go(address)
        public.look(name)


def reads_the_publicity(stage: Stage, public: Visitor) -> None:
    page = public.go("/notices/")
    public.look("公示公告")
    page.locator("main li").filter(has_text="公示至").get_by_role("link").click()
    expect(page.get_by_text(NAME)).to_be_visible()
    assert stage.number not in page.content()
    public.look("公示")
    page.get_by_role("link", name=re.compile("提出异议")).first.click()
    public.look("提出异议")
    public.go("/")
    public.look("首页-有公示")


def reads_the_announcement(stage: Stage, public: Visitor) -> None:
    page = public.go("/notices/?view=announcement")
    page.locator("main li").filter(has_text="的公告").get_by_role("link").click()
    expect(page.get_by_text(NAME)).to_be_visible()
    public.look("公告")


def verifies(stage: Stage, public: Visitor) -> None:
    import pypdfium2

    picture = pypdfium2.PdfDocument(stage.certificate)[0].render(scale=3).to_pil()
    picture.save(stage.folder / "certificate.png")
    codes = zxingcpp.read_barcodes(Image.open(stage.folder / "certificate.png"))
    addresses = [code.text for code in codes if "/verify/" in code.text]
    assert addresses, "the certificate carries no QR code"
    page = public.go(addresses[0])
    expect(page.get_by_text("证书有效")).to_be_visible()
    assert stage.number not in page.content()
    public.look("查验-二维码")
    public.go("/verify/")
    page.get_by_role("textbox", name="姓名").fill(NAME)
    page.get_by_label("注册编号或证书编号").fill(stage.registration)
    page.get_by_role("button", name="查验", exact=True).click()
    expect(page.get_by_text("证书有效")).to_be_visible()
    public.look("查验-姓名和编号")
    for content, words, name in (
        (stage.certificate, "证书有效", "查验-文件"),
        (papers.tampered(stage.certificate), "文件已被改动", "查验-文件-被改动"),
    ):
        path = stage.folder / "证书.pdf"
        path.write_bytes(content)
        public.go("/verify/")
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_role("button", name="上传并验真").click()
        expect(page.get_by_text(words).first).to_be_visible()
        public.look(name)
