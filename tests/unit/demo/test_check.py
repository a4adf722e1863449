"""The demo's own judgement: it must fail whenever anything but the planted break is found."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from blocks.onboarding_form import read_form_file
from flows.demo.check import complaints
from flows.demo.companies import companies_loaded, files_of
from flows.demo.customers import EXAMPLE, OPENED, truth_of_books
from flows.demo.truth import ExpectedBreak, Truth, truth_of
from flows.doors.demo import Seen
from ledger.controls import Break, BreakKind

PLANTED = ExpectedBreak("balance_roll_forward", "1930", Decimal("-100.00"))
FOUND = Break("balance_roll_forward", BreakKind.AMOUNT, "1930", difference=Decimal("-100.00"))

GOOD = Truth("acme", "2024-01-01_2024-12-31", {"1930": Decimal("10.00")}, 3, 7)
BAD = Truth("beta", "2024-01-01_2024-12-31", {"1930": Decimal("20.00")}, 3, 7, (PLANTED,))


def loaded(truth: Truth) -> Seen:
    return Seen(
        tenant=truth.tenant,
        fiscal_year=truth.fiscal_year,
        status="published",
        trial_balance=dict(truth.trial_balance),
        voucher_count=truth.voucher_count,
        posting_count=truth.posting_count,
        blocking=(),
        blocking_count=0,
    )


HELD = replace(
    loaded(BAD),
    status="held",
    trial_balance={},
    voucher_count=0,
    posting_count=0,
    blocking=(FOUND,),
    blocking_count=1,
)


def test_right_outcome_leaves_nothing_to_complain_of():
    assert complaints([GOOD, BAD], [loaded(GOOD), HELD]) == []


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (loaded(BAD), "expected held, got published"),
        (replace(HELD, blocking=(), blocking_count=0), "expected exactly"),
        (replace(HELD, blocking=(FOUND, FOUND), blocking_count=2), "expected exactly"),
        (replace(HELD, blocking_count=1_001), "expected exactly"),
        (replace(HELD, blocking=(replace(FOUND, account_number="1940"),)), "expected exactly"),
        (replace(HELD, blocking=(replace(FOUND, control="mass_removal"),)), "expected exactly"),
        (
            replace(HELD, blocking=(replace(FOUND, difference=Decimal("-100.01")),)),
            "expected exactly",
        ),
        (replace(HELD, blocking=(replace(FOUND, difference=None),)), "expected exactly"),
        (replace(HELD, trial_balance={"1930": Decimal("20.00")}), "expected nothing published"),
    ],
    ids=[
        "published",
        "no break",
        "two breaks",
        "more than are kept",
        "other account",
        "other control",
        "other amount",
        "no amount",
        "balances published",
    ],
)
def test_demo_fails_when_the_planted_break_is_not_what_holds_the_planted_year(seen, said):
    assert any(said in complaint for complaint in complaints([GOOD, BAD], [loaded(GOOD), seen]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "held"}, "expected published, got held"),
        ({"status": "failed"}, "expected published, got failed"),
        ({"blocking": (FOUND,), "blocking_count": 1}, "expected no blocking break"),
        ({"voucher_count": 4}, "expected 3 vouchers, got 4"),
        ({"posting_count": 6}, "expected 7 postings, got 6"),
        ({"trial_balance": {"1930": Decimal("10.01")}}, "1930 expected 10.00, got 10.01"),
        ({"trial_balance": {}}, "1930 expected 10.00, got 0"),
        (
            {"trial_balance": {"1930": Decimal("10.00"), "9999": Decimal("0.01")}},
            "9999 expected 0, got 0.01",
        ),
    ],
    ids=str,
)
def test_demo_fails_when_another_year_is_off_by_an_ore_a_row_or_a_word(change, said):
    found = complaints([GOOD, BAD], [replace(loaded(GOOD), **change), HELD])

    assert len(found) == 1
    assert said in found[0]


def test_demo_fails_when_a_year_is_missing_or_nobody_knows_it():
    other = replace(loaded(GOOD), tenant="gamma")

    assert complaints([GOOD, BAD], [HELD]) == ["acme 2024-01-01_2024-12-31: not loaded"]
    assert complaints([GOOD, BAD], [loaded(GOOD), HELD, other]) == [
        "gamma 2024-01-01_2024-12-31: not one of ours"
    ]


def test_demo_fails_when_no_break_was_planted():
    """A demo without its break would pass while the controls sleep."""
    assert complaints([GOOD], [loaded(GOOD)]) == ["expected a planted break, got none"]


def test_truth_comes_from_the_generator_and_holds_one_planted_break():
    truths = [
        truth_of(company, file) for company in companies_loaded() for file in files_of(company)
    ]

    assert [truth.planted for truth in truths if truth.planted] == [(PLANTED,)]
    assert {sum(truth.trial_balance.values()) for truth in truths} == {Decimal("0.00")}
    assert min(truth.voucher_count for truth in truths) > 100


def test_books_of_the_example_add_up_and_are_what_the_demo_expects_of_its_customers():
    content = (EXAMPLE / "books.se").read_bytes()

    truth = truth_of_books(OPENED, content, "2025-01-01_2025-12-31")

    assert Decimal("0.00") == sum(truth.trial_balance.values())
    assert (54, 158, ()) == (truth.voucher_count, truth.posting_count, truth.planted)
    assert read_form_file(EXAMPLE / "form.yaml")[0]
