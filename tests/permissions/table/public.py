"""The public's front door: open to everybody, but for the inbox, the password and signing out."""

from erjian.accounts.models import UserKind
from tests.permissions.access import PUBLIC, SIGNED_IN, Access, Entry, Outcome
from tests.permissions.roles import Role, Side

_READ = Entry(get=PUBLIC)


def _addressed_to_the_person(role: Role, side: Side) -> Outcome | None:
    return None if role.kind == UserKind.PERSON else Outcome.MISSING


_MESSAGE = Access(doors=SIGNED_IN.doors, unless=_addressed_to_the_person)

_ENTERING = Entry(get=PUBLIC, post=PUBLIC)
_MY_SESSION = Access(doors=SIGNED_IN.doors, unless=lambda role, side: Outcome.MISSING)

FRONT = {
    "home": _READ,
    "sign-in": Entry(get=PUBLIC, post=PUBLIC),
    "identity": _READ,
    "identity-back": _READ,
    "licence": _ENTERING,
    "licence-state": Entry(post=PUBLIC),
    "activate": Entry(get=PUBLIC, post=PUBLIC),
    "code": Entry(get=PUBLIC, post=PUBLIC),
    "forgotten": Entry(get=PUBLIC, post=PUBLIC),
    "link": Entry(get=PUBLIC, post=PUBLIC, where={"token": "link"}),
    "captcha": _READ,
    "second": _ENTERING,
    "second-passkey": Entry(post=PUBLIC),
    "enrol": _ENTERING,
    "enrol-passkey": Entry(post=PUBLIC),
    "continue": Entry(get=SIGNED_IN),
    "account": Entry(get=SIGNED_IN),
    "account-second": Entry(get=SIGNED_IN, post=SIGNED_IN),
    "passkey-options": Entry(post=SIGNED_IN),
    "authenticator-remove": Entry(post=SIGNED_IN),
    "passkey-remove": Entry(post=_MY_SESSION, where={"pk": "passkey"}),
    "recovery": Entry(post=SIGNED_IN),
    "sessions-end": Entry(post=SIGNED_IN),
    "session-end": Entry(post=_MY_SESSION, where={"pk": "session"}),
    "confirm-identity": Entry(get=SIGNED_IN, post=SIGNED_IN),
    "confirm-passkey": Entry(post=SIGNED_IN),
    "register": Entry(get=PUBLIC, post=PUBLIC),
    "counties": Entry(get=PUBLIC, query={"city": "430100"}),
    "register-code": Entry(get=PUBLIC, post=PUBLIC),
    "register-mine": _READ,
    "register-new": Entry(get=PUBLIC, post=PUBLIC),
    "sign-out": Entry(post=SIGNED_IN),
    "password": Entry(get=SIGNED_IN, post=SIGNED_IN),
    "messages": Entry(get=SIGNED_IN),
    "message": Entry(post=_MESSAGE, where={"pk": "message"}),
    "read-all": Entry(post=SIGNED_IN),
    "notices": _READ,
    "notice": Entry(get=PUBLIC, where={"pk": "notice"}),
    "notice-attachment": Entry(get=PUBLIC, where={"pk": "notice"}),
    "publicity": Entry(get=PUBLIC, where={"pk": "batch:publicity"}),
    "object": Entry(get=PUBLIC, post=PUBLIC, where={"pk": "batch:publicity", "item": "item"}),
    "announcement": Entry(get=PUBLIC, where={"pk": "batch:announcement"}),
    "objections": Entry(get=PUBLIC, post=PUBLIC),
    "verify": _READ,
    "verify-upload": Entry(get=PUBLIC, post=PUBLIC),
    "verify-token": Entry(get=PUBLIC, where={"token": "token"}),
    "portrait": Entry(get=PUBLIC, where={"token": "token"}),
    "guides": _READ,
    "guide": Entry(get=PUBLIC, where={"code": "=initial"}),
    "progress": Entry(get=PUBLIC, post=PUBLIC),
    "questions": _READ,
    "engineers": _READ,
    "manual": _READ,
    "accessibility": _READ,
    "privacy": _READ,
}
