"""The person's door: everything in it is their own."""

from tests.permissions.access import ONE_PERSON, PUBLIC, Access, Entry

_OWN = ONE_PERSON
_SELF = Access(doors=ONE_PERSON.doors, scoped=False)
_CASE = {"uuid": "case:wait_person"}
_FILED = {"uuid": "case:cancellation"}
_PROCEEDING = {"uuid": "proceeding"}
_CERTIFICATE = {"pk": "certificate"}

PERSON = {
    "home": Entry(get=_SELF),
    "cases": Entry(get=_SELF),
    "case": Entry(get=_OWN, where=_CASE),
    "consent": Entry(get=_OWN, post=_OWN, where=_CASE),
    "decline": Entry(get=_OWN, post=_OWN, where=_CASE),
    "case-print": Entry(get=_OWN, where=_CASE),
    "material": Entry(get=_OWN, where={**_CASE, "pk": "material:wait_person"}),
    "letter": Entry(get=_OWN, where={"uuid": "case:not_accepted", "pk": "letter"}),
    "filing": Entry(get=_SELF),
    "filing-start": Entry(post=_SELF, where={"code": "=cancellation_by_person"}),
    "edit": Entry(get=_OWN, post=_OWN, where=_FILED),
    "hand-in": Entry(get=_OWN, post=_OWN, where=_FILED),
    "autosave": Entry(post=_OWN, where=_FILED),
    "attach": Entry(post=_OWN, where={**_FILED, "code": "=other"}),
    "detach": Entry(post=_OWN, where={**_FILED, "pk": "material:cancellation"}),
    "delete": Entry(post=_OWN, where=_FILED),
    "withdraw": Entry(get=_OWN, post=_OWN, where=_FILED),
    "certificates": Entry(get=_SELF),
    "certificate": Entry(get=_OWN, where=_CERTIFICATE),
    "certificate-show": Entry(get=_OWN, where=_CERTIFICATE),
    "certificate-file": Entry(get=_OWN, where=_CERTIFICATE),
    "certificate-preview": Entry(get=_OWN, where=_CERTIFICATE),
    "window-new": Entry(get=_OWN, post=_OWN, where=_CERTIFICATE, data={"purpose": "投标"}),
    "window-file": Entry(get=_OWN, where={**_CERTIFICATE, "window": "window"}),
    "window-withdraw": Entry(get=_OWN, post=_OWN, where={**_CERTIFICATE, "window": "window"}),
    "certificate-portrait": Entry(get=_OWN, where=_CERTIFICATE),
    "registrations": Entry(get=_SELF),
    "standing": Entry(get=_SELF),
    "proceedings": Entry(get=_SELF),
    "proceeding": Entry(get=_OWN, where=_PROCEEDING),
    "proceeding-act": Entry(
        get=_OWN, post=_OWN, where={**_PROCEEDING, "name": "=state_case"}, data={"seen": "2", "text": "×"}
    ),
    "proceeding-paper": Entry(get=_OWN, where={**_PROCEEDING, "pk": "paper"}),
    "proceeding-file": Entry(get=_OWN, where={**_PROCEEDING, "pk": "proof"}),
    "compel": Entry(get=_OWN, post=_OWN, where={"uuid": "case:refused_by_enterprise"}),
    "information": Entry(get=_SELF),
    "contact": Entry(get=_SELF, post=_SELF),
    "phone": Entry(get=_SELF, post=_SELF),
    "readers": Entry(get=_SELF),
    "signature": Entry(get=_SELF, post=_SELF),
    "signature-upload": Entry(post=_SELF),
    "signature-image": Entry(get=_SELF),
    "sign-in": Entry(get=PUBLIC, post=PUBLIC),
    "identity": Entry(get=_SELF, post=_SELF),
    "identity-autosave": Entry(post=_SELF),
    "identity-edit": Entry(get=_SELF, post=_SELF),
    "identity-begin": Entry(post=_SELF),
    "identity-pledge": Entry(get=_SELF),
    "identity-picture": Entry(get=_SELF, where={"name": "=id_front"}),
    "identity-picture-upload": Entry(post=_SELF, where={"name": "=id_held"}),
    "portrait-upload": Entry(post=_SELF),
    "portrait-image": Entry(get=_SELF),
}

VERIFYING = {
    "verify": Entry(get=PUBLIC, post=PUBLIC),
    "verify-code": Entry(post=PUBLIC),
    "verify-leave": Entry(post=PUBLIC),
    "verify-consent": Entry(post=PUBLIC),
    "verify-counter": Entry(post=PUBLIC),
    "verify-from-counter": Entry(post=PUBLIC),
    "verify-slip": Entry(get=PUBLIC),
    "verify-card": Entry(post=PUBLIC),
    "verify-card-autosave": Entry(post=PUBLIC),
    "verify-card-again": Entry(post=PUBLIC),
    "verify-card-side": Entry(post=PUBLIC, where={"side": "=front"}),
    "verify-card-image": Entry(get=PUBLIC, where={"side": "=front"}),
    "verify-look": Entry(post=PUBLIC),
    "verify-draw": Entry(post=PUBLIC),
    "verify-take": Entry(post=PUBLIC),
    "verify-state": Entry(get=PUBLIC),
    "verify-returned": Entry(get=PUBLIC),
    "verify-send": Entry(post=PUBLIC),
}
"""Open to everybody, but only of use to the browser in which a verification was begun."""

MOBILE = {
    "home": Entry(get=PUBLIC),
    "certificates": Entry(get=_SELF),
    "cases": Entry(get=_SELF),
    "verify": Entry(get=PUBLIC),
}
"""The phone pages behind the QR code."""
