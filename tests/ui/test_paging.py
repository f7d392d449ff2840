"""Pages of a list: exact counts, jumps, keyset beyond, and no row lost or shown twice."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db.models import F, Value
from django.db.models.functions import NullIf

from erjian.compiled import compiled
from erjian.ui.paging import EXACT, paginate, searched

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    """1,100 rows in an order with many equal and some empty values."""
    ContentType.objects.bulk_create(
        ContentType(app_label=f"paging{number % 7 or ''}", model=f"row{number:04}") for number in range(1100)
    )
    return ContentType.objects.filter(app_label__startswith="paging")


def walk(queryset, way="next", params=None):
    """All primary keys from a page on, following the links as a reader does."""
    seen, params = [], params or {}
    while params is not None:
        page = paginate(queryset, params)
        keys = [row.pk for row in page]
        seen = seen + keys if way == "next" else keys + seen
        params = getattr(page, way)
    return seen


ORDERS = [
    ("pk",),
    ("-app_label",),
    ("app_label", "-model"),
    (F("emptied").asc(nulls_last=True), "pk"),
    (F("emptied").desc(nulls_first=True), "-pk"),
    (F("emptied").desc(nulls_last=True), "model"),
    ("-emptied",),
]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_following_the_links_shows_every_row_once_in_order(rows, order):
    queryset = rows.annotate(emptied=NullIf("app_label", Value("paging"))).order_by(*order)
    seen = walk(queryset)
    assert len(seen) == 1100
    assert len(set(seen)) == 1100
    tail = "-pk" if str(order[-1]).startswith("-") else "pk"
    assert seen == list(queryset.order_by(*order, tail).values_list("pk", flat=True))


def test_going_back_from_beyond_the_exact_count_shows_the_same_pages(rows):
    queryset = rows.order_by("app_label")
    forward = []
    params = {}
    while params is not None:
        page = paginate(queryset, params)
        forward.append((page.number, [row.pk for row in page]))
        params = page.next
    number, keys = forward[-1]
    back = [(number, keys)]
    params = page.previous
    while params is not None:
        page = paginate(queryset, params)
        back.append((page.number, [row.pk for row in page]))
        params = page.previous
    assert back[::-1] == forward


def test_the_count_is_exact_up_to_a_thousand_and_then_open(rows):
    few = rows.filter(model__lt="row0128").order_by("pk")
    page = paginate(few, {"page": "5"})
    assert (page.count, page.total, page.pages, page.more) == (128, "128", 5, False)
    assert (len(page), page.start, page.next, page.last) == (8, 121, None, None)
    many = paginate(rows.order_by("pk"), {})
    assert (many.total, many.more, many.pages, many.last) == (f"{EXACT}+", True, 34, {"page": 34})
    thousand = paginate(rows.filter(model__lt="row1000").order_by("pk"), {"page": 34})
    assert (thousand.total, thousand.more, thousand.next) == ("1000", False, None)


def test_a_list_that_is_dear_to_count_says_how_far_it_is_counted(rows):
    queryset = rows.order_by("app_label", "pk")
    many = paginate(queryset, {}, exact=90)
    assert (many.total, many.more, many.pages, many.last) == ("90+", True, 3, {"page": 3})
    seen, params = [], {}
    while params is not None:
        page = paginate(queryset, params, exact=90)
        seen += [row.pk for row in page]
        params = page.next
    assert seen == list(queryset.values_list("pk", flat=True))
    ninety = paginate(rows.filter(model__lt="row0090").order_by("pk"), {"page": 3}, exact=90)
    assert (ninety.total, ninety.more, ninety.next) == ("90", False, None)


@pytest.mark.parametrize("asked", ["", "x", "0", "-3", "9" * 30, "٣", None])
def test_nonsense_is_answered_with_a_page(rows, asked):
    page = paginate(rows.filter(model__lt="row0040").order_by("pk"), {"page": asked, "after": "no:such:token"})
    assert page.items


def test_a_jump_beyond_the_end_shows_the_last_page(rows):
    assert paginate(rows.filter(model__lt="row0040").order_by("pk"), {"page": "99"}).number == 2


def test_a_token_of_another_order_is_ignored(rows):
    token = paginate(rows.order_by("app_label"), {"page": 34}).next["after"]
    assert paginate(rows.order_by("pk"), {"page": 35, "after": token}).number == 34


def test_an_empty_list_has_one_empty_page(rows):
    page = paginate(rows.none().order_by("pk"), {})
    assert (page.items, page.count, page.pages, page.next, page.previous) == ([], 0, 1, None, None)


def test_a_list_without_order_is_refused(rows):
    with pytest.raises(ImproperlyConfigured):
        paginate(rows, {})


@pytest.mark.parametrize("params", [{}, {"page": 3}])
def test_a_page_costs_two_queries(rows, params, django_assert_num_queries):
    with django_assert_num_queries(2):
        paginate(rows.order_by("model"), params)


@pytest.mark.parametrize("params", [{}, {"page": "none"}])
@pytest.mark.parametrize("many", [0, 1, 30])
def test_rows_that_fit_on_the_first_page_are_not_counted_again(rows, many, params, django_assert_num_queries):
    few = rows.filter(model__lt=f"row{many:04}").order_by("model")
    with django_assert_num_queries(1):
        page = paginate(few, params)
    assert (len(page), page.count, page.pages, page.next, page.more) == (many, many, 1, None, False)


def test_one_row_more_than_fits_is_counted(rows):
    page = paginate(rows.filter(model__lt="row0031").order_by("model"), {})
    assert (len(page), page.count, page.pages, page.next) == (30, 31, 2, {"page": 2})


def test_a_compiled_query_is_paged_as_any_other(rows, django_assert_num_queries):
    @compiled
    def listed(app_label: str):
        return ContentType.objects.filter(app_label__gte=app_label, app_label__startswith="paging").order_by("-id")

    bound = listed.bind(app_label="paging")
    assert walk(bound) == walk(bound.queryset)
    with django_assert_num_queries(2):
        page = paginate(bound, {"page": "3"})
    usual = paginate(bound.queryset, {"page": "3"})
    assert (page.items, page.total, page.next, page.last) == (usual.items, usual.total, usual.next, usual.last)


def test_a_list_is_searched_by_what_has_a_value_and_is_not_the_page():
    params = {"page": "2", "after": "x", "before": "y", "name": " 张 ", "number": "", "person": "  "}
    assert searched(params) == {"name": "张"}
