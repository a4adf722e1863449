"""Walking Fennoa's list of invoices: everything newer than the mark was seen, or nothing was."""

from __future__ import annotations

import asyncio

import pytest

from blocks.systems.fennoa.walk import MARGIN, MAX_PAGES, PAGE_ROWS, walk_invoices

OURS = "00000000000000aa"


class List:
    """A company's invoices in the order of its list; `after_page` happens once a page was read."""

    def __init__(self, numbers, ours=()):
        self.numbers, self.ours = list(numbers), set(ours)
        self.read = []
        self.after_page = {}

    async def get(self, path):
        page = int(path.rpartition("=")[2])
        self.read.append(page)
        rows = [self.row(n) for n in self.numbers[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]]
        self.after_page.pop(page, lambda: None)()
        return rows

    def row(self, number):
        notes = f"tasma:{OURS}" if number in self.ours else ""
        return {"SalesInvoice": {"id": str(number), "notes_internal": notes}}

    def walked(self, mark=""):
        self.read.clear()
        return asyncio.run(walk_invoices(self.get, mark, {}))


@pytest.mark.parametrize("newest_first", [True, False])
def test_row_that_shifts_past_the_reader_makes_no_whole_walk(newest_first):
    """A draft is deleted between two pages: the first row of the second moves to the first."""
    there = List(sorted(range(1, 451), reverse=newest_first))
    there.ours = {there.numbers[PAGE_ROWS]}
    there.after_page[1] = lambda: there.numbers.pop(0)

    during, afterwards = there.walked(), there.walked()

    assert (False, {}) == (during.is_complete, during.ours)
    assert (True, [OURS]) == (afterwards.is_complete, list(afterwards.ours))


def test_arrivals_that_move_rows_on_hide_nothing():
    there = List(range(450, 0, -1), ours={100})
    there.after_page[2] = lambda: there.numbers.insert(0, 451)

    during = there.walked()

    assert not during.is_complete or list(during.ours) == [OURS]


def test_newest_first_list_is_read_no_further_than_the_margin_behind_the_mark():
    there = List(range(100_000, 0, -1), ours={99_990})

    found = there.walked(mark="99900")

    assert ([OURS], "100000") == (list(found.ours), found.newest)
    assert max(there.read) <= (100 + MARGIN) // PAGE_ROWS + 1


def test_list_in_another_order_is_read_to_its_end():
    """Ours has an old date, so it stands behind hundreds that are older by their ids."""
    there = List([2_000, *range(1_990, 1_000, -1), 2_001, *range(1_000, 700, -1)], ours={2_001})
    there.numbers.insert(3, 1_999)

    found = there.walked(mark="1995")

    assert [OURS] == list(found.ours)


def test_list_that_is_longer_than_a_walk_may_be_concludes_nothing():
    there = List(range(1, MAX_PAGES * PAGE_ROWS + 2))

    assert not there.walked(mark="100001").is_complete
