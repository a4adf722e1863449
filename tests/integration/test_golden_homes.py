"""A home that an earlier version wrote is upgraded by use, and nothing of it is lost."""

from __future__ import annotations

import json
import re
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_line import invoke

GOLDEN = Path(__file__).parents[1] / "golden"

LIGHTS = {
    ("books", "2023"): ("green", "published"),
    ("books", "2024"): ("green", "published"),
    ("hiding", "2025"): ("red", "held"),
    ("ledger", "2024"): ("green", "published"),
    ("ledger", "2025"): ("green", "published"),
    ("wrong", "2024"): ("red", "held"),
}


@pytest.fixture(params=sorted(path.name for path in GOLDEN.glob("*.tar.xz")))
def home(request, tmp_path, monkeypatch):
    """Unpack a home elsewhere than where it was written, by whose paths its hub named stages."""
    with tarfile.open(GOLDEN / request.param) as archive:
        # Debian 12 has a Python without the filters that came with 3.11.4.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(tmp_path, **safely)  # noqa: S202 - an archive of ours
    home = tmp_path / "home"
    # Its last night is longer ago each day that this test runs, which is not what is asked here.
    with closing(sqlite3.connect(home / "hub" / "hub.sqlite")) as hub, hub:
        hub.execute("update tenant set has_schedule = 0")
    for name in ("TASMA_LAKE", "TASMA_WAREHOUSE", "TASMA_INBOX", "TASMA_HUB_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TASMA_HOME", str(home))
    return home


def asked(*arguments):
    done = invoke(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def lights():
    return {
        (row["tenant"], (row["fiscal_year"] or "")[:4]): (row["light"], row["status"])
        for row in asked("tenant", "status")
    }


def test_every_year_stands_where_it_stood(home):
    assert LIGHTS == lights()


@pytest.mark.share(2)
def test_what_is_published_is_verified_with_its_changes_and_documents(home):
    verified = {
        (tenant, year): invoke("ledger", "verify", tenant, year).exit_code
        for (tenant, year), (_, status) in LIGHTS.items()
        if status == "published"
    }
    years = {row["fiscal_year"][:4]: row for row in asked("tenant", "year", "list", "ledger")}

    assert set(verified.values()) == {0}
    assert "B:2" in invoke("ledger", "changes", "books", "2024").stdout
    assert (0, 1) == (years["2024"]["documents"], years["2025"]["documents"])


@pytest.mark.share(2)
def test_the_same_file_is_judged_by_the_controls_of_today_and_changes_nothing(home):
    before = invoke("ledger", "changes", "books", "2024").stdout
    judged, again = (
        invoke("import", home / "files" / "books-2024.se", "--tenant", "books") for _ in range(2)
    )

    assert (0, 0) == (judged.exit_code, again.exit_code), judged.output
    assert "Unchanged: vouchers and balances" in judged.stdout
    assert "books 2024: unchanged" in again.stdout
    assert before == invoke("ledger", "changes", "books", "2024").stdout
    assert LIGHTS == lights()


@pytest.mark.share(2)
@pytest.mark.parametrize(("tenant", "year"), [("wrong", "2024"), ("hiding", "2025")])
def test_what_is_held_can_be_accepted_and_is_published(home, tenant, year):
    accepted = invoke("accept", tenant, year, "--reason", "known and agreed", "--no-publish")
    published = invoke("publish", tenant, year)

    assert (0, 0) == (accepted.exit_code, published.exit_code), published.output
    assert ("green", "published") == lights()[tenant, year]
    assert 0 == invoke("ledger", "verify", tenant, year).exit_code


@pytest.mark.share(2)
def test_hub_names_no_place_of_a_machine_before_or_after_work(home):
    """A home that is moved, or put into a store of objects, is still known by its addresses."""
    assert 0 == invoke("import", home / "files" / "books-2024.se", "--tenant", "books").exit_code
    with closing(sqlite3.connect(home / "hub" / "hub.sqlite")) as hub:
        everything = "\n".join(hub.iterdump())

    assert "'stage/books/" in everything
    assert str(home) not in everything
    assert not re.search(r"'/[^']*/(stage|landing|warehouse|inbox)/", everything)
