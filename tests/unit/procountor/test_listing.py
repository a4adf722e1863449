"""Walking Procountor's lists: all that is newer was seen, or nothing is concluded."""

from __future__ import annotations

import asyncio

import pytest

from blocks.systems.procountor.listing import BATCH, MAX_PAGES, Disturbed, batch, newer, since


class Lists:
    """A list by the last id seen. `page_of`: what a page has in place of what is there."""

    def __init__(self, ids, rows=200):
        self.ids, self.rows = list(ids), rows
        self.calls = []
        self.page_of = {}

    async def get(self, path, params=None):
        self.calls.append((path, dict(params or {})))
        if "," in path or path.rpartition("/")[2].isdigit():
            asked = [int(part) for part in path.rpartition("/")[2].split(",")]
            found = [{"id": one} for one in asked if one in self.ids]
            return found if len(asked) > 1 else found[0]
        number = len(self.calls)
        if number in self.page_of:
            return self.page_of[number]
        after = params.get("previousId")
        left = [one for one in sorted(self.ids, reverse=True) if not after or one < after]
        return {"results": [{"id": one} for one in left[: self.rows]]}


def ids(rows):
    return [row["id"] for row in rows]


def walked(there, after=0):
    return ids(asyncio.run(newer(there, "invoices", after)))


def test_the_end_is_an_empty_page_and_never_a_short_one():
    """Rows that the user may not see are left out behind the limit."""
    there = Lists(range(1, 8), rows=3)

    assert [7, 6, 5, 4, 3, 2, 1] == walked(there)
    assert 4 == len(there.calls)


def test_a_walk_ends_once_it_reached_what_was_seen_before():
    there = Lists(range(1, 1_001))

    assert list(range(1_000, 950, -1)) == walked(there, after=950)
    assert 1 == len(there.calls)


@pytest.mark.parametrize(
    "page",
    [
        {"results": [{"id": 3}, {"id": 4}]},
        {"results": [{"id": 9}, {"id": 8}]},
        {"results": [{"name": "no id"}]},
        {"message": "no results"},
        [],
    ],
    ids=["ascending", "a page once more", "no id", "no results", "no object"],
)
def test_a_page_that_does_not_go_on_concludes_nothing(page):
    there = Lists(range(1, 10), rows=2)
    there.page_of[2] = page

    with pytest.raises(Disturbed):
        walked(there)


def test_a_list_that_is_longer_than_a_walk_may_be_concludes_nothing():
    there = Lists(range(1, MAX_PAGES + 2), rows=1)

    with pytest.raises(Disturbed, match="more than 500 pages"):
        walked(there)


def test_a_row_that_comes_or_goes_while_pages_are_read_moves_no_other():
    there = Lists(range(1, 10), rows=3)
    there.page_of = {}
    real = there.get

    async def get(path, params=None):
        answer = await real(path, params)
        there.ids = [one for one in there.ids if one != 9] + [10 + len(there.calls)]
        return answer

    there.get = get

    assert [9, 8, 7, 6, 5, 4, 3, 2, 1] == walked(there)


def test_a_list_that_shows_less_than_it_did_concludes_nothing():
    """A right to see was taken away: what is not shown is not absent."""
    there = Lists([])

    with pytest.raises(Disturbed, match="newest before"):
        asyncio.run(since(there, "invoices", 100, 50))

    there.ids = [99, 101]
    assert [101, 99] == ids(asyncio.run(since(there, "invoices", 100, 50)))


def test_a_batch_of_one_is_an_object_and_of_many_a_list_and_neither_is_too_long():
    there = Lists(range(1, 402))

    assert {1: {"id": 1}} == asyncio.run(batch(there, "businesspartners", [1]))
    assert 401 == len(asyncio.run(batch(there, "businesspartners", range(1, 402))))
    asked = [path.count(",") + 1 for path, _ in there.calls]
    assert [1, BATCH, BATCH, 1] == asked


def test_what_a_batch_leaves_out_is_not_among_what_it_gives():
    there = Lists([1, 3])

    assert {1, 3} == asyncio.run(batch(there, "businesspartners", [1, 2, 3])).keys()
