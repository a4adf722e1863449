"""What the controls read: context and counts of the unit, and figures that several share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

from blocks.controls.catalogue import EVIDENCE
from blocks.controls.context import UnitContext
from blocks.staging import StagedUnit
from blocks.warehouse.records import LoadRecord
from ledger.account_class import AccountClasses
from ledger.errors import TerminalError
from ledger.organisation import Identity

COMMENT: Final = re.compile("--.*")
DIFFERENCE_KIND: Final = """
    create macro unit.difference_kind(expected, actual) as case
        when abs(actual - expected) <= 0.01 then 'rounding'
        when actual = -expected then 'sign'
        when actual = 0 then 'missing'
        when expected = 0 then 'unexpected'
        else 'amount'
    end
"""
"""The `ledger.controls.BreakKind` of two amounts that differ."""

NAMED: Final = re.compile(r"\bevidence\.(\w+)")


class ControlFailed(TerminalError):
    """A control could not be computed, so nothing is known: neither passed nor broken."""

    def __init__(self, *, control: str, problem: str) -> None:
        """Name the control and the kind of problem; never the data it stumbled on."""
        self.control = control
        super().__init__(
            f"Control {control} could not be computed ({problem}), so the load is not judged and "
            "nothing is published. The program is at fault: report it with the control's name.",
            control=control,
            problem=problem,
        )


class Evidence:
    """Tables of schema ``evidence``, each made when the first query that names it is to run.

    ``data/sql/evidence/<n>_<name>.sql`` is the query of one of them, or creates a macro; it may
    name those of a lower number.
    """

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self.connection = connection
        self._paths = {path.stem.partition("_")[2]: path for path in EVIDENCE.glob("*.sql")}
        connection.execute("create schema evidence")

    def ask(self, query: str, *, control: str, **parameters: object) -> DuckDBPyConnection:
        """Execute a query for a control; the error of one that fails names the control."""
        self._provide(query)
        return run(self.connection, query, control=control, **parameters)

    def _provide(self, query: str) -> None:
        for name in dict.fromkeys(NAMED.findall(COMMENT.sub("", query))):
            if path := self._paths.pop(name, None):
                text = sql_text(path)
                self._provide(text)
                is_macro = COMMENT.sub("", text).lstrip().startswith("create macro")
                made = text if is_macro else f"create table evidence.{name} as {text}"
                run(self.connection, made, control=name)


def make_evidence(
    connection: DuckDBPyConnection,
    unit: StagedUnit | LoadRecord,
    *,
    context: UnitContext,
    classes: AccountClasses,
) -> Evidence:
    """Create what the controls read beside ``staged``, ``published`` and ``unit.facts``.

    ``unit.difference_kind`` (`DIFFERENCE_KIND`), ``unit.context`` (one row: what the hub knows),
    ``unit.defined_year``, ``unit.account_place`` (the account map by first and last prefixes),
    ``unit.customer_statement`` and ``unit.customer_row`` (what the customer says),
    ``unit.neighbour_year`` and ``unit.neighbour_voucher`` (years that are published with this one),
    ``unit.staged_table`` (what each table added up to when it was written), ``unit.identity`` (one
    row, a `ledger.organisation.Identity`; only of a staged unit, since what is published is the
    tenant's), ``unit.account_class`` (what the source's numbers say), and whatever of `Evidence` is
    asked for.
    """
    connection.execute(DIFFERENCE_KIND)
    _bind_context(connection, context)
    _bind_places(connection, context)
    _bind_statements(connection, context)
    _bind_neighbours(connection, context)
    _bind_classes(connection, classes)
    if isinstance(unit, StagedUnit):
        _bind_identity(connection, unit.facts.organisation_number, context)
    _bind_counts(connection, unit)
    return Evidence(connection)


def run(
    connection: DuckDBPyConnection, query: str, *, control: str, **parameters: object
) -> DuckDBPyConnection:
    """Execute a query for a control; the error of one that fails names the control."""
    try:
        return connection.execute(query, parameters or None)
    except duckdb.Error as problem:
        raise ControlFailed(control=control, problem=type(problem).__name__) from problem


def sql_text(path: Path) -> str:
    """Read a SQL file."""
    return path.read_text(encoding="utf-8")


def _bind_context(connection: DuckDBPyConnection, context: UnitContext) -> None:
    connection.execute(
        "create table unit.context as select $number::varchar as organisation_number,"
        " $currency::varchar as currency, $locked_until::date as locked_until,"
        " $has_account_map::boolean as has_account_map,"
        " nullif($dated, '') as dated, nullif($published_dated, '') as published_dated,"
        " nullif($published_before, '') as published_before",
        {
            "dated": context.dated,
            "published_dated": context.published_dated,
            "published_before": context.published_before,
            "has_account_map": context.account_map is not None,
            "number": context.organisation_number,
            "currency": context.currency,
            "locked_until": context.locked_until,
        },
    )
    connection.execute(
        "create table unit.defined_year as"
        " select unnest($starts::date[]) as start_date, unnest($ends::date[]) as end_date",
        {
            "starts": [year.start_date for year in context.defined_years],
            "ends": [year.end_date for year in context.defined_years],
        },
    )


def _bind_identity(connection: DuckDBPyConnection, found: str, context: UnitContext) -> None:
    connection.execute(
        "create table unit.identity as select $found::varchar as found,"
        " $wanted::varchar as wanted, $is_readable::boolean as is_readable",
        vars(Identity.of(found, context.organisation_number)),
    )


def _bind_places(connection: DuckDBPyConnection, context: UnitContext) -> None:
    places = context.account_map.all_places() if context.account_map else ()
    own = context.account_map.places if context.account_map else ()
    connection.execute(
        "create table unit.account_place as with place as (select"
        " unnest($accounts::varchar[]) as accounts, unnest($statement::varchar[]) as statement,"
        " unnest($line::varchar[]) as line, unnest($valid_from::date[]) as valid_from,"
        " unnest($is_own::boolean[]) as is_own)"
        " select split_part(accounts, '-', 1) as first,"
        " string_split(accounts, '-')[-1] as last, statement, line, valid_from, is_own from place",
        {
            "accounts": [place.accounts for place in places],
            "statement": [place.statement for place in places],
            "line": [place.line for place in places],
            "valid_from": [place.valid_from for place in places],
            "is_own": [number < len(own) for number in range(len(places))],
        },
    )


def _bind_statements(connection: DuckDBPyConnection, context: UnitContext) -> None:
    """Create what the customer's statements say; a statement that is waited for has no day."""
    kinds = list(context.statements)
    found = [context.statements[kind] for kind in kinds]
    connection.execute(
        "create table unit.customer_statement as select unnest($kind::varchar[]) as kind,"
        " unnest($first::date[]) as first, unnest($as_of::date[]) as as_of,"
        " unnest($unit::integer[]) as unit, unnest($is_by_account::boolean[]) as is_by_account,"
        " unnest($has_both_sides::boolean[]) as has_both_sides",
        {
            "kind": [str(kind) for kind in kinds],
            "first": [item and item.first for item in found],
            "as_of": [item and item.as_of for item in found],
            "unit": [item and item.unit for item in found],
            "is_by_account": [item and item.is_by_account for item in found],
            "has_both_sides": [item and item.has_both_sides for item in found],
        },
    )
    rows = [
        (kind, row) for kind, item in zip(kinds, found, strict=True) if item for row in item.rows
    ]
    connection.execute(
        "create table unit.customer_row as select unnest($kind::varchar[]) as kind,"
        " unnest($row::integer[]) as row_number, unnest($label::varchar[]) as label,"
        " unnest($account::varchar[]) as account_number, unnest($lines::varchar[][]) as lines,"
        " unnest($ranges::varchar[][]) as ranges, unnest($expected::decimal(38, 2)[]) as expected,"
        " unnest($is_sum::boolean[]) as is_sum",
        {
            "kind": [str(kind) for kind, _ in rows],
            "row": [row.row for _, row in rows],
            "label": [row.label for _, row in rows],
            "account": [row.account for _, row in rows],
            "lines": [list(row.lines) for _, row in rows],
            "ranges": [list(row.ranges) for _, row in rows],
            "expected": [row.expected for _, row in rows],
            "is_sum": [row.is_sum for _, row in rows],
        },
    )


def _bind_neighbours(connection: DuckDBPyConnection, context: UnitContext) -> None:
    connection.execute(
        "create table unit.neighbour_year as select unnest($years::varchar[]) as fiscal_year",
        {"years": [year.key for year in context.neighbours]},
    )
    connection.execute(
        "create table unit.neighbour_voucher"
        " (fiscal_year varchar, voucher_key varchar, voucher_date date)"
    )
    for year, file in context.neighbours.items():
        connection.execute(
            "insert into unit.neighbour_voucher"
            " select $year, voucher_key, voucher_date from read_parquet($file)",
            {"year": year.key, "file": str(file)},
        )


def _bind_classes(connection: DuckDBPyConnection, classes: AccountClasses) -> None:
    connection.execute(
        "create table unit.account_class as select unnest($digits::varchar[]) as first_digits,"
        " unnest($classes::varchar[]) as account_class",
        {"digits": list(classes), "classes": [str(item) for item in classes.values()]},
    )


def _bind_counts(connection: DuckDBPyConnection, unit: StagedUnit | LoadRecord) -> None:
    connection.execute(
        "create table unit.staged_table as select unnest($names::varchar[]) as table_name,"
        " unnest($counts::bigint[]) as row_count, unnest($sums::decimal(38, 2)[]) as amount_sum",
        {
            "names": list(unit.tables),
            "counts": [table.row_count for table in unit.tables.values()],
            "sums": [table.amount_sum for table in unit.tables.values()],
        },
    )
