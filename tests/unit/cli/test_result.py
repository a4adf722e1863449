"""What the command line keeps of a load: how it ended, by each of its parts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from blocks.hub import HubBusy
from blocks.warehouse.records import ChangePlan
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.outcomes import Ending
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.publish import Publication

ACME = Unit("acme", FiscalYear.parse("2024"))


@pytest.mark.parametrize(
    ("outcome", "problem", "ended"),
    [
        (Outcome.FAILED, HubBusy("busy"), Outcome.BUSY),
        (Outcome.FAILED, TerminalError("a person has to act"), Outcome.FAILED),
        (Outcome.FAILED, None, Outcome.FAILED),
        (Outcome.HELD, HubBusy("busy"), Outcome.HELD),
    ],
    ids=["may work later", "a person has to act", "nothing raised", "ended all the same"],
)
def test_what_failed_and_may_work_later_is_busy(outcome, problem, ended):
    found = LoadResult("acme", year=ACME.year)

    found.end(Ending(outcome, "why", ACME, problem=problem))

    assert (found.outcome, found.message, found.problem) == (ended, "why", problem)


def test_a_load_of_which_nothing_was_heard_has_failed():
    assert LoadResult("acme").outcome is Outcome.FAILED


def test_a_dry_run_says_what_it_would_be_and_why_apart():
    found = LoadResult("acme", Path("a.se"))

    found.end(Ending(Outcome.PLANNED, "2 vouchers", ACME, would_be=Outcome.HELD))

    assert (found.outcome, found.would_be, found.why) == (Outcome.PLANNED, "held", "2 vouchers")
    assert found.message == "Dry run, nothing was published. Would be held: 2 vouchers"


def test_a_file_of_several_years_ends_as_the_worst_of_them_and_names_each():
    years = [LoadResult("acme"), LoadResult("acme")]
    found = LoadResult("acme", Path("till.si"), parts=years)

    found.conclude(
        [
            Ending(Outcome.PARTIAL, "kept", ACME),
            Ending(Outcome.HELD, "a break", Unit("acme", FiscalYear.parse("2025"))),
        ]
    )

    assert [year.outcome for year in years] == [Outcome.PARTIAL, Outcome.HELD]
    assert (found.outcome, found.message) == (
        Outcome.HELD,
        "1 of 2 years Held. 2025 Held: a break; 2024 Partial: kept",
    )


@pytest.mark.parametrize("written", [True, False])
def test_what_an_earlier_load_changed_is_not_told_of_one_that_wrote_nothing(written):
    found, plan = LoadResult("acme", year=ACME.year), ChangePlan(True, 1, 0, 0, (), (), (), 1)
    steps = LocalSteps(found, watch=lambda _: None)
    done = Publication(written, plan)

    asyncio.run(steps.report(SimpleNamespace(unit=ACME), None, None, plan=plan, publication=done))

    assert found.plan == (plan if written else None)
