"""What a reading proves after a lost answer: each row of decision 0033, and what attacks it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.invoice.mappings.procountor.proofs import (
    Likeness,
    approval,
    likeness,
    open_sum,
    payment,
    wanted_of,
)
from ledger.invoice.mappings.procountor.reading import rows_in, same_version
from ledger.invoice.mappings.procountor.terms import Terms
from ledger.push.events import Finding
from tests.pushed import purchase

US, SOMEBODY = 3, 4


def there(**changes):
    """The purchase of `tests.pushed` as a list of Procountor has it."""
    whole = {
        "id": 900,
        "type": "PURCHASE_INVOICE",
        "status": "UNFINISHED",
        "originalInvoiceNumber": "4711",
        "partnerId": 55,
        "date": "2026-04-01",
        "creatorId": US,
        "counterParty": {"counterPartyAddress": {"name": "Toimittaja Esimerkki Oy"}},
        "invoiceSumInfo": [{"currency": "EUR", "invoiceSumTotal": Decimal("1255.00")}],
    }
    return whole | changes


def judged(row, *, is_newer=True, user_id=US):
    wanted = wanted_of(purchase(), Terms(), partner_id=55)
    return likeness(row, wanted, is_newer=is_newer, user_id=user_id)


def total(amount):
    return [{"currency": "EUR", "invoiceSumTotal": Decimal(amount)}]


def test_an_invoice_that_agrees_in_everything_and_is_by_us_is_ours():
    assert Likeness.OURS is judged(there())


@pytest.mark.parametrize(
    "change",
    [
        {"creatorId": SOMEBODY},
        {"creatorId": None},
        {"invoiceSumInfo": total("1255.01")},
        {"invoiceSumInfo": None},
        {"date": "2026-04-02"},
        {"originalInvoiceNumber": "4711 B"},
        {"status": "INVALIDATED"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_one_that_was_edited_or_is_by_somebody_else_is_for_a_person(change):
    assert Likeness.ALIKE is judged(there(**change))


def test_nobody_is_ours_where_creators_are_not_named():
    assert Likeness.ALIKE is judged(there(), user_id=None)


def test_one_from_before_our_call_is_not_ours():
    assert Likeness.ALIKE is judged(there(), is_newer=False)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "SALES_INVOICE"},
        {"partnerId": 56, "counterParty": {"counterPartyAddress": {"name": "Toinen Oy"}}},
        {"date": "2025-04-01", "invoiceSumInfo": total("10.00")},
    ],
    ids=["type", "supplier", "number used again"],
)
def test_another_invoice_is_none_of_ours(change):
    assert Likeness.OTHER is judged(there(**change))


def test_an_older_one_without_our_number_is_another_purchase():
    """Two tickets of one day and price are two invoices."""
    row = there(originalInvoiceNumber="4710")

    assert Likeness.OTHER is judged(row, is_newer=False)


def test_a_supplier_is_known_by_card_by_number_or_by_name():
    party = {"identifier": "FI 1234567-1", "counterPartyAddress": {"name": "Vanha nimi"}}

    assert Likeness.OURS is judged(there(partnerId=None))
    assert Likeness.OURS is judged(there(partnerId=None, counterParty=party))


@pytest.mark.parametrize(
    ("status", "is_same_version", "finding"),
    [
        ("APPROVED", False, Finding.DONE),
        ("NOT_SENT", False, Finding.DONE),
        ("PAYMENT_QUEUED", False, Finding.DONE),
        ("MARKED_PAID", False, Finding.DONE),
        ("UNFINISHED", True, Finding.NOT_DONE),
        ("RECEIVED", True, Finding.NOT_DONE),
        ("VERIFIED", True, Finding.NOT_DONE),
        ("UNFINISHED", False, Finding.CONFLICT),
        ("PAYMENT_DENIED", False, Finding.CONFLICT),
        ("INVALIDATED", True, Finding.CONFLICT),
        ("", True, Finding.UNKNOWN),
    ],
)
def test_an_approval_is_read_from_state_and_version(status, is_same_version, finding):
    """Unfinished with another version was approved and set back by a person, or edited."""
    assert finding is approval(status, is_same_version=is_same_version)


def event(number, *, amount="100.00", day="2026-04-15", kind="ELSEWHERE"):
    return {"id": number, "amount": Decimal(amount), "paymentDate": day, "type": kind}


def paid(events, *, is_part=False):
    finding, _ = payment(
        events, known=[1], paid_on="2026-04-15", amount=Decimal(100), is_part=is_part
    )
    return finding


@pytest.mark.parametrize(
    ("events", "is_part", "finding"),
    [
        ([event(1)], False, Finding.NOT_DONE),
        ([event(1)], True, Finding.CONFLICT),
        ([event(1), event(2)], True, Finding.DONE),
        ([event(1), event(2), event(3)], False, Finding.CONFLICT),
        ([event(1), event(2, amount="99.99")], False, Finding.CONFLICT),
        ([event(1), event(2, day="2026-04-16")], False, Finding.CONFLICT),
        ([event(1), event(2, kind="BANKSTATEMENT")], False, Finding.CONFLICT),
        ([event(1), event(2, kind="REFERENCEPAYMENT_TO_INVOICE")], False, Finding.CONFLICT),
    ],
    ids=["none", "none of a part", "ours", "two", "amount", "day", "bank", "reference"],
)
def test_a_payment_is_read_from_the_events_that_came(events, is_part, finding):
    assert finding is paid(events, is_part=is_part)


def test_what_is_open_is_the_total_less_all_events():
    assert Decimal("55.00") == open_sum(Decimal("1255.00"), [event(1, amount="1200.00")])


def test_one_answer_and_several_are_read_alike():
    assert [{"id": 1}] == rows_in({"id": 1}) == rows_in([{"id": 1}])


def test_versions_are_one_however_they_are_spelled():
    assert same_version("2026-04-01T10:00:00", "2026-04-01T10:00:00.000Z")
    assert not same_version("2026-04-01T10:00:00", "2026-04-01T10:00:01")
