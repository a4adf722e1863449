"""`tasma ledger recheck`: its words and its exit codes."""

from __future__ import annotations

import json

import pytest

from simulators.books.faults import Fault


def test_published_years_that_agree_are_counted(tasma, books):
    done = tasma("ledger", "recheck", "--all")

    assert done.exit_code == 0, done.output
    assert "1 of 1 published years agree" in done.output


def test_year_is_asked_alone_and_answered_for_a_script(tasma, books):
    done = tasma("ledger", "recheck", books, "2024", "--json")

    assert done.exit_code == 0, done.output
    (answer,) = json.loads(done.stdout)
    assert (answer["tenant"], answer["outcome"]) == ("small", "agrees")


@pytest.mark.parametrize("arguments", [(), ("small", "--all")], ids=["nothing", "both"])
def test_one_of_tenant_and_all_has_to_be_named(tasma, books, arguments):
    assert tasma("ledger", "recheck", *arguments).exit_code == 2


def test_nothing_published_is_no_failure(tasma, acme):
    done = tasma("ledger", "recheck", "--all")

    assert done.exit_code == 0, done.output
    assert "0 of 0 published years" in done.output


def test_year_that_would_be_held_ends_as_held_and_says_where_to_look(tasma, books):
    tasma("tenant", "correct", books, "--org-number", "559990-0007")

    done = tasma("ledger", "recheck", books)

    assert done.exit_code == 3, done.output
    assert "0 of 1 published years agree" in done.output
    assert "tasma ledger breaks small 2024" in done.output
    assert "held" in tasma("tenant", "status", books).output


def test_published_year_that_is_held_since_is_no_wrong_file_and_a_rejection_accepts_nothing(
    tasma, owner, sie
):
    tasma("import", sie(faults=[Fault.WRONG_CLOSING_BALANCE]), "--tenant", owner)
    tasma("accept", owner, "2024", "--by", "anna", "--reason", "known")
    (given,) = json.loads(tasma("ledger", "acceptances", owner, "--json").stdout)
    tasma("ledger", "withdraw", owner, str(given["id"]), "--by", "bo", "--reason", "not known")
    held = tasma("ledger", "recheck", owner)
    ways = tasma("ledger", "breaks", owner, "2024").stdout
    tasma("ledger", "reject", owner, "2024", "--by", "bo", "--reason", "asks too much")
    (row,) = json.loads(tasma("tenant", "status", "--json").stdout)

    assert 3 == held.exit_code
    assert "wrong file" not in ways
    assert "or, if the control asks too much here: tasma ledger reject" in ways
    assert ("green", "1 break let pass") == (row["light"], row["reason"])
