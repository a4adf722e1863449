"""Spotilla's records are read by a table of spellings, and what cannot be read is named."""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.spotilla.names import Names, UnknownSpelling
from ledger.spotilla.records import (
    TaskState,
    Unreadable,
    read_customer,
    read_product,
    read_task,
)

RAW_TASK = {
    "id": 5,
    "state": "finished",
    "finished_at": "2026-04-10T09:00:00.000000Z",
    "customer_id": 1,
    "order_number": "  ",
    "rows": [{"product_id": 7, "quantity": "1,5"}],
    "photos": ["tyomaa.jpg"],
    "report": "Raportti",
}


def test_customer_is_read_by_the_table(names):
    raw = {"id": 1, "name": " Asiakas Oy ", "zip": "00100", "business_id": None}
    found = read_customer(raw, names)

    assert ("1", "Asiakas Oy", "00100", "", False) == (
        found.id,
        found.name,
        found.postal_code,
        found.business_id,
        found.is_deleted,
    )


def test_setting_says_another_spelling_even_a_nested_one(lines):
    names = Names.of_lines(lines, {"customer.business_id": "vat.number"})

    assert (
        "1234567-8" == read_customer({"id": 1, "vat": {"number": "1234567-8"}}, names).business_id
    )
    assert {"vat": {"number": "1"}, "name": "A"} == names.body(
        "customer", {"business_id": "1", "name": "A"}
    )


def test_setting_of_what_the_table_lacks_is_refused(lines):
    with pytest.raises(UnknownSpelling):
        Names.of_lines(lines, {"customer.shoe_size": "x"})


def test_field_that_spotilla_does_not_keep_is_neither_read_nor_sent(lines):
    names = Names.of_lines(lines, {"customer.external_id": ""})

    assert not names.keeps("customer", "external_id")
    assert "" == read_customer({"id": 1, "external_id": "x"}, names).external_id
    assert {} == names.body("customer", {"external_id": "x"})


def test_prices_are_exact_with_either_decimal_sign(names):
    prices = [
        read_product({"id": 1, "price": price}, names).price
        for price in ("10,50", "10.50", Decimal("10.5"), 10)
    ]

    assert [Decimal("10.5")] * 3 + [Decimal(10)] == prices


def test_binary_fraction_is_no_price(names):
    with pytest.raises(Unreadable, match="price"):
        read_product({"id": 1, "price": 10.5}, names)


@pytest.mark.requirement("R-SPO-4b")
def test_task_is_read_without_photos_and_reports(names):
    found = read_task(RAW_TASK, names)

    assert TaskState.FINISHED is found.state
    assert ("", Decimal("1.5")) == (found.order_number, found.rows[0].quantity)
    assert "tyomaa" not in found.model_dump_json()
    assert "Raportti" not in found.model_dump_json()


def test_state_that_nobody_knows_is_named(names):
    with pytest.raises(Unreadable, match="'lost' is in no line"):
        read_task({**RAW_TASK, "state": "lost"}, names)


def test_time_without_a_zone_is_unreadable(names):
    with pytest.raises(Unreadable, match="finished_at"):
        read_task({**RAW_TASK, "finished_at": "2026-04-10T09:00:00"}, names)


def test_error_names_the_field_and_no_content(names):
    with pytest.raises(Unreadable) as problem:
        read_customer({"id": 1, "name": "Salainen " * 40}, names)

    assert "name" in str(problem.value)
    assert "Salainen" not in str(problem.value)


def test_digest_of_a_task_is_of_what_an_invoice_is_made_of(names):
    one = read_task(RAW_TASK, names)
    later = read_task({**RAW_TASK, "finished_at": "2026-04-11T09:00:00Z", "report": "x"}, names)
    other = read_task({**RAW_TASK, "rows": [{"product_id": 7, "quantity": 2}]}, names)

    assert one.digest == later.digest != other.digest


def test_moment_that_counts_is_acceptance_where_tasks_are_accepted(task):
    finished = task()
    accepted = task(state="accepted", accepted_at="2026-04-12T09:00:00Z")
    day = dt.datetime(2026, 4, 10, 9, tzinfo=dt.UTC)

    assert day == finished.done_at(needs_acceptance=False)
    assert finished.done_at(needs_acceptance=True) is None
    assert day + dt.timedelta(days=2) == accepted.done_at(needs_acceptance=True)
