"""The enterprise's door: its own operators; the right *view* reads, *file* files, *manage* keeps the profile."""

from erjian.accounts.models import EnterpriseRight
from tests.permissions.access import Entry, operators

_READ, _FILE, _MANAGE = (operators(right) for right in EnterpriseRight)
_LIST = operators(scoped=False)
_FILES = operators(EnterpriseRight.FILE, scoped=False)
_MANAGES = operators(EnterpriseRight.MANAGE, scoped=False)
_PROCEEDING = {"uuid": "proceeding"}
_KIND = {"code": "=initial"}


def _case(state: str, **more: str) -> dict[str, str]:
    return {"uuid": f"case:{state}", **more}


ENTERPRISE = {
    "home": Entry(get=_LIST),
    "people": Entry(get=_LIST),
    "profile": Entry(get=_LIST, post=_MANAGES),
    "profile-attachments": Entry(get=_LIST, post=_MANAGES),
    "licence": Entry(get=_LIST),
    "library": Entry(get=_MANAGES, post=_MANAGES),
    "library-take-over": Entry(post=_MANAGES),
    "qualifications": Entry(get=_LIST),
    "qualification": Entry(get=_READ, where={"pk": "enterprise_qualification"}),
    "cases": Entry(get=_LIST, post=_LIST),
    "certificates": Entry(get=_LIST, post=_LIST),
    "certificate": Entry(get=_READ, where={"pk": "registration"}),
    "certificate-file": Entry(get=_READ, where={"pk": "registration", "version": "=1"}),
    "certificate-preview": Entry(get=_READ, where={"pk": "registration", "version": "=1"}),
    "proceedings": Entry(get=_LIST),
    "proceeding": Entry(get=_READ, where=_PROCEEDING),
    "proceeding-act": Entry(
        get=_FILE, post=_FILE, where={**_PROCEEDING, "name": "=state_case"}, data={"seen": "2", "text": "×"}
    ),
    "proceeding-paper": Entry(get=_READ, where={**_PROCEEDING, "pk": "paper"}),
    "proceeding-file": Entry(get=_READ, where={**_PROCEEDING, "pk": "proof"}),
    "compel": Entry(get=_FILE, post=_FILE, where=_case("refused_by_person")),
    "history": Entry(get=_LIST, post=_LIST),
    "history-detail": Entry(get=_READ, where={"pk": "registration"}),
    "operators": Entry(get=_MANAGES),
    "operator-invite": Entry(get=_MANAGES, post=_MANAGES),
    "operator": Entry(get=_MANAGE, where={"pk": "operator"}),
    "operator-right": Entry(post=_MANAGE, where={"pk": "operator"}, data={"right": "view"}),
    "operator-remove": Entry(post=_MANAGE, where={"pk": "operator"}),
    "operator-again": Entry(post=_MANAGE, where={"pk": "operator"}),
    "questions": Entry(get=_LIST),
    "question-new": Entry(get=_FILES, post=_FILES),
    "question": Entry(get=_READ, where={"pk": "question"}),
    "question-attachment": Entry(get=_READ, where={"pk": "question"}),
    "question-retract": Entry(post=_FILE, where={"pk": "question"}),
    "qualified": Entry(get=_LIST, post=_LIST),
    "qualified-export": Entry(post=_LIST),
    "qualified-detail": Entry(get=_READ, where={"pk": "qualification"}),
    "procedure": Entry(get=_LIST, post=_LIST, where=_KIND),
    "export": Entry(get=_LIST, where=_KIND),
    "pick": Entry(get=_FILES, post=_FILES, where=_KIND),
    "start": Entry(post=_FILES, where=_KIND),
    "case": Entry(get=_READ, where=_case("reported")),
    "edit": Entry(get=_FILE, post=_FILE, where=_case("draft")),
    "hand-in": Entry(get=_FILE, post=_FILE, where=_case("draft")),
    "autosave": Entry(post=_FILE, where=_case("draft")),
    "materials": Entry(get=_FILE, where=_case("draft")),
    "material": Entry(get=_READ, where=_case("reported", pk="material:reported")),
    "detach": Entry(post=_FILE, where=_case("draft", pk="material:draft")),
    "attach": Entry(post=_FILE, where=_case("draft", code="=contract")),
    "materials-zip": Entry(get=_READ, where=_case("reported")),
    "letter": Entry(get=_READ, where=_case("not_accepted", pk="letter")),
    "decision": Entry(get=_READ, where=_case("not_accepted")),
    "print": Entry(get=_READ, where=_case("reported")),
    "withdraw": Entry(get=_FILE, post=_FILE, where=_case("reported")),
    "remind": Entry(post=_FILE, where=_case("wait_person")),
    "answer": Entry(get=_FILE, post=_FILE, where=_case("transfer", name="=agree_former"), data={"seen": "1"}),
    "cancellations": Entry(get=_LIST, post=_LIST),
    "cancellations-agree": Entry(post=_FILES),
    "departures": Entry(get=_LIST, post=_LIST),
    "temporary-departures": Entry(get=_LIST, post=_LIST),
    "temporary-transfers": Entry(get=_LIST, post=_LIST),
    "delete": Entry(post=_FILE, where=_case("draft")),
}
