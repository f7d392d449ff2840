"""Confirming once more who one is by the licence or the identity, where there is no password."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from erjian.accounts.models import User
from erjian.audit.models import Event
from tests.accounts.identified import agree, confirm, leave, poll, said, show

pytestmark = pytest.mark.django_db


def left_alone(client: Client) -> None:
    """The confirmation of the sign-in is too long ago."""
    session = client.session
    session["confirmed_at"] = 0
    session.save()


def without_password(user: User) -> User:
    user.set_unusable_password()
    user.save()
    return user


def asked_again(client: Client, enterprise: User) -> Any:
    """An administrator without password, signed in by the licence, invites somebody a while later."""
    without_password(enterprise)
    confirm(show(client), "e")
    assert poll(client)["HX-Redirect"] == "/enterprise/"
    left_alone(client)
    fields = {"name": "谭雨欣", "phone": "13907310022", "right": "file"}
    return client.post("/enterprise/operators/invite/", fields)


def test_a_licence_shown_anew_confirms_and_keeps_what_was_typed(client: Client, enterprise: User) -> None:
    asked = asked_again(client, enterprise)
    page = asked.content.decode()
    assert asked.status_code == 401
    assert 'href="/sign-in/licence/"' in page
    assert 'type="password"' not in page, "there is none to ask for"
    assert not User.objects.filter(name="谭雨欣").exists()
    before = client.session.session_key
    confirm(show(client), "e")
    assert poll(client)["HX-Redirect"] == "/sign-in/continue/"
    assert client.session.session_key != before
    again = client.get("/sign-in/continue/").content.decode()
    assert 'action="/enterprise/operators/invite/"' in again
    assert 'name="name" value="谭雨欣"' in again
    assert Event.objects.get(code="account.confirmed").data["way"] == "e_licence"
    fields = {"name": "谭雨欣", "phone": "13907310022", "right": "file"}
    assert client.post("/enterprise/operators/invite/", fields).status_code == 302
    assert client.get("/sign-in/licence/").status_code == 302, "nothing waits any more"


def test_another_licence_confirms_nothing(client: Client, enterprise: User) -> None:
    asked_again(client, enterprise)
    confirm(show(client), "u")
    answer = poll(client, htmx=False)
    assert answer.status_code == 422
    assert said(answer) == "确认的身份不是现在登录的账号。请用登录时的身份确认。"
    assert client.session["confirmed_at"] == 0
    assert client.session["_auth_user_id"] == str(enterprise.pk), "nobody is signed out or swapped by it"
    assert Event.objects.get(code="account.confirm_failed").subject_id == str(enterprise.pk)


def test_an_identity_shown_anew_confirms(client: Client, officer: User) -> None:
    without_password(officer)
    client.get(agree(leave(client, side="office"), "o"))
    left_alone(client)
    asked = client.post("/account/recovery/", headers={"referer": "http://testserver/account/?page=2"})
    assert asked.status_code == 401
    assert 'href="/sign-in/identity/"' in asked.content.decode()
    other = client.get(agree(leave(client), "p"))
    assert other.status_code == 422
    assert client.session["confirmed_at"] == 0
    assert client.get(agree(leave(client), "o"))["Location"] == "/sign-in/continue/"
    assert client.session["confirmed_at"] > 0
    again = client.get("/sign-in/continue/").content.decode()
    assert 'action="/account/recovery/"' in again
    assert 'href="/account/?page=2"' in again, "and back to the page of it, which a post's own address is not"


def test_nobody_is_led_to_the_platform_who_need_not_confirm(client: Client, officer: User) -> None:
    client.get(agree(leave(client, side="office"), "o"))
    assert client.get("/sign-in/identity/")["Location"] == "/authority/"
