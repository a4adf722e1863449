"""Every page in Prefect's UI, fed with text that would be a link, a picture or a heading there."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.controls import UnitContext, controls_for
from blocks.hub import Light, OverviewRow
from blocks.lake import Lake
from blocks.systems.fortnox.preflight import LICENCE
from blocks.systems.ports import Requirement
from blocks.warehouse.records import AccountChange, ChangePlan, VoucherChange
from blocks.warehouse.side_tables import DocumentCounts
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.pages.backfill import BackfillYear, backfill_page
from tasks.pages.documents import DocumentsFound, FileFailure, documents_page
from tasks.pages.markdown import below_each_other, escaped, linked, table
from tasks.pages.overview import overview_page
from tasks.pages.preflight import in_one_line, preflight_page
from tasks.pages.statements import Statements, statements_page
from tasks.pages.unit import changes_page, reconciliation_page
from tasks.reconcile import Judgement
from tests.hostile_text import FORGED, HOSTILE, acting, live, shown_text
from tests.staged_units import facts, stage, voucher

UNIT = Unit("acme", FiscalYear.parse("2024"))
ONE = Decimal("1.00")

MARKS = r"""\`*_{}[]()#+-=.!|<>&~^$:@/ 1ahttpwww"""
"""What marks up a text, and what addresses are made of."""

TRICKS = [
    r"\[click\](http://evil.example)",
    r"\\[click\\](http://evil.example)",
    "[click](http://evil.example)",
    "![i](http://evil.example/i.png)",
    "<img src=x onerror=y>",
    "<http://evil.example>",
    "http://evil.example www.evil.example HTTPS://evil.example a.b@evil.example",
    "&lt;b&gt; &#91;x&#93;(http://evil.example)",
    "```\ncode",
    "~~~",
    "~~gone~~",
    "# heading",
    "heading\n===",
    "---",
    "- item",
    "+ item",
    "1. item",
    "1) item",
    "> quote",
    "    code",
    "a | b",
    "a \\| b",
    "[x]: http://evil.example",
    "[^1]",
    "<!-- hidden",
    FORGED,
]


def reconciliation(tmp_path):
    said = facts(program=HOSTILE, currency=HOSTILE, organisation_number=HOSTILE)
    staged = stage(Lake(tmp_path), voucher("A:1", ("1930", "1.00"), ("3001", "-1.00")), said=said)
    found = Break(
        "voucher_balance",
        BreakKind.AMOUNT,
        account_number=HOSTILE,
        voucher_key=HOSTILE,
        detail=FORGED,
        expected=ONE,
        actual=ONE,
        difference=ONE,
    )
    results = [
        ControlResult("voucher_balance", Severity.BLOCKS, Answer.BROKEN, FORGED, (found,), 1),
        ControlResult("currency", Severity.WARNS, Answer.BROKEN, FORGED, (found,), 1),
        ControlResult(HOSTILE, Severity.WARNS, Answer.NOT_APPLICABLE, FORGED),
    ]
    return reconciliation_page(
        UNIT,
        staged,
        Judgement(results, results[:1], controls=controls_for("sie", "4E", context=UnitContext())),
        verdict="held",
    )


def changes(_):
    plan = ChangePlan(
        first_load=False,
        added=1,
        changed=0,
        removed=0,
        tables=("posting",),
        vouchers=(VoucherChange("added", HOSTILE, HOSTILE, HOSTILE, None, None, None, ONE),),
        accounts=(AccountChange(HOSTILE, ONE, ONE, ONE, ONE, HOSTILE),),
        account_count=1,
    )
    return changes_page(UNIT, plan, verdict="published")


def statements(_):
    named, sums = (HOSTILE, HOSTILE), (ONE, ONE, ONE)
    found = Statements(
        HOSTILE,
        [("x", *named, HOSTILE, ONE, ONE)],
        [("x", *named, HOSTILE, *sums)],
        [(*named, *sums)],
        [("x", *named, HOSTILE, dt.date(2024, 1, 1), ONE)],
        [("x", *named, HOSTILE, dt.date(2024, 1, 1), ONE)],
    )
    return statements_page(UNIT, found)


def documents(_):
    found = DocumentsFound(
        counts=DocumentCounts(1, 0, 0),
        new=1,
        known=0,
        removed=0,
        failed=(FileFailure(HOSTILE, HOSTILE, FORGED),),
        waiting=0,
        unplaced=0,
        refused=FORGED,
        kinds=("voucher",),
    )
    assert live(escaped(found.in_words)) == []
    return documents_page(UNIT, found)


def connection(_):
    return preflight_page("acme", [Requirement(LICENCE, passed=False, reason=FORGED)])


def overview(_):
    now = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
    row = OverviewRow(
        "acme", "Acme", "2024-01-01_2024-12-31", Light.RED, "held", FORGED, "sie", now,
        dt.timedelta(1), is_stale=False, voucher_count=1, posting_count=1, load_id="", run_id="",
    )  # fmt: skip
    return overview_page([replace(row, run_id="run-1"), replace(row, tenant="beta")], at=now)


def backfill(_):
    return backfill_page([BackfillYear(UNIT, "Failed", "run-1", FORGED)])


PAGES = (reconciliation, changes, statements, documents, connection, overview, backfill)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_makes_anything_of_text_from_outside(page, tmp_path):
    """But the links to runs, and the line ends within a cell, that are its own."""
    text = page(tmp_path)

    assert [] == live(text, own=("/v2/runs/flow-run/run-1",))
    assert r"\x1b]52;c;cm0gLXJm\x07" in shown_text(text)


@pytest.mark.parametrize("text", TRICKS)
def test_trick_stays_text_at_the_begin_of_a_line_in_a_line_and_in_a_table(text):
    for page in (escaped(text), f"A {escaped(text)} b", table(("A", "B"), [(text, text)])):
        assert [] == live(page)
    assert "".join(text.split()) in "".join(shown_text(escaped(text)).split()) or acting(text)


@pytest.mark.parametrize("text", TRICKS)
def test_trick_in_the_text_of_a_link_or_of_a_line_in_a_cell_stays_text(text):
    for cell in (linked(text, "/v2/ours"), below_each_other("above", text), linked(text, "")):
        assert [] == live(table(("A",), [(cell,)]), own=("/v2/ours",))


@given(st.text(MARKS, max_size=30))
def test_no_text_of_marks_makes_anything(text):
    assert [] == live(escaped(text))
    assert [] == live(f"a {escaped(text)}")
    assert [] == live(table(("A",), [(text,)]))


@given(st.text(MARKS, max_size=30))
def test_text_of_marks_is_read_as_it_was_written(text):
    assert " ".join(text.split()) == shown_text(escaped(text))


def test_final_message_of_a_connection_check_is_one_line():
    assert not acting(in_one_line([Requirement(LICENCE, passed=True, reason="x")]))
