"""The pages of a unit, from values alone."""

from __future__ import annotations

import base64
import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from blocks.controls import UnitContext, controls_for
from blocks.lake import Lake
from blocks.warehouse.records import AccountChange, ChangePlan, VoucherChange
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.coverage import Coverage
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.pages.statements import Statements, statements_in_words, statements_page
from tasks.pages.unit import (
    BREAKS_SHOWN,
    CHANGES_SHOWN,
    changes_page,
    is_page_of,
    reconciliation_in_words,
    reconciliation_page,
)
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
    assert text.index("### Vouchers that do not balance (voucher\\_balance, blocks)") < text.index(
        "## All controls"
    )
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


def test_breaks_are_counted_by_month_over_all_controls(page):
    def of(control, *places):
        breaks = tuple(
            Break(control, BreakKind.AMOUNT, period=period, difference=Decimal(difference))
            for period, difference in places
        )
        return ControlResult(
            control, Severity.BLOCKS, Answer.BROKEN, breaks=breaks, break_count=len(breaks) + 3
        )

    text = page(
        of("voucher_balance", ("2024-03", "-0.50"), ("2024-01", "2.00")),
        of("opening_continuity", ("", "5.00"), ("2024-03", "1.25")),
    )

    months = text.partition("## Breaks by month")[2].partition("##")[0]
    assert "Of the first 4 of 10 breaks." in months
    assert [
        "| 2024-01 | 1 | 2.00 | voucher\\_balance |",
        "| 2024-03 | 2 | 1.75 | voucher\\_balance, opening\\_continuity |",
        "| of no month | 1 | 5.00 | opening\\_continuity |",
    ] == months.strip().splitlines()[-3:]
    assert "Breaks by month" not in page(PASSED) + page(of("currency", ("", "1.00")))


def test_page_of_a_load_is_told_from_that_of_another(tmp_path):
    staged = stage(Lake(tmp_path), voucher("A:1", ("1930", "1.00"), ("3001", "-1.00")))
    text = reconciliation_page(UNIT, staged, Judgement([], []), verdict="published", load_id="l-12")

    assert is_page_of(text, "l-12")
    assert not is_page_of(text, "l-1")
    assert not is_page_of(text, "")


def test_cards_say_what_came_of_it():
    judged = Judgement([PASSED, SKIPPED, broken(severity=Severity.WARNS)], [])
    held = Judgement([broken()], [broken()])

    assert "Published: 1 control passed, 1 with findings" == reconciliation_in_words(
        judged, verdict="published"
    )
    assert reconciliation_in_words(held, verdict="held").startswith(
        "Held: voucher_balance (1 break"
    )
    assert "Net result: -5.00 SEK" == statements_in_words(STATEMENTS)


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
    assert "Unchanged:" in changes_page(UNIT, plan(), verdict="published")


def test_changes_are_listed_by_account_and_by_voucher():
    amounts = map(Decimal, ("10.00", "10.00", "5.00", "7.50"))
    account = AccountChange("1930", *amounts, "Företagskonto")
    gone = VoucherChange("removed", "A:1", "A", "1", None, None, Decimal("5.00"), None)
    text = changes_page(
        UNIT,
        plan(removed=1, vouchers=(gone,), accounts=(account,), account_count=1),
        verdict="published",
    )

    assert "Vouchers added: 0, changed: 0, removed: 1." in text
    assert "| 1930 | Företagskonto | 10.00 | 10.00 | 5.00 | 7.50 | 2.50 |" in text
    assert "| removed | A:1 |  |  | 5.00 |  |" in text


def test_a_first_load_shows_balances_and_names_no_voucher():
    account = AccountChange("1930", *map(Decimal, ("0.00", "10.00", "0.00", "7.50")), "Bank")
    text = changes_page(
        UNIT,
        plan(first_load=True, added=9, accounts=(account,), account_count=1),
        verdict="published",
    )

    assert "First load of the year: 9 vouchers, 1 account" in text
    assert "| 1930 | Bank | 10.00 | 7.50 | 17.50 |" in text
    assert "## Vouchers" not in text


def test_changes_beyond_the_limit_are_counted():
    change = VoucherChange("added", "A:1", "A", "1", None, None, None, Decimal(1))
    text = changes_page(
        UNIT,
        plan(added=2_000, vouchers=(change,) * (CHANGES_SHOWN + 1)),
        verdict="published",
    )

    assert f"… and {2_000 - CHANGES_SHOWN:,} more vouchers." in text


NAMES = ("Årets resultat", "Tilikauden tulos", "Net result")
MONTHS = [dt.date(2024, month, 1) for month in range(1, 13)]
STATEMENTS = Statements(
    "SEK",
    [("net_result", *NAMES, Decimal("-5.00"), Decimal("-5.00"))],
    [],
    [],
    [("net_result", *NAMES, month, Decimal(month.month - 4)) for month in MONTHS],
    [("assets", "Tillgångar", "Vastaavaa", "Assets", MONTHS[0], Decimal("7.00"))],
)


def test_statements_by_month_stand_six_months_beside_each_other():
    text = statements_page(UNIT, STATEMENTS)

    assert "| Line | 2024-01 | 2024-02 | 2024-03 | 2024-04 | 2024-05 | 2024-06 |" in text
    assert "| Årets resultat | -3.00 | -2.00 | -1.00 | 0.00 | 1.00 | 2.00 |" in text
    assert "| Årets resultat | 3.00 | 4.00 | 5.00 | 6.00 | 7.00 | 8.00 |" in text
    assert "| Tillgångar | 7.00 |" in text


def test_finnish_books_have_their_lines_and_titles_in_finnish():
    text = statements_page(UNIT, replace(STATEMENTS, language="fi"))

    assert "## Income statement (tuloslaskelma)" in text
    assert "| Tilikauden tulos | Net result | -5.00 |" in text
    assert "| Vastaavaa | 7.00 |" in text
    assert "Tillgångar" not in text


def test_result_of_each_month_is_a_bar_above_or_below_the_line():
    picture = r"!\[Result by month\]\(data:image/svg\+xml;base64,(.+?)\)"
    [link] = re.findall(picture, statements_page(UNIT, STATEMENTS))
    picture = ET.fromstring(base64.b64decode(link))  # noqa: S314 - ours
    at = "{http://www.w3.org/2000/svg}"
    [line] = picture.iter(f"{at}line")
    axis, found = int(line.get("y1")), list(picture.iter(f"{at}rect"))
    labels = [text.text for text in picture.iter(f"{at}text")][::2]

    heights = [int(bar.get("height")) for bar in found]
    below = [int(bar.get("y")) == axis for bar in found]
    assert [f"{month:%Y-%m}" for month in MONTHS] == labels
    assert [True] * 3 + [False] * 8 == below[:3] + below[4:]
    assert [heights[4] * 8] == pytest.approx([heights[11]], abs=8)
    assert 0 == heights[3] < heights[2] < heights[1] < heights[0]
    assert all(0 <= int(bar.get("y")) and axis <= 220 for bar in found)


def test_the_statements_name_their_lines_in_both_languages():
    text = statements_page(UNIT, STATEMENTS)

    assert "As published, in SEK." in text
    assert "| Årets resultat | Net result | -5.00 |" in text


def test_columns_of_breaks_in_which_nothing_is_said_are_left_out(page):
    lost = Break("source_vouchers", BreakKind.MISSING, period="2024-01", voucher_key="L:3")
    result = replace(broken(), control="source_vouchers", breaks=(lost,), break_count=1)
    shown = page(result)

    assert "| Month | Voucher | Kind |" in shown
    assert "| Account | Month |" not in shown


def test_tables_that_changed_besides_are_named_in_words():
    text = changes_page(UNIT, plan(changed=1, tables=("reported_balance",)), verdict="published")

    assert "Also changed: reported balance." in text
