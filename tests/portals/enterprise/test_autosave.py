"""What is typed is kept while it is typed, and nothing else changes by it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from erjian.accounts.models import User
from erjian.applications import actions, form_data
from erjian.applications.models import Application
from tests.portals.enterprise.test_filing import address, filled

pytestmark = pytest.mark.django_db


class TestAutosave:
    def post(self, browser: Client, case: Application, given: dict[str, Any]) -> Any:
        headers = {"X-Requested-With": "autosave", "Accept": "application/json"}
        return browser.post(address(case, "autosave/"), given, headers=headers)

    def test_says_when_and_which_version(self, browser: Client, draft: Application) -> None:
        answer = self.post(browser, draft, filled(draft, school="湖南大学"))
        draft.refresh_from_db()
        assert answer.status_code == 200
        assert answer.json()["version"] == draft.version
        assert re.fullmatch(r"\d\d:\d\d:\d\d", answer.json()["saved_at"])

    def test_keeps_what_is_right_and_names_what_is_not(self, browser: Client, draft: Application) -> None:
        answer = self.post(browser, draft, filled(draft, phone="12", school="湖南大学"))
        assert answer.status_code == 200
        assert "phone" in answer.json()["fields"]
        assert "手机号码" in answer.json()["saved_at"]
        draft.refresh_from_db()
        assert form_data.unseal(draft.draft)["school"] == "湖南大学"

    def test_a_stale_one_is_refused(self, browser: Client, draft: Application) -> None:
        given = filled(draft, school="湖南大学")
        self.post(browser, draft, filled(draft, major="土木工程"))
        answer = self.post(browser, draft, given)
        assert answer.status_code == 409
        assert answer.json()["code"] == "stale"

    def test_an_ended_session_gets_401_not_a_page(self, draft: Application) -> None:
        answer = self.post(Client(), draft, filled(draft))
        assert answer.status_code == 401
        assert answer.json()["code"] == "signed_out"

    def test_a_reported_case_is_not_touched(self, browser: Client, draft: Application, operator: User) -> None:
        given = filled(draft)
        actions.report(application=draft, by=operator, seen=draft.version)
        assert self.post(browser, draft, given).status_code in (409, 422)
