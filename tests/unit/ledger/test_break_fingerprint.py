"""When a break counts as the one that a person has already judged."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.controls import Break, BreakKind

ON_ACCOUNT = Break(
    control="balance_roll_forward",
    kind=BreakKind.AMOUNT,
    account_number="1930",
    period="2024-05",
    expected=Decimal("100.00"),
    actual=Decimal("90.00"),
    difference=Decimal("-10.00"),
    detail="the difference equals voucher A:1 (line 34)",
)
OF_THE_FILE = Break("tenant_identity", BreakKind.ATTRIBUTE, detail="came 5560000001")


def test_break_stays_the_same_when_more_is_booked_on_its_account():
    later = replace(ON_ACCOUNT, expected=Decimal("300.00"), actual=Decimal("290.00"))

    assert ON_ACCOUNT.fingerprint == later.fingerprint


def test_break_stays_the_same_when_a_new_export_shifts_its_line():
    later = replace(ON_ACCOUNT, detail="the difference equals voucher A:1 (line 340)")

    assert ON_ACCOUNT.fingerprint == later.fingerprint


@pytest.mark.parametrize(
    "changed",
    [
        {"difference": Decimal("-10.01")},
        {"account_number": "1931"},
        {"voucher_key": "A:2"},
        {"period": "2024-06"},
        {"kind": BreakKind.SIGN},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_break_that_is_another_one_is_not_accepted_with_it(changed):
    assert ON_ACCOUNT.fingerprint != replace(ON_ACCOUNT, **changed).fingerprint


def test_words_count_where_nothing_else_says_what_it_is_about():
    other = replace(OF_THE_FILE, detail="came 5560000019")

    assert OF_THE_FILE.fingerprint != other.fingerprint


def test_break_of_the_file_stays_the_same_on_another_line():
    first, later = (
        replace(OF_THE_FILE, detail=f"{OF_THE_FILE.detail} (line {line})") for line in (6, 11)
    )

    assert OF_THE_FILE.fingerprint == first.fingerprint == later.fingerprint
