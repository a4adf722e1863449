from __future__ import annotations

from decimal import Decimal

import pytest

from blocks.warehouse.errors import NoLedger
from tests.staged_units import facts, joined, stage, voucher

OF_A_ROW = "tenant, fiscal_year, voucher_key, account_number, amount, posting_date"
MORE_ROWS = (
    f"insert into posting ({OF_A_ROW}, row_number) select {OF_A_ROW}, 9 from posting"  # noqa: S608 - names of ours only
    " where row_number = 1"
)
YEAR = facts().fiscal_year
ROWS = joined(
    voucher("A:1", ("1930", "100.00"), ("3001", "-100.00")),
    voucher("A:2", ("1930", "50.00"), ("3001", "-50.00")),
    {"opening_balance": [{"account_number": "1930", "amount": Decimal("5.00")}]},
)


@pytest.fixture
def published(lake, warehouse):
    staged = stage(lake, ROWS)
    warehouse.publish(staged, unit=staged.facts.unit, token=1, load_id="first", run_id="run")
    return warehouse


def test_untouched_books_verify(published):
    found = published.verify("acme", YEAR)

    assert found.is_intact
    assert (found.tables, found.vouchers) == ((), ())


@pytest.mark.parametrize(
    ("statement", "table", "vouchers"),
    [
        ("update posting set amount = 100.01 where amount = 100", "posting", ("A:1",)),
        (
            "update voucher set voucher_text = 'other' where voucher_key = 'A:2'",
            "voucher",
            ("A:2",),
        ),
        ("delete from posting where voucher_key = 'A:2'", "posting", ("A:2",)),
        (MORE_ROWS, "posting", ("A:1", "A:2")),
        ("update opening_balance set amount = 6", "opening_balance", ()),
        ("update fiscal_year set currency = 'EUR'", "fiscal_year", ()),
    ],
    ids=["amount", "text", "lost rows", "more rows", "opening balance", "currency"],
)
def test_row_altered_behind_our_back_is_found(published, altered, statement, table, vouchers):
    altered(statement)

    found = published.verify("acme", YEAR)

    assert not found.is_intact
    assert (found.tables, found.vouchers) == ((table,), vouchers)


def test_two_alterations_that_cancel_out_are_found(published, altered):
    altered("update posting set amount = -amount")

    assert published.verify("acme", YEAR).vouchers == ("A:1", "A:2")


def test_voucher_digest_altered_to_hide_something_is_found(published, altered):
    altered("update voucher set digest = digest + 1 where voucher_key = 'A:1'")

    assert published.verify("acme", YEAR).vouchers == ("A:1",)


def test_year_that_is_not_published_cannot_be_verified(published):
    with pytest.raises(NoLedger, match="for 2023 yet"):
        published.verify("acme", facts(year=2023).fiscal_year)
