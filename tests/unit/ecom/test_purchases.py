"""When a purchase invoice goes, in both settings and at memo level."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.ecom.decide import decide
from ledger.ecom.modes import Mode, Since
from tests.ecom_said import (
    ALWAYS,
    MEMO,
    MODE_A,
    MODE_B,
    START,
    case_of,
    company,
    decided,
    purchase,
    remarked,
    said,
    sale,
    story,
)

SENT = {"p-1": ("send", "")}
STEP = [("approved", {"step": n, "steps": 3}) for n in (1, 2, 3)]


@pytest.mark.requirement("R-ECO-25a", "R-ECO-25c")
def test_approval_sends_once_when_posted_in_procountor_and_a_draft_does_not():
    assert {} == decided(story("created", "changed"), MODE_A)
    assert SENT == decided(story("created", "approved"), MODE_A)
    assert SENT == decided(story("created", "approved", "approved", "export_pressed"), MODE_A)


@pytest.mark.requirement("R-ECO-30a", "R-ECO-30b")
def test_first_approval_of_three_sends_and_the_later_ones_send_nothing_more():
    first = case_of(story("created", STEP[0]), MODE_A)
    all_of_them = case_of(story("created", *STEP), MODE_A)

    assert decide(first) == decide(all_of_them)
    assert ["p-1"] == [one.item for one in decide(first)]
    assert first.history.trigger.event.sequence == 2


@pytest.mark.requirement("R-ECO-30c")
def test_rejection_after_the_transfer_recalls_nothing_and_is_flagged():
    events = story("created", STEP[0], "rejected")

    assert SENT == decided(events, MODE_A)
    assert [("p-1", "rejected_after_transfer")] == remarked(events, MODE_A)


def test_approved_rejected_and_approved_again_is_one_transfer():
    events = story("created", "approved", "rejected", "resubmitted", ("approved", {"revision": 2}))

    (only,) = decide(case_of(events, MODE_A))

    assert (2, "send") == (only.revision, only.verdict)


def test_button_pressed_again_names_the_corrected_revision_as_long_as_nothing_was_sent():
    """What was refused is corrected in Ecom and sent again from there (R-ECO-35)."""
    again = ("export_pressed", {"revision": 2})
    events = story("created", "approved", "export_pressed", ("posting_changed", {"revision": 2}))

    assert 1 == decide(case_of(events, MODE_B))[0].revision
    (only,) = decide(case_of([*events, *story("a", "b", "c", "d", again)[4:]], MODE_B))
    assert (2, "send", 3) == (only.revision, only.verdict, only.triggered_at.hour - 9)


@pytest.mark.requirement("R-ECO-31a", "R-ECO-31b")
def test_button_sends_what_is_approved_and_approval_alone_does_not_when_posted_in_ecom():
    unsent = {"p-1": ("wait", "not_exported")}
    assert unsent == decided(story("created", "approved"), MODE_B)
    assert {} == decided(story("created", "approved", "rejected"), MODE_B)
    assert SENT == decided(story("created", "approved", "export_pressed"), MODE_B)


@pytest.mark.requirement("R-ECO-31c")
@pytest.mark.parametrize(
    "before",
    [
        (),
        (STEP[0], STEP[1]),
        ("approved", "rejected"),
        ("approved", "resubmitted"),
        (STEP[0], STEP[1], "rejected", STEP[2]),
    ],
    ids=["never", "two of three", "rejected since", "resubmitted since", "others rejected since"],
)
def test_button_on_an_invoice_that_is_not_approved_is_refused(before):
    found = decided(story("created", *before, "export_pressed"), MODE_B)

    assert {"p-1": ("refuse", "unapproved")} == found


def test_button_pressed_again_after_the_approval_sends():
    events = story("created", "export_pressed", "approved", "export_pressed")

    assert SENT == decided(events, MODE_B)


@pytest.mark.requirement("R-ECO-13a", "R-ECO-13b", "R-ECO-13c")
@pytest.mark.parametrize("pressed", [(), ("export_pressed",)], ids=["approved", "pressed"])
def test_nothing_is_sent_while_it_is_not_chosen_where_purchases_are_posted(pressed):
    events = story("created", "approved", *pressed)

    found = decided(events, (Since(Mode.VOUCHER, ALWAYS),))

    assert {"p-1": ("refuse", "purchase_posting_absent")} == found
    assert SENT == decided(events, MODE_A)
    unsent = {"p-1": ("wait", "not_exported")}
    assert (SENT if pressed else unsent) == decided(events, MODE_B)


@pytest.mark.requirement("R-ECO-13a", "R-ECO-13b")
def test_no_sale_is_sent_either_while_taking_into_use_is_not_over():
    events = story("created", "sent", document="s-1")

    found = decided(events, (Since(Mode.VOUCHER, ALWAYS),), of=sale)

    assert {"s-1": ("refuse", "purchase_posting_absent")} == found
    assert {"s-1": ("send", "")} == decided(events, MODE_A, of=sale)


def test_button_pressed_again_where_procountor_posts_names_the_corrected_revision():
    """An approval sends there, and what failed is sent again from the posting section."""
    corrected = [("changed", {"revision": 2}), ("export_pressed", {"revision": 2})]

    (only,) = decide(case_of(story("created", "approved", *corrected), MODE_A))

    assert (2, Mode.VOUCHER_PROCOUNTOR) == (only.revision, only.stamp)
    assert {} == decided(story("created", "export_pressed"), MODE_A)


@pytest.mark.requirement("R-ECO-37a", "R-ECO-37b")
@pytest.mark.parametrize("modes", [MODE_A, MODE_B], ids=["a", "b"])
def test_closing_a_period_at_voucher_level_sends_nothing(modes):
    closed = company("2026-05", at=START + dt.timedelta(days=30))

    assert {} == decided(story("created"), modes, company=closed)
    trigger = "approved" if modes is MODE_A else "export_pressed"
    events = story("created", "approved", trigger)
    assert decided(events, modes) == decided(events, modes, company=closed)


@pytest.mark.requirement("R-ECO-9a", "R-ECO-9b")
def test_invoice_of_a_period_that_was_closed_when_it_was_triggered_is_held_with_a_reason():
    events = story("created", "approved")

    closed = decided(events, MODE_A, company=company("2026-05"))
    other_month = decided(events, MODE_A, company=company("2026-04"))
    reopened = decided(events, MODE_A, company=company("2026-05", reopened=["2026-05"]))

    assert {"p-1": ("refuse", "period_closed")} == closed
    assert SENT == other_month == reopened


@pytest.mark.requirement("R-ECO-16b", "R-ECO-16c")
def test_what_was_triggered_before_a_switch_keeps_its_stamp_and_goes_in_one_mode():
    """A switch between the approvals of two invoices divides them, and each goes in one mode."""
    switched = START + dt.timedelta(hours=2, minutes=30)
    to_voucher = (*MEMO, Since(Mode.VOUCHER_PROCOUNTOR, switched))
    early, late = story("created", "approved"), story("created", "changed", "approved")

    assert {"p-1": ("leave", "memo_level")} == decided(early, to_voucher)
    assert SENT == decided(late, to_voucher)
    stamps = [decide(case_of(events, to_voucher))[0].stamp for events in (early, late)]
    assert [Mode.MEMO, Mode.VOUCHER_PROCOUNTOR] == stamps


@pytest.mark.requirement("R-ECO-16c")
def test_switch_from_a_to_b_finishes_what_began_under_a():
    switched = START + dt.timedelta(hours=2, minutes=30)
    modes = (*MODE_A, Since(Mode.VOUCHER_ECOM, switched))

    (only,) = decide(case_of(story("created", "approved", "export_pressed"), modes))

    assert ("send", Mode.VOUCHER_PROCOUNTOR, START + dt.timedelta(hours=2)) == (
        only.verdict,
        only.stamp,
        only.triggered_at,
    )


@pytest.mark.requirement("R-ECO-16d")
def test_what_was_triggered_at_memo_level_goes_only_when_a_person_releases_it():
    events = story("created", "approved")

    assert {"p-1": ("leave", "memo_level")} == decided(events, MEMO)
    assert SENT == decided(events, MEMO, released=Mode.VOUCHER_ECOM)


def test_revision_of_the_trigger_is_sent_and_a_later_one_is_flagged():
    events = story("created", "approved", ("changed", {"revision": 2}))

    assert 1 == decide(case_of(events, MODE_A))[0].revision
    sent = {"queued": frozenset({"p-1"}), "sent_revision": 1}
    assert [("p-1", "changed_after_transfer")] == remarked(events, MODE_A, **sent)
    assert [] == remarked(events, MODE_A, **sent | {"sent_revision": 2})
    assert [] == remarked(events[:2], MODE_A, **sent)


def test_cancelled_invoice_is_not_sent_and_one_that_is_there_already_is_flagged():
    events = story("created", "approved", "cancelled")

    assert {"p-1": ("leave", "cancelled")} == decided(events, MODE_A)
    queued = frozenset({"p-1"})
    assert SENT == decided(events, MODE_A, queued=queued)
    assert [("p-1", "cancelled_after_transfer")] == remarked(events, MODE_A, queued=queued)


def test_event_of_an_unknown_kind_is_named_and_stops_nothing():
    events = story("created", ("coloured", {"shade": "blue"}), "approved")

    assert SENT == decided(events, MODE_A)
    assert [("p-1", "event_unknown")] == remarked(events, MODE_A)


def test_nothing_behind_a_gap_counts_until_it_is_closed():
    events = story("created", "rejected", "approved")

    assert {"p-1": ("wait", "event_awaited")} == decided([events[0], events[2]], MODE_A)
    assert SENT == decided([events[2], events[0], events[1]], MODE_A)


def test_two_events_with_one_number_refuse_what_would_come_of_either():
    other = said("approved", 2, id="p-1.other")

    found = decided([*story("created", "changed"), other], MODE_A)

    assert {"p-1": ("refuse", "sequence_conflict")} == found


def test_document_that_has_not_come_is_waited_for():
    case = case_of(story("created", "approved"), MODE_A)

    (only,) = decide(case.__class__(**vars(case) | {"document": None}))

    assert ("wait", "document_awaited", 1) == (only.verdict, only.code, only.revision)


def test_purchase_is_not_triggered_by_what_triggers_a_sale():
    assert {} == decided(story("created", "sent"), MODE_A, purchase())
