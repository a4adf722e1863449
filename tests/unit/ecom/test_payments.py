"""Payments of purchase and sales invoices, and when sales go."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from ledger.ecom.decide import decide
from tests.ecom_said import (
    MEMO,
    MODE_A,
    MODE_B,
    case_of,
    decided,
    paid,
    purchase,
    remarked,
    sale,
    story,
)

AUTO = "p-1:#auto"
APPROVED = ("created", "approved")
SUBMITTED = (*APPROVED, "submitted_for_payment")
HELSINKI = ZoneInfo("Europe/Helsinki")


def error_on(day):
    moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), tzinfo=HELSINKI)
    return ("bank_error", {"at": moment, "code": "AM04"})


def payments(events, modes=MODE_A, **more):
    return {item: found for item, found in decided(events, modes, **more).items() if ":" in item}


@pytest.mark.requirement("R-ECO-38a")
def test_automatic_mark_comes_three_calendar_days_after_the_due_date_and_not_before():
    events = story(*SUBMITTED)

    not_yet = {AUTO: ("wait", "due_awaited")}
    assert not_yet == payments(events, today="2026-06-03")
    assert {AUTO: ("send", "")} == payments(events, today="2026-06-04")
    over_month_end = purchase(due_date="2026-02-27")
    assert not_yet == payments(events, document=over_month_end, today="2026-03-01")
    assert {AUTO: ("send", "")} == payments(events, document=over_month_end, today="2026-03-02")


@pytest.mark.requirement("R-ECO-38b")
def test_invoice_that_was_not_submitted_is_never_marked_by_itself():
    assert {} == payments(story(*APPROVED), today="2030-01-01")


@pytest.mark.requirement("R-ECO-38c", "R-ECO-40a")
def test_bank_error_before_the_mark_stops_it_and_is_flagged():
    events = story(*SUBMITTED, error_on("2026-06-03"))

    assert {AUTO: ("leave", "bank_error")} == payments(events, today="2030-01-01")
    assert [("p-1", "bank_error_in_time")] == remarked(events, MODE_A, today="2030-01-01")


@pytest.mark.requirement("R-ECO-40b")
def test_bank_error_after_the_mark_leaves_it_and_is_flagged():
    events = story(*SUBMITTED, error_on("2026-06-05"))
    marked = {"today": "2026-06-05", "queued": frozenset({"p-1", AUTO})}

    assert {AUTO: ("send", "")} == payments(events, **marked)
    assert [("p-1", "bank_error_late")] == remarked(events, MODE_A, **marked)


@pytest.mark.requirement("R-ECO-42a")
def test_automatic_mark_carries_the_due_date_and_all_that_is_open():
    case = case_of(story(*SUBMITTED), MODE_A, today="2026-06-30")

    found = {one.item: one for one in decide(case)}[AUTO].paid

    assert (dt.date(2026, 6, 1), None, "EUR") == (found.day, found.amount, found.currency)


@pytest.mark.requirement("R-ECO-39a", "R-ECO-39b", "R-ECO-42b")
def test_payment_by_hand_goes_at_once_as_entered_even_after_a_bank_error():
    events = story(*SUBMITTED, error_on("2026-05-06"), paid(amount="100.10", date="2026-05-07"))

    found = {one.item: one for one in decide(case_of(events, MODE_A, today="2026-05-07"))}

    assert ("send", "") == (found["p-1:m-1"].verdict, found["p-1:m-1"].code)
    entered = found["p-1:m-1"].paid
    assert (dt.date(2026, 5, 7), Decimal("100.1")) == (entered.day, entered.amount)


@pytest.mark.requirement("R-ECO-41a", "R-ECO-41b")
def test_payment_edited_after_its_transfer_is_not_sent_again_and_the_log_says_so():
    events = story(*APPROVED, paid(), paid(kind="changed", amount="90.00"))
    queued = frozenset({"p-1", "p-1:m-1"})

    case = case_of(events, MODE_A, queued=queued)

    assert ["p-1", "p-1:m-1"] == [one.item for one in decide(case)]
    assert [("p-1:m-1", "payment_changed_after")] == remarked(events, MODE_A, queued=queued)
    assert [] == remarked(events[:3], MODE_A, queued=queued)


def test_payment_edited_before_its_transfer_goes_as_it_stands_and_a_deleted_one_does_not():
    changed = story(*APPROVED, paid(), paid(kind="changed", amount="90.00"))
    deleted = story(*APPROVED, paid(), paid(kind="deleted"))

    assert Decimal(90) == decide(case_of(changed, MODE_A))[1].paid.amount
    assert {"p-1:m-1": ("leave", "payment_deleted")} == payments(deleted)


@pytest.mark.requirement("R-ECO-46")
@pytest.mark.parametrize("origin", ["reference", "bank_auto"])
def test_payment_by_reference_or_by_the_bank_sends_nothing(origin):
    of_sale = story("created", "sent", paid(origin=origin), document="s-1")
    of_purchase = story(*APPROVED, paid(origin=origin))

    assert {"s-1": ("send", "")} == decided(of_sale, MODE_A, sale())
    assert {} == payments(of_purchase)


@pytest.mark.requirement("R-ECO-43a", "R-ECO-43b")
@pytest.mark.parametrize("modes", [MODE_A, MODE_B], ids=["a", "b"])
def test_sale_goes_once_when_it_was_sent_and_not_before(modes):
    before = story("created", "approved", "export_pressed", document="s-1")
    sent = story("created", "approved", "sent", "sent", document="s-1")

    assert {} == decided(before, modes, sale())
    assert {"s-1": ("send", "")} == decided(sent, modes, sale())


@pytest.mark.requirement("R-ECO-45a")
def test_payment_by_hand_of_a_sale_follows_its_invoice():
    sent = story("created", "sent", paid(), document="s-1")
    unsent = story("created", "approved", paid(), document="s-1")

    assert ("send", "") == payments(sent, document=sale())["s-1:m-1"]
    assert {} == payments(unsent, document=sale())


def test_payment_of_what_a_journal_books_is_left_to_the_journal():
    events = story(*APPROVED, paid())

    assert {"p-1:m-1": ("leave", "memo_level")} == payments(events, MEMO)


def test_credit_note_is_never_marked_paid():
    credit = purchase(is_credit_note=True, gross="-1255.00")
    events = story(*SUBMITTED, paid())

    found = payments(events, document=credit, today="2030-01-01")

    assert {"p-1:m-1": ("refuse", "payment_of_credit")} == found


@pytest.mark.requirement("R-ECO-38d")
def test_days_are_those_of_helsinki():
    """Ten in the evening UTC on the 3rd is past midnight on the 4th in Helsinki."""
    late = dt.datetime(2026, 6, 3, 21, 30, tzinfo=dt.UTC)
    events = story(*SUBMITTED, ("bank_error", {"at": late, "code": "x"}))

    assert [("p-1", "bank_error_late")] == remarked(
        events, MODE_A, queued=frozenset({AUTO}), today="2026-06-04"
    )
