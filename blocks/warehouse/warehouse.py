"""The warehouse: what is published, one DuckDB file per tenant, read while it is replaced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Unpack

import pyarrow as pa
from duckdb import DuckDBPyConnection

from blocks.durable import remove
from blocks.published_files import first_sight
from blocks.staging import StagedUnit
from blocks.warehouse.account_places import place_accounts
from blocks.warehouse.attach import (
    PUBLISHED,
    attach_published_or_nothing,
    open_engine,
    open_published,
)
from blocks.warehouse.damage import PublishedDamaged, damaged
from blocks.warehouse.errors import FenceDamaged, NoLedger, NoSuchTable
from blocks.warehouse.evidence import Publication
from blocks.warehouse.export import export_tables
from blocks.warehouse.fence import highest_token, renew_fence
from blocks.warehouse.files import TenantFiles, writing
from blocks.warehouse.history import AsOf, load_at, open_as_of, open_two
from blocks.warehouse.loads import current_load, published_years
from blocks.warehouse.plan import changes_of_load, plan_changes
from blocks.warehouse.publish import publish_units
from blocks.warehouse.rebuild import (
    Rebuilt,
    published_aside,
    rebuild_unit,
    refuse_unreadable,
    set_aside,
)
from blocks.warehouse.records import ChangePlan, LoadRecord, Published, Verification
from blocks.warehouse.reports import ask_relation, ask_report, relations
from blocks.warehouse.shared_export import Exported, Format, PartitionedFolder
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
from blocks.warehouse.verify import verify_unit
from blocks.warehouse.workbench import open_published_unit, open_workbench
from blocks.weights import Held, weighed
from ledger.account_map import Place
from ledger.controls import ControlResult
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit


class Warehouse:
    """A folder of tenants' files.

    A reader sees a tenant's books as they were when it opened them, and neither waits for a
    publication nor holds one up.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def read(self, tenant: str) -> Iterator[DuckDBPyConnection]:
        """Yield a read-only connection to a tenant's tables and views, under their plain names.

        For what stands in blocks, and for tests; others ask `report` or `published`.

        Raises:
            NoLedger: Nothing is published for the tenant.
        """
        with open_published(self._files(tenant)) as db:
            db.execute(f"use {PUBLISHED}")
            yield db

    def report(
        self, tenant: str, name: str, *, as_of: AsOf | None = None, **parameters: object
    ) -> pa.Table:
        """Return the answer to a question of ``data/sql/report`` about a tenant's books.

        Args:
            tenant: Whose.
            name: Of the question.
            as_of: The year as it was after one of its loads; None for all years as they are now.
            parameters: Those of the question.

        Raises:
            NoLedger: Nothing is published for the tenant.
            NotRecorded, HistoryDamaged: As `history.open_as_of`.
        """
        opened = open_as_of(self._files(tenant), as_of) if as_of else self.read(tenant)
        with opened as db:
            return ask_report(db, name, parameters)

    def load_at(self, tenant: str, year: FiscalYear, moment: dt.datetime) -> AsOf:
        """Return which load's books a year had at a moment.

        Raises:
            NoLedger: Nothing is published for the tenant.
            NotRecorded: The first load came later.
        """
        with open_published(self._files(tenant)) as db:
            return load_at(db, tenant, year, moment)

    def difference(
        self, tenant: str, one: AsOf, other: AsOf, *, limit: int
    ) -> tuple[pa.Table, pa.Table]:
        """Return the vouchers and the accounts that differ between two loads of a year.

        Raises:
            NoLedger: Nothing is published for the tenant.
            NotRecorded, HistoryDamaged: As `history.open_as_of`.
        """
        with open_two(self._files(tenant), one, other) as db:
            return (
                ask_report(db, "load_difference", {"limit": limit}),
                ask_report(db, "load_difference_account", {"limit": limit}),
            )

    def reports(
        self, tenant: str, names: Sequence[str], **parameters: object
    ) -> dict[str, pa.Table]:
        """Return the answers to several questions about the books of one moment, by name.

        Raises:
            NoLedger: Nothing is published for the tenant.
        """
        with self.read(tenant) as db:
            return {name: ask_report(db, name, parameters) for name in names}

    def published(self, tenant: str, name: str, *, year: FiscalYear | None = None) -> pa.Table:
        """Return a published table or view (docs/tables.md), of one year or of all, in one order.

        It is held in memory: of postings, a million take about 100 MB.

        Raises:
            NoLedger: Nothing is published for the tenant.
            NoSuchTable: There is no table and no view of that name.
        """
        with self.read(tenant) as db:
            if name not in (known := relations(db)):
                raise NoSuchTable(name=name, known=", ".join(known))
            return ask_relation(db, name, year=year)

    def tenants(self) -> list[str]:
        """Return the tenants of which something is published."""
        return sorted(path.stem for path in self.root.glob("*.duckdb"))

    def units(self, tenant: str) -> list[FiscalYear]:
        """Return the tenant's published years, oldest first."""
        if not self._files(tenant).database.exists():
            return []
        with open_published(self._files(tenant)) as db:
            return published_years(db)

    def highest_token(self, tenant: str) -> int:
        """Return the highest lease token that has acted on the tenant's books; 0 when none has.

        Raises:
            FenceDamaged: What keeps it cannot be read.
        """
        return highest_token(self._files(tenant))

    def load_record(self, tenant: str, year: FiscalYear) -> LoadRecord | None:
        """Return what is published for a year, by which load; None when nothing is."""
        if not self._files(tenant).database.exists():
            return None
        with open_published(self._files(tenant)) as db:
            return current_load(db, year)

    def plan(self, staged: StagedUnit) -> ChangePlan:
        """Return what publishing ``staged`` would change; writes nothing."""
        files = self._files(staged.facts.tenant)
        with open_engine(files, rows=staged.tables["posting"].row_count) as db:
            attach_published_or_nothing(db, files)
            return plan_changes(db, staged)

    def last_load(self, tenant: str, year: FiscalYear) -> tuple[LoadRecord, ChangePlan] | None:
        """Return the load by which a year is published, and what it changed."""
        if not self._files(tenant).database.exists():
            return None
        with open_published(self._files(tenant)) as db:
            record = current_load(db, year)
            return (record, changes_of_load(db, record)) if record else None

    def publish(
        self,
        staged: StagedUnit,
        *,
        unit: Unit,
        token: int,
        load_id: str,
        run_id: str,
        results: Sequence[ControlResult] = (),
        accepted: Mapping[str, str] | None = None,
    ) -> Published:
        """Make ``staged`` what is published (`publish_units`).

        Args:
            staged: The unit as it is to be.
            unit: The unit that is leased, which is the staged one or nothing is written.
            token: Fencing token of that lease.
            load_id: Names the load; unique in the tenant.
            run_id: The run that a person would look at.
            results: What the controls said; they are stored with the load.
            accepted: Fingerprints of breaks that a person let pass, with the reason.
        """
        publication = Publication(unit, token, load_id, run_id, results, accepted or {})
        (published,) = self.publish_together([(staged, publication)])
        return published

    def publish_together(self, units: Sequence[tuple[StagedUnit, Publication]]) -> list[Published]:
        """Make units of one tenant what is published, all or none (`publish_units`)."""
        return publish_units(units, self._files(units[0][1].unit.tenant))

    def publish_side_tables(
        self, tenant: str, year: FiscalYear, tables: Mapping[str, pa.Table], *, token: int
    ) -> bool:
        """Replace a year's rows of tables beside its ledger (`side_tables.publish_side_tables`)."""
        return publish_side_tables(self._files(tenant), year, tables, token=token)

    def place_accounts(self, tenant: str, chart: str, places: Sequence[Place]) -> bool:
        """Have a tenant's statements read by an account map (`account_places.place_accounts`)."""
        return place_accounts(self._files(tenant), chart, places)

    def read_side_table(
        self, tenant: str, name: str, *, year: FiscalYear | None = None
    ) -> pa.Table:
        """Return a table of `ledger.schemas.SIDE_TABLES`, of one year or of all; may be empty."""
        return read_side_table(self._files(tenant), name, year=year)

    def count_documents(self, tenant: str, year: FiscalYear) -> DocumentCounts:
        """Count a year's documents against the vouchers of its ledger."""
        return count_documents(self._files(tenant), year)

    def documents(
        self, tenant: str, year: FiscalYear, **wanted: Unpack[DocumentQuery]
    ) -> list[Document]:
        """Return documents of a year in order of voucher (`side_tables.read_documents`)."""
        return read_documents(self._files(tenant), year, **wanted)

    def verify(self, tenant: str, year: FiscalYear) -> Verification:
        """Digest what is published anew and compare it with what was loaded.

        Raises:
            NoLedger: The year is not published.
        """
        with open_published(self._files(tenant)) as db:
            return verify_unit(db, tenant, year)

    def damage(self, tenant: str) -> PublishedDamaged | None:
        """Return what is wrong with a tenant's file at first sight (`first_sight`), if anything.

        A tenant of whom nothing was published has no file either: the hub knows.
        """
        files = self._files(tenant)
        finding = first_sight(files.database)
        return damaged(files, finding) if finding else None

    def renew_fence(self, tenant: str, years: Sequence[FiscalYear], *, token: int) -> None:
        """Write anew what keeps overtaken runs of a tenant from writing (`fence.renew_fence`)."""
        files = self._files(tenant)
        with writing(files):
            renew_fence(files, years, token)

    def refuse_unreadable(self, tenant: str) -> None:
        """Read all of a tenant's file (`rebuild.refuse_unreadable`).

        Raises:
            PublishedDamaged: It is gone, or some of it cannot be read.
        """
        refuse_unreadable(self._files(tenant))

    def set_aside(self, tenant: str, *, now: dt.datetime) -> str:
        """Give a damaged file another name in the same folder; return its path, or nothing."""
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
        """Make a year's rows those of its loads again (`rebuild_unit`).

        Args:
            loads: What the year was loaded from, with the id of each load, oldest first: a whole
                year, then the periods that came after it.
            unit: The unit that is leased.
            digest: What the year was published with.
            token: Fencing token of the lease.
            load_id: Names the rebuild, if anything has to be put right.
            run_id: The run that a person would look at.

        Raises:
            OtherRows: The loads do not come to that digest; nothing was written.
            StillAltered, PublishedDamaged, NoSpace: As `rebuild_unit`.
        """
        with published_aside(self._files(unit.tenant), loads, unit=unit, digest=digest) as aside:
            return rebuild_unit(
                self._files(unit.tenant),
                aside,
                unit=unit,
                token=token,
                load_id=load_id,
                run_id=run_id,
            )

    @contextmanager
    def workbench(self, staged: StagedUnit) -> Iterator[DuckDBPyConnection]:
        """Yield a connection with the staged unit beside what is published (`open_workbench`)."""
        with open_workbench(staged, self._files(staged.facts.tenant)) as db:
            yield db

    @contextmanager
    def published_unit(self, record: LoadRecord) -> Iterator[DuckDBPyConnection]:
        """Yield a connection on which a published year is judged (`open_published_unit`)."""
        with open_published_unit(record, self._files(record.tenant)) as db:
            yield db

    def export(self, tenant: str, folder: Path) -> list[Path]:
        """Write a tenant's tables and views as Parquet files into a new folder.

        Raises:
            NoLedger: Nothing is published for the tenant.
        """
        with open_published(self._files(tenant)) as db:
            return export_tables(db, folder)

    def attach_script(self, tenants: Sequence[str] | None = None) -> str:
        """Return statements by which a DuckDB client reads tenants' books as one (`together`).

        Raises:
            NoLedger: Nothing is published for one of them, or for nobody.
            TooManyTenants: They are more than one client opens.
        """
        wanted = self.tenants() if tenants is None else tenants
        if not wanted:
            raise NoLedger(tenant="any tenant")
        return attach_script([self._files(tenant) for tenant in wanted])

    def export_all(
        self, folder: Path, *, replace: bool = False, file_format: Format = "parquet"
    ) -> Exported:
        """Write all tenants' years into one folder by partitions (`shared_export`).

        Args:
            folder: New or empty; with ``replace`` one that was written so before, of which only
                what changed is written anew, and what is published no more removed.
            replace: Whether it may be.
            file_format: Of the files.

        Raises:
            ExportFolderTaken, OtherFormat: Nothing was written.
            NoSpace: The disk is full; what was exported before is whole, and the rest comes next.
        """
        shared, found = PartitionedFolder(folder, file_format), Exported()
        shared.prepare(replace=replace)
        for tenant in self.tenants():
            with open_published(self._files(tenant)) as db:
                for year in published_years(db):
                    is_new = shared.write_year(db, tenant, year)
                    (found.written if is_new else found.unchanged).append((tenant, year.key))
        found.removed = sorted(shared.noted() - {*found.written, *found.unchanged})
        for tenant, key in found.removed:
            shared.remove_year(tenant, key)
        return found

    def kept_files(self, published: Collection[str] = ()) -> Iterator[tuple[Path, str]]:
        """Yield what a backup needs, each with what is wrong with it at first sight, if anything.

        `published`: tenants of whom something is published as the hub knows; each has a file.
        """
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
        """Return how much is kept of a tenant; None when nothing is published."""
        database = self._files(tenant).database
        return weighed(database) if database.exists() else None

    def erase(self, tenant: str) -> bool:
        """Remove everything of a tenant; say whether anything was published."""
        files = self._files(tenant)
        with writing(files):
            existed = files.database.exists()
            for path in (files.database, files.fence, files.lock):
                remove(path)
        return existed

    def _files(self, tenant: str) -> TenantFiles:
        return TenantFiles(self.root, tenant)
