"""The kinds of import, one module each."""

from __future__ import annotations

from erjian.exchange.columns import Kind
from erjian.exchange.kinds.bars import BARS
from erjian.exchange.kinds.education import EDUCATION
from erjian.exchange.kinds.enterprise_qualifications import ENTERPRISE_QUALIFICATIONS
from erjian.exchange.kinds.enterprises import ENTERPRISES
from erjian.exchange.kinds.locks import LOCKS
from erjian.exchange.kinds.qualifications import QUALIFICATIONS
from erjian.exchange.kinds.registrations import REGISTRATIONS
from erjian.standards.errors import Refusal

#: In the order in which a register is filled.
KINDS: tuple[Kind, ...] = (
    QUALIFICATIONS,
    ENTERPRISES,
    ENTERPRISE_QUALIFICATIONS,
    REGISTRATIONS,
    BARS,
    LOCKS,
    EDUCATION,
)
BY_CODE: dict[str, Kind] = {kind.code: kind for kind in KINDS}


class KindUnknown(Refusal):
    """There is no such kind of import."""


def get(code: str) -> Kind:
    """The kind of a code. Raises KindUnknown."""
    try:
        return BY_CODE[code]
    except KeyError:
        raise KindUnknown("没有这种数据。请选择要导入的数据类型。", code="kind", field="kind") from None
