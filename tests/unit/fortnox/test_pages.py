from __future__ import annotations

import asyncio

import pytest

from blocks.http import CallFailed, CallRefused
from blocks.systems.fortnox import pages
from blocks.systems.fortnox.pages import MAX_WALKS, PAGE_ROWS, walk
from blocks.systems.fortnox.wire import UnexpectedShape

ABSENT = object()


class List:
    """A list that is read page by page; `changes` happen after so many pages were given."""

    def __init__(self, count, *, has_meta=True, changes=None, too_many=0, meta=None):
        self.meta = meta or {}
        self.rows = [{"Id": number} for number in range(count)]
        self.has_meta, self.changes, self.too_many = has_meta, changes or {}, too_many
        self.given = 0

    async def get(self, _path, params):
        start = (params["page"] - 1) * params["limit"]
        body = {"Rows": self.rows[start : start + params["limit"]]}
        if self.has_meta:
            body["MetaInformation"] = {
                "@TotalResources": len(self.rows) + self.too_many,
                "@TotalPages": max(-(-len(self.rows) // params["limit"]), 1),
                "@CurrentPage": params["page"],
            } | self.meta
            for name in [name for name, value in self.meta.items() if value is ABSENT]:
                del body["MetaInformation"][name]
        self.given += 1
        if change := self.changes.get(self.given):
            change(self.rows)
        return body


def read(source):
    return asyncio.run(
        walk(source.get, "/3/rows", {}, name="Rows", key=("Id",), what="list of rows")
    )


@pytest.mark.parametrize("has_meta", [True, False])
@pytest.mark.parametrize(
    "count", [0, 1, PAGE_ROWS - 1, PAGE_ROWS, PAGE_ROWS + 1, 2 * PAGE_ROWS, 3 * PAGE_ROWS + 7]
)
def test_list_is_read_whole_with_and_without_meta_information(count, has_meta):
    source = List(count, has_meta=has_meta)

    assert source.rows == read(source)


def prepend(rows):
    rows.insert(0, {"Id": 10**6 + len(rows)})


def drop_first(rows):
    del rows[0]


@pytest.mark.parametrize("change", [prepend, drop_first])
def test_walk_during_which_rows_shift_begins_anew(change):
    source = List(3 * PAGE_ROWS, changes={1: change})

    assert source.rows == read(source)
    assert source.given > 4


def test_one_row_removed_for_one_added_fools_one_walk_which_is_why_a_pull_compares_two():
    def swap(rows):
        drop_first(rows)
        rows.append({"Id": 10**6})

    source = List(3 * PAGE_ROWS, changes={1: swap})

    assert source.rows != read(source)
    assert source.rows == read(source)


def test_key_that_comes_twice_is_noticed_without_meta_information():
    source = List(2 * PAGE_ROWS, has_meta=False, changes={1: prepend})

    assert source.rows == read(source)


def test_walks_are_given_up_after_a_named_number():
    grow = dict.fromkeys(range(1, 99), prepend)

    with pytest.raises(CallFailed, match=f"each of {MAX_WALKS} walks") as raised:
        read(List(2 * PAGE_ROWS, changes=grow))

    assert raised.value.code == "pages_kept_shifting"


def test_total_that_the_rows_do_not_reach_is_no_whole_walk():
    source = List(3, too_many=1)

    with pytest.raises(CallFailed):
        read(source)

    assert source.given == MAX_WALKS


@pytest.mark.parametrize("count", [2 * 3, 2 * 3 + 1])
def test_list_longer_than_the_limit_of_pages_is_refused(monkeypatch, count):
    monkeypatch.setattr(pages, "PAGE_ROWS", 2)
    monkeypatch.setattr(pages, "MAX_PAGES", 3)

    if count <= 6:
        assert count == len(read(List(count)))
    else:
        with pytest.raises(CallRefused, match="more than 3 pages of 2 rows"):
            read(List(count))


@pytest.mark.parametrize("body", [{}, {"Rows": None}, {"Rows": {}}, {"Rows": [{}]}, {"Rows": [1]}])
def test_page_of_another_shape_is_told(body):
    async def get(_path, _params):
        return body

    with pytest.raises(UnexpectedShape):
        asyncio.run(walk(get, "/3/rows", {}, name="Rows", key=("Id",), what="list of rows"))


@pytest.mark.parametrize("name", ["@TotalResources", "@TotalPages"])
@pytest.mark.parametrize("value", [ABSENT, None, "many", -1, True, [], "API_NORIGHT"])
def test_total_that_is_missing_or_none_is_the_vendors_fault_by_its_name(name, value):
    expected = CallRefused if value == "API_NORIGHT" else UnexpectedShape

    with pytest.raises(expected, match=f"Fortnox's list of rows.*{name}|{name} Fortnox's list"):
        read(List(3, meta={name: value}))


@pytest.mark.parametrize(("name", "text"), [("@TotalResources", "3"), ("@TotalPages", "1")])
def test_total_that_came_as_text_is_read(name, text):
    assert [{"Id": 0}, {"Id": 1}, {"Id": 2}] == read(List(3, meta={name: text}))


def test_page_that_says_it_is_another_is_not_taken_for_the_one_asked_for():
    with pytest.raises(UnexpectedShape, match="@CurrentPage tells of another page"):
        read(List(3, meta={"@CurrentPage": 2}))


@pytest.mark.parametrize("meta", ["API_NORIGHT", [], 7])
def test_meta_information_of_another_kind_is_told(meta):
    async def get(_path, _params):
        return {"Rows": [], "MetaInformation": meta}

    with pytest.raises((UnexpectedShape, CallRefused), match="MetaInformation"):
        asyncio.run(walk(get, "/3/rows", {}, name="Rows", key=("Id",), what="list of rows"))


def test_key_that_nobody_may_read_is_told_and_not_taken_for_a_shift():
    async def get(_path, _params):
        return {"Rows": [{"Id": "API_NORIGHT"}, {"Id": "API_NORIGHT"}]}

    with pytest.raises(CallRefused, match="In place of Id") as raised:
        asyncio.run(walk(get, "/3/rows", {}, name="Rows", key=("Id",), what="list of rows"))

    assert raised.value.code == "permission_suspected"
