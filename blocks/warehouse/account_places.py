"""A tenant's account map in its published file, so that its statements read by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.duck import duckdb_space_checked
from blocks.durable import space_checked
from blocks.warehouse.attach import PUBLISHED, attach_copy, attach_published, detach, open_engine
from blocks.warehouse.files import TenantFiles, swapping, writing
from ledger.account_map import Place

COLUMNS: Final = "statement, line, accounts, valid_from"


def place_accounts(files: TenantFiles, chart: str, places: Sequence[Place]) -> bool:
    """Replace the map in a tenant's file, and say whether anything changed.

    Nothing is written when nothing is published yet: the first publication is followed by this.

    Raises:
        WriterBusy: A publication of the tenant did not end.
        NoSpaceError: The disk is full; what was published is untouched.
    """
    if not files.database.exists() or _is_same(files, chart, places):
        return False
    doing = f"writing the account map of {files.tenant}"
    with (
        space_checked(doing, files.root),
        duckdb_space_checked(doing, files.root),
        writing(files),
        swapping(files) as copy,
        open_engine(files) as db,
    ):
        attach_copy(db, files, copy)
        db.execute("begin")
        _replace(db, files.tenant, chart, places)
        db.execute("commit")
        db.execute(f"checkpoint {PUBLISHED}")
        detach(db)
    return True


def _is_same(files: TenantFiles, chart: str, places: Sequence[Place]) -> bool:
    with open_engine(files) as db:
        if not attach_published(db, files):
            return True
        charts = db.execute(f"select chart from {PUBLISHED}.statement_scheme").fetchall()  # noqa: S608 - names of ours only
        rows = db.execute(f"select {COLUMNS} from {PUBLISHED}.account_place").fetchall()  # noqa: S608 - as above
    return charts == [(chart,)] and sorted(rows) == sorted(map(place_row, places))


def _replace(db: DuckDBPyConnection, tenant: str, chart: str, places: Sequence[Place]) -> None:
    db.execute(f"delete from {PUBLISHED}.statement_scheme")  # noqa: S608 - names of ours only
    db.execute(
        f"insert into {PUBLISHED}.statement_scheme values ($tenant, $chart)",  # noqa: S608 - as above
        {"tenant": tenant, "chart": chart},
    )
    db.execute(f"delete from {PUBLISHED}.account_place")  # noqa: S608 - as above
    rows = list(zip(*map(place_row, places), strict=True)) or [(), (), (), ()]
    names = ("statement", "line", "accounts", "valid_from")
    db.execute(
        f"insert into {PUBLISHED}.account_place select $tenant,"
        " unnest($statement::varchar[]), unnest($line::varchar[]),"
        " unnest($accounts::varchar[]), unnest($valid_from::date[])",
        {
            "tenant": tenant,
            **{name: list(column) for name, column in zip(names, rows, strict=True)},
        },
    )


def place_row(place: Place) -> tuple[object, ...]:
    """Return a place as its row, in the order of `COLUMNS`."""
    return place.statement, place.line, place.accounts, place.valid_from
