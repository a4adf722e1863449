"""What a publication leaves beside the rows: load record, change list, what the controls said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import pyarrow as pa
from duckdb import DuckDBPyConnection

from blocks.digest import TableDigest, unit_digest
from blocks.settings import SQL
from blocks.staging import StagedUnit
from blocks.warehouse.asked import Asked
from blocks.warehouse.records import CHANGES, Change, LoadRecord
from ledger.controls import ControlResult
from ledger.money import MONEY
from ledger.rollback import Rollback
from ledger.unit import Unit

_text = pa.string()

LOAD_TABLE: Final = pa.schema(
    [
        ("table_name", _text),
        ("row_count", pa.int64()),
        ("amount_sum", pa.decimal128(38, 2)),
        ("md5_sum", pa.decimal128(38, 0)),
    ]
)

CONTROL_RESULT: Final = pa.schema(
    [
        ("control", _text),
        ("severity", _text),
        ("outcome", _text),
        ("reason", _text),
        ("break_count", pa.int64()),
    ]
)

CONTROL_BREAK: Final = pa.schema(
    [
        ("control", _text),
        ("fingerprint", _text),
        ("kind", _text),
        ("account_number", _text),
        ("period", _text),
        ("voucher_key", _text),
        ("expected", MONEY),
        ("actual", MONEY),
        ("difference", MONEY),
        ("detail", _text),
        ("accepted", _text),
    ]
)


@dataclass(frozen=True)
class Publication:
    """Who publishes, and on what grounds.

    `unit`: the one that is leased. `token`: of that lease. `results`: what the controls said.
    `accepted`: fingerprints of breaks, or of whole sets of breaks, that a person let pass, with
    the reason. `rollback`: the decision by which it brings an earlier load back.
    """

    unit: Unit
    token: int
    load_id: str
    run_id: str
    results: Sequence[ControlResult] = ()
    accepted: Mapping[str, str] = field(default_factory=dict)
    rollback: Rollback | None = None


def find_touched(db: DuckDBPyConnection) -> None:
    """Make table ``touched``: the vouchers that the staged unit adds, changes or removes."""
    db.execute(f"create or replace temp table touched as {publish_sql('touched')}")


def publish_sql(name: str) -> str:
    """Return a statement of ``data/sql/publish``."""
    return (SQL / "publish" / f"{name}.sql").read_text(encoding="utf-8")


def insert_changes(db: DuckDBPyConnection, publication: Publication) -> None:
    """Write the change list of a load, before any row is moved; after `find_touched`."""
    changes = publish_sql("change_list")
    _insert(db, "voucher_change", keys_of(publication), rows=f"({changes})")


def insert_load(
    db: DuckDBPyConnection,
    staged: StagedUnit,
    publication: Publication,
    *,
    before: LoadRecord | None,
    tables: Mapping[str, TableDigest],
) -> LoadRecord:
    """Write the record of a load, and return it.

    Unless it is the unit's first load, `find_touched` has run. `tables`: what each table now
    published adds up to.
    """
    touched = touched_counts(db) if before else first_counts(staged)
    now = dt.datetime.now(dt.UTC)
    record = record_of(staged, publication, before, touched=touched, tables=tables, now=now)
    _insert(db, "load", load_row(record, staged, publication.rollback))
    for table, rows in rows_of_load(publication, tables).items():
        _insert_rows(db, table, rows, keys_of(publication))
    return record


def rows_of_load(
    publication: Publication, tables: Mapping[str, TableDigest]
) -> dict[str, pa.Table]:
    """Return what stands beside a load's record, by table, without the keys of the load."""
    return {
        "load_table": _load_table(tables),
        "control_result": _control_result(publication.results),
        "control_break": _control_break(publication),
    }


def keys_of(publication: Publication) -> dict[str, str]:
    """Return what begins every row that belongs to a load."""
    unit = publication.unit
    return {
        "tenant": unit.tenant,
        "fiscal_year": unit.year.key,
        "load_id": publication.load_id,
    }


def _insert_rows(
    db: DuckDBPyConnection, table: str, rows: pa.Table, unit: Mapping[str, object]
) -> None:
    if not rows.num_rows:
        return
    db.register("evidence", rows)
    _insert(db, table, unit, rows="evidence")
    db.unregister("evidence")


def _insert(
    db: DuckDBPyConnection, table: str, constants: Mapping[str, object], *, rows: str = ""
) -> None:
    named = ", ".join(f"${name} as {name}" for name in constants)
    source = f", rows.* from {rows} as rows" if rows else ""
    db.execute(
        f"insert into published.{table} by name select {named}{source}",
        dict(constants),
    )


def record_of(
    staged: StagedUnit,
    publication: Publication,
    before: LoadRecord | None,
    *,
    touched: Mapping[Change, int],
    tables: Mapping[str, TableDigest],
    now: dt.datetime,
) -> LoadRecord:
    """Return the record of a load that comes after ``before``."""
    facts = staged.facts
    return LoadRecord(
        tenant=facts.tenant,
        fiscal_year=facts.fiscal_year,
        load_number=before.load_number + 1 if before else 1,
        load_id=publication.load_id,
        run_id=publication.run_id,
        token=publication.token,
        published_at=now,
        digest=unit_digest(tables),
        source=facts.source,
        source_kind=facts.source_kind,
        landed_sha256=facts.landed_sha256,
        voucher_count=tables["voucher"].row_count,
        posting_count=tables["posting"].row_count,
        vouchers_added=touched["added"],
        vouchers_changed=touched["changed"],
        vouchers_removed=touched["removed"],
        tables=dict(tables),
    )


def load_row(
    record: LoadRecord, staged: StagedUnit, rollback: Rollback | None
) -> dict[str, object]:
    """Return the row of table ``load``: the record's columns, three of the source's, a decision."""
    row = {name: value for name, value in vars(record).items() if name != "tables"}
    return row | {
        "fiscal_year": record.fiscal_year.key,
        "coverage": str(staged.facts.coverage),
        "organisation_number": staged.facts.organisation_number,
        "program": staged.facts.program,
        "is_recorded": True,
        "rollback_to": rollback.load_number if rollback else None,
        "rollback_by": rollback.who if rollback else None,
        "rollback_reason": rollback.reason if rollback else None,
    }


def touched_counts(db: Asked) -> dict[Change, int]:
    """Count the vouchers of ``touched`` by what happens to them."""
    counts = dict(db.execute("select change, count(*) from touched group by change").fetchall())
    return {change: counts.get(change, 0) for change in CHANGES}


def first_counts(staged: StagedUnit) -> dict[Change, int]:
    """Count as `touched_counts` does for a unit that is not published: all vouchers are new."""
    return {"added": staged.tables["voucher"].row_count, "changed": 0, "removed": 0}


def _load_table(tables: Mapping[str, TableDigest]) -> pa.Table:
    rows = [
        {
            "table_name": name,
            "row_count": digest.row_count,
            "amount_sum": digest.amount_sum,
            "md5_sum": Decimal(digest.md5_sum),
        }
        for name, digest in tables.items()
    ]
    return pa.Table.from_pylist(rows, schema=LOAD_TABLE)


def _control_result(results: Sequence[ControlResult]) -> pa.Table:
    rows = [{name: getattr(item, name) for name in CONTROL_RESULT.names} for item in results]
    return pa.Table.from_pylist(rows, schema=CONTROL_RESULT)


def _control_break(publication: Publication) -> pa.Table:
    own = [name for name in CONTROL_BREAK.names if name != "accepted"]
    accepted = publication.accepted
    rows = [
        {name: getattr(item, name) for name in own}
        | {"accepted": accepted.get(item.fingerprint) or accepted.get(result.set_fingerprint)}
        for result in publication.results
        for item in result.breaks
    ]
    return pa.Table.from_pylist(rows, schema=CONTROL_BREAK)
