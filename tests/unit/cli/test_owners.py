from __future__ import annotations

import json

import pytest

SET = (
    "tenant",
    "owner",
    "acme",
    "procountor",
    "--from",
    "2025",
    "--reason",
    "new",
    "--by",
    "eve",
)


@pytest.fixture
def acme(tasma):
    tasma("tenant", "add", "acme", "--name", "Acme Oy")
    tasma("tenant", "year", "add", "acme", "2025")
    return "acme"


def owners(tasma):
    shown = json.loads(tasma("tenant", "owner", "acme", "--json").stdout)
    return [(row["system"], row["first_day"], row["who"], row["reason"]) for row in shown]


def test_owner_of_years_is_named_with_who_and_why(tasma, acme):
    before = tasma("tenant", "owner", acme)
    done = tasma(*SET)

    assert "No system has the ledger of any year" in before.stdout
    assert 0 == done.exit_code, done.output
    steps = ["tasma connect procountor acme", "tasma ledger pull acme --year 2025"]
    assert steps == [line.removeprefix("Next:").strip() for line in done.stdout.splitlines()[-2:]]
    assert [("procountor", "2025-01-01", "eve", "new")] == owners(tasma)


def test_status_says_of_each_year_whose_its_ledger_is(tasma, acme):
    without = json.loads(tasma("tenant", "status", acme, "--json").stdout)
    tasma(*SET)
    shown = json.loads(tasma("tenant", "status", acme, "--json").stdout)

    assert [""] == [row["ledger_owner"] for row in without]
    assert ["procountor"] == [row["ledger_owner"] for row in shown]
    assert "Procountor" in tasma("tenant", "status", acme).stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("procountor",), "give a system and --from"),
        (("--from", "2025"), "give a system and --from"),
        (("ecom", "--from", "2025", "--reason", "moved"), "'ecom' has no ledger: expected one of"),
        (("procountor", "--from", "2025"), "a person's decision: give a reason, and who"),
    ],
)
def test_change_that_lacks_something_is_refused_and_changes_nothing(
    tasma, acme, arguments, expected
):
    done = tasma("tenant", "owner", acme, *arguments)

    assert 0 != done.exit_code
    assert expected in " ".join(done.stderr.replace("│", " ").split())
    assert [] == owners(tasma)
