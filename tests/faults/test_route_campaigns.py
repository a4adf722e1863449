"""Routes under drawn faults, deaths and edits: what is there once, and what a mutant would do."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from blocks.home import PROJECT
from blocks.hub.states import LinkState
from tasks.spotilla import customers
from tests import route_kills, spotilla_campaign
from tests.spotilla_campaign import play

DECISIONS = PROJECT / "docs" / "decisions"
IS_CAMPAIGN = bool(os.environ.get("TASMA_CAMPAIGN"))
LOSING = 3
"""A schedule in which answers to creates in Spotilla are lost, and come late."""


@pytest.mark.requirement("R-X-2")
def test_each_card_and_task_is_there_once_and_the_decision_has_the_figures():
    played = play(range(spotilla_campaign.MORE if IS_CAMPAIGN else spotilla_campaign.FEW))

    assert {} == played.wrong
    record = (DECISIONS / "0035-two-registers.md").read_text(encoding="utf-8")
    assert spotilla_campaign.CAMPAIGN.head in record
    assert IS_CAMPAIGN or spotilla_campaign.CAMPAIGN.row(played) in record


@pytest.mark.requirement("R-X-2")
def test_an_invoice_that_another_task_has_made_holds_none_that_is_alike():
    """Two tasks of one customer, day and sum, and the answer to the first was lost."""
    played = play([34])

    assert ({}, 0) == (played.wrong, played.counts["held"])


@pytest.mark.requirement("R-X-2")
def test_a_field_that_came_late_gives_way_to_what_was_written_since():
    """Its answer was lost, Procountor changed it once more, and then the older one came to pass."""
    assert {} == play([343]).wrong


def is_caught():
    return bool(play([LOSING]).wrong)


def test_schedule_by_which_mutants_are_caught_harms_nothing_by_itself():
    assert not is_caught()


def test_making_a_customer_that_was_not_intended_before_is_caught(monkeypatch):
    real = customers.Customers._put

    async def forgetful(self, link):
        if link.state is not LinkState.INTENT:
            await real(self, link)

    monkeypatch.setattr(customers.Customers, "_put", forgetful)

    assert is_caught()


def test_taking_a_customer_for_absent_at_once_is_caught(monkeypatch):
    monkeypatch.setattr(customers, "COMMIT_LAG", dt.timedelta(seconds=-1))

    assert is_caught()


@pytest.mark.share(0)
@pytest.mark.requirement("R-X-2")
@pytest.mark.timeout(1_500)
def test_killed_runs_of_ecom_make_each_document_once():
    played = route_kills.play_ecom(range(route_kills.MORE if IS_CAMPAIGN else route_kills.FEW))

    assert {} == played.wrong
    assert played.counts["processes killed"]


@pytest.mark.parametrize("name", ["0033-procountor-lost-answers.md", "0035-two-registers.md"])
def test_decision_has_kills_that_were_played_and_none_of_them_wrong(name):
    """When a process gets somewhere is the machine's business: only what is drawn is the same."""
    heads = f"| {' | '.join(route_kills.HEADS)} |"
    rows = (DECISIONS / name).read_text(encoding="utf-8").partition(heads)[2].strip().splitlines()
    played, killed, _, wrong = (
        int(cell.replace(",", "")) for cell in rows[1].strip("| ").split(" | ")
    )

    assert played >= route_kills.FEW
    assert killed
    assert 0 == wrong
