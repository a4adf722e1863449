"""A month's VAT by its rates beside its summary, and summaries that came too early."""

from __future__ import annotations

import pytest

from ledger.controls import Answer, BreakKind, Severity


@pytest.fixture
def year(books):
    """A year of a source that books VAT by the month."""
    books.facts |= {"balances_by": "month"}
    return books


@pytest.mark.parametrize(
    ("actual", "outcome"),
    [("-51.00", Answer.PASSED), ("-51.01", Answer.PASSED), ("-51.02", Answer.BROKEN)],
)
def test_vat_beyond_what_rounding_explains_warns_and_names_side_and_account(year, actual, outcome):
    bought = "2025-03|PURCHASE|1763|7.00|7.00|0.010"
    year.facts["summed_vat"] = f"2025-03|SALES|2939|-51.00|{actual}|0.010 {bought}"

    result = year.result("month_vat")

    found = [(item.period, item.account_number, str(item.difference)) for item in result.breaks]
    assert (outcome, Severity.WARNS) == (result.outcome, result.severity)
    assert ([] if outcome is Answer.PASSED else [("2025-03", "2939", "-0.02")]) == found


def test_month_without_a_newer_summary_is_not_judged(year):
    assert "newer than all" in year.result("month_vat").reason


def test_summary_that_is_older_than_a_voucher_of_its_month_is_timing_and_warns(year):
    year.facts["outdated_months"] = "2025-03 2025-05"

    result = year.result("summary_outdated")

    assert (Answer.BROKEN, Severity.WARNS) == (result.outcome, result.severity)
    assert [("2025-03", BreakKind.TIMING), ("2025-05", BreakKind.TIMING)] == [
        (item.period, item.kind) for item in result.breaks
    ]


@pytest.mark.parametrize("control", ["month_vat", "summary_outdated"])
def test_source_whose_vouchers_balance_one_by_one_has_no_summaries(books, control):
    assert "no summaries" in books.result(control).reason


@pytest.mark.parametrize(("answered", "outcome"), [(True, Answer.PASSED), (False, Answer.BROKEN)])
def test_source_without_a_usable_report_warns_that_everything_is_listed(year, answered, outcome):
    year.facts["reports_balances"] = False
    if answered:
        year.source_answers("closing", _1910="12.00")

    result = year.result("missing_evidence")

    assert (outcome, Severity.WARNS) == (result.outcome, result.severity)
    assert [] == [one for one in result.breaks if "report of its accounts" not in one.detail]
