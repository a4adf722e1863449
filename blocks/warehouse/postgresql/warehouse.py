"""A warehouse in PostgreSQL: one schema for all tenants, for workers on several hosts."""
# ruff: noqa: ARG002, D102 - `Warehouse` says what each method takes and does

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, Unpack

import pyarrow as pa

from blocks.books_files import GONE
from blocks.durable import checked_slug
from blocks.staging import StagedUnit
from blocks.warehouse.damage import PublishedDamaged
from blocks.warehouse.errors import NoLedger, NoSuchTable
from blocks.warehouse.evidence import Publication
from blocks.warehouse.files import TenantFiles
from blocks.warehouse.history import AsOf, load_at
from blocks.warehouse.loads import current_load, published_years
from blocks.warehouse.plan import changes_of_load
from blocks.warehouse.postgresql.account_places import place_accounts
from blocks.warehouse.postgresql.answers import answer, relation, relations, sum_up
from blocks.warehouse.postgresql.errors import WarehouseInServer
from blocks.warehouse.postgresql.fence import highest_token, renew_fence
from blocks.warehouse.postgresql.laying_out import laid_out
from blocks.warehouse.postgresql.moving import move_books
from blocks.warehouse.postgresql.publish import publish_units
from blocks.warehouse.postgresql.readers import allow, deny, readers
from blocks.warehouse.postgresql.rebuild import rebuild
from blocks.warehouse.postgresql.server import Server, one
from blocks.warehouse.postgresql.shape import bring_up
from blocks.warehouse.postgresql.side_tables import publish_side_tables, read_side_table
from blocks.warehouse.postgresql.tables import books_tables
from blocks.warehouse.postgresql.tenants import is_known, version
from blocks.warehouse.rebuild import Rebuilt
from blocks.warehouse.records import ChangePlan, LoadRecord, MovedBooks, Published
from blocks.warehouse.reports import STATEMENTS, question
from blocks.warehouse.side_tables import (
    Document,
    DocumentCounts,
    DocumentQuery,
    asked_documents,
)
from blocks.warehouse.warehouse import Warehouse
from blocks.weights import Held
from ledger.account_map import Place
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor


IDENTITY: Final = (
    "select current_database() || ' of cluster ' || system_identifier from pg_control_system()"
)
"""A server has several addresses, and its cluster one number, which its standby has too."""

BY_SERVER: Final = "Use what your server is run with, such as pg_dump and pg_restore."
BY_CLIENT: Final = (
    "Connect a client to the server as a reader (`tasma warehouse allow READER TENANT`): it has "
    "all tenants that it may see in one."
)


class ServerWarehouse(Warehouse):
    """What is published of all tenants, in a PostgreSQL database.

    Args:
        server: Of the database; nothing is opened yet.
        spill: A folder on this machine for what is laid out there for the time being.
    """

    def __init__(self, server: Server, *, spill: Path) -> None:
        self.server = server
        self._spill = spill

    def reports(
        self, tenant: str, names: Sequence[str], **parameters: object
    ) -> dict[str, pa.Table]:
        are_statements = bool(STATEMENTS.intersection(names))
        with self._published(tenant, own_tables=are_statements) as db:
            if are_statements:
                sum_up(db, str(parameters["fiscal_year"]))
            return {name: answer(db, *question(name, parameters)) for name in names}

    def load_at(self, tenant: str, year: FiscalYear, moment: dt.datetime) -> AsOf:
        with self._published(tenant) as db:
            return load_at(db, tenant, year, moment)

    def published(self, tenant: str, name: str, *, year: FiscalYear | None = None) -> pa.Table:
        with self._published(tenant) as db:
            if name not in (known := relations(db)):
                raise NoSuchTable(name=name, known=", ".join(known))
            return relation(db, name, year=year)

    def tenants(self) -> list[str]:
        with self._reading() as db:
            found = db.execute("select tenant from published_tenant order by tenant")
            return [tenant for (tenant,) in found.fetchall()]

    def version(self, tenant: str) -> Hashable:
        with self._reading(tenant) as db:
            return version(db, tenant)

    def identity(self) -> str:
        with self.server.reading() as db:
            return f"database {one(db, IDENTITY)}"

    def units(self, tenant: str) -> list[FiscalYear]:
        with self._reading(tenant) as db:
            return published_years(db)

    def highest_token(self, tenant: str) -> int:
        with self._reading(tenant) as db:
            return highest_token(db, tenant)

    def load_record(self, tenant: str, year: FiscalYear) -> LoadRecord | None:
        with self._reading(tenant) as db:
            return current_load(db, year)

    def last_load(self, tenant: str, year: FiscalYear) -> tuple[LoadRecord, ChangePlan] | None:
        with self._reading(tenant) as db:
            record = current_load(db, year)
            return (record, changes_of_load(db, record)) if record else None

    def publish_together(self, units: Sequence[tuple[StagedUnit, Publication]]) -> list[Published]:
        bring_up(self.server)
        return publish_units(units, self.server)

    def publish_side_tables(
        self, tenant: str, year: FiscalYear, tables: Mapping[str, pa.Table], *, token: int
    ) -> bool:
        bring_up(self.server)
        return publish_side_tables(self.server, tenant, year, tables, token=token)

    def place_accounts(self, tenant: str, chart: str, places: Sequence[Place]) -> bool:
        bring_up(self.server)
        return place_accounts(self.server, tenant, chart, places)

    def read_side_table(
        self, tenant: str, name: str, *, year: FiscalYear | None = None
    ) -> pa.Table:
        with self._reading(tenant) as db:
            return read_side_table(db, name, year=year)

    def count_documents(self, tenant: str, year: FiscalYear) -> DocumentCounts:
        with self._reading(tenant) as db:
            counts = db.execute(*question("document_count", {"fiscal_year": year.key})).fetchone()
            return DocumentCounts(*(counts or ()))

    def documents(
        self, tenant: str, year: FiscalYear, **wanted: Unpack[DocumentQuery]
    ) -> list[Document]:
        with self._reading(tenant) as db:
            found = db.execute(*question("document", asked_documents(year, wanted)))
            return [Document(*row) for row in found.fetchall()]

    def damage(self, tenant: str) -> PublishedDamaged | None:
        # The server answers for its pages, and each read of a damaged one fails.
        with self._reading(tenant) as db:
            if is_known(db, tenant):
                return None
        return PublishedDamaged(tenant=tenant, finding=GONE, place=self.server.address)

    def renew_fence(self, tenant: str, years: Sequence[FiscalYear], *, token: int) -> None:
        bring_up(self.server)
        with self.server.writing(tenant) as db:
            renew_fence(db, tenant, years, token)

    def refuse_unreadable(self, tenant: str) -> None:
        pass  # what cannot be read is the server's to bring back; what is gone is published anew

    def set_aside(self, tenant: str, *, now: dt.datetime) -> str:
        return ""  # there is nothing but rows, which change places

    def rebuild(
        self,
        loads: Sequence[tuple[StagedUnit, str]],
        *,
        unit: Unit,
        digest: str,
        token: int,
        load_id: str,
        run_id: str,
    ) -> Rebuilt:
        bring_up(self.server)
        return rebuild(
            self.server,
            self._spill,
            loads,
            unit=unit,
            digest=digest,
            token=token,
            load_id=load_id,
            run_id=run_id,
        )

    def attach_script(self, tenants: Sequence[str] | None = None) -> str:
        self._refuse("attaching", BY_CLIENT)

    def require_files(self) -> None:
        self._refuse("a backup of ours", BY_SERVER)

    def require_server(self) -> None:
        bring_up(self.server)

    def move_in(self, folder: Path, tenant: str, *, now: dt.datetime) -> MovedBooks:
        return move_books(self.server, TenantFiles(folder, tenant), now=now)

    def allow(self, reader: str, tenants: Sequence[str]) -> bool:
        bring_up(self.server)
        return allow(self.server, reader, tenants)

    def deny(self, reader: str, tenants: Sequence[str] = ()) -> list[str]:
        bring_up(self.server)
        return deny(self.server, reader, tenants)

    def readers(self) -> list[tuple[str, str]]:
        bring_up(self.server)
        return readers(self.server)

    def kept_files(self, published: Collection[str] = ()) -> Iterator[tuple[Path, str]]:
        self._refuse("a backup of ours", BY_SERVER)

    def held_of(self, tenant: str) -> Held | None:
        with self._reading(tenant) as db:
            if not is_known(db, tenant):
                return None
            sizes = " + ".join(
                f"(select coalesce(sum(pg_column_size(its.*)), 0) from {table} as its"  # noqa: S608 - names of ours only
                " where tenant = $tenant)"
                for table in books_tables()
            )
            size = one(db, f"select {sizes}", {"tenant": tenant})
            return Held(self.server.address, 0, int(size))

    def erase(self, tenant: str) -> bool:
        checked_slug(tenant)
        bring_up(self.server)
        with self.server.writing(tenant) as db:
            existed = is_known(db, tenant)
            for table in (*books_tables(), "fence", "published_tenant", "reader_tenant"):
                db.execute(f"delete from {table} where tenant = $tenant", {"tenant": tenant})  # noqa: S608 - names of ours only
        return existed

    @contextmanager
    def _laid_out(
        self, tenant: str, *, years: Collection[FiscalYear] | None = None, touching: bool = False
    ) -> Iterator[TenantFiles]:
        bring_up(self.server)
        with laid_out(self.server, self._spill, tenant, years=years, touching=touching) as files:
            yield files

    @contextmanager
    def _published(self, tenant: str, *, own_tables: bool = False) -> Iterator[Cursor]:
        with self._reading(tenant, own_tables=own_tables) as db:
            if not is_known(db, tenant):
                raise NoLedger(tenant=tenant)
            yield db

    @contextmanager
    def _reading(self, tenant: str = "", *, own_tables: bool = False) -> Iterator[Cursor]:
        bring_up(self.server)
        with self.server.reading(tenant, own_tables=own_tables) as db:
            yield db

    def _refuse(self, doing: str, instead: str) -> NoReturn:
        raise WarehouseInServer(address=self.server.address, doing=doing, instead=instead)
