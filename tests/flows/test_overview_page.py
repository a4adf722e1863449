"""The overview has one address for good; how it was at the end of a day is kept beside it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from flows.overview import overview
from tasks.pages.links import OVERVIEW, OVERVIEW_DAYS


def versions(desk, key):
    return desk.ask("/artifacts/filter", {"artifacts": {"key": {"any_": [key]}}})


def lay_back_a_day(desk):
    with closing(sqlite3.connect(desk.home / "prefect" / "prefect.db", timeout=30)) as database:
        database.execute(
            "update artifact set updated = datetime(updated, '-1 day') where key = ?", [OVERVIEW]
        )
        database.commit()


def test_the_page_stays_under_its_address_and_each_day_before_is_kept(desk):
    """It belongs to no run: what a run made is deleted with the run."""
    desk.do(overview)
    page, before = versions(desk, OVERVIEW)[0], len(versions(desk, OVERVIEW_DAYS))
    lay_back_a_day(desk)

    desk.do(overview)
    desk.do(overview)

    newest = versions(desk, OVERVIEW)[0]
    assert (page["id"], None) == (newest["id"], newest["flow_run_id"])
    assert before + 1 == len(versions(desk, OVERVIEW_DAYS))
    assert page["data"] in {one["data"] for one in versions(desk, OVERVIEW_DAYS)}
