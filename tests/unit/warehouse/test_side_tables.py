from __future__ import annotations

import datetime as dt
import shutil

import pyarrow as pa
import pytest

from blocks.warehouse import migrate
from blocks.warehouse.errors import StaleLease
from ledger.schemas import ACCOUNT_VAT_CODE, CONNECTED_FILE
from tests.staged_units import facts, joined, stage, voucher

YEAR = facts().fiscal_year
BANK = voucher("A:1", ("1930", "100.00"), ("3001", "-100.00"))
RENT = voucher("A:2", ("5010", "40.00"), ("1930", "-40.00"))

ROLLED_BACK = ("rollback_by varchar", "rollback_reason varchar")


def connected(*places, document_id="f1", kind="voucher"):
    """Give rows of files on vouchers, as (series, number)."""
    rows = [
        {
            "document_id": document_id,
            "document_kind": kind,
            "voucher_key": f"{series}:{number}",
            "file_name": "kvitto.pdf",
            "media_type": "application/pdf",
            "size_bytes": 10,
            "sha256": "0" * 64,
            "lake_address": "landing/acme/x",
            "fetched_at": dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
            "revision": "",
        }
        for series, number in places
    ]
    return pa.Table.from_pylist(rows, CONNECTED_FILE)


def codes(**of_accounts):
    rows = [{"account_number": name[1:], "vat_code": code} for name, code in of_accounts.items()]
    return pa.Table.from_pylist(rows, ACCOUNT_VAT_CODE)


@pytest.fixture
def publish(lake, warehouse):
    def publish(*vouchers, token=1, **said):
        staged = stage(
            lake, joined(*vouchers), said=facts(landed_sha256=f"{token}".ljust(64, "0"), **said)
        )
        return warehouse.publish(
            staged, unit=staged.facts.unit, token=token, load_id=f"load {token}", run_id="run"
        )

    return publish


@pytest.fixture
def publish_side(warehouse):
    def publish_side(token=2, year=YEAR, **tables):
        return warehouse.publish_side_tables("acme", year, tables, token=token)

    return publish_side


def keys(warehouse):
    with warehouse.read("acme") as db:
        query = "select connected_key, voucher_key from document order by all"
        rows = db.execute(query).fetchall()
    return [(*connected_key.split(":"), found) for connected_key, found in rows]


def test_what_lies_beside_the_ledger_changes_nothing_of_its_version(
    publish, publish_side, warehouse
):
    before = publish(BANK).record

    assert publish_side(connected_file=connected(("A", "1")), account_vat_code=codes(a3001="MP1"))

    after = warehouse.load_record("acme", YEAR)
    assert before == after
    assert warehouse.verify("acme", YEAR).is_intact


def test_document_attaches_by_series_and_number_to_whatever_ledger_is_published(
    publish, publish_side, warehouse
):
    publish_side(token=1, connected_file=connected(("A", "1"), ("A", "2")))
    without_ledger = keys(warehouse)
    publish(BANK, token=2)
    with_one = keys(warehouse)
    publish(RENT, token=3)

    assert [None, None] == [key for *_, key in without_ledger]
    assert [("A", "1", "A:1"), ("A", "2", None)] == with_one
    assert [("A", "1", None), ("A", "2", "A:2")] == keys(warehouse)


def test_counts_tell_documents_without_voucher_and_vouchers_without_document(
    publish, publish_side, warehouse
):
    publish(BANK, RENT)
    two = pa.concat_tables(
        [connected(("A", "1"), ("Z", "9")), connected(("Z", "8"), document_id="f2")]
    )
    publish_side(connected_file=two)

    found = warehouse.count_documents("acme", YEAR)

    assert (2, 1, 1) == (
        found.documents,
        found.documents_without_voucher,
        found.vouchers_without_document,
    )


def test_the_same_rows_again_write_nothing_in_whatever_order(publish_side, traces):
    first, second = connected(("A", "1")), connected(("A", "2"))
    publish_side(
        connected_file=pa.concat_tables([first, second]), account_vat_code=codes(a3001="MP1")
    )
    before = traces()

    assert not publish_side(token=3, connected_file=pa.concat_tables([second, first]))
    assert not publish_side(token=4, account_vat_code=codes(a3001="MP1"))
    assert before == traces()


def test_rows_that_are_gone_disappear_and_other_years_and_tables_stay(publish_side, warehouse):
    other = facts(year=2025).fiscal_year
    publish_side(connected_file=connected(("A", "1")), account_vat_code=codes(a3001="MP1"))
    publish_side(year=other, connected_file=connected(("A", "5")))

    publish_side(token=3, connected_file=connected())

    assert [("A", "5", None)] == keys(warehouse)
    assert codes(a3001="MP1").equals(
        warehouse.read_side_table("acme", "account_vat_code", year=YEAR)
    )


def test_run_that_was_overtaken_writes_nothing(publish, publish_side, warehouse):
    publish(BANK, token=5)

    with pytest.raises(StaleLease):
        publish_side(token=4, connected_file=connected(("A", "1")))

    assert [] == keys(warehouse)


def test_publication_of_the_ledger_is_fenced_off_by_later_documents(publish, publish_side):
    publish_side(token=5, connected_file=connected(("A", "1")))

    with pytest.raises(StaleLease):
        publish(BANK, token=4)


def test_run_that_found_nothing_to_write_has_overtaken_earlier_ones_too(publish_side, warehouse):
    rows = connected(("A", "1"))
    publish_side(token=1, connected_file=rows)
    publish_side(token=3, connected_file=rows)

    with pytest.raises(StaleLease):
        publish_side(token=2, connected_file=connected())

    assert [("A", "1", None)] == keys(warehouse)


def test_nothing_beside_a_ledger_that_nobody_published_is_empty(warehouse):
    assert 0 == warehouse.read_side_table("acme", "connected_file").num_rows
    assert 0 == warehouse.count_documents("acme", YEAR).documents
    assert [] == warehouse.tenants()


def test_file_of_the_first_release_gets_its_tables_when_documents_come(
    warehouse, publish_side, publish, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        for name, kept in (("SCHEMA", "0001*"), ("VIEWS", "2*")):
            folder = tmp_path / name
            folder.mkdir()
            for path in getattr(migrate, name).glob(kept):
                shutil.copy(path, folder)
            patch.setattr(migrate, name, folder)
        with (tmp_path / "SCHEMA" / "0001_published.sql").open("a") as first:
            for column in ("is_recorded boolean", "rollback_to integer", *ROLLED_BACK):
                first.write(f"alter table load add column {column};\n")  # as is written today
        publish(BANK)

    publish_side(connected_file=connected(("A", "1")))

    assert [("A", "1", "A:1")] == keys(warehouse)
    assert warehouse.verify("acme", YEAR).is_intact


def test_name_of_a_file_may_hold_what_one_of_two_databases_does_not_take(
    warehouse, publish, publish_side
):
    publish(BANK)
    rows = [row | {"file_name": "kv\0itto.pdf"} for row in connected(("A", "1")).to_pylist()]
    named = pa.Table.from_pylist(rows, CONNECTED_FILE)

    assert publish_side(connected_file=named)
    assert not publish_side(token=3, connected_file=named)

    (name,) = warehouse.read_side_table("acme", "connected_file")["file_name"].to_pylist()
    assert name in {"kv\0itto.pdf", "kv\ufffditto.pdf"}


def test_documents_come_in_order_of_series_and_number(publish, publish_side, warehouse):
    publish(BANK)
    places = [("B", "10"), ("B", "3"), ("A", "1"), ("B", "11"), ("B", "3#2"), ("B", "1")]
    publish_side(connected_file=connected(*places))

    found = warehouse.documents("acme", YEAR)

    assert ["A:1", "B:1", "B:3", "B:3#2", "B:10", "B:11"] == [one.connected_key for one in found]
    assert "A:1" == found[0].voucher_name
