"""The pages of a unit, from values alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from blocks.controls import UnitContext, controls_for
from blocks.lake import Lake
from blocks.warehouse.records import AccountChange, ChangePlan, VoucherChange
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.coverage import Coverage
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.pages.statements import Statements, statements_page
from tasks.pages.unit import BREAKS_SHOWN, CHANGES_SHOWN, changes_page, reconciliation_page
from tasks.reconcile import Judgement
from tests.staged_units import stage, voucher

UNIT = Unit("acme", FiscalYear.parse("2024"))


def broken(count=1, *, severity=Severity.BLOCKS):
    breaks = tuple(
        Break(
            "voucher_balance",
            BreakKind.AMOUNT,
            voucher_key=f"A:{number}",
            period="2024-03",
            expected=Decimal(0),
            actual=Decimal("0.50"),
            difference=Decimal("0.50"),
        )
        for number in range(count)
    )
    return ControlResult(
        "voucher_balance", severity, Answer.BROKEN, breaks=breaks, break_count=count
    )


PASSED = ControlResult("currency", Severity.BLOCKS, Answer.PASSED)
SKIPPED = ControlResult(
    "locked_period", Severity.BLOCKS, Answer.NOT_APPLICABLE, reason="no period is locked"
)


@pytest.fixture
def page(tmp_path):
    staged = stage(Lake(tmp_path), voucher("A:1", ("1930", "100.00"), ("3001", "-100.00")))

    def make(*results, coverage="whole_year"):
        facts = staged.facts.model_copy(update={"coverage": Coverage.parse(coverage)})
        judgement = Judgement(
            list(results),
            [result for result in results if result.holds],
            controls=controls_for("sie", "4E", context=UnitContext()),
        )
        return reconciliation_page(
            UNIT,
            replace(staged, facts=facts),
            judgement,
            verdict="held" if judgement.holding else "published",
            load_id="l1",
        )

    return make


def test_a_held_load_says_first_what_holds_it_and_what_to_do(page):
    text = page(PASSED, broken())

    assert text.startswith("# acme 2024: held\n\nWhat was published before stays.")
    assert text.index("voucher\\_balance (blocks)") < text.index("## All controls")
    assert "| 2024-03 | A:0 | 0.00 | 0.50 | 0.50 | amount |" in text
    assert "What to do: Look the voucher up in the source" in text


def test_another_companys_books_are_rejected_and_never_offered_for_acceptance(page):
    text = page(replace(broken(), control="tenant_identity"))

    assert "*reject-hold*" in text
    assert "*accept-hold*" not in text


def test_what_is_less_than_a_year_says_that_the_year_stays_and_by_which_load(page):
    text = page(broken(), coverage="partial")

    assert "it stands beside the year" in text
    assert "with `load_id` l1" in text
    assert "publish-accepted" not in text


def test_a_warning_is_shown_and_holds_nothing(page):
    text = page(broken(severity=Severity.WARNS))

    assert "Nothing holds the load." in text
    assert text.index("## All controls") < text.index("## Other findings")


def test_what_does_not_apply_says_why_and_is_no_pass(page):
    text = page(SKIPPED)

    assert "| ○ not applicable | locked\\_period | blocks |  | no period is locked |" in text
    assert "✓" not in text


def test_breaks_beyond_the_limit_are_counted_not_shown(page):
    text = page(broken(BREAKS_SHOWN + 7))

    assert f"| A:{BREAKS_SHOWN - 1} |" in text
    assert f"| A:{BREAKS_SHOWN} |" not in text
    assert "… and 7 more breaks." in text


def plan(**more):
    said = {
        "first_load": False,
        "added": 0,
        "changed": 0,
        "removed": 0,
        "tables": (),
        "vouchers": (),
        "accounts": (),
        "account_count": 0,
    }
    return ChangePlan(**(said | more))


def test_a_plan_that_changes_nothing_says_so():
    assert "Nothing changes" in changes_page(UNIT, plan(), verdict="published")


def test_changes_are_listed_by_account_and_by_voucher():
    account = AccountChange("1930", *map(Decimal, ("10.00", "10.00", "5.00", "7.50")))
    gone = VoucherChange("removed", "A:1", "A", "1", None, None, Decimal("5.00"), None)
    text = changes_page(
        UNIT,
        plan(removed=1, vouchers=(gone,), accounts=(account,), account_count=1),
        verdict="published",
    )

    assert "Vouchers added: 0, changed: 0, removed: 1." in text
    assert "| 1930 | 10.00 | 10.00 | 5.00 | 7.50 | 2.50 |" in text
    assert "| removed | A 1 |  |  | 5.00 |  |" in text


def test_a_first_load_shows_balances_and_names_no_voucher():
    account = AccountChange("1930", *map(Decimal, ("0.00", "10.00", "0.00", "7.50")))
    text = changes_page(
        UNIT,
        plan(first_load=True, added=9, accounts=(account,), account_count=1),
        verdict="published",
    )

    assert "First load of the year: 9 vouchers, 1 accounts" in text
    assert "| 1930 | 10.00 | 7.50 | 17.50 |" in text
    assert "## Vouchers" not in text


def test_changes_beyond_the_limit_are_counted():
    change = VoucherChange("added", "A:1", "A", "1", None, None, None, Decimal(1))
    text = changes_page(
        UNIT,
        plan(added=2_000, vouchers=(change,) * (CHANGES_SHOWN + 1)),
        verdict="published",
    )

    assert f"… and {2_000 - CHANGES_SHOWN:,} more vouchers." in text


def test_the_statements_name_their_lines_in_both_languages():
    names = ("Årets resultat", "Tilikauden tulos", "Net result")
    result = ("net_result", *names, Decimal("-5.00"), Decimal("-5.00"))
    text = statements_page(UNIT, Statements("SEK", [result], [], []))

    assert "As published, in SEK." in text
    assert "| Årets resultat | Net result | -5.00 |" in text
