"""Reading what is published: statements, changes, verification, export; and deciding on a hold."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from decimal import Decimal

import duckdb
import pyarrow.parquet as pq
import pytest

from blocks.hub import Hub, models
from blocks.hub.pickups import Pickup
from blocks.settings import settings
from blocks.warehouse import FileWarehouse
from ledger.fiscal_year import FiscalYear
from simulators.books.faults import Fault

YEAR = FiscalYear.parse("2024")


def rows(tasma, *arguments) -> list[dict[str, str]]:
    return json.loads(tasma("ledger", *arguments, "--json").stdout)


def test_trial_balance_is_the_generators_and_sums_to_zero(tasma, books, company):
    found = rows(tasma, "report", books, "2024")

    assert {
        row["account_number"]: Decimal(row["closing"])
        for row in found
        if Decimal(row["closing"]) != 0
    } == company.trial_balance()
    assert "sum to 0.00" in tasma("ledger", "report", books).stdout


def test_months_lead_from_one_to_the_next(tasma, books, company):
    may = rows(tasma, "report", books, "2024", "--month", "2024-05")
    moved = {row["account_number"]: Decimal(row["movement"]) for row in may}

    expected = {
        account: amount
        for (account, month), amount in company.movements().items()
        if month == "2024-05"
    }
    assert {account: amount for account, amount in moved.items() if amount} == expected
    for row in may:
        assert Decimal(row["opening"]) + Decimal(row["movement"]) == Decimal(row["closing"])


def test_result_of_the_income_statement_is_that_of_the_balance_sheet(tasma, books):
    income = rows(tasma, "report", books, "--statement", "income-statement")
    sheet = rows(tasma, "report", books, "--statement", "balance-sheet")
    closing = {row["name_en"]: Decimal(row["closing"]) for row in sheet}

    assert (
        Decimal(income[-1]["accumulated"])
        == closing["Result of the year, not yet booked to equity"]
    )
    assert closing["Assets"] == closing["Equity and liabilities"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["report", "small", "2023"], 2, "has no year 2023; it has 2024."),
        (["report", "small", "next"], 2, "is not a fiscal year"),
        (["report", "small", "2024", "--month", "May"], 2, "is not a month: expected 2024-05"),
        (["report", "small", "2024", "--month", "2025-01"], 2, "is not a month of 2024-01-01"),
        (["report", "small", "2024", "--statement", "cash"], 2, "balance-sheet"),
        (["verify", "nobody"], 2, "there is no tenant 'nobody'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_question_is_answered_with_what_there_is(tasma, books, arguments, code, said):
    refused = tasma("ledger", *arguments)

    assert refused.exit_code == code
    assert said in " ".join(refused.output.split())


def test_tenant_without_books_is_told_how_to_get_some(tasma, owner):
    refused = tasma("ledger", "report", owner)

    assert refused.exit_code == 2
    assert "tasma import FILE --tenant small" in " ".join(refused.output.split())


def test_broken_year_is_found_by_the_year_it_ends_in_which_is_said_once_and_in_the_help(
    tasma, owner
):
    with Hub(settings().hub_url) as hub:
        hub.units.set_status(owner, FiscalYear.parse("2023-07-01_2024-06-30"), "failed")

    refused = tasma("ledger", "report", owner, "2024")
    shown = tasma("ledger", "breaks", owner, "2024", "--json")
    named = tasma("ledger", "breaks", owner, "2023-07-01_2024-06-30")

    assert refused.exit_code == 1
    assert "Nothing is published for small for 2023-07-01_2024-06-30" in refused.stderr
    said = "2024 is taken for the fiscal year 2023-07-01_2024-06-30, which ends in it."
    assert [1, 1, 0] == [one.stderr.count(said) for one in (refused, shown, named)]
    assert "2023-07-01_2024-06-30" == json.loads(shown.stdout)["fiscal_year"]
    help_text = " ".join(tasma("ledger", "breaks", "--help").stdout.split())
    assert "also for the broken year that ends in 2024" in help_text


def test_calendar_year_that_is_a_fiscal_year_is_taken_without_a_word(tasma, owner, sie):
    tasma("import", sie(), "--tenant", owner)

    assert "is taken for" not in tasma("ledger", "breaks", owner, "2024").stderr


def in_csv(tasma, monkeypatch, *arguments) -> list[dict[str, str]]:
    """Read what a command prints as CSV: a second table would have rows of other lengths."""
    monkeypatch.setattr(sys, "argv", ["tasma", "--csv", *arguments])
    shown = list(csv.reader(io.StringIO(tasma("--csv", *arguments).stdout)))
    assert {len(shown[0])} == set(map(len, shown))
    return [dict(zip(shown[0], row, strict=True)) for row in shown[1:]]


def test_breaks_in_csv_are_one_table_that_names_each_ones_control_and_its_severity(
    tasma, held, monkeypatch
):
    found = rows(tasma, "breaks", held)["controls"]

    shown = in_csv(tasma, monkeypatch, "ledger", "breaks", held)
    every = in_csv(tasma, monkeypatch, "ledger", "breaks", held, "--all")

    broken = [one for one in found if one["break_count"]]
    assert [(one["control"], one["severity"]) for one in broken for _ in one["breaks"]] == [
        (row["control"], row["severity"]) for row in shown
    ]
    assert {row["difference"] for row in shown} == {
        item["difference"] or "" for one in broken for item in one["breaks"]
    }
    assert {one["control"] for one in found} == {row["control"] for row in every}


def test_changes_in_csv_are_one_table_of_loads_with_their_vouchers(
    tasma, books, sie, company, monkeypatch
):
    gone = [(chunk.series, int(chunk.number[0])) for chunk in company.book().chunks()][:2]
    tasma("import", sie(company.next_night(removed=gone)), "--tenant", books)

    shown = in_csv(tasma, monkeypatch, "ledger", "changes", books)
    of_rows = in_csv(tasma, monkeypatch, "ledger", "changes", books, "--rows")

    assert [("2", "removed"), ("2", "removed"), ("1", "")] == [
        (row["load"], row["change"]) for row in shown
    ]
    assert {"removed"} == {row["change"] for row in of_rows}


@pytest.mark.requirement("R-FIN-33b")
def test_changes_name_the_voucher_that_the_source_removed(tasma, books, sie, company):
    chunk = next(iter(company.book().chunks()))
    gone = (chunk.series, int(chunk.number[0]))
    tasma("import", sie(company.next_night(removed=[gone])), "--tenant", books)

    found = json.loads(tasma("ledger", "changes", books, "--json").stdout)

    assert [load["load_number"] for load in found["loads"]] == [2, 1]
    (change,) = found["vouchers"]
    assert (change["change"], change["date_after"]) == ("removed", None)
    assert (
        change["voucher_key"].startswith(f"{gone[0]}{gone[1]}")
        or str(gone[1]) in (change["voucher_key"])
    )
    assert "removed" in tasma("ledger", "changes", books, "2024").stdout


def test_a_list_that_is_cut_says_so(tasma, books, sie, company):
    gone = [(chunk.series, int(chunk.number[0])) for chunk in company.book().chunks()][:2]
    tasma("import", sie(company.next_night(removed=gone)), "--tenant", books)

    whole = tasma("ledger", "changes", books, "--limit", "2")
    cut = tasma("ledger", "changes", books, "--limit", "1", "--json")
    events = tasma("events", books, "--limit", "1")

    assert "--limit shows more" not in whole.stderr
    assert "more loads than the 1 shown; --limit shows more" in " ".join(cut.stderr.split())
    assert "more changed vouchers than the 1 shown" in " ".join(cut.stderr.split())
    assert len(json.loads(cut.stdout)["vouchers"]) == 1
    assert "more events than the 1 shown" in " ".join(events.stderr.split())


@pytest.mark.requirement("R-FIN-P2b")
def test_verify_tells_intact_from_altered(tasma, books):
    """Somebody who edits the published file is found out, and the exit code says so."""
    assert tasma("ledger", "verify", books).exit_code == 0
    file = settings().warehouse / f"{books}.duckdb"
    with duckdb.connect(str(file)) as db:
        db.execute(
            "update posting set amount = amount + 1 where voucher_key ="
            " (select min(voucher_key) from posting) and row_number = 1"
        )

    altered = tasma("ledger", "verify", books)

    assert altered.exit_code == 1
    assert "is not what was loaded: 1 voucher and tables posting altered" in altered.stderr
    (found,) = json.loads(tasma("ledger", "verify", books, "--json").stdout)
    assert (found["fiscal_year"], found["intact"]) == (YEAR.key, False)


def test_export_writes_parquet_that_anything_reads(tasma, books, tmp_path, company):
    folder = tmp_path / "out" / "books"

    done = tasma("ledger", "export", books, folder)
    again = tasma("ledger", "export", books, folder)

    assert (done.exit_code, again.exit_code) == (0, 1)
    assert "needs a new or empty folder" in again.stderr
    assert pq.read_metadata(folder / "posting.parquet").num_rows == (
        company.book().totals.booked_rows
    )


@pytest.fixture
def held(tasma, owner, sie) -> str:
    """The company with its last year held for a wrong closing balance."""
    file = sie(faults=[Fault.WRONG_CLOSING_BALANCE])
    assert tasma("import", file, "--tenant", owner).exit_code == 3
    return owner


def test_breaks_are_shown_with_amounts_and_what_to_do(tasma, held):
    shown = tasma("ledger", "breaks", held)
    found = rows(tasma, "breaks", held, "2024")

    assert shown.exit_code == 0
    assert "balance_roll_forward: 1 found, blocks" in shown.stdout
    assert "What to do:" in shown.stdout
    assert "tasma accept small 2024" in shown.stdout
    assert found["held_by"] == ["balance_roll_forward"]
    (item,) = next(
        control["breaks"]
        for control in found["controls"]
        if control["control"] == "balance_roll_forward"
    )
    assert (item["account_number"], item["difference"]) == ("1930", "-100.00")


def test_what_was_published_is_said_to_be_untouched_only_where_there_is_some(tasma, owner, sie):
    file = sie(faults=[Fault.WRONG_CLOSING_BALANCE])
    tasma("import", file, "--tenant", owner)
    first = tasma("ledger", "breaks", owner).stdout
    tasma("import", sie(), "--tenant", owner)
    tasma("import", sie(faults=[Fault.WRONG_CLOSING_BALANCE]), "--tenant", owner)

    assert "Nothing of the year is published." in first
    assert "What was published before is untouched." in tasma("ledger", "breaks", owner).stdout


def test_breaks_of_an_unchanged_load_are_those_of_the_one_it_equals(tasma, books, sie):
    tasma("import", sie(), "--tenant", books)

    found = rows(tasma, "breaks", books)

    assert found["status"] == "published"
    assert len(found["controls"]) > 10


def test_acceptance_needs_a_reason(tasma, held):
    refused = tasma("accept", held, "2024")

    assert refused.exit_code == 2
    assert "--reason" in refused.output
    assert FileWarehouse(settings().warehouse).load_record(held, YEAR) is None


def test_accepted_hold_is_published_with_reason_and_person_on_record(tasma, held):
    done = tasma("accept", held, "2024", "--reason", "corrected in January", "--by", "kim")

    assert done.exit_code == 0
    assert "small 2024: published" in done.stdout
    assert FileWarehouse(settings().warehouse).load_record(held, YEAR) is not None
    with Hub(settings().hub_url) as hub:
        (given,) = hub.acceptances.of_unit(held, YEAR)
    assert (given.accepted_by, given.reason) == ("kim", "corrected in January")
    assert "blocks, accepted" in tasma("ledger", "breaks", held).stdout


def test_acceptance_and_publication_may_be_two_steps(tasma, held):
    accepted = tasma("accept", held, "2024", "--reason", "seen", "--no-publish")
    between = FileWarehouse(settings().warehouse).load_record(held, YEAR)
    published = tasma("publish", held, "2024")

    assert accepted.exit_code == 0
    assert "tasma publish small 2024" in accepted.stdout
    assert between is None
    assert published.exit_code == 0


def _became(tasma, tenant):
    """What is said of files that were held: their outcome in the table, and how the hold ended."""
    found = json.loads(tasma("tenant", "files", tenant, "--json").stdout)
    since = [one["since"] for one in found if one["outcome"] == "held"]
    shown = tasma("tenant", "files", tenant).stdout
    return since, [line for line in shown.splitlines() if "held" in line]


def test_file_that_was_held_is_said_to_be_published_once_it_is(tasma, held):
    (before,), _ = _became(tasma, held)

    tasma("accept", held, "2024", "--reason", "seen")
    since, (shown,) = _became(tasma, held)

    assert ("", ["published"]) == (before, since)
    assert "held, then published" in shown


def test_file_that_was_held_is_said_to_be_rejected_once_it_is(tasma, held):
    tasma("ledger", "reject", held, "2024", "--reason", "another company's")

    assert ["rejected"] == _became(tasma, held)[0]


def test_file_that_was_held_is_said_to_be_replaced_by_a_newer_one(tasma, held, sie):
    tasma("import", sie(), "--tenant", held)

    since, (shown,) = _became(tasma, held)

    assert ["replaced"] == since
    assert "held, then replaced" in shown


def test_years_of_a_tenant_whose_files_are_brought_ask_for_a_file_or_a_decision(tasma, held):
    """No system is there from which they could be fetched."""
    tasma("tenant", "year", "add", held, "2025")
    found = json.loads(tasma("tenant", "year", "list", held, "--json").stdout)
    shown = tasma("tenant", "year", "list", held).stdout
    tasma("accept", held, "2024", "--reason", "seen")
    after = json.loads(tasma("tenant", "year", "list", held, "--json").stdout)

    assert ["decide", "import"] == [year["action"] for year in found]
    assert ["", "import"] == [year["action"] for year in after]
    assert f"tasma ledger breaks {held} 2024" in shown
    assert f"tasma import FILE --tenant {held}" in shown
    assert "tasma ledger pull" not in shown


def test_years_of_a_tenant_whose_files_are_fetched_ask_for_a_poll(tasma, owner):
    with Hub(settings().hub_url) as hub:
        hub.pickups.agree(Pickup(owner, "sftp-account/small", "/out"), who="kim")
    tasma("tenant", "year", "add", owner, "2025")

    assert f"tasma sftp poll {owner}" in tasma("tenant", "year", "list", owner).stdout


def test_publishing_what_nobody_accepted_holds_it_again(tasma, held):
    assert tasma("publish", held, "2024").exit_code == 3
    assert FileWarehouse(settings().warehouse).load_record(held, YEAR) is None


def test_control_that_holds_nothing_cannot_be_accepted(tasma, held):
    refused = tasma("accept", held, "2024", "--control", "mass_removal", "--reason", "seen")

    assert refused.exit_code == 1
    assert "does not hold this load; balance_roll_forward does" in refused.stderr


def test_acceptance_of_one_of_two_controls_leaves_it_held_and_ends_with_3(tasma, owner, sie):
    file = sie(faults=[Fault.WRONG_CLOSING_BALANCE, Fault.UNBALANCED_VOUCHER])
    assert 3 == tasma("import", file, "--tenant", owner).exit_code

    done = tasma(
        *("accept", owner, "2024", "--control", "balance_roll_forward"),
        *("--reason", "seen", "--by", "kim"),
    )

    assert 3 == done.exit_code
    assert "by kim" in done.stdout
    assert "Still held by voucher_balance" in done.stdout


def test_acceptance_in_the_past_is_refused(tasma, held):
    refused = tasma("accept", held, "2024", "--reason", "x y z", "--expires", "2020-01-01")

    assert refused.exit_code == 2
    assert "ends at 2020-01-01 23:00 UTC would never be valid" in refused.stderr


def test_nothing_held_leaves_nothing_to_accept(tasma, books):
    refused = tasma("accept", books, "2024", "--reason", "seen")

    assert refused.exit_code == 1
    assert "there is nothing to accept" in refused.stderr


def test_rejected_hold_is_put_away_and_says_by_whom_and_why(tasma, held):
    rejected = tasma("ledger", "reject", held, "2024", "--reason", "a wrong file", "--by", "kim")
    (row,) = json.loads(tasma("tenant", "status", held, "--json").stdout)
    shown = tasma("ledger", "breaks", held)

    assert "Rejected for small 2024. The year is rejected." in rejected.stdout
    assert (row["light"], row["status"], row["hold"]) == ("grey", "rejected", "")
    assert "rejected by kim: a wrong file; nothing is published" in row["reason"]
    assert "balance_roll_forward: 1 found, blocks, rejected" in shown.stdout
    assert "tasma accept" not in shown.stdout
    again = tasma("ledger", "reject", held, "2024", "--reason", "a wrong file")
    assert (again.exit_code, "nothing to accept, to reject" in again.stderr) == (1, True)


def test_rejection_of_another_companys_file_leads_to_what_was_held_before_it(tasma, held, sie):
    foreign = sie()
    foreign.write_bytes(re.sub(rb"#ORGNR \S+", b"#ORGNR 556000-0027", foreign.read_bytes()))
    assert tasma("import", foreign, "--tenant", held).exit_code == 3
    rejected = tasma("ledger", "reject", held, "2024", "--reason", "another company's")

    assert "What was held before it is held still." in rejected.stdout
    assert "tasma ledger breaks small 2024" in rejected.stdout
    assert rows(tasma, "breaks", held)["held_by"] == ["balance_roll_forward"]


def test_year_of_another_companys_rejected_file_is_in_no_listing(tasma, books, sie):
    foreign = sie(year=-2)
    foreign.write_bytes(re.sub(rb"#ORGNR \S+", b"#ORGNR 556000-0027", foreign.read_bytes()))
    assert tasma("import", foreign, "--tenant", books).exit_code == 3
    reason = ("--reason", "another company's", "--json")
    rejected = json.loads(tasma("ledger", "reject", books, "2023", *reason).stdout)
    listings = (("tenant", "status"), ("tenant", "year", "list"))
    shown = [tasma(*listing, books).stdout for listing in listings]
    asked = tasma("ledger", "breaks", books, "2023")

    assert ("", [False, False]) == (rejected["status"], ["2023" in one for one in shown])
    assert (2, True) == (asked.exit_code, "no year 2023; it has 2024" in asked.stderr)
    assert "books-2023.se" in tasma("tenant", "files", books).stdout
    assert 0 == tasma("import", sie(year=-2), "--tenant", books).exit_code
    assert "2023" in tasma("tenant", "status", books).stdout


def test_rejection_needs_a_reason(tasma, held):
    assert tasma("ledger", "reject", held, "2024").exit_code == 2
    assert rows(tasma, "breaks", held)["status"] == "held"


def test_breaks_of_a_rejected_hold_do_not_speak_for_what_is_published(tasma, books, sie):
    tasma("import", sie(faults=[Fault.WRONG_CLOSING_BALANCE]), "--tenant", books)
    tasma("ledger", "reject", books, "2024", "--reason", "a wrong file")

    found = rows(tasma, "breaks", books)
    assert (found["status"], found["held_by"]) == ("published", [])
    assert not any(
        control["break_count"] and control["severity"] == "blocks" for control in found["controls"]
    )


def test_few_vouchers_stand_beside_a_hold_and_are_decided_by_their_load(tasma, books, sie):
    tasma("import", sie(faults=[Fault.WRONG_CLOSING_BALANCE]), "--tenant", books)
    few = sie(sie_type="4I")
    few.write_bytes(
        few.read_bytes() + b'#VER Z 1 20240301 "Rad"\r\n{\r\n#TRANS 1930 {} 1.00\r\n}\r\n'
    )
    ended = tasma("import", few, "--tenant", books)
    found = rows(tasma, "breaks", books)
    shown = tasma("ledger", "breaks", books).stdout
    (beside,) = found["beside"]
    load_id = beside["load"]["load_id"]

    assert ended.exit_code == 3
    assert "Next: tasma ledger breaks small 2024" in ended.stdout
    assert (found["status"], found["held_by"]) == ("held", ["balance_roll_forward"])
    assert beside["held_by"] == ["voucher_balance"]
    assert "Beside the year, the partial file (sie 4I" in shown
    assert f'tasma ledger reject small 2024 --load {load_id} --reason "..."' in shown
    accepted = tasma("accept", books, "2024", "--load", load_id, "--reason", "seen")
    assert (accepted.exit_code, "small 2024: partial" in accepted.stdout) == (4, True)
    assert rows(tasma, "breaks", books)["held_by"] == ["balance_roll_forward"]


def test_evidence_that_agrees_is_said_to_in_a_line_and_listed_on_demand(tasma, books, sie):
    assert tasma("import", sie(sie_type="2"), "--tenant", books).exit_code == 4

    shown = tasma("ledger", "breaks", books).stdout.partition("Beside the year")[2]
    everything = tasma("ledger", "breaks", books, "--all").stdout.partition("Beside the year")[2]

    assert "Nothing broke: " in shown
    assert "--all lists them" in shown
    assert "tenant_identity" not in shown
    assert "tenant_identity" in everything


def test_findings_that_are_gone_are_not_called_clean(tasma, books):
    with Hub(settings().hub_url) as hub, hub.database.writing() as connection:
        connection.execute(models.control_break.delete())
        connection.execute(models.control_result.delete())

    shown = tasma("ledger", "breaks", books).stdout

    assert "kept no longer" in shown
    assert "Nothing broke" not in shown


def test_another_companys_books_are_not_offered_for_acceptance(tasma, owner, sie):
    held = tasma("import", sie(faults=[Fault.OTHER_COMPANY]), "--tenant", owner)
    shown = tasma("ledger", "breaks", owner)
    refused = tasma("accept", owner, "2024", "--reason", "seen")

    assert (held.exit_code, refused.exit_code) == (3, 1)
    assert "tasma accept" not in held.stdout + shown.stdout
    assert 'tasma ledger reject small 2024 --reason "..."' in held.stdout
    assert "tasma tenant correct small --org-number NUMBER" in shown.stdout
    assert "never accepted" in refused.stderr


def test_books_are_published_once_a_wrong_number_of_the_tenant_is_corrected(
    tasma, owner, sie, company
):
    tasma("tenant", "correct", owner, "--org-number", "559990-0007")
    assert tasma("import", sie(), "--tenant", owner).exit_code == 3
    done = tasma("tenant", "correct", owner, "--org-number", company.organisation_number)

    assert "it was 5599900007" in done.stdout
    assert tasma("import", sie(), "--tenant", owner).exit_code == 0


def test_acceptance_of_a_program_is_said_listed_and_withdrawn(tasma, owner, sie):
    path = sie()
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join(line for line in lines if not line.startswith(b"#ORGNR")))
    assert tasma("import", path, "--tenant", owner).exit_code == 3
    accepted = tasma("accept", owner, "2024", "--reason", "it never writes it")

    assert accepted.exit_code == 0
    assert "every year (for this one alone if the file names no program)" in " ".join(
        accepted.stderr.split()
    )
    (given,) = rows(tasma, "acceptances", owner)
    assert (given["fiscal_year"], given["control"]) == ("", "identity_missing")
    number = str(given["id"])
    assert "lasting" in tasma("ledger", "acceptances", owner).stdout
    ended = tasma("ledger", "withdraw", owner, number, "--reason", "it does now", "--by", "kim")
    assert ended.exit_code == 0
    assert rows(tasma, "acceptances", owner) == []
    assert tasma("ledger", "withdraw", owner, number, "--reason", "again").exit_code == 2


@pytest.fixture
def changed(tasma, books, company, tmp_path):
    """A year of which a second load changed a voucher, a day later by its record."""
    path = tmp_path / "next.se"
    path.write_bytes(company.next_night(changed=[("A", 1)]).sie())
    done = tasma("import", path, "--tenant", books)
    assert done.exit_code == 0, done.output
    with duckdb.connect(str(settings().warehouse / f"{books}.duckdb")) as db:
        db.execute("update load set published_at = '2025-01-31 22:30:00+00' where load_number = 1")
        db.execute("update load set published_at = '2025-02-01 12:00:00+00' where load_number = 2")
    return books


def test_report_as_of_a_day_is_that_of_the_end_of_the_tenants_day(tasma, changed, company):
    """The first load came at 23:30 of 31 January in Stockholm."""
    early, late = (
        rows(tasma, "report", changed, "2024", "--as-of", day)
        for day in ("2025-01-31", "2025-02-01")
    )
    before = tasma("ledger", "report", changed, "2024", "--as-of", "2025-01-30")
    wrong = tasma("ledger", "report", changed, "2024", "--as-of", "31.1.2025")
    closing = {row["account_number"]: Decimal(row["closing"]) for row in early}

    assert company.trial_balance() == {name: amount for name, amount in closing.items() if amount}
    assert early != late == rows(tasma, "report", changed, "2024")
    assert (1, 2) == (before.exit_code, wrong.exit_code)
    assert "is not recorded: the first load came later, on 2025-01-31" in before.stderr
    said = tasma("ledger", "report", changed, "2024", "--as-of", "2025-01-31").stdout
    assert "as of 2025-01-31 (load 1)" in said


def test_rows_of_a_changed_voucher_are_shown_before_and_after(tasma, changed):
    found = json.loads(tasma("ledger", "changes", changed, "--rows", "--json").stdout)["rows"]

    assert {"before", "after"} == {row["side"] for row in found}
    assert {"A:1"} == {row["voucher_key"] for row in found}
    for side in ("before", "after"):
        assert 0 == sum(Decimal(row["amount"]) for row in found if row["side"] == side)
    assert "Rows before and after" in tasma("ledger", "changes", changed, "--rows").stdout


def test_two_loads_are_compared_by_voucher_and_account(tasma, changed):
    found = json.loads(tasma("ledger", "diff", changed, "2024", "1", "2", "--json").stdout)
    same = tasma("ledger", "diff", changed, "2024", "2", "2")
    none = tasma("ledger", "diff", changed, "2024", "1", "7")

    assert [("changed", "A:1")] == [
        (row["change"], row["voucher_key"]) for row in found["vouchers"]
    ]
    assert 0 == sum(Decimal(row["difference"]) for row in found["accounts"])
    assert "was the same after load 2 and load 2" in same.stdout
    assert (1, True) == (none.exit_code, "it has loads 1 to 2" in none.stderr)


def test_diff_without_numbers_shows_what_the_last_load_changed(tasma, changed):
    last = tasma("ledger", "diff", changed, "2024", "--json")

    assert 0 == last.exit_code, last.output
    assert last.stdout == tasma("ledger", "diff", changed, "2024", "1", "2", "--json").stdout
    assert last.stdout == tasma("ledger", "diff", changed, "2024", "1", "--json").stdout


def test_diff_without_numbers_says_that_a_first_load_has_none_beside_it(tasma, owner, sie):
    tasma("import", sie(), "--tenant", owner)

    alone = tasma("ledger", "diff", owner, "2024")

    assert 2 == alone.exit_code
    assert "has one load so far" in " ".join(alone.stderr.replace("│", " ").split())


def with_moved_opening(file):
    """Write the file once more, 5.00 of one balance of the year's beginning on another account."""
    text = file.read_text("cp437")
    numbers = re.findall(r"^#IB 0 (\d+)", text, re.MULTILINE)[:2]
    for number, amount in zip(numbers, (5, -5), strict=True):
        line = rf"^#(IB|UB) 0 {number} (\S+)"
        text = re.sub(
            line,
            lambda m, n=number, a=amount: f"#{m[1]} 0 {n} {Decimal(m[2]) + a}",
            text,
            flags=re.MULTILINE,
        )
    other = file.with_name("moved.se")
    other.write_text(text, "cp437", newline="")
    return other, numbers


def test_load_that_changed_balances_alone_is_shown_by_the_accounts(tasma, owner, sie):
    other, numbers = with_moved_opening(sie())
    tasma("import", sie(), "--tenant", owner)
    loaded = tasma("import", other, "--tenant", owner)
    changes = tasma("ledger", "changes", owner, "2024").stdout
    differing = tasma("ledger", "diff", owner, "2024").stdout

    assert 0 == loaded.exit_code, loaded.output
    assert "Balances may differ: `tasma ledger diff small 2024`" in " ".join(changes.split())
    assert "No voucher differs." in differing
    assert "Nothing to show" not in differing
    assert all(number in differing.partition("Accounts")[2] for number in numbers)
    assert "Next: tasma ledger report small 2024" in differing


def test_all_tenants_go_into_one_folder_and_only_what_changed_goes_again(tasma, books, tmp_path):
    folder = tmp_path / "all"
    first, again = (
        json.loads(tasma("ledger", "export", "--all", folder, *more, "--json").stdout)
        for more in ([], ["--replace"])
    )
    taken = tasma("ledger", "export", "--all", folder)
    alone = tasma("ledger", "export", books)

    assert [[books, YEAR.key]] == first["written"] == again["unchanged"]
    assert pq.read_table(folder / "posting").num_rows > 0
    assert (1, 2) == (taken.exit_code, alone.exit_code)
    assert "holds something" in taken.stderr
