"""The one family of errors that people get to read.

A ``Refusal`` says in Chinese what is wrong and what to do, and carries a short code by which a
machine (an API client, a batch, a test) recognises the case. Every room refuses with a subclass of
its own; pages show the message, the API returns it, an import writes it beside the row.
"""

from __future__ import annotations


class Refusal(Exception):
    """Something was asked that the rules do not allow.

    ``code`` is stable and machine readable, ``message`` is the Chinese sentence to show, ``field``
    names the form field it belongs to, when there is one.
    """

    def __init__(self, message: str, *, code: str = "invalid", field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r}, code={self.code!r}, field={self.field!r})"
