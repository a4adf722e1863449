"""Several files of one tenant: whose turn it is, and which bytes are no news."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from blocks.hub.pickups import Pickup
from simulators.books.years import calendar_years
from tasks.pickup.polled import End
from tests.sftp_runs import ACME, OTHER, balances, below, reason

OLD = ACME.sie()
LATER = ACME.next_night(changed=[("A", 1)])
NEW = LATER.sie().replace(b"#GEN 20250120", b"#GEN 20250121")
YEARS = replace(ACME, years=calendar_years(2023, 2024))


def put(folder, name, content, *, at=0):
    (folder / name).write_bytes(content)
    os.utime(folder / name, (at, at))


def names(runs):
    return [run.name for run in runs.by_key.values()]


@pytest.mark.parametrize("newer_at", [100, 300])
def test_of_two_files_of_one_year_the_older_by_its_own_date_is_loaded_first(
    polled, stores, folder, runs, newer_at
):
    """Whenever they were put there: exports are often copied again, in any order."""
    put(folder, "a.se", NEW, at=newer_at)
    put(folder, "b.se", OLD, at=200)
    assert {End.FILED: 2} == polled()["acme"].ends

    assert ["acme b.se", "acme a.se"] == names(runs)
    assert LATER.trial_balance() == balances(stores)
    assert ACME.trial_balance() != balances(stores)
    assert ["processed/a.se", "processed/b.se"] == below(folder)


def test_without_dates_of_their_own_the_time_of_the_files_counts(polled, stores, folder, runs):
    undated = [content.replace(b"#GEN", b"#PROSA") for content in (OLD, NEW)]
    put(folder, "b.se", undated[0], at=100)
    put(folder, "a.se", undated[1], at=200)
    polled()

    assert ["acme b.se", "acme a.se"] == names(runs)
    assert LATER.trial_balance() == balances(stores)


def test_the_date_in_a_name_counts_first_where_the_pickup_agrees_on_names(
    polled, stores, folder, runs
):
    agreed = Pickup("acme", "sftp-account/acme", "/", file_pattern="books-*.se")
    stores.hub.pickups.agree(agreed, who="me")
    put(folder, "books-2025-03-01.se", OLD, at=100)
    put(folder, "books-2025-02-01.se", NEW, at=200)
    polled()

    assert ["acme books-2025-02-01.se", "acme books-2025-03-01.se"] == names(runs)
    assert ACME.trial_balance() == balances(stores)


def test_a_newer_file_waits_in_the_lake_while_a_run_works_on_the_older(
    polled, folder, runs, server
):
    runs.keeps_running = True
    put(folder, "old.se", OLD, at=100)
    put(folder, "new.se", NEW, at=200)
    assert {End.AT_WORK: 1, End.WAITING: 1} == polled()["acme"].ends
    reads = server.faults.reads
    assert {End.AT_WORK: 1, End.WAITING: 1} == polled()["acme"].ends
    assert ["acme old.se"] == names(runs)
    assert reads == server.faults.reads, "what waits is not fetched again"
    asyncio.run(runs.finish())

    assert {End.FILED: 2} == polled()["acme"].ends
    assert ["acme old.se", "acme new.se"] == names(runs)


def test_files_of_different_years_are_worked_on_at_once(polled, folder, runs):
    runs.keeps_running = True
    put(folder, "2024.se", YEARS.sie(-1))
    put(folder, "2023.se", YEARS.sie(0))

    assert {End.AT_WORK: 2} == polled()["acme"].ends


def test_the_same_bytes_wait_while_they_are_in_flight_and_are_then_no_news(
    polled, stores, folder, runs
):
    put(folder, "books.se", OLD)
    runs.keeps_running = True
    polled()
    put(folder, "copy.se", OLD)
    assert {End.AT_WORK: 1, End.WAITING: 1} == polled()["acme"].ends
    asyncio.run(runs.finish())

    assert {End.FILED: 2} == polled()["acme"].ends
    assert ["acme books.se"] == names(runs), "no other run than the one that loaded them"
    assert "duplicate" == stores.hub.files.recent("acme")[0].outcome


def test_the_published_file_that_comes_again_after_a_wrong_one_puts_the_light_out(
    polled, stores, folder, runs
):
    put(folder, "new.se", NEW)
    polled()
    put(folder, "old.se", OLD)
    polled()
    assert ["held"] == [unit.status for unit in stores.hub.units.of_tenant("acme")]
    put(folder, "again.se", NEW)

    assert {End.FILED: 1} == polled()["acme"].ends
    assert 3 == len(runs.by_key)
    assert ["published"] == [unit.status for unit in stores.hub.units.of_tenant("acme")]


def test_an_older_file_that_comes_back_is_held_as_timing(polled, stores, folder, runs):
    put(folder, "new.se", NEW)
    polled()
    put(folder, "old.se", OLD)
    assert {End.FILED: 1} == polled()["acme"].ends

    assert 2 == len(runs.by_key)
    assert "held" == stores.hub.files.recent("acme")[0].outcome
    assert "older_than_published" in stores.hub.files.recent("acme")[0].reason
    assert LATER.trial_balance() == balances(stores)


def test_the_same_bytes_that_were_held_are_tried_again_when_they_are_put_there_again(
    polled, stores, folder, runs
):
    put(folder, "books.se", OTHER.sie())
    polled()
    assert {} == balances(stores)
    stores.hub.tenants.update("beta", organisation_number="")
    stores.hub.tenants.update("acme", organisation_number=OTHER.organisation_number)
    put(folder, "again.se", OTHER.sie())
    polled()

    assert 2 == len(runs.by_key)
    assert OTHER.trial_balance() == balances(stores)


def test_a_name_that_nobody_of_a_shared_folder_agreed_on_is_put_aside_once(polled, stores, folder):
    for tenant, where in (("acme", "/"), ("beta", "/.")):
        agreed = Pickup(tenant, "sftp-account/acme", where, file_pattern=f"{tenant}-*.se")
        stores.hub.pickups.agree(agreed, who="me")
    put(folder, "books.se", OLD)
    put(folder, "beta-1.se", OTHER.sie())
    found = polled()

    assert ({End.PUT_ASIDE: 1}, {End.FILED: 1}) == (found["acme"].ends, found["beta"].ends)
    assert "acme-*.se, beta-*.se" in reason(folder, "books.se")
