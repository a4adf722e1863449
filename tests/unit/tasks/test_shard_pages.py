"""The pages of a night and of a sweep: what needs somebody first, and a run behind its outcome."""

from __future__ import annotations

import datetime as dt

from blocks.hub import NightRow, NightState
from ledger.outcome import Outcome
from tasks.pages.nights import ROWS_SHOWN, night_page
from tasks.pages.pickups import pickups_page
from tasks.pickup.polled import End, Polled

RUN = "42b2d0cb-b42f-4c51-9d5c-3a3d0c9f0001"


def row(tenant, state=NightState.ENDED, **more):
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = NightRow(tenant, "fortnox", dt.date(2026, 1, 1), "Europe/Stockholm", 0, state, at)
    return made.__class__(**(vars(made) | more))


def test_an_outcome_leads_to_its_run_by_its_word_and_no_id_is_shown():
    page = night_page(
        "Night", [row("b", outcome="unchanged", run_id=RUN), row("a", NightState.WAITING)]
    )

    assert f"| b | fortnox | [unchanged](/v2/runs/flow-run/{RUN}) |" in page
    assert page.count(RUN) == 1
    assert "| a | fortnox | waiting |" in page


def test_what_needs_somebody_comes_first_and_the_rest_of_a_long_night_is_counted():
    many = [row(f"t{number:04}", outcome="unchanged") for number in range(ROWS_SHOWN)]
    page = night_page("Night", [*many, row("z", outcome=Outcome.HELD, reason="1930 differs")])

    assert page.index("| z |") < page.index("| t0000 |")
    assert f"| t{ROWS_SHOWN - 1:04} |" not in page
    assert "… and 1 more tenant, none of which needs somebody." in page


def test_what_is_nothing_of_all_tenants_is_no_column():
    polled = Polled("acme")
    polled.taken = 1
    polled.ends[End.AT_WORK] += 1

    page = pickups_page("Sweep", [polled])

    assert "| Tenant | Taken | At work |" in page
    assert "| acme | 1 | 1 |" in page
    assert "1 tenant polled: 0 idle, 0 failed; 1 file taken." in page
    polled.ends[End.FILED] += 2
    assert "1 file taken, 2 filed away." in pickups_page("Sweep", [polled])
    polled.ends |= {End.PUT_ASIDE: 1, End.WAITING: 3}
    assert "taken, 2 filed away, 1 put aside, 3 waiting." in pickups_page("Sweep", [polled])
