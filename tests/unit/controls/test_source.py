"""Controls that judge what the source says of itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from blocks.digest import TableDigest
from ledger.controls import Answer, BreakKind, Severity
from ledger.fiscal_year import FiscalYear


def diagnostic(level, *, code="bad_amount", line=12, field="#TRANS amount"):
    return {
        "code": code,
        "level": level,
        "line": line,
        "field": field,
        "message": "an amount was expected",
        "assumed": "the row was left out",
    }


def test_each_error_of_the_reader_is_a_break_with_code_line_and_field(books):
    books.diagnostics = [diagnostic("error"), diagnostic("error", code="no_end", line=0, field="")]
    books.facts = {"error_count": 2}

    result = books.result("source_damage")

    assert result.holds
    assert {item.detail for item in result.breaks} == {
        "line 12 bad_amount in #TRANS amount: an amount was expected",
        "no_end: an amount was expected",
    }


def test_errors_that_were_counted_but_not_kept_are_a_break_too(books):
    books.diagnostics = [diagnostic("error")]
    books.facts = {"error_count": 41}

    result = books.result("source_damage")

    assert "and 40 more errors that were counted only" in {item.detail for item in result.breaks}


def test_warnings_of_the_reader_damage_nothing_and_are_counted_by_kind(books):
    books.diagnostics = [diagnostic("warning", line=line) for line in (9, 7)]
    books.diagnostics += [diagnostic("info"), diagnostic("warning", code="twin", line=0, field="")]

    results = books.results()

    assert results["source_damage"].outcome == Answer.PASSED
    assert not results["reader_warnings"].holds
    assert {item.detail for item in results["reader_warnings"].breaks} == {
        "bad_amount in #TRANS amount: 2 times, first on line 7",
        "twin: 1 time",
    }


@pytest.mark.parametrize(("row_count", "kind"), [(8, BreakKind.MISSING), (6, BreakKind.UNEXPECTED)])
def test_rows_lost_or_doubled_since_they_were_written_are_a_break(books, row_count, kind):
    truth = books.staged.tables
    books.counted = {**truth, "posting": TableDigest(row_count=row_count)}

    result = books.result("row_counts")

    assert result.holds
    (item,) = result.breaks
    assert item.kind == kind
    assert item.detail == f"table posting has 7 rows; {row_count} were written"


def test_amount_changed_since_it_was_written_is_a_break(books):
    books.counted = books.staged.tables
    books.tables["posting"][3]["amount"] += Decimal("0.01")

    (item,) = books.result("row_counts").breaks

    assert (item.kind, str(item.difference)) == (BreakKind.AMOUNT, "0.01")


@pytest.mark.parametrize(
    ("lines", "errors", "breaks"),
    [
        (10, 0, False),  # 3 vouchers and 7 rows
        (11, 0, True),  # a line was taken and is not there
        (11, 1, False),  # it could not be read: source_damage says so
        (9, 1, True),  # something is there that no line gave
    ],
)
def test_lines_that_the_reader_took_are_the_vouchers_and_rows_staged(books, lines, errors, breaks):
    books.facts = {"fast_rows": 4, "exact_rows": lines - 4, "error_count": errors}

    result = books.result("row_counts")

    assert result.holds is breaks


@pytest.mark.parametrize(
    ("lines", "aside", "breaks"),
    [(15, 5, False), (15, 4, True), (15, 6, True), (10, 10, True), (10, 0, False)],
)
def test_lines_of_another_year_are_staged_with_that_year(books, lines, aside, breaks):
    books.facts = {"fast_rows": 4, "exact_rows": lines - 4, "set_aside_rows": aside}

    assert books.result("row_counts").holds is breaks


def test_table_without_control_totals_is_a_break(books):
    truth = books.staged.tables
    books.counted = {name: total for name, total in truth.items() if name != "voucher"}

    (item,) = books.result("row_counts").breaks

    assert item.detail == "table voucher is not in the manifest of the staged unit"


def test_another_companys_file_is_a_break(books):
    books.facts = {"organisation_number": "5569999999"}

    result = books.result("tenant_identity")

    assert result.holds
    assert [item.detail for item in result.breaks] == [
        "the source is of organisation 5569999999, the tenant is 5560001234"
    ]


@pytest.mark.parametrize("number", ["165560001234", "556000-1234", "16556000-1234", "5560001234"])
def test_organisation_number_is_the_same_with_century_or_hyphen(books, number):
    books.context = {"organisation_number": number}

    assert books.result("tenant_identity").outcome == Answer.PASSED


def test_file_without_organisation_number_is_flagged_and_never_passes_as_the_tenants(books):
    books.facts = {"organisation_number": ""}

    results = books.results()

    assert results["tenant_identity"].outcome == Answer.NOT_APPLICABLE
    assert results["identity_missing"].holds


@pytest.mark.parametrize("number", ["55600012", "0000000000", "", "559"])
def test_number_that_cannot_be_one_is_missing_and_not_another_companys(books, number):
    books.facts = {"organisation_number": number, "program_name": "Exempel"}

    results = books.results()

    assert results["tenant_identity"].outcome == Answer.NOT_APPLICABLE
    (item,) = results["identity_missing"].breaks
    assert item.detail.startswith("a file of program Exempel names no readable organisation number")


def test_number_of_another_form_is_readable_where_the_tenants_has_it(books):
    books.context = {"organisation_number": "1234567-8"}
    books.facts = {"organisation_number": "12345679"}

    assert books.results()["tenant_identity"].holds
    books.facts = {"organisation_number": "12345678"}
    assert books.results()["tenant_identity"].outcome == Answer.PASSED


def test_missing_number_beside_what_the_source_itself_answers_only_warns(books):
    """The company is asked beside Fortnox's file."""
    books.facts = {"organisation_number": "", "source": "fortnox"}

    result = books.result("identity_missing")

    assert (result.outcome, result.holds) == (Answer.BROKEN, False)


def test_missing_number_is_one_break_for_all_files_of_a_program_and_another_for_each_other(books):
    def fingerprint(**facts):
        books.facts = {"organisation_number": "", **facts}
        return books.result("identity_missing").breaks[0].fingerprint

    first = fingerprint(program="Exempel 1.0", program_name="Exempel")

    assert fingerprint(program="Exempel 2.0", program_name="Exempel") == first
    assert fingerprint(program="Annat 1.0", program_name="Annat") != first
    nameless = fingerprint(program="", program_name="")
    books.year = FiscalYear.parse("2025")
    assert fingerprint(program="Exempel 1.0", program_name="Exempel") == first
    assert fingerprint(program="", program_name="") != nameless


def test_tenant_without_organisation_number_has_nothing_to_compare(books):
    books.context = {"organisation_number": ""}

    results = books.results()

    assert results["tenant_identity"].outcome == Answer.NOT_APPLICABLE
    assert results["identity_missing"].outcome == Answer.NOT_APPLICABLE


def test_source_in_another_currency_is_a_break(books):
    books.facts = {"currency": "EUR"}

    result = books.result("currency")

    assert result.holds
    assert [item.detail for item in result.breaks] == [
        "the source is in EUR, the tenant keeps its books in SEK"
    ]


def test_currency_is_not_judged_while_either_side_is_unknown(books):
    books.facts = {"currency": ""}
    assert books.result("currency").reason == "the source names no currency"

    books.facts, books.context = {}, {"currency": ""}
    assert books.result("currency").outcome == Answer.NOT_APPLICABLE


@pytest.mark.requirement("R-SEN-13b")
def test_year_outside_the_definitions_is_a_break(books):
    books.context = {"defined_years": (FiscalYear(dt.date(2023, 1, 1), dt.date(2023, 12, 31)),)}

    result = books.result("year_defined")

    assert result.holds
    assert [item.detail for item in result.breaks] == [
        "the year 2024-01-01 to 2024-12-31 is none of the years defined for the tenant (1)"
    ]


@pytest.mark.requirement("R-SEN-13b")
def test_year_with_other_dates_than_the_defined_one_is_a_break_that_names_both(books):
    changed = FiscalYear(dt.date(2023, 7, 1), dt.date(2024, 12, 31))
    books.context = {"defined_years": (changed,)}

    result = books.result("year_defined")

    assert [item.kind for item in result.breaks] == [BreakKind.MISSING, BreakKind.TIMING]
    assert result.breaks[1].detail == (
        "the year 2024-01-01 to 2024-12-31 overlaps the defined year 2023-07-01 to 2024-12-31"
    )


def test_defined_year_that_overlaps_a_second_one_is_a_break(books):
    overlapping = FiscalYear(dt.date(2024, 12, 31), dt.date(2025, 12, 31))
    books.context = {"defined_years": (books.year, overlapping)}

    (item,) = books.result("year_defined").breaks

    assert item.kind == BreakKind.TIMING


def test_long_and_broken_years_pass_when_they_are_defined(books):
    books.year = FiscalYear(dt.date(2023, 7, 1), dt.date(2024, 12, 31))
    neighbour = FiscalYear(dt.date(2022, 7, 1), dt.date(2023, 6, 30))
    books.context = {"defined_years": (books.year, neighbour)}

    assert books.result("year_defined").outcome == Answer.PASSED


def test_tenant_without_any_defined_year_accepts_none(books):
    books.context = {"defined_years": ()}

    assert books.result("year_defined").holds


def noted(books, code, level="warning"):
    books.diagnostics.append(
        {"code": code, "level": level, "line": 40, "field": "#KSUMMA", "message": "As it is."}
    )
    return books


def test_source_without_a_control_sum_is_not_judged_by_one(books):
    result = books.result("control_sum")

    assert (result.outcome, result.reason) == (
        Answer.NOT_APPLICABLE,
        "the source has no #KSUMMA, so nothing says whether it was changed",
    )


def test_right_control_sum_passes(books):
    assert noted(books, "control_sum_right", "info").result("control_sum").outcome == Answer.PASSED


@pytest.mark.parametrize("code", ["control_sum_wrong", "control_sum_unopened"])
def test_control_sum_that_confirms_nothing_warns_and_may_hold(books, code):
    warned = noted(books, code).result("control_sum")
    books.context = {"tightened": {"control_sum": Severity.BLOCKS}}

    assert ["line 40: As it is."] == [str(item) for item in warned.breaks]
    assert (warned.severity, warned.holds) == (Severity.WARNS, False)
    assert books.result("control_sum").holds


@pytest.mark.parametrize(
    ("control", "facts", "place"),
    [
        (
            "tenant_identity",
            {"organisation_number": "5569999999", "organisation_number_line": 7},
            "(line 7, #ORGNR)",
        ),
        (
            "identity_missing",
            {"organisation_number": "", "organisation_number_line": 7},
            "(line 7, #ORGNR)",
        ),
        ("currency", {"currency": "EUR", "currency_line": 12}, "(line 12, #VALUTA)"),
        ("year_defined", {"fiscal_year_line": 9}, "(line 9, #RAR)"),
    ],
)
def test_break_about_the_whole_source_names_the_line_it_comes_from(books, control, facts, place):
    books.facts, books.context = facts, {"defined_years": ()} if control == "year_defined" else {}
    (there,) = books.result(control).breaks
    lines = {name: 0 for name in facts if name.endswith("_line")}
    books.facts = facts | lines
    (nowhere,) = books.result(control).breaks

    assert there.detail == f"{nowhere.detail} {place}"
    assert "line" not in nowhere.detail
    assert there.fingerprint == nowhere.fingerprint


LOST = "F\ufffdrs\ufffdljning"


def lines_with_lost_letters(*lines):
    return [diagnostic("warning", code="damaged_text", line=line, field="") for line in lines]


def test_each_text_that_has_lost_letters_is_named_and_holds_nothing(books):
    books.diagnostics = lines_with_lost_letters(7, 9, 11)
    books.tables["voucher"][0]["voucher_text"] = LOST
    books.tables["posting"][0]["posting_text"] = LOST
    books.tables["ledger_account"][0]["name"] = LOST
    books.tables["dimension"] = [{"dimension_number": "1", "name": LOST}]
    books.tables["dimension_object"] = [
        {"dimension_number": "1", "object_number": "7", "name": LOST}
    ]

    result = books.result("damaged_text")

    voucher = books.tables["voucher"][0]["voucher_key"]
    account = books.tables["ledger_account"][0]["account_number"]
    assert (Answer.BROKEN, Severity.WARNS, 5) == (
        result.outcome,
        result.severity,
        result.break_count,
    )
    assert {
        (voucher, "", "the text of the voucher has lost letters (line 30)"),
        (
            voucher,
            books.tables["posting"][0]["account_number"],
            "the text of row 1 has lost letters (line 30)",
        ),
        ("", account, "the name of the account has lost letters"),
        ("", "", "the name of dimension 1 has lost letters"),
        ("", "", "the name of object 7 of dimension 1 has lost letters"),
    } == {(item.voucher_key, item.account_number, item.detail) for item in result.breaks}


def test_text_that_the_sources_lists_have_lost_letters_of_is_named_without_a_readers_word(books):
    books.evidence["source_account"] = [{"account_number": "3001", "name": LOST}]
    books.evidence["source_voucher"] = [
        {
            "voucher_key": "A:1",
            "voucher_date": dt.date(2024, 1, 5),
            "voucher_text": LOST,
        }
    ]

    result = books.result("damaged_text")

    assert {
        ("3001", "", "", "the name of the account in the source's list has lost letters"),
        (
            "",
            "2024-01",
            "A:1",
            "the text of the voucher in the source's list has lost letters (line 30)",
        ),
    } == {
        (item.account_number, item.period, item.voucher_key, item.detail) for item in result.breaks
    }


@pytest.mark.parametrize(
    ("lines", "said"),
    [((4,), "1 line of the source lost letters, first line 4"), ((9, 4), "2 lines of the source")],
)
def test_letters_that_were_lost_in_no_text_that_is_kept_are_told_by_line(books, lines, said):
    books.diagnostics = lines_with_lost_letters(*lines)

    (item,) = books.result("damaged_text").breaks

    assert item.detail.startswith(said)


def test_whole_texts_pass(books):
    books.tables["voucher"][0]["voucher_text"] = "Försäljning"
    books.evidence["source_account"] = [{"account_number": "3001", "name": "Försäljning"}]

    assert Answer.PASSED == books.result("damaged_text").outcome
