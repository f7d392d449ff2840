"""Whatever is sent to a public form, the answer is a page in words, never a fault."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

NASTY = (
    "\0",
    "a\0b",
    "' OR '1'='1",
    "<script>alert(1)</script>",
    "\ud800",
    "一" * 5000,
    "{{7*7}}",
    "../../etc/passwd",
    "%n%s",
    "\u202e",
)
POSTS = (
    ("/sign-in/", ("side", "name", "password", "next", "kept")),
    ("/person/verify/", ("name", "id_number", "phone")),
    ("/person/sign-in/", ("name", "password", "next")),
    ("/sign-in/activate/?as=account", ("username", "phone")),
    ("/password/forgotten/", ("name", "id_number")),
    ("/progress/", ("number", "tail")),
    ("/objections/", ("code",)),
)
GETS = (
    "/notices/?view={}",
    "/notices/?page={}",
    "/notices/?view=notice&page={}",
    "/notices/?view=notice&page=2&after={}",
    "/verify/?name={}&number={}",
    "/sign-in/?next={}&side={}",
    "/guide/{}/",
    "/verify/{}/",
)


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize(("url", "fields"), POSTS)
def test_posts(client: Client, url: str, fields: tuple[str, ...], value: str) -> None:
    text = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    answer = client.post(url, dict.fromkeys(fields, text))
    assert answer.status_code < 500
    assert "<script>alert(1)" not in answer.content.decode()


@pytest.mark.parametrize(
    "value", ["%00", "%ff%fe", "'", "%3Cscript%3Ealert(1)%3C/script%3E", "9" * 400, "-1", "%F0%9F%98%80"]
)
@pytest.mark.parametrize("url", GETS)
def test_gets(client: Client, url: str, value: str) -> None:
    answer = client.get(url.replace("{}", value))
    assert answer.status_code < 500
    assert "<script>alert(1)" not in answer.content.decode()


def test_a_signed_in_sign_in_page_never_leaves_the_site(client: Client) -> None:
    for wanted in ("//evil.example", "https:evil.example", "\\\\evil", "http:///evil"):
        page = client.get("/sign-in/", {"next": wanted}).content.decode()
        assert "回到刚才" not in page
