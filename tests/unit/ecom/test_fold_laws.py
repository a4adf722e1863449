"""Laws of the fold: order, repeats and gaps change nothing; what was decided stays decided."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from ledger.ecom.contract import event_of
from ledger.ecom.decide import Case, decide
from ledger.ecom.documents import DocumentKind
from ledger.ecom.history import fold
from ledger.ecom.modes import Mode, Since
from ledger.ecom.periods import Company
from ledger.ecom.remarks import remarks
from tests.ecom_said import ALWAYS, MODE_A, START, case_of, paid, purchase, said, story

KINDS = [
    "changed",
    "cancelled",
    "approved",
    ("approved", {"step": 1, "steps": 2}),
    ("approved", {"step": 2, "steps": 2}),
    "rejected",
    "resubmitted",
    ("posting_changed", {"revision": 2}),
    "export_pressed",
    "sent",
    "submitted_for_payment",
    "bank_error",
    paid(),
    paid(kind="changed", amount="90.00"),
    paid(kind="deleted"),
    paid("r-1", origin="reference"),
    "some_new_kind",
]
STORIES = st.lists(st.sampled_from(KINDS), min_size=1, max_size=12).map(lambda one: story(*one))
MODES = st.lists(
    st.tuples(st.sampled_from(list(Mode)), st.integers(0, 12)), min_size=1, max_size=4
).map(
    lambda found: tuple(
        Since(mode, START + dt.timedelta(hours=hour, minutes=30))
        for mode, hour in sorted(found, key=lambda one: one[1])
    )
)
TODAY = "2026-06-20"


@given(data=st.data(), events=STORIES, modes=MODES)
def test_any_order_and_any_repeats_lead_to_the_same_calls(data, events, modes):
    shuffled = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events)))))

    case, other = (case_of(one, modes, today=TODAY) for one in (events, shuffled))

    assert decide(case) == decide(other)
    assert remarks(case) == remarks(other)


@given(data=st.data(), events=STORIES, modes=MODES)
def test_trigger_that_some_events_gave_is_the_one_that_all_give(data, events, modes):
    """Whatever has come so far, and with whatever gaps: no later event makes it another."""
    some = data.draw(st.lists(st.sampled_from(events), unique_by=lambda one: one.id))

    early = fold(some, modes, kind=DocumentKind.PURCHASE_INVOICE).trigger
    late = fold(events, modes, kind=DocumentKind.PURCHASE_INVOICE).trigger

    assert early is None or early == late


@given(data=st.data(), events=STORIES, modes=MODES, later=st.sampled_from(list(Mode)))
def test_later_switch_changes_no_trigger(data, events, modes, later):
    switched = (*modes, Since(later, START + dt.timedelta(days=30)))

    before = fold(events, modes, kind=DocumentKind.PURCHASE_INVOICE)
    after = fold(events, switched, kind=DocumentKind.PURCHASE_INVOICE)

    assert before == after


@given(events=STORIES, modes=MODES)
def test_what_is_queued_stays_wanted(events, modes):
    wanted = frozenset(
        one.item for one in decide(case_of(events, modes, today=TODAY)) if one.verdict == "send"
    )
    more = [*events, said("cancelled", len(events) + 1), said("bank_error", len(events) + 2)]

    after = {one.item: one.verdict for one in decide(case_of(more, modes, queued=wanted))}

    assert dict.fromkeys(wanted, "send") == {item: after[item] for item in wanted}


def test_thousand_documents_of_ten_events_are_each_read_and_decided():
    """As they are kept; what a hundred thousand events take, `tests.benchmarks.routes` says."""
    document, modes = purchase(), (Since(Mode.VOUCHER_PROCOUNTOR, ALWAYS),)
    kinds = ["created", "changed", "changed", "approved", "posting_changed"]
    kinds += ["submitted_for_payment", paid(), paid("m-2"), "changed", "bank_error"]
    kept = {f"p-{n}": story(*kinds, document=f"p-{n}") for n in range(1_000)}
    texts = {name: [one.model_dump_json() for one in events] for name, events in kept.items()}

    decisions = 0
    for name, contents in texts.items():
        history = fold(map(event_of, contents), modes, kind=DocumentKind.PURCHASE_INVOICE)
        case = Case(name, history, Company(), document, dt.date(2026, 7, 1))
        decisions += len(decide(case)) + len(remarks(case))

    assert 1_000 * 5 == decisions


def test_modes_of_the_route_are_asked_at_the_moment_of_the_event():
    (only,) = decide(case_of(story("created", "approved"), MODE_A))

    assert START + dt.timedelta(hours=2) == only.triggered_at
