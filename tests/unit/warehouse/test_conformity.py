"""The same loads give the same books in files and in PostgreSQL, whatever is asked of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import count

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.controls import UnitContext, controls_for, reconcile
from blocks.lake import Lake
from blocks.warehouse import FileWarehouse
from blocks.warehouse.attach import open_published
from blocks.warehouse.descriptions import relation_kinds
from blocks.warehouse.history import AsOf
from blocks.warehouse.postgresql.server import server_at
from blocks.warehouse.postgresql.tables import OF_A_FILE, postgresql_type, table_columns
from blocks.warehouse.postgresql.warehouse import ServerWarehouse
from ledger.account_map import Place
from ledger.controls import Answer
from ledger.fiscal_year import FiscalYear
from ledger.schemas import SIDE_TABLES
from tests.examples import examples
from tests.staged_units import facts, joined, stage, voucher

YEAR = FiscalYear.parse("2024")
NUMBERS = count(1)
ODD = ["Faktura", "", 'a "b" \\N|\\\\', "två\nrader, ö", "\\.", " "]
"""Texts that mean something in some form of COPY."""

OF_A_MOMENT = ("published_at",)
"""Columns that two publications of the same load do not share."""

PERIOD = {"coverage": "period:2024-03-10:2024-03-20", "source_kind": "v1"}
QUESTIONS = ("closing_balance", "trial_balance", "balance_sheet", "income_statement", "figures")

BOOKS = st.dictionaries(
    st.integers(1, 5),
    st.tuples(st.sampled_from(["1.00", "250.50"]), st.sampled_from(ODD)),
    max_size=4,
)
LOADS = st.lists(
    st.tuples(BOOKS, st.sampled_from(["", "7.00", "9.99"]), st.booleans()), min_size=1, max_size=3
)


@pytest.fixture(scope="session")
def both(postgres):
    """Make two warehouses without books, in files and in PostgreSQL."""

    def make(folder):
        server = server_at(postgres.warehouse())
        return FileWarehouse(folder / "files"), ServerWarehouse(server, spill=folder / "laid-out")

    return make


def publish(lake, warehouses, *rows, **said):
    """Publish the same load in each; return what each says of it."""
    number = next(NUMBERS)
    said = facts(landed_sha256=f"{number:016d}".ljust(64, "0"), **said)
    staged = stage(lake, joined(*rows), said=said)
    plans = [warehouse.plan(staged) for warehouse in warehouses]
    done = [
        warehouse.publish(staged, unit=said.unit, token=number, load_id=f"l{number}", run_id="run")
        for warehouse in warehouses
    ]
    moment = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    said_of = [(it.written, replace(it.record, published_at=moment)) for it in done]
    return [*zip(plans, said_of, strict=True)]


def invoice(number, amount="100.00", text="Faktura", **more):
    return voucher(
        f"A:{number}", ("1930", amount), ("3001", f"-{amount}"), day=5 * number, text=text, **more
    )


def opening(amount):
    return {"opening_balance": [{"account_number": "1930", "amount": Decimal(amount)}]}


def relations(warehouse):
    with warehouse._laid_out("acme") as files, open_published(files) as db:
        db.execute("use published")
        return [name for name in relation_kinds(db) if name not in {*OF_A_FILE, "statement_line"}]


def of_any_moment(table):
    kept = [name for name in table.column_names if name not in OF_A_MOMENT]
    return table.select(kept)


def require_alike(files, server):
    """Compare every table, view and question, types included, and the books after each load."""
    for name in relations(files):
        one, other = (of_any_moment(each.published("acme", name)) for each in (files, server))
        assert one.schema.types == other.schema.types, name
        assert one.to_pylist() == other.to_pylist(), name
    loads = files.published("acme", "load").num_rows
    for load in (None, *range(1, loads + 1)):
        as_of = AsOf(YEAR, load) if load else None
        for name in QUESTIONS if as_of is None else ("balance_sheet",):
            about = {"fiscal_year": YEAR.key}
            if name.endswith(("_sheet", "statement", "trial_balance")):
                about |= {"first": dt.date(2024, 1, 1), "last": dt.date(2024, 12, 1)}
            answers = [
                each.report("acme", name, as_of=as_of, **about).to_pylist()
                for each in (files, server)
            ]
            assert answers[0] == answers[1], (name, load)
    if loads > 1:
        sides = AsOf(YEAR, 1), AsOf(YEAR, loads)
        one, other = (each.difference("acme", *sides, limit=99) for each in (files, server))
        assert [table.to_pylist() for table in one] == [table.to_pylist() for table in other]
    one, other = (each.verify("acme", YEAR) for each in (files, server))
    assert (one.digest, one.tables, one.vouchers) == (other.digest, other.tables, other.vouchers)
    assert other.is_intact


@settings(max_examples=examples(9, least=3), deadline=None)
@given(loads=LOADS)
def test_whatever_was_loaded_both_have_the_same_books(loads, tmp_path_factory, both):
    """Whole years and periods, vouchers that come, change and go, small tables, odd texts."""
    folder = tmp_path_factory.mktemp("both")
    lake, warehouses = Lake(folder / "lake"), both(folder)
    for vouchers, balance, is_period in loads:
        rows = [
            invoice(number, *said)
            for number, said in vouchers.items()
            if not is_period or 10 <= 5 * number <= 20
        ]
        rows += [opening(balance)] if balance else []
        one, other = publish(lake, warehouses, *rows, **(PERIOD if is_period else {}))
        assert one == other

    require_alike(*warehouses)


def test_what_lies_beside_the_ledger_and_the_account_map_are_the_same(tmp_path, both):
    lake, warehouses = Lake(tmp_path / "lake"), both(tmp_path)
    publish(lake, warehouses, invoice(1), invoice(2))
    codes = pa.Table.from_pylist(
        [{"account_number": "3001", "vat_code": "MP1"}], schema=SIDE_TABLES["account_vat_code"]
    )
    files = pa.Table.from_pylist(
        [
            {
                "document_id": f"f{number}",
                "document_kind": "voucher",
                "voucher_key": f"A:{number}",
                "file_name": 'kvitto "1".pdf',
                "media_type": "application/pdf",
                "size_bytes": 10,
                "sha256": "0" * 64,
                "lake_address": "landing/acme/f1",
                "fetched_at": dt.datetime(2026, 3, 29, 0, 30, 0, 123456, tzinfo=dt.UTC),
                "revision": "",
            }
            for number in (1, 9)
        ],
        schema=SIDE_TABLES["connected_file"],
    )
    tables = {"account_vat_code": codes, "connected_file": files}
    places = [Place("1930", "balance_sheet", "cash", dt.date(2024, 1, 1))]

    changed = [
        (
            each.publish_side_tables("acme", YEAR, tables, token=99),
            each.publish_side_tables("acme", YEAR, tables, token=99),
            each.place_accounts("acme", "BAS", places),
            each.place_accounts("acme", "BAS", places),
        )
        for each in warehouses
    ]

    assert [(True, False, True, False)] * 2 == changed
    require_alike(*warehouses)
    one, other = warehouses
    assert one.documents("acme", YEAR) == other.documents("acme", YEAR)
    assert 2 == len(other.documents("acme", YEAR))
    assert one.documents("acme", YEAR, voucher_key="A:1", limit=1) == other.documents(
        "acme", YEAR, voucher_key="A:1", limit=1
    )
    assert one.count_documents("acme", YEAR) == other.count_documents("acme", YEAR)
    assert files.num_rows == other.read_side_table("acme", "connected_file").num_rows


def test_every_column_is_there_with_its_digits_and_its_scale(both, tmp_path, postgres):
    _, server = both(tmp_path)
    server.tenants()
    found = postgres.in_warehouse(
        "select attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod),"
        " attnotnull from pg_attribute inner join pg_class on pg_class.oid = attrelid"
        " where relnamespace = 'published'::regnamespace and relkind = 'r' and attnum > 0"
    )
    there = {(table.split(".")[-1], name): (kind, bound) for table, name, kind, bound in found}

    for table, columns in table_columns().items():
        for column in columns:
            kind, is_required = there[table, column.name]
            expected = postgresql_type(column.type).replace(' collate "C"', "")
            long = {"timestamptz": "timestamp with time zone"}
            assert kind.replace(", ", ",") == long.get(expected, expected).replace(", ", ",")
            assert is_required == column.is_required, (table, column.name)


def test_what_is_not_there_is_said_alike(tmp_path, both):
    for warehouse in both(tmp_path):
        assert [] == warehouse.tenants() == warehouse.units("acme")
        assert warehouse.load_record("acme", YEAR) is None
        assert warehouse.last_load("acme", YEAR) is None
        assert warehouse.held_of("acme") is None
        assert 0 == warehouse.highest_token("acme")
        assert 0 == warehouse.read_side_table("acme", "connected_file").num_rows
        assert not warehouse.place_accounts("acme", "BAS", [])
        assert not warehouse.erase("acme")


def test_statements_of_years_asked_one_after_another_leave_nothing_in_the_session(tmp_path, both):
    """They are summed up in tables that go with the question, and would hide the published ones."""
    lake, warehouses = Lake(tmp_path / "lake"), both(tmp_path)
    publish(lake, warehouses, invoice(1), year=2023)
    publish(lake, warehouses, invoice(1, "250.00"), year=2024)
    statements = ("income_statement", "balance_sheet")

    for year in (2023, 2024, 2023):
        about = {
            "fiscal_year": FiscalYear.parse(str(year)).key,
            "first": dt.date(year, 1, 1),
            "last": dt.date(year, 12, 1),
        }
        one, other = (each.reports("acme", statements, **about) for each in warehouses)
        for name in statements:
            assert one[name].to_pylist() == other[name].to_pylist()
    with warehouses[1].server.reading("acme") as db:
        left = db.execute(
            "select relname from pg_class where relnamespace = pg_my_temp_schema()"
        ).fetchall()
    assert [] == left


def test_each_change_of_the_books_is_another_version(tmp_path, both):
    lake, warehouses = Lake(tmp_path / "lake"), both(tmp_path)
    codes = pa.Table.from_pylist(
        [{"account_number": "3001", "vat_code": "MP1"}], schema=SIDE_TABLES["account_vat_code"]
    )
    for warehouse in warehouses:
        seen = [warehouse.version("acme")]
        for change in (
            lambda each: publish(lake, [each], invoice(1)),
            lambda each: publish(lake, [each], invoice(1), invoice(2)),
            lambda each: each.publish_side_tables(
                "acme", YEAR, {"account_vat_code": codes}, token=next(NUMBERS)
            ),
            lambda each: each.place_accounts("acme", "BAS", []),
            lambda each: each.erase("acme"),
        ):
            change(warehouse)
            seen.append(warehouse.version("acme"))
            assert seen[-1] == warehouse.version("acme")
        assert 5 == len(set(seen))
        assert () == seen[0] == seen[-1]


def test_only_rows_that_differ_are_written(tmp_path, both, postgres):
    """A voucher of which one row changed leaves its other rows where they lie, and their index."""
    lake, (_, server) = Lake(tmp_path / "lake"), both(tmp_path)
    places = "select voucher_key, row_number, ctid::text, xmin::text from posting order by 1, 2"

    def split(amount):
        return voucher("A:1", ("1930", "100.00"), ("3001", "-60.00"), ("3002", f"-{amount}"))

    publish(lake, [server], split("40.00"), invoice(2), invoice(3))
    before = postgres.in_warehouse(places)
    publish(lake, [server], split("39.00"), invoice(2))
    after = postgres.in_warehouse(places)

    changed = [row[:2] for row in after if row not in before]
    gone = {row[:2] for row in before} - {row[:2] for row in after}
    assert [("A:1", 3)] == changed
    assert {("A:3", 1), ("A:3", 2)} == gone


def test_controls_judge_a_year_alike_beside_those_that_are_published(tmp_path, both):
    """Those that touch it are compared row by row, and vouchers of all years by their keys."""
    lake, warehouses = Lake(tmp_path / "lake"), both(tmp_path)
    for year in (2021, 2023, 2025):
        publish(lake, warehouses, invoice(1), invoice(2, "7.00"), year=year)
    many = [voucher(f"A:{n}", ("1930", "1.00"), ("3001", "-1.00")) for n in range(1, 30)]
    publish(lake, warehouses, *many, opening("107.00"))
    staged = stage(lake, joined(invoice(1), opening("90.00")), said=facts(landed_sha256="f" * 64))
    years = tuple(FiscalYear.parse(str(year)) for year in range(2021, 2026))
    context = UnitContext(organisation_number="5560000001", defined_years=years)
    controls = controls_for("sie", "4E", context=context)

    one, other = (
        reconcile(staged, controls=controls, context=context, warehouse=each) for each in warehouses
    )

    assert one == other
    answers = {result.control: result.outcome for result in other}
    assert {"mass_removal": Answer.BROKEN, "opening_continuity": Answer.BROKEN}.items() <= (
        answers.items()
    )
