"""Addresses of the public's front door, at the root of the site."""

from __future__ import annotations

from django.urls import path

from erjian.portals.public import (
    first_way,
    guide,
    home,
    inbox,
    notices,
    objections,
    progress,
    publicity,
    questions,
    sign_in,
    statements,
    verification,
)

app_name = "public"

urlpatterns = [
    path("", home.page, name="home"),
    path("sign-in/", sign_in.page, name="sign-in"),
    path("sign-in/activate/", first_way.activate, name="activate"),
    path("sign-in/code/", first_way.code, name="code"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("password/", sign_in.password, name="password"),
    path("password/forgotten/", first_way.forgotten, name="forgotten"),
    path("messages/", inbox.listing, name="messages"),
    path("messages/read/", inbox.read_all, name="read-all"),
    path("messages/<int:pk>/", inbox.open_message, name="message"),
    path("notices/", notices.listing, name="notices"),
    path("notices/<int:pk>/", notices.page, name="notice"),
    path("notices/<int:pk>/attachment/", notices.attachment, name="notice-attachment"),
    path("publicity/<int:pk>/", publicity.publicity, name="publicity"),
    path("publicity/<int:pk>/object/<int:item>/", objections.make, name="object"),
    path("announcements/<int:pk>/", publicity.announcement, name="announcement"),
    path("objections/", objections.status, name="objections"),
    path("verify/", verification.page, name="verify"),
    path("verify/file/", verification.upload, name="verify-upload"),
    path("verify/<str:token>/", verification.by_token, name="verify-token"),
    path("verify/<str:token>/portrait/", verification.portrait, name="portrait"),
    path("guide/", guide.listing, name="guides"),
    path("guide/<slug:code>/", guide.page, name="guide"),
    path("questions/", questions.listing, name="questions"),
    path("progress/", progress.page, name="progress"),
    path("engineers/", statements.engineers, name="engineers"),
    path("manual/", statements.manual, name="manual"),
    path("accessibility/", statements.accessibility, name="accessibility"),
    path("privacy/", statements.privacy, name="privacy"),
]
