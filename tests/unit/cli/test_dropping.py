"""Dropping files in by hand: at any time, by whoever, and what the nights make of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from blocks.hub import Hub
from blocks.settings import settings
from blocks.warehouse import FileWarehouse
from flows.cli import dropping, output
from flows.demo.outcome import published_balances
from ledger.fiscal_year import FiscalYear
from tasks.arrivals import REFRESH, Arrival
from tests.nights import tenants_of
from tests.small_sie import small_sie

NUMBER = 503072
YEAR = FiscalYear.parse("2025")


def balances(tenant):
    return published_balances(FileWarehouse(settings().warehouse), tenant, YEAR.key)


def unit(tenant):
    with Hub(settings().hub_url) as hub:
        return hub.units.find(tenant, YEAR)


@pytest.fixture
def changed(fortnox, tmp_path):
    """A file of the company that lacks a voucher, and is newer than what Fortnox sends."""
    company = fortnox.tenant(NUMBER).edition.company.next_night(removed=[("B", 1)])
    path = tmp_path / "dropped.se"
    path.write_bytes(re.sub(rb"#GEN \d{8}", b"#GEN 20991231", company.sie()))
    return company, path


@pytest.mark.requirement("R-FIN-1a", "R-FIN-30c", "R-FIN-33a")
def test_a_refresh_is_loaded_at_once_and_the_next_night_replaces_it(
    tasma, connected, fortnox, changed
):
    tenant, (company, path) = connected("acme"), changed
    with Hub(settings().hub_url) as hub:
        hub.tenants.update(tenant, has_schedule=True)
    tasma("ledger", "pull", tenant, "--year", "2025")
    before = balances(tenant)

    dropped = tasma("drop-in", tenant, path)
    at_noon, owner = balances(tenant), unit(tenant).ledger_source
    again = tasma("drop-in", tenant, path)
    night = tasma("ledger", "pull", tenant, "--year", "2025", "--keep-uploaded")

    assert "As refresh: the next night replaces it." in dropped.stderr
    assert (company.trial_balance(), "fortnox") == (at_noon, owner)
    assert "acme 2025: unchanged" in again.stdout
    assert "acme 2025: published" in night.stdout, night.output
    assert before == balances(tenant) != at_noon
    assert before == fortnox.tenant(NUMBER).edition.company.trial_balance()


@pytest.mark.requirement("R-FIN-1b", "R-FIN-1d")
def test_the_source_of_its_year_is_kept_by_nights_until_a_person_says_otherwise(
    tasma, connected, changed
):
    tenant, (company, path) = connected("acme"), changed
    tasma("ledger", "pull", tenant, "--year", "2025")

    tasma("drop-in", tenant, path, "--use", "source")
    night = tasma("ledger", "pull", tenant, "--year", "2025", "--keep-uploaded")
    kept, owner = balances(tenant), unit(tenant).ledger_source
    refreshed = tasma("drop-in", tenant, path, "--use", "refresh")
    tasma("ledger", "pull", tenant, "--year", "2025", "--overwrite-uploaded")

    assert "its ledger came from an uploaded file, which is kept" in night.output
    assert (company.trial_balance(), "sie") == (kept, owner)
    assert "acme 2025: unchanged" in refreshed.stdout
    assert "fortnox" == unit(tenant).ledger_source


@pytest.mark.parametrize(("answer", "owner"), [(True, "sie"), (False, "")])
def test_a_person_at_a_terminal_is_asked_what_the_file_is(  # noqa: PLR0917 - two of them are what is tried
    tasma, connected, changed, monkeypatch, answer, owner
):
    tenant, (_, path) = connected("acme"), changed
    asked = []
    monkeypatch.setattr(dropping, "is_attended", lambda: True)
    monkeypatch.setattr(
        dropping.typer, "confirm", lambda question, **_more: asked.append(question) or answer
    )

    tasma("drop-in", tenant, path)

    assert 1 == len(asked)
    assert owner == unit(tenant).ledger_source


@pytest.mark.parametrize("has_nights", [True, False])
def test_nights_are_spoken_of_where_a_tenant_has_them_and_the_question_is_broken_between_words(
    tasma, connected, changed, monkeypatch, has_nights
):
    tenant, (_, path) = connected("acme"), changed
    with Hub(settings().hub_url) as hub:
        hub.tenants.update(tenant, has_schedule=has_nights)
    asked = []
    monkeypatch.setattr(dropping, "is_attended", lambda: True)
    monkeypatch.setattr(
        dropping.typer, "confirm", lambda question, **_more: asked.append(question) or False
    )
    monkeypatch.setattr(
        output, "console", lambda file=None: Console(file=file, width=80, force_terminal=True)
    )

    dropped = tasma("drop-in", tenant, path, "--dry-run")

    (question,) = asked
    assert max(map(len, question.splitlines())) <= 80 - len(" [y/N]: ")
    words = " ".join(question.split())
    assert has_nights == ("is asked for in its system every night" in words)
    assert has_nights == ("has no nights: it is pulled by hand alone" not in words)
    remarks = " ".join(dropped.stderr.split())
    assert has_nights == ("the next night replaces it" in remarks)
    assert has_nights == ("the next pull replaces it" not in remarks)


@pytest.mark.requirement("R-FIN-28")
def test_who_dropped_what_and_when_is_kept_and_a_manual_tenant_has_no_schedule(
    tasma, acme, tmp_path, monkeypatch
):
    monkeypatch.setattr("getpass.getuser", lambda: "anna")
    good, bad = tmp_path / "good.se", tmp_path / "bad.se"
    good.write_bytes(small_sie(("1", 100, 100)))
    bad.write_bytes(b"nothing of the kind")

    ends = [tasma("drop-in", acme, path).exit_code for path in (good, bad)]

    files = json.loads(tasma("tenant", "files", acme, "--json").stdout)
    events = json.loads(tasma("events", acme, "--kind", "drop-in", "--json").stdout)
    came = {(item["file_name"], item["who"], item["outcome"]) for item in files}
    assert [0, 1] == ends
    assert {("good.se", "anna", "published"), ("bad.se", "anna", "failed")} <= came
    assert all(item["seen_at"] for item in files)
    assert [
        "bad.se was dropped in by anna as the source of this year: failed",
        "good.se was dropped in by anna as the source of this year: published",
    ] == [item["message"] for item in events]
    with Hub(settings().hub_url) as hub:
        assert not hub.tenants.get(acme).has_schedule
    assert [] == tenants_of("Europe/Stockholm")
    assert "good.se" in tasma("tenant", "files", acme).stdout


def test_several_files_of_one_year_are_taken_in_the_order_of_their_dates(tasma, acme, tmp_path):
    days = {"a.se": 3, "b.se": 1, "c.se": 2}
    for name, day in days.items():
        content = small_sie(("1", day, day))
        dated = content.replace(b"#GEN 20250101", f"#GEN 2024070{day}".encode())
        (tmp_path / name).write_bytes(dated)

    done = tasma("drop-in", acme, *(tmp_path / name for name in days), "--json")

    found = json.loads(done.stdout)
    assert ["b.se", "c.se", "a.se"] == [item["file"].rpartition("/")[2] for item in found]
    assert {"published"} == {item["outcome"] for item in found}


def test_a_dry_run_leaves_no_trace(tasma, acme, tmp_path):
    path = tmp_path / "books.se"
    path.write_bytes(small_sie(("1", 100, 100)))

    done = tasma("drop-in", acme, path, "--dry-run")

    assert "would be published" in done.stdout
    assert [] == json.loads(tasma("events", acme, "--kind", "drop-in", "--json").stdout)


def test_of_a_tenant_without_a_system_a_file_is_the_source_of_its_year_whatever_the_form_says(
    acme, connected
):
    connected("pulled")

    with Hub(settings().hub_url) as hub:
        found = {
            tenant: Arrival(tenant, Path("books.se"), use=REFRESH).is_refresh(hub)
            for tenant in (acme, "pulled")
        }

    assert {acme: False, "pulled": True} == found
