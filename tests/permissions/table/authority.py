"""The authorities' door: officers by function, a city's officers within their city, the province everywhere."""

from erjian.accounts.models import ADMINISTRATORS, Function
from tests.permissions.access import Entry, Outcome, officers
from tests.permissions.roles import Role, Side

_ACCEPTANCE, _DECISION, _REGISTER = Function.ACCEPTANCE, Function.DECISION, Function.REGISTER
_REVIEWING = (_ACCEPTANCE, Function.FIRST_REVIEW, Function.FINAL_REVIEW)
_READING = (*_REVIEWING, _DECISION, _REGISTER, Function.AUDIT)
_REVIEW, _READ = officers(*_REVIEWING), officers(*_READING)
_REFUSING = officers(_ACCEPTANCE, Function.FINAL_REVIEW)
_DESK = officers(*_REVIEWING, scoped=False)
_LOOK_UP = officers(*_READING, scoped=False)
_REGISTERS, _REGISTERED = officers(_REGISTER, scoped=False), officers(_REGISTER)
_REPORTED = {"uuid": "case:reported"}


def _of_the_own_step(role: Role, side: Side) -> Outcome | None:
    """Phrases of a step that is not the officer's do not exist."""
    return None if _ACCEPTANCE in role.functions else Outcome.MISSING


_PHRASES = officers(*_REVIEWING, scoped=False, unless=_of_the_own_step)

_AT_THE_DESK = {
    "desk": Entry(get=_DESK),
    "desk_case": Entry(get=_REVIEW, where=_REPORTED),
    "desk_viewer": Entry(get=_REVIEW, where=_REPORTED),
    "desk_held": Entry(get=_REVIEW, where={**_REPORTED, "name": "=portrait"}),
    "decide": Entry(post=_REVIEW, where=_REPORTED),
    "correction": Entry(get=officers(_ACCEPTANCE), post=officers(_ACCEPTANCE), where=_REPORTED),
    "refusal": Entry(get=_REFUSING, post=_REFUSING, where=_REPORTED),
    "phrases": Entry(get=_PHRASES, post=_PHRASES, where={"step": "=acceptance"}),
    "phrase_delete": Entry(post=_DESK, where={"pk": "phrase"}),
}
_CASES = {
    "cases": Entry(get=_LOOK_UP),
    "case_search": Entry(post=_LOOK_UP),
    "cases_export": Entry(get=_LOOK_UP),
    "case": Entry(get=_READ, where=_REPORTED),
    "form_pdf": Entry(get=_READ, where=_REPORTED),
    "all_materials": Entry(get=_READ, where=_REPORTED),
    "material": Entry(get=_READ, where={**_REPORTED, "pk": "material:reported"}),
    "letter": Entry(get=_READ, where={"uuid": "case:not_accepted", "pk": "letter"}),
    "version": Entry(get=_READ, where={**_REPORTED, "number": "=1"}),
    "trail": Entry(get=officers(Function.AUDIT), where=_REPORTED),
    "act": Entry(
        get=officers(_DECISION), post=officers(_DECISION), where={"uuid": "case:review_ok", "name": "=reopen_review"}
    ),
}
_REGISTER_PAGES = {
    "people": Entry(get=_REGISTERS, post=_REGISTERS),
    "person": Entry(get=_REGISTERED, where={"pk": "person"}),
    "person_reveal": Entry(post=_REGISTERED, where={"pk": "person"}),
    "registrations": Entry(get=_REGISTERS, post=_REGISTERS),
    "registration": Entry(get=_REGISTERED, where={"pk": "registration"}),
    "qualifications": Entry(get=_REGISTERS, post=_REGISTERS),
    "enterprises": Entry(get=_REGISTERS, post=_REGISTERS),
    "enterprise": Entry(get=_REGISTERED, where={"pk": "enterprise"}),
}
_PROVINCE_KEEPS = officers(_REGISTER, province_only=True)
_OWN_PERSON = {"kind": "=locks", "pk": "lock"}
_RESTRICTIONS = {
    "restrictions": Entry(get=_REGISTERS, post=_REGISTERS, where={"kind": "=locks"}),
    "restriction_new": Entry(get=_REGISTERS, post=_REGISTERS, where={"kind": "=locks"}),
    "restriction": Entry(get=_REGISTERED, where=_OWN_PERSON),
    "restriction_end": Entry(get=_REGISTERED, post=_REGISTERED, where=_OWN_PERSON),
    "enterprise_bar": Entry(get=_PROVINCE_KEEPS, post=_PROVINCE_KEEPS, where={"pk": "enterprise"}),
    "enterprise_bar_lift": Entry(
        get=_PROVINCE_KEEPS, post=_PROVINCE_KEEPS, where={"pk": "enterprise", "bar": "enterprise_bar"}
    ),
}
_PROVINCE_DECIDES = officers(_DECISION, province_only=True)
_PROCEEDS = officers(_REGISTER, _DECISION)
_PROCEEDING = {"uuid": "proceeding"}
_PROCEEDINGS = {
    "proceedings": Entry(get=officers(_REGISTER, _DECISION, scoped=False)),
    "proceeding": Entry(get=_PROCEEDS, where=_PROCEEDING),
    "proceeding-act": Entry(
        get=_PROVINCE_DECIDES,
        post=_PROVINCE_DECIDES,
        where={**_PROCEEDING, "name": "=close"},
        data={"seen": "2", "text": "×"},
    ),
    "proceeding-paper": Entry(get=_PROCEEDS, where={**_PROCEEDING, "pk": "paper"}),
    "proceeding-file": Entry(get=_PROCEEDS, where={**_PROCEEDING, "pk": "proof"}),
    "proceeding-new": Entry(get=_REGISTERED, post=_REGISTERED, where={"pk": "registration"}),
}
_DRAFT, _PUBLISHED = {"pk": "batch:draft"}, {"pk": "batch:publicity"}
_OBJECTION = {"pk": "objection"}
_BATCHES = {
    "batches": Entry(get=_PROVINCE_DECIDES),
    "batch_new": Entry(get=_PROVINCE_DECIDES, post=_PROVINCE_DECIDES, where={"kind": "=publicity"}),
    "batch": Entry(get=_PROVINCE_DECIDES, where=_DRAFT),
    "batch_progress": Entry(get=_PROVINCE_DECIDES, where=_PUBLISHED),
    "batch_add": Entry(get=_PROVINCE_DECIDES, post=_PROVINCE_DECIDES, where=_DRAFT),
    "batch_remove": Entry(post=_PROVINCE_DECIDES, where=_DRAFT),
    "batch_title": Entry(post=_PROVINCE_DECIDES, where=_DRAFT),
    "batch_publish": Entry(get=_PROVINCE_DECIDES, post=_PROVINCE_DECIDES, where=_DRAFT),
    "batch_discard": Entry(post=_PROVINCE_DECIDES, where=_DRAFT),
    "batch_retry": Entry(post=_PROVINCE_DECIDES, where=_PUBLISHED),
    "batch_release": Entry(post=_PROVINCE_DECIDES, where={**_PUBLISHED, "item": "item"}),
    "objections": Entry(get=_PROVINCE_DECIDES),
    "objection": Entry(get=_PROVINCE_DECIDES, post=_PROVINCE_DECIDES, where=_OBJECTION),
    "objection_evidence": Entry(get=_PROVINCE_DECIDES, where=_OBJECTION),
}

_NOTICES = officers(Function.NOTICES, province_only=True)
_NOTICE, _UNPUBLISHED = {"pk": "notice"}, {"pk": "notice:draft"}
_NOTICE_PAGES = {
    "notices": Entry(get=_NOTICES),
    "notice_new": Entry(get=_NOTICES, post=_NOTICES),
    "notice": Entry(get=_NOTICES, post=_NOTICES, where=_NOTICE),
    "notice_preview": Entry(get=_NOTICES, where=_NOTICE),
    "notice_attachment": Entry(get=_NOTICES, where=_NOTICE),
    "notice_publish": Entry(post=_NOTICES, where=_UNPUBLISHED, data={"seen": "1"}),
    "notice_withdraw": Entry(post=_NOTICES, where=_NOTICE, data={"seen": "1"}),
    "notice_discard": Entry(post=_NOTICES, where=_UNPUBLISHED, data={"seen": "1"}),
}

_QUESTION = {"pk": "question"}
_QUESTION_PAGES = {
    "questions": Entry(get=_NOTICES),
    "question": Entry(get=_NOTICES, post=_NOTICES, where=_QUESTION, data={"seen": "1"}),
    "question_attachment": Entry(get=_NOTICES, where=_QUESTION),
    "question_publish": Entry(post=_NOTICES, where=_QUESTION, data={"seen": "1"}),
    "question_withdraw": Entry(post=_NOTICES, where=_QUESTION, data={"seen": "1"}),
}

_IMPORTS = officers(_REGISTER, province_only=True, scoped=False)
_RUN = {"uuid": "import"}
_IMPORT_PAGES = {
    "imports": Entry(get=_IMPORTS),
    "import_new": Entry(get=_IMPORTS, post=_IMPORTS),
    "import_template": Entry(get=_IMPORTS, where={"kind": "=qualifications"}),
    "import": Entry(get=_IMPORTS, where=_RUN),
    "import_progress": Entry(get=_IMPORTS, where=_RUN),
    "import_errors": Entry(get=_IMPORTS, where=_RUN),
    "import_apply": Entry(post=_IMPORTS, where=_RUN, data={"seen": "1"}),
    "import_again": Entry(post=_IMPORTS, where=_RUN, data={"seen": "1"}),
}

_OPERATES = officers(Function.SYSTEM, province_only=True, scoped=False)
_ROBOTS = {
    "robots": Entry(get=_OPERATES),
    "robot_run": Entry(get=_OPERATES, where={"pk": "robot_run"}),
    "robot_progress": Entry(get=_OPERATES, where={"pk": "robot_run"}),
    "robot_dry_run": Entry(post=_OPERATES),
}

_SYSTEM, _SECURITY = Function.SYSTEM, Function.SECURITY
_BUSINESS = tuple(each for each in Function if each not in ADMINISTRATORS)
_ADMINISTER, _ONE = officers(_SYSTEM, _SECURITY), {"pk": "officer"}
_BY_SYSTEM, _BY_SECURITY = officers(_SYSTEM), officers(_SECURITY)


def _nobody_knocks(role: Role, side: Side) -> Outcome | None:
    """The delegation is of an officer who is not among those who knock."""
    return Outcome.MISSING


_ACCEPTS, _SIGN_UP = officers(_ACCEPTANCE), {"pk": "sign_up"}
_SIGN_UPS = {
    "sign_ups": Entry(get=officers(_ACCEPTANCE, scoped=False)),
    "sign_up": Entry(get=_ACCEPTS, where=_SIGN_UP),
    "sign_up_licence": Entry(get=_ACCEPTS, where=_SIGN_UP),
    "sign_up_approve": Entry(post=_ACCEPTS, where=_SIGN_UP),
    "sign_up_refuse": Entry(post=_ACCEPTS, where=_SIGN_UP, data={"reason": "×"}),
}
_ASSIGNED = {"pk": "manager"}
_ADMINISTRATION = {
    "assigned": Entry(get=officers(_SYSTEM, scoped=False), query={"q": "湖南"}),
    "assigned_enterprise": Entry(get=_BY_SYSTEM, post=_BY_SYSTEM, where={"pk": "enterprise"}),
    "assigned_account": Entry(get=_BY_SYSTEM, where=_ASSIGNED),
    "assigned_reset": Entry(post=_BY_SYSTEM, where=_ASSIGNED, data={"reason": "更换手机", "phone": "13800002799"}),
    "assigned_active": Entry(post=_BY_SYSTEM, where=_ASSIGNED, data={"active": "0"}),
    "officers": Entry(get=officers(_SYSTEM, _SECURITY, scoped=False)),
    "officer_new": Entry(get=officers(_SYSTEM, scoped=False), post=officers(_SYSTEM, scoped=False)),
    "officer": Entry(get=_ADMINISTER, where=_ONE),
    "officer_functions": Entry(post=_BY_SECURITY, where=_ONE, data={"functions": "acceptance"}),
    "officer_move": Entry(post=_BY_SYSTEM, where=_ONE),
    "officer_phone": Entry(post=_BY_SYSTEM, where=_ONE, data={"phone": "13800002716"}),
    "officer_identity": Entry(post=_BY_SYSTEM, where=_ONE, data={"id_number": ""}),
    "officer_active": Entry(post=_BY_SYSTEM, where=_ONE, data={"active": "0"}),
    "officer_second_factor": Entry(post=_BY_SECURITY, where=_ONE),
    "officer_unlock": Entry(post=_BY_SECURITY, where=_ONE),
    "delegation": Entry(get=officers(*_BUSINESS, scoped=False), post=officers(*_BUSINESS, scoped=False)),
    "delegation_revoke": Entry(
        post=officers(*_BUSINESS, scoped=False, unless=_nobody_knocks), where={"pk": "delegation"}
    ),
    "audit_trail": Entry(get=officers(Function.AUDIT, scoped=False)),
}


def _nobody_was_found(role: Role, side: Side) -> Outcome | None:
    """Only who was found by name and number just before can be opened at the counter."""
    return Outcome.MISSING


_COUNTER, _COMPARES = officers(Function.COUNTER, scoped=False), officers(Function.COUNTER)
_NOT_FOUND = officers(Function.COUNTER, scoped=False, unless=_nobody_was_found)
_FACE = {"uuid": "face"}
_IDENTITY_PAGES = {
    "identity": Entry(get=_COUNTER),
    "identity_face": Entry(get=_COMPARES, post=_COMPARES, where=_FACE),
    "identity_frame": Entry(get=_COMPARES, where=_FACE),
    "identity_card": Entry(get=_COMPARES, where=_FACE),
    "identity_counter": Entry(get=_COUNTER, post=_COUNTER),
    "identity_check": Entry(get=_NOT_FOUND, post=_NOT_FOUND, where={"pk": "person"}),
}

AUTHORITY = {
    **_ADMINISTRATION,
    **_SIGN_UPS,
    "statistics": Entry(get=_LOOK_UP),
    "statistics_recount": Entry(post=_REGISTERS),
    "work": Entry(get=officers(scoped=False)),
    "outbox": Entry(get=officers(Function.SYSTEM, scoped=False)),
    **_ROBOTS,
    **_AT_THE_DESK,
    **_CASES,
    **_REGISTER_PAGES,
    **_RESTRICTIONS,
    **_PROCEEDINGS,
    **_BATCHES,
    **_NOTICE_PAGES,
    **_QUESTION_PAGES,
    **_IMPORT_PAGES,
    **_IDENTITY_PAGES,
}
