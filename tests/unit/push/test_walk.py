"""Walking Fennoa's list of invoices: everything newer than the mark was seen, or nothing was."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from blocks.systems.fennoa.listing import (
    FAR_PAGE,
    End,
    KeyIn,
    ListFacts,
    Order,
    Unread,
    judge_list,
)
from blocks.systems.fennoa.walk import MARGIN, MAX_PAGES, Walker

FENNOA_ROWS = 200
"""Of a page, as Fennoa's pages say."""
OURS = "00000000000000aa"
NEWEST = ListFacts(Order.NEWEST_FIRST, key_in=KeyIn.LIST)
OLDEST = ListFacts(Order.OLDEST_FIRST, key_in=KeyIn.LIST)
UNKNOWN = ListFacts(key_in=KeyIn.LIST)


class List:
    """A company's invoices in the order of its list; `after_page` happens once a page was read.

    `hides`: ids of which the list does not show what the invoice has.
    """

    def __init__(self, numbers, ours=(), end=End.EMPTY, field="notes_internal"):
        self.numbers, self.ours, self.end, self.field = list(numbers), set(ours), end, field
        self.hides = set()
        self.read, self.details = [], []
        self.after_page = {}

    async def get(self, path):
        if "page=" not in path:
            number = int(path.rpartition("/")[2])
            self.details.append(number)
            return self.row(number)
        page = int(path.rpartition("=")[2])
        found = await self.page(page)
        self.after_page.pop(page, lambda: None)()
        return found

    async def page(self, page):
        self.read.append(page)
        last = max(1, -(-len(self.numbers) // FENNOA_ROWS))
        if page > last:
            if self.end is End.ABSENT:
                return Unread.ABSENT
            page = last if self.end is End.REPEATED else page
        numbers = self.numbers[(page - 1) * FENNOA_ROWS : page * FENNOA_ROWS]
        return [self.row(n) if n not in self.hides else self.blank(n) for n in numbers]

    def row(self, number):
        notes = f"tasma:{OURS}" if number in self.ours else ""
        header = {"id": str(number), self.field: notes, "invoice_date": self.date(number)}
        return {"SalesInvoice": header}

    def blank(self, number):
        return {"SalesInvoice": self.row(number)["SalesInvoice"] | {self.field: ""}}

    def date(self, number):
        return f"2026-01-{number % 7 + 1:02}"

    def walked(self, mark="", facts=UNKNOWN):
        self.read.clear()
        return asyncio.run(Walker(self.get, facts, self.field).walk(mark, {}))

    def judged(self):
        found = asyncio.run(judge_list(self.page))
        return found[0] if found else None


@pytest.mark.parametrize("facts", [NEWEST, OLDEST, UNKNOWN])
def test_row_that_shifts_past_the_reader_makes_no_whole_walk(facts):
    """A draft is deleted between two pages: the first row of the second moves to the first."""
    there = List(sorted(range(1, 451), reverse=facts.order is not Order.OLDEST_FIRST))
    there.ours = {there.numbers[FENNOA_ROWS]}
    there.after_page[1] = lambda: there.numbers.pop(0)

    during, afterwards = there.walked(facts=facts), there.walked(facts=facts)

    assert (False, {}) == (during.is_complete, during.ours)
    assert (True, [OURS]) == (afterwards.is_complete, list(afterwards.ours))


def test_row_that_shifts_before_the_page_where_a_walk_begins_makes_no_whole_walk():
    """What is newer begins on page 3; it moves to page 1 once page 2 was chosen to begin with."""
    there = List(range(1, 1_001), ours={401})
    there.after_page[2] = lambda: there.numbers.__delitem__(slice(0, 300))

    during = there.walked(str(400 + MARGIN), replace(OLDEST, pages=5))

    assert (False, {}) == (during.is_complete, during.ours)


def test_arrivals_that_move_rows_on_hide_nothing():
    there = List(range(450, 0, -1), ours={100})
    there.after_page[2] = lambda: there.numbers.insert(0, 451)

    during = there.walked(facts=NEWEST)

    assert not during.is_complete or list(during.ours) == [OURS]


def test_newest_first_list_is_read_no_further_than_the_margin_behind_the_mark():
    there = List(range(100_000, 0, -1), ours={99_990})

    found = there.walked("99900", NEWEST)

    assert ([OURS], "100000") == (list(found.ours), found.newest)
    assert max(there.read) <= (100 + MARGIN) // FENNOA_ROWS + 1


def test_oldest_first_list_is_read_from_where_it_comes_to_what_is_newer():
    there = List(range(1, 100_001), ours={99_990})

    found = there.walked("99900", replace(OLDEST, pages=500))

    assert ([OURS], "100000") == (list(found.ours), found.newest)
    assert min(there.read) >= 500 - (100 + MARGIN) // FENNOA_ROWS - 1
    assert len(there.read) < 20


@pytest.mark.parametrize("facts", [NEWEST, OLDEST])
def test_list_that_is_not_as_it_was_found_concludes_nothing(facts):
    """Ours has an old date, so it stands behind hundreds that are older by their ids."""
    there = List([2_000, *range(1_990, 1_000, -1), 2_001, *range(1_000, 700, -1)], ours={2_001})
    there.numbers.insert(3, 1_999)

    assert not there.walked("1995", facts).is_complete


def test_list_of_unknown_order_is_read_to_its_end():
    there = List([2_000, *range(1_990, 1_000, -1), 2_001, *range(1_000, 700, -1)], ours={2_001})
    there.numbers.insert(3, 1_999)

    found = there.walked(mark="1995")

    assert [OURS] == list(found.ours)


def test_list_that_is_longer_than_a_walk_may_be_concludes_nothing():
    there = List(range(1, MAX_PAGES * FENNOA_ROWS + 2))

    assert not there.walked(mark="100001").is_complete


@pytest.mark.parametrize("end", End)
@pytest.mark.parametrize("facts", [NEWEST, OLDEST, UNKNOWN])
def test_list_whose_last_page_is_full_has_an_end(end, facts):
    there = List(sorted(range(1, 401), reverse=facts is NEWEST), ours={7}, end=end)

    found = there.walked(facts=replace(facts, end=end))

    assert (True, [OURS]) == (found.is_complete, list(found.ours))


def test_end_that_is_not_the_one_that_was_found_concludes_nothing():
    there = List(range(1, 401), end=End.ABSENT)

    assert not there.walked(facts=replace(UNKNOWN, end=End.EMPTY)).is_complete


@pytest.mark.requirement("R-FEN-P1d")
@pytest.mark.parametrize("end", End)
@pytest.mark.parametrize("count", [1, 8, 199, 200, 201, 400, 401, 1_000, 4_321])
@pytest.mark.parametrize("newest_first", [True, False])
def test_order_pages_and_end_of_a_list_are_found_in_a_few_reads(end, count, newest_first):
    there = List(sorted(range(1, count + 1), reverse=newest_first), end=end)

    found = there.judged()

    order = Order.NEWEST_FIRST if newest_first else Order.OLDEST_FIRST
    expected = Order.UNKNOWN if count == 1 else order
    assert (expected, end, -(-count // FENNOA_ROWS)) == (found.order, found.end, found.pages)
    assert len(there.read) <= 14
    assert found == ListFacts.of_stored(found.stored())


def test_list_that_may_go_by_dates_is_in_no_order_that_is_known():
    """An invoice of ours with an old date would stand far behind what is newer by its id."""
    there = List(range(1_000, 0, -1))
    there.date = lambda number: f"2026-01-{number // 40 + 1:02}"

    assert Order.UNKNOWN is there.judged().order


def test_empty_list_and_one_in_no_order_are_known_as_such():
    mixed = List([3, 1, 2] * 100)

    assert (Order.UNKNOWN, 1) == (List([]).judged().order, List([]).judged().pages)
    assert Order.UNKNOWN is mixed.judged().order


def test_page_that_cannot_be_read_judges_nothing():
    there = List(range(1, 401))
    real = there.page

    async def page(number):
        return Unread.FAILED if number == FAR_PAGE else await real(number)

    there.page = page

    assert there.judged() is None


@pytest.mark.parametrize("key_in", [KeyIn.DETAIL, KeyIn.UNKNOWN])
def test_key_that_the_list_leaves_empty_is_looked_for_in_each_invoice(key_in):
    """The list has the field and nothing in it: that is no absence."""
    there = List(range(10, 0, -1), ours={4})
    there.hides = {4}

    found = there.walked(facts=replace(NEWEST, key_in=key_in))
    blind = there.walked(facts=NEWEST)

    assert [OURS] == list(found.ours)
    assert set(range(1, 11)) == set(there.details)
    assert {} == blind.ours


def test_key_is_looked_for_in_the_field_in_which_it_travels():
    there = List(range(10, 0, -1), ours={4}, field="order_identifier")

    assert [OURS] == list(there.walked(facts=NEWEST).ours)
