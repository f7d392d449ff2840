"""Pages of a list: exact up to a thousand rows, by key beyond.

Counting a million rows costs more than showing thirty of them, and a deep OFFSET reads what it
skips. So the count is exact up to 1,000 (or what a list whose rows are dear to count says) and then says
1000+; jumps reach that far; beyond, a page starts after the last row of the one before (keyset). That
needs an order in which no two rows are equal: a queryset without any order is refused, and ``pk`` is added
as the last word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import QueryDict

from erjian.compiled import Bound, fetch

PER_PAGE = 30
EXACT = 1000
EXACT_NAMED = 100
"""How far those of a name are counted in the whole register, where each is found through its person."""
_PLACE = ("page", "after", "before")
"""The parameters that say which page of a list is shown; all others say what is listed."""
_SALT = "erjian.ui.paging"


@dataclass(frozen=True)
class Page:
    """Thirty rows and how to reach the others.

    ``count`` is exact unless ``more`` is set; then there are at least that many. ``pages`` is the
    last page that can be jumped to. ``next``, ``previous``, ``first`` and ``last`` are the query
    parameters of the neighbours (``{"page": 2}``), or ``None`` where there is none.
    """

    items: list
    number: int
    pages: int
    per_page: int
    count: int
    more: bool
    next: dict | None
    previous: dict | None
    last: dict | None

    @property
    def first(self) -> dict | None:
        """The parameters of the first page; ``None`` on it."""
        return {"page": 1} if self.number > 1 else None

    @property
    def start(self) -> int:
        """The running number of the first row."""
        return (self.number - 1) * self.per_page + 1

    @property
    def total(self) -> str:
        """共 n 条记录: 128, or 1000+."""
        return f"{self.count}+" if self.more else str(self.count)

    def __iter__(self):
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class _Key:
    """One term of the order. PostgreSQL puts empty values last ascending and first descending."""

    path: str
    down: bool
    nulls_first: bool
    nullable: bool = True

    def reversed(self) -> "_Key":
        return _Key(self.path, not self.down, not self.nulls_first, self.nullable)

    def expression(self) -> OrderBy:
        nulls = {"nulls_first": True} if self.nulls_first else {"nulls_last": True}
        if self.nulls_first == self.down:  # what the database does anyway: keeps indexes usable
            nulls = {}
        return OrderBy(F(self.path), descending=self.down, **nulls)

    def value(self, row: object) -> object:
        if isinstance(row, Mapping):
            return row[self.path]
        for name in self.path.split("__"):
            row = getattr(row, name, None)
            if row is None:
                return None
        return row


def searched(params: Mapping[str, str]) -> dict[str, str]:
    """What a list is searched by: the parameters that have a value, without those of the page."""
    given = {name: value.strip() for name, value in params.items() if name not in _PLACE}
    return {name: value for name, value in given.items() if value}


def unpaged(query: QueryDict, *without: str) -> QueryDict:
    """A list's query as its first page has it, and without the parameters named."""
    kept = query.copy()
    for name in (*_PLACE, *without):
        kept.pop(name, None)
    return kept


def paginate(
    rows: QuerySet | Bound, params: Mapping, per_page: int = PER_PAGE, *, total: int | None = None, exact: int = EXACT
) -> Page:
    """The page that the request's parameters ask for; nonsense is answered with the first.

    Reads ``page`` and, beyond the exact count, the signed ``after`` or ``before``. At most two queries:
    the rows, and the count up to ``exact`` unless the caller knows the ``total`` or all rows fit on the first page. A
    compiled query ends its order with the primary key; it is built as a queryset only where a page begins after a row.
    """
    number = _number(params.get("page"))
    if total is None and number == 1:
        found = _rows(rows if isinstance(rows, Bound) else _in_order(rows)[0], 1, per_page)
        counted = len(found) if len(found) <= per_page else _count(rows, exact)
        return _page(found, (), 1, counted=counted, exact=exact, per_page=per_page)
    counted = _count(rows, exact) if total is None else total
    more = counted > exact
    jumps = _jumps(counted, exact, per_page)
    if isinstance(rows, Bound) and (not more or number < jumps):
        return _jump(rows, (), min(number, jumps), counted=counted, exact=exact, per_page=per_page)
    ordered, keys = _in_order(rows.queryset if isinstance(rows, Bound) else rows)
    if more:
        for name in ("after", "before"):
            values = _read(params.get(name), len(keys))
            if values is not None and number > 1:
                forward = name == "after"
                return _beyond(ordered, keys, values, number=number, exact=exact, per_page=per_page, forward=forward)
    return _jump(ordered, keys, min(number, jumps), counted=counted, exact=exact, per_page=per_page)


def _count(rows: QuerySet | Bound, exact: int) -> int:
    if isinstance(rows, Bound):
        return rows.count(exact + 1)
    # By the keys alone: what each row shows besides (a subquery, say) would be made for every row that is counted.
    return rows.order_by().values("pk")[: exact + 1].count()


def _jumps(counted: int, exact: int, per_page: int) -> int:
    """The last page that can be jumped to."""
    return max(1, -(-min(counted, exact) // per_page))


def _in_order(queryset: QuerySet) -> tuple[QuerySet, list[_Key]]:
    keys = _keys(queryset)
    return queryset.order_by(*(key.expression() for key in keys)), keys


def _rows(ordered: QuerySet | Bound, number: int, per_page: int) -> list:
    """The rows of a page and one more, if there is one."""
    offset = (number - 1) * per_page
    part = ordered[offset : offset + per_page + 1]
    return part if isinstance(part, list) else fetch(part)


def _jump(
    ordered: QuerySet | Bound, keys: Sequence[_Key], number: int, *, counted: int, exact: int, per_page: int
) -> Page:
    """A page by its number."""
    found = _rows(ordered, number, per_page)
    return _page(found, keys, number, counted=counted, exact=exact, per_page=per_page)


def _page(found: list, keys: Sequence[_Key], number: int, *, counted: int, exact: int, per_page: int) -> Page:
    """A page of its rows. Keys are needed only for the last that can be jumped to, where more rows follow."""
    items, further = found[:per_page], len(found) > per_page
    jumps = _jumps(counted, exact, per_page)
    following = None
    if further:
        following = {"page": number + 1}
        if number >= jumps and keys:
            following["after"] = _write(keys, items[-1])
    return Page(
        items=items,
        number=number,
        pages=jumps,
        per_page=per_page,
        count=min(counted, exact),
        more=counted > exact,
        next=following,
        previous={"page": number - 1} if number > 1 else None,
        last={"page": jumps} if number < jumps else None,
    )


def _beyond(
    ordered: QuerySet, keys: list[_Key], values: list, *, number: int, exact: int, per_page: int, forward: bool
) -> Page:
    """A page after (or before) a row."""
    way = keys if forward else [key.reversed() for key in keys]
    found = ordered.filter(_past(way, values)).order_by(*(key.expression() for key in way))
    rows = fetch(found[: per_page + 1])
    further = len(rows) > per_page
    jumps = _jumps(exact, exact, per_page)
    items = rows[:per_page] if forward else rows[:per_page][::-1]
    following = previous = None
    if items and (further or not forward):
        following = {"page": number + 1, "after": _write(keys, items[-1])}
    if number - 1 <= jumps:
        previous = {"page": number - 1}
    elif items:
        previous = {"page": number - 1, "before": _write(keys, items[0])}
    return Page(
        items=items,
        number=number,
        pages=jumps,
        per_page=per_page,
        count=exact,
        more=True,
        next=following,
        previous=previous,
        last={"page": jumps},
    )


def _keys(queryset: QuerySet) -> list[_Key]:
    """The order of a queryset as keys, made total by the primary key."""
    given = queryset.query.order_by or (queryset.query.get_meta().ordering if queryset.query.default_ordering else ())
    if not given:
        message = f"A list of {queryset.model.__name__} must say its order before it is paged."
        raise ImproperlyConfigured(message)
    keys = [_key(term) for term in given]
    keys = [replace(key, nullable=_nullable(queryset.model, key.path)) for key in keys]
    own = queryset.model._meta.pk.name
    if not any(key.path in ("pk", own) for key in keys):
        keys.append(_Key("pk", keys[-1].down, keys[-1].down, nullable=False))
    return keys


def _nullable(model: type[Model], path: str) -> bool:
    """Whether a column can be empty; annotations and what lies behind a relation count as such."""
    if path == "pk":
        return False
    try:
        return bool(getattr(model._meta.get_field(path), "null", True))
    except FieldDoesNotExist:
        return True


def _key(term: object) -> _Key:
    if isinstance(term, str):
        down = term.startswith("-")
        return _Key(term.lstrip("-+"), down, down)
    if isinstance(term, F):
        return _Key(term.name, down=False, nulls_first=False)
    if isinstance(term, OrderBy) and isinstance(term.expression, F):
        first = term.nulls_first or (term.descending and not term.nulls_last)
        return _Key(term.expression.name, term.descending, bool(first))
    message = f"A paged list can only be ordered by columns or annotations, not by {term!r}."
    raise ImproperlyConfigured(message)


def _past(keys: list[_Key], values: list) -> Q:
    """Rows that come strictly after the given values in the order of the keys."""
    condition = Q(pk__in=[])
    same = Q()
    for key, value in zip(keys, values, strict=True):
        empty = Q(**{f"{key.path}__isnull": True})
        if value is None:
            if key.nulls_first:
                condition |= same & ~empty
            same &= empty
            continue
        later = Q(**{f"{key.path}__{'lt' if key.down else 'gt'}": value})
        if key.nullable and not key.nulls_first:
            later |= empty
        condition |= same & later
        same &= Q(**{key.path: value})
    head = keys[0]
    if values[0] is not None and not head.nullable:  # says again where to begin: an index can use it
        condition &= Q(**{f"{head.path}__{'lte' if head.down else 'gte'}": values[0]})
    return condition


def _number(text: object) -> int:
    try:
        return max(1, min(int(str(text)), 10_000_000))
    except ValueError:
        return 1


_WRITE = {datetime: "t", date: "d", UUID: "u", Decimal: "n"}
_READ = {"t": datetime.fromisoformat, "d": date.fromisoformat, "u": UUID, "n": Decimal}


def _write(keys: Sequence[_Key], row: object) -> str:
    """The place of a row in the order, signed so that nothing else can be asked for."""
    packed = []
    for key in keys:
        value = key.value(row)
        mark = _WRITE.get(type(value), "")
        packed.append([mark, value.isoformat() if mark in ("t", "d") else str(value)] if mark else value)
    return signing.dumps(packed, salt=_SALT)


def _read(token: str | None, length: int) -> list | None:
    if not token:
        return None
    try:
        packed = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    if len(packed) != length:
        return None
    return [_READ[one[0]](one[1]) if isinstance(one, list) else one for one in packed]
