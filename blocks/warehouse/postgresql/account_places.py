"""A tenant's account map in the database, so that its statements read by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from blocks.warehouse.account_places import COLUMNS, place_row
from blocks.warehouse.postgresql.server import Server
from blocks.warehouse.postgresql.tenants import is_known, note
from ledger.account_map import Place

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor


def place_accounts(server: Server, tenant: str, chart: str, places: Sequence[Place]) -> bool:
    """Replace the map of a tenant, and say whether anything changed.

    Raises:
        As `Warehouse.place_accounts`.
    """
    with server.writing(tenant) as db:
        is_done = not is_known(db, tenant) or _is_same(db, chart, places)
        if not is_done:
            _replace(db, tenant, chart, places)
            note(db, tenant)
    return not is_done


def _is_same(db: Cursor, chart: str, places: Sequence[Place]) -> bool:
    charts = db.execute("select chart from statement_scheme").fetchall()
    rows = db.execute(f"select {COLUMNS} from account_place").fetchall()  # noqa: S608 - names of ours only
    return charts == [(chart,)] and sorted(rows) == sorted(map(place_row, places))


def _replace(db: Cursor, tenant: str, chart: str, places: Sequence[Place]) -> None:
    unit = {"tenant": tenant, "chart": chart}
    for table in ("statement_scheme", "account_place"):
        db.execute(f"delete from {table} where tenant = $tenant", unit)  # noqa: S608 - as above
    db.execute("insert into statement_scheme values ($tenant, $chart)", unit)
    for place in places:
        db.execute(
            f"insert into account_place (tenant, {COLUMNS})"  # noqa: S608 - as above
            " values ($tenant, $statement, $line, $accounts, $valid_from)",
            unit | dict(zip(COLUMNS.split(", "), place_row(place), strict=True)),
        )
