"""A whole province to try the platform with: offices, enterprises, people and their cases, all made up.

Everything follows from a seed and the day: the same seed on the same day makes the same province. Nobody in it
exists: ID numbers and credit codes pass their checks but carry a county code that was never assigned, phone
numbers lie in a segment that no operator has, pictures are drawn. Officers and people bring the cases to where
they are by the platform's own actions, at moments of the past weeks, so every opinion, clock, letter and audit
row is what the platform itself would have written. The mass of the register is loaded in bulk.

    demo.load(progress=show)              # the normal province, once, in one transaction
    demo.load(people=1_000_000)           # the same with a million people, for measuring
    demo.accounts()                       # who can sign in, and with which password
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from erjian.demo.accounts import Account, accounts
    from erjian.demo.province import AlreadyLoaded, is_empty, load

__all__ = ["Account", "AlreadyLoaded", "accounts", "is_empty", "load"]

# Models cannot be imported while Django loads its applications, which import this package.
_LATE = {
    "Account": "accounts",
    "accounts": "accounts",
    "AlreadyLoaded": "province",
    "is_empty": "province",
    "load": "province",
}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        from importlib import import_module

        # Importing the module `accounts` binds it to the package; the function of that name has to win.
        value = getattr(import_module(f"erjian.demo.{_LATE[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
