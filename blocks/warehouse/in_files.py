"""A warehouse in files: one DuckDB file per tenant, read while it is replaced."""
# ruff: noqa: ARG002, D102 - `Warehouse` says what each method takes and does

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Unpack

import pyarrow as pa

from blocks.books_files import first_sight
from blocks.durable import remove
from blocks.staging import StagedUnit
from blocks.warehouse.account_places import place_accounts
from blocks.warehouse.attach import open_published
from blocks.warehouse.damage import PublishedDamaged, damaged
from blocks.warehouse.errors import (
    FenceDamaged,
    NoLedger,
    NoSuchTable,
    WarehouseInFiles,
    WarehouseNotInServer,
)
from blocks.warehouse.evidence import Publication
from blocks.warehouse.fence import highest_token, renew_fence
from blocks.warehouse.files import TenantFiles, writing
from blocks.warehouse.history import AsOf, load_at
from blocks.warehouse.loads import current_load, published_years
from blocks.warehouse.plan import changes_of_load
from blocks.warehouse.publish import publish_units
from blocks.warehouse.rebuild import (
    Rebuilt,
    published_aside,
    rebuild_unit,
    refuse_unreadable,
    set_aside,
)
from blocks.warehouse.records import ChangePlan, LoadRecord, MovedBooks, Published
from blocks.warehouse.reports import (
    STATEMENTS,
    ask_relation,
    ask_report,
    relations,
    sum_up,
)
from blocks.warehouse.side_tables import (
    Document,
    DocumentCounts,
    DocumentQuery,
    count_documents,
    publish_side_tables,
    read_documents,
    read_side_table,
)
from blocks.warehouse.together import attach_script
from blocks.warehouse.warehouse import Warehouse
from blocks.weights import Held, weighed
from ledger.account_map import Place
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit


class FileWarehouse(Warehouse):
    """A folder of tenants' files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def reports(
        self, tenant: str, names: Sequence[str], **parameters: object
    ) -> dict[str, pa.Table]:
        with self.read(tenant) as db:
            if STATEMENTS.intersection(names):
                sum_up(db, str(parameters["fiscal_year"]))
            return {name: ask_report(db, name, parameters) for name in names}

    def load_at(self, tenant: str, year: FiscalYear, moment: dt.datetime) -> AsOf:
        with open_published(self._files(tenant)) as db:
            return load_at(db, tenant, year, moment)

    def published(self, tenant: str, name: str, *, year: FiscalYear | None = None) -> pa.Table:
        with self.read(tenant) as db:
            if name not in (known := relations(db)):
                raise NoSuchTable(name=name, known=", ".join(known))
            return ask_relation(db, name, year=year)

    def tenants(self) -> list[str]:
        return sorted(path.stem for path in self.root.glob("*.duckdb"))

    def version(self, tenant: str) -> Hashable:
        try:
            found = self._files(tenant).database.stat()
        except FileNotFoundError:
            return ()
        # Whatever changes the books puts another file in the place of the one before.
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def units(self, tenant: str) -> list[FiscalYear]:
        if not self._files(tenant).database.exists():
            return []
        with open_published(self._files(tenant)) as db:
            return published_years(db)

    def highest_token(self, tenant: str) -> int:
        return highest_token(self._files(tenant))

    def load_record(self, tenant: str, year: FiscalYear) -> LoadRecord | None:
        if not self._files(tenant).database.exists():
            return None
        with open_published(self._files(tenant)) as db:
            return current_load(db, year)

    def last_load(self, tenant: str, year: FiscalYear) -> tuple[LoadRecord, ChangePlan] | None:
        if not self._files(tenant).database.exists():
            return None
        with open_published(self._files(tenant)) as db:
            record = current_load(db, year)
            return (record, changes_of_load(db, record)) if record else None

    def publish_together(self, units: Sequence[tuple[StagedUnit, Publication]]) -> list[Published]:
        return publish_units(units, self._files(units[0][1].unit.tenant))

    def publish_side_tables(
        self, tenant: str, year: FiscalYear, tables: Mapping[str, pa.Table], *, token: int
    ) -> bool:
        return publish_side_tables(self._files(tenant), year, tables, token=token)

    def place_accounts(self, tenant: str, chart: str, places: Sequence[Place]) -> bool:
        return place_accounts(self._files(tenant), chart, places)

    def read_side_table(
        self, tenant: str, name: str, *, year: FiscalYear | None = None
    ) -> pa.Table:
        return read_side_table(self._files(tenant), name, year=year)

    def count_documents(self, tenant: str, year: FiscalYear) -> DocumentCounts:
        return count_documents(self._files(tenant), year)

    def documents(
        self, tenant: str, year: FiscalYear, **wanted: Unpack[DocumentQuery]
    ) -> list[Document]:
        return read_documents(self._files(tenant), year, **wanted)

    def damage(self, tenant: str) -> PublishedDamaged | None:
        files = self._files(tenant)
        finding = first_sight(files.database)
        return damaged(files, finding) if finding else None

    def renew_fence(self, tenant: str, years: Sequence[FiscalYear], *, token: int) -> None:
        files = self._files(tenant)
        with writing(files):
            renew_fence(files, years, token)

    def refuse_unreadable(self, tenant: str) -> None:
        refuse_unreadable(self._files(tenant))

    def set_aside(self, tenant: str, *, now: dt.datetime) -> str:
        with writing(self._files(tenant)):
            return set_aside(self._files(tenant), now=now)

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
        with published_aside(self._files(unit.tenant), loads, unit=unit, digest=digest) as aside:
            return rebuild_unit(
                self._files(unit.tenant),
                aside,
                unit=unit,
                token=token,
                load_id=load_id,
                run_id=run_id,
            )

    def attach_script(self, tenants: Sequence[str] | None = None) -> str:
        wanted = self.tenants() if tenants is None else tenants
        if not wanted:
            raise NoLedger(tenant="any tenant")
        return attach_script([self._files(tenant) for tenant in wanted])

    def require_files(self) -> None:
        pass  # they are

    def require_server(self) -> None:
        raise WarehouseNotInServer(folder=self.root)

    def move_in(self, folder: Path, tenant: str, *, now: dt.datetime) -> MovedBooks:
        raise WarehouseNotInServer(folder=self.root)

    def allow(self, reader: str, tenants: Sequence[str]) -> bool:
        raise WarehouseInFiles(folder=self.root)

    def deny(self, reader: str, tenants: Sequence[str] = ()) -> list[str]:
        raise WarehouseInFiles(folder=self.root)

    def readers(self) -> list[tuple[str, str]]:
        raise WarehouseInFiles(folder=self.root)

    def kept_files(self, published: Collection[str] = ()) -> Iterator[tuple[Path, str]]:
        for tenant in sorted({*self.tenants(), *published}):
            yield self._files(tenant).database, str(self.damage(tenant) or "")
        for fence in sorted(self.root.glob("*.fence.json")):
            try:
                self.highest_token(fence.name.removesuffix(".fence.json"))
            except FenceDamaged as problem:
                yield fence, str(problem)
            else:
                yield fence, ""

    def held_of(self, tenant: str) -> Held | None:
        database = self._files(tenant).database
        return weighed(database) if database.exists() else None

    def erase(self, tenant: str) -> bool:
        files = self._files(tenant)
        with writing(files):
            existed = files.database.exists()
            for path in (files.database, files.fence, files.lock):
                remove(path)
        return existed

    @contextmanager
    def _laid_out(
        self, tenant: str, *, years: Collection[FiscalYear] | None = None, touching: bool = False
    ) -> Iterator[TenantFiles]:
        del years, touching  # what lies there is all of them
        yield self._files(tenant)

    def _files(self, tenant: str) -> TenantFiles:
        return TenantFiles(self.root, tenant)
