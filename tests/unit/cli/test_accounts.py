"""Account maps at the prompt: set, exported, checked, and what they hold."""

from __future__ import annotations

import json

import pytest

from tests.small_sie import small_sie


def balance_sheet(tasma, tenant):
    options = ("--statement", "balance-sheet", "--json")
    found = json.loads(tasma("ledger", "report", tenant, *options).stdout)
    return {row["line"]: row["closing"] for row in found}


@pytest.fixture
def off_the_chart(tmp_path):
    """A file that books an account for which the Swedish scheme has no line."""
    path = tmp_path / "books.se"
    path.write_bytes(small_sie(("1", 100, 100)).replace(b"3001", b"9001"))
    return path


def test_account_without_a_place_holds_only_once_there_is_a_map_and_loads_once_it_has_one(
    tasma, acme, off_the_chart, tmp_path
):
    tasma("accounts", "set", acme)
    held = tasma("import", off_the_chart, "--tenant", acme)
    ways_out = tasma("ledger", "breaks", acme).stdout.partition("Next:")[2]
    checked = tasma("accounts", "check", acme, "--json")
    path = tmp_path / "map.csv"
    path.write_text("accounts,statement,line,valid_from\n9001,income_statement,net_turnover,\n")
    tasma("accounts", "set", acme, path)
    loaded = tasma("import", off_the_chart, "--tenant", acme)

    assert (3, True) == (held.exit_code, "unmapped_account" in held.output), held.output
    assert ways_out.lstrip().startswith(
        f"give the accounts a place: tasma accounts check {acme}, then load again"
    )
    assert (1, {"9001": "-100.00"}) == (checked.exit_code, json.loads(checked.stdout)["unmapped"])
    assert 0 == loaded.exit_code, loaded.output
    assert "100.00" in tasma("ledger", "report", acme, "--statement", "income-statement").output


def test_without_a_map_no_account_is_asked_for_its_place(tasma, acme, off_the_chart):
    assert 0 == tasma("import", off_the_chart, "--tenant", acme).exit_code

    done = tasma("accounts", "check", acme)
    income = tasma("ledger", "report", acme, "--statement", "income-statement")

    assert done.exit_code == 1
    assert "9001" in done.output
    noted = " ".join(income.stderr.split())
    assert "1 account (9001) is on none of the statements' lines" in noted
    assert "`tasma accounts check acme 2024`" in noted
    assert not tasma("ledger", "report", acme).stderr


def test_own_place_moves_an_account_in_the_published_statements_at_once(
    tasma, owner, sie, tmp_path
):
    tasma("import", sie(), "--tenant", owner)
    before = balance_sheet(tasma, owner)
    path = tmp_path / "map.csv"
    path.write_text(
        "accounts,statement,line,valid_from\n19,balance_sheet,short_term_investments,\n"
    )

    done = tasma("accounts", "set", owner, path)

    after = balance_sheet(tasma, owner)
    assert "published statements read by it now" in done.output
    assert after["short_term_investments"] == before["cash_and_bank"]
    assert "cash_and_bank" not in after
    assert path.read_text() == tasma("accounts", "export", owner).stdout


def test_wrong_row_is_named_and_nothing_is_set(tasma, owner, tmp_path):
    path = tmp_path / "map.csv"
    path.write_text("accounts,statement,line,valid_from\n19,balance_sheet,no_such_line,\n")

    done = tasma("accounts", "set", owner, path)

    assert done.exit_code == 1
    assert "row 2: line" in done.output
    assert tasma("accounts", "export", owner).stdout.count("\n") == 1


def test_check_says_how_much_has_a_place(tasma, owner, sie):
    tasma("import", sie(), "--tenant", owner)

    done = tasma("accounts", "check", owner, "--json")

    found = json.loads(done.stdout)
    assert (0, "100.00", {}) == (done.exit_code, found["percent"], found["unmapped"])
    assert found["accounts"] > 5


def test_unknown_scheme_names_those_there_are(tasma, owner):
    done = tasma("accounts", "set", owner, "--scheme", "XYZ")

    assert done.exit_code == 1
    assert "BAS, PMA" in done.output
