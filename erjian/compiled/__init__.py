"""Querysets compiled once: for the few queries that every page or every list makes.

Building a queryset and compiling it to SQL costs Django more than PostgreSQL needs to answer it. A query that is the
same but for its values is declared once as a function of those values::

    @compiled
    def open_cases(enterprise_id: int, code: str) -> QuerySet[Application]:
        return Application.objects.filter(enterprise_id=enterprise_id, procedure_code=code).order_by("-id")

    open_cases(enterprise_id=7, code="initial")                  # a list, as list(queryset) gives
    open_cases.bind(enterprise_id=7, code="initial")[0:31]       # a page of it, for ui.paging
    open_cases.bind(enterprise_id=7, code="initial").count(1001) # how many there are, counted up to 1001

The function is called once per process and slice, with stand-ins for its values; where they arrive in the SQL, the
values of later calls are bound by the server, which keeps the statement prepared. So a value may only be passed on to
the query: a function that branches on one, or computes with one, is refused when it is compiled. Values are `int`,
`str`, `date` or `datetime` as annotated; everything else in the query is constant, and written into the statement: only
so does a plan that is made once see that an index of some rows (`WHERE cases > 0`) has those that are asked for.

The filters of a list, any of which may be empty, are conditions on one such query. `narrowed` compiles those that are
given once; as it depends on their values which index is best, every call is planned for its own::

    narrowed(reported, {"number__startswith": "2026", "reported_at__range": (first, last)})[0:31]
"""

from __future__ import annotations

import inspect
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache, update_wrapper
from threading import Lock
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Model, QuerySet, prefetch_related_objects
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators
from psycopg.sql import Literal

__all__ = ["Bound", "Compiled", "compiled", "fetch", "narrowed"]

_STAND_INS: dict[str, Callable[[int], Any]] = {
    "int": lambda place: 7_100_000_000_000_000_000 + place,
    "str": lambda place: f"\ue000{place}\ue001",
    "date": lambda place: date.min + timedelta(place),
    "datetime": lambda place: datetime(1, 2, 1, tzinfo=UTC) + timedelta(place),
}
_ANY = "%"
"""What a pattern for the beginning of a text ends with."""
_PLACE = re.compile("%[s%]")
"""Where a value is bound, or a percent sign, in a statement."""


class _PreparedCursor(ServerBindingCursor):
    """Binds on the server and keeps the statement prepared from its first use on."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, **(options | {"prepare": True}))  # type: ignore[misc]


def fetch(queryset: QuerySet[Any]) -> list[Any]:
    """The objects of an ordinary queryset, made as `compiled` makes them; as `list(queryset)` where it cannot."""
    if queryset._result_cache is not None or queryset._known_related_objects:  # type: ignore[attr-defined]  # noqa: SLF001
        return list(queryset)
    if queryset._iterable_class is not ModelIterable:  # noqa: SLF001
        return list(queryset)
    try:
        found = _Statement(queryset, {}, prepared=False).run({})
    except EmptyResultSet:
        return []
    if lookups := queryset._prefetch_related_lookups:  # type: ignore[attr-defined]  # noqa: SLF001
        prefetch_related_objects(found, *lookups)
    return found


class _Statement:
    """The SQL of one function and slice, where its values go, and how its rows become objects.

    A prepared one is planned once for whatever comes; one that is not is planned for the values of each run, which
    therefore may be the beginning of a text.
    """

    def __init__(self, queryset: QuerySet[Any], names: Mapping[Any, str], *, prepared: bool) -> None:
        self.alias, self._prepared = queryset.db, prepared
        compiler = queryset.query.get_compiler(using=self.alias)
        self.sql, given = compiler.as_sql(with_col_aliases=False)
        as_beginning = {} if prepared else {f"{value}{_ANY}": name for value, name in names.items()}
        self._places: list[tuple[str | None, Any]] = []
        constants: list[str | None] = []
        for value in given:
            name, beginning = _meant(value, names), _meant(value, as_beginning)
            constant = not (name or beginning)
            if constant and prepared and isinstance(value, int | str):
                constants.append(Literal(value).as_string().replace("%", "%%"))
                continue
            constants.append(None)
            # Of a value its name, and whether the text only begins so; of a constant itself.
            self._places.append((None, value) if constant else (name or beginning, bool(beginning)))
        self.sql = _with_constants(self.sql, constants)
        met = {name for name, _ in self._places if name}
        if missing := set(names.values()) - met:
            raise TypeError(f"{', '.join(sorted(missing))} must be passed on to the query as given.")
        select = compiler.select
        self._converters = list(compiler.get_converters([column for column, *_ in select]).items())
        self._make = self._maker(queryset, compiler)

    def _maker(self, queryset: QuerySet[Any], compiler: Any) -> Callable[[Any], Any]:
        """A function of a row."""
        kind = queryset._iterable_class  # noqa: SLF001
        if kind is ValuesListIterable:
            return tuple
        if kind is not ModelIterable:
            raise TypeError("A compiled query gives objects or values_list() rows.")
        klass, alias, select = compiler.klass_info, self.alias, compiler.select
        model, fields = klass["model"], klass["select_fields"]
        begin, end = fields[0], fields[-1] + 1
        names = [column.target.attname for column, *_ in select[begin:end]]
        related = get_related_populators(klass, select, alias)  # type: ignore[call-arg]
        annotations = list((compiler.annotation_col_map or {}).items())

        def make(row: Any) -> Any:
            found = _object(model, alias, names, row[begin:end])
            for populator in related:
                _join(populator, row, found)
            for name, position in annotations:
                setattr(found, name, row[position])
            return found

        return make

    def run(self, values: Mapping[str, Any]) -> list[Any]:
        connection = connections[self.alias]
        pattern = connection.ops.prep_for_like_query
        params = [
            further if name is None else f"{pattern(values[name])}{_ANY}" if further else values[name]
            for name, further in self._places
        ]
        with self._cursor(connection) if self._prepared else connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            rows: Any = cursor.fetchall()
        if self._converters:
            rows = self._converted(rows, connection)
        return list(map(self._make, rows))

    def _cursor(self, connection: Any) -> Any:
        connection.ensure_connection()
        # Django's own wrappers count and log the query like any other.
        return connection._prepare_cursor(_PreparedCursor(connection.connection))  # type: ignore[call-arg]  # noqa: SLF001

    def _converted(self, rows: Any, connection: Any) -> Iterator[list[Any]]:
        for given in rows:
            row = list(given)
            for position, (converters, column) in self._converters:
                for convert in converters:
                    row[position] = convert(row[position], column, connection)
            yield row


def _object(model: type[Model], alias: str, names: list[str], values: Any) -> Any:
    """What `Model.from_db` gives, without running the constructor over every field, which costs six times as much."""
    found = model.__new__(model)
    state = ModelState()
    state.db, state.adding = alias, False
    found.__dict__.update(zip(names, values, strict=True), _state=state)
    return found


def _join(populator: Any, row: Any, found: Any) -> None:
    """Give a row's object its related object: Django's `RelatedPopulator.populate` over `_object`."""
    order = populator.reorder_for_init
    values = order(row) if order else row[populator.cols_start : populator.cols_end]
    related = None
    if values[populator.pk_idx] is not None:
        related = _object(populator.model_cls, populator.db, populator.init_list, values)
        for further in populator.related_populators:
            _join(further, row, related)
    populator.local_setter(found, related)
    if related is not None:
        populator.remote_setter(related, found)


def _with_constants(sql: str, constants: Iterable[str | None]) -> str:
    """The statement with the constants written in their places; None leaves a place to be bound."""
    remaining = iter(constants)
    return _PLACE.sub(lambda found: (found[0] == "%s" and next(remaining)) or found[0], sql)


def _meant(value: Any, names: Mapping[Any, str]) -> str | None:
    """The name of the value that a stand-in stands for; None for anything else."""
    try:
        return names.get(value)
    except TypeError:
        return None


class Compiled:
    """A function of values that gives a queryset, compiled at its first use."""

    prepared = True

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        update_wrapper(self, build)
        self.build = build
        self._statements: dict[Any, _Statement] = {}
        self._lock = Lock()

    @cached_property
    def _stand_ins(self) -> dict[str, Any]:
        return {name: _STAND_INS[kind](place) for place, (name, kind) in enumerate(self._kinds())}

    def _kinds(self) -> Iterable[tuple[str, str]]:
        """The names of the values, and of what type each is."""
        for name, parameter in inspect.signature(self.build).parameters.items():
            annotation = parameter.annotation
            yield name, annotation if isinstance(annotation, str) else annotation.__name__

    def __call__(self, **values: Any) -> list[Any]:
        """All rows."""
        return self.rows(None, values)

    def bind(self, **values: Any) -> Bound:
        """The query with its values, not yet run."""
        return Bound(self, values)

    def rows(self, part: tuple[int, int] | None, values: Mapping[str, Any]) -> list[Any]:
        """The rows from a first (included) to a last (excluded), or all of them."""
        return self._statement(part, lambda found: found if part is None else found[slice(*part)]).run(values)

    def count(self, most: int, values: Mapping[str, Any]) -> int:
        """How many rows there are, counted up to `most`."""
        statement = self._statement(
            ("count", most),
            lambda found: found.order_by().values_list("pk")[:most],
            around="SELECT COUNT(*) FROM ({}) AS counted",
        )
        return int(statement.run(values)[0][0])

    def _statement(
        self, key: Any, shaped: Callable[[QuerySet[Any]], QuerySet[Any]], *, around: str = "{}"
    ) -> _Statement:
        # A prepared statement belongs to the search path and shape it was made for; nothing here changes either.
        statement = self._statements.get(key)
        if statement is None:
            with self._lock:
                statement = self._statements.get(key) or self._compile(shaped, around)
                self._statements[key] = statement
        return statement

    def _compile(self, shaped: Callable[[QuerySet[Any]], QuerySet[Any]], around: str) -> _Statement:
        stand_ins = self._stand_ins
        queryset = self.build(**stand_ins)
        if queryset._prefetch_related_lookups or queryset._known_related_objects:  # type: ignore[attr-defined]  # noqa: SLF001
            raise TypeError("A compiled query cannot prefetch.")
        names = {value: name for name, value in stand_ins.items()}
        statement = _Statement(shaped(queryset), names, prepared=self.prepared)
        statement.sql = around.format(statement.sql)
        return statement


@dataclass(frozen=True)
class Bound:
    """A compiled query with its values: sliced it gives rows, and `queryset` is the same as Django would run it."""

    query: Compiled
    values: Mapping[str, Any]

    @property
    def queryset(self) -> QuerySet[Any]:
        """The ordinary queryset, for what needs one."""
        return self.query.build(**self.values)

    def count(self, most: int) -> int:
        """How many rows there are, counted up to `most`."""
        return self.query.count(most, self.values)

    def __getitem__(self, part: slice) -> list[Any]:
        begin, end = operator.index(part.start or 0), operator.index(part.stop)
        return self.query.rows((begin, end), self.values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.query.rows(None, self.values))


def compiled(build: Callable[..., QuerySet[Any]]) -> Compiled:
    """Declare a query of its arguments, all given by name."""
    return Compiled(build)


_Condition = tuple[str, tuple[str, ...], bool]
"""A lookup path, the types of its values, and whether it is one value rather than a tuple of them."""


class _Narrowed(Compiled):
    """The rows of a base with conditions on some paths: each a value, or a tuple of values (`range`, `in`)."""

    def __init__(self, base: Callable[[], QuerySet[Any]], shape: tuple[_Condition, ...], *, certain: bool) -> None:
        self.prepared, self._shape = certain, shape

        def build(**values: Any) -> QuerySet[Any]:
            conditions = {}
            for path, kinds, alone in shape:
                given = tuple(values[f"{path} {place}"] for place in range(len(kinds)))
                conditions[path] = given[0] if alone else given
            return base().filter(**conditions)

        super().__init__(build)

    def _kinds(self) -> Iterable[tuple[str, str]]:
        for path, kinds, _ in self._shape:
            for place, kind in enumerate(kinds):
                yield f"{path} {place}", kind


_narrowing = lru_cache(maxsize=1024)(_Narrowed)


def narrowed(base: Callable[[], QuerySet[Any]], conditions: Mapping[str, Any], *, certain: bool = False) -> Bound:
    """The rows of `base` that fit all conditions, by lookup path (`startswith` among them).

    `base` is the same function at each call, or nothing is kept. `certain` says that one index is the best whatever the
    values: then it is planned once, too. Raises TypeError for a value of another type than above.
    """
    shape: list[_Condition] = []
    values: dict[str, Any] = {}
    for path, value in sorted(conditions.items()):
        given = value if isinstance(value, tuple) else (value,)
        shape.append((path, tuple(map(_kind, given)), not isinstance(value, tuple)))
        values |= {f"{path} {place}": each for place, each in enumerate(given)}
    return _narrowing(base, tuple(shape), certain=certain).bind(**values)


def _kind(value: Any) -> str:
    for kind in (str, int, datetime, date):
        if isinstance(value, kind) and not isinstance(value, bool):
            return kind.__name__
    raise TypeError(f"A condition cannot be compiled of {value!r}.")
