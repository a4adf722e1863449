"""The warehouse: what is published, and what anybody may ask of it, wherever it is kept.

Who keeps the books answers the abstract methods: `in_files.FileWarehouse` in one DuckDB file per
tenant. Judging is DuckDB's in any case, for a staged unit is Parquet files: what compares it with
what is published, or reads the books as they were, works on a tenant's file as `_laid_out` lays it.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Unpack

import pyarrow as pa
from duckdb import DuckDBPyConnection

from blocks.staging import StagedUnit
from blocks.warehouse.attach import (
    PUBLISHED,
    attach_published_or_nothing,
    open_engine,
    open_published,
)
from blocks.warehouse.damage import PublishedDamaged
from blocks.warehouse.evidence import Publication
from blocks.warehouse.export import export_tables
from blocks.warehouse.files import TenantFiles
from blocks.warehouse.history import AsOf, open_as_of, open_two
from blocks.warehouse.loads import published_years
from blocks.warehouse.plan import plan_changes
from blocks.warehouse.rebuild import Rebuilt
from blocks.warehouse.records import (
    ChangePlan,
    LoadRecord,
    MovedBooks,
    Published,
    Verification,
)
from blocks.warehouse.reports import ask_report
from blocks.warehouse.shared_export import Exported, Format, PartitionedFolder
from blocks.warehouse.side_tables import Document, DocumentCounts, DocumentQuery
from blocks.warehouse.verify import verify_unit
from blocks.warehouse.workbench import open_published_unit, open_workbench
from blocks.weights import Held
from ledger.account_map import Place
from ledger.controls import ControlResult
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit


class Warehouse(ABC):
    """What is published of all tenants.

    A reader sees a tenant's books as they were when it asked, and neither waits for a publication
    nor holds one up.
    """

    @abstractmethod
    def _laid_out(
        self, tenant: str, *, years: Collection[FiscalYear] | None = None, touching: bool = False
    ) -> AbstractContextManager[TenantFiles]:
        """Yield files in which a tenant's books lie as they are now, for reading.

        Args:
            tenant: Whose; there is no file when nothing is published.
            years: Of which the rows of vouchers are needed; None for all. Everything else is there
                of all years.
            touching: Whether they are needed of the years too that overlap those or adjoin them.
        """

    @contextmanager
    def read(self, tenant: str) -> Iterator[DuckDBPyConnection]:
        """Yield a read-only connection to a tenant's tables and views, under their plain names.

        For what stands in blocks, and for tests; others ask `report` or `published`.

        Raises:
            NoLedger: Nothing is published for the tenant.
        """
        with self._laid_out(tenant) as files, open_published(files) as db:
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
        if as_of is None:
            return self.reports(tenant, [name], **parameters)[name]
        with self._laid_out(tenant, years=[as_of.year]) as files, open_as_of(files, as_of) as db:
            return ask_report(db, name, parameters)

    @abstractmethod
    def reports(
        self, tenant: str, names: Sequence[str], **parameters: object
    ) -> dict[str, pa.Table]:
        """Return the answers to several questions about the books of one moment, by name.

        Raises:
            NoLedger: Nothing is published for the tenant.
        """

    @abstractmethod
    def load_at(self, tenant: str, year: FiscalYear, moment: dt.datetime) -> AsOf:
        """Return which load's books a year had at a moment.

        Raises:
            NoLedger: Nothing is published for the tenant.
            NotRecorded: The first load came later.
        """

    def difference(
        self, tenant: str, one: AsOf, other: AsOf, *, limit: int
    ) -> tuple[pa.Table, pa.Table]:
        """Return the vouchers and the accounts that differ between two loads of a year.

        Raises:
            NoLedger: Nothing is published for the tenant.
            NotRecorded, HistoryDamaged: As `history.open_as_of`.
        """
        years = {one.year, other.year}
        with self._laid_out(tenant, years=years) as files, open_two(files, one, other) as db:
            return (
                ask_report(db, "load_difference", {"limit": limit}),
                ask_report(db, "load_difference_account", {"limit": limit}),
            )

    @abstractmethod
    def published(self, tenant: str, name: str, *, year: FiscalYear | None = None) -> pa.Table:
        """Return a published table or view (docs/tables.md), of one year or of all, in one order.

        It is held in memory: of postings, a million take about 100 MB.

        Raises:
            NoLedger: Nothing is published for the tenant.
            NoSuchTable: There is no table and no view of that name.
        """

    @abstractmethod
    def tenants(self) -> list[str]:
        """Return the tenants of which something is published."""

    def version(self, tenant: str) -> Hashable:  # noqa: ARG002 - where it is known, it is of a tenant
        """Return what tells one state of a tenant's books from another; None where nothing does."""
        return None

    def identity(self) -> str:
        """Return what tells this warehouse from any other; empty where one machine alone has it."""
        return ""

    @abstractmethod
    def units(self, tenant: str) -> list[FiscalYear]:
        """Return the tenant's published years, oldest first."""

    @abstractmethod
    def highest_token(self, tenant: str) -> int:
        """Return the highest lease token that has acted on the tenant's books; 0 when none has.

        Raises:
            FenceDamaged: What keeps it cannot be read.
        """

    @abstractmethod
    def load_record(self, tenant: str, year: FiscalYear) -> LoadRecord | None:
        """Return what is published for a year, by which load; None when nothing is."""

    def plan(self, staged: StagedUnit) -> ChangePlan:
        """Return what publishing ``staged`` would change; writes nothing."""
        facts, rows = staged.facts, staged.tables["posting"].row_count
        with (
            self._laid_out(facts.tenant, years=[facts.fiscal_year]) as files,
            open_engine(files, rows=rows) as db,
        ):
            attach_published_or_nothing(db, files)
            return plan_changes(db, staged)

    @abstractmethod
    def last_load(self, tenant: str, year: FiscalYear) -> tuple[LoadRecord, ChangePlan] | None:
        """Return the load by which a year is published, and what it changed."""

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
        """Make ``staged`` what is published (`publish_together`).

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

    @abstractmethod
    def publish_together(self, units: Sequence[tuple[StagedUnit, Publication]]) -> list[Published]:
        """Make staged units what is published for a tenant and their fiscal years, all or none.

        Only vouchers that differ are touched; when nothing differs nothing is written. A load of a
        period leaves what is dated outside of it (`blocks.warehouse.periods`).

        Raises:
            UnitMismatch: The lease is of another unit than the staged one.
            NotPublishable: A load covers too little, or not what it says, or a control holds it.
            StageUnusable: A staged file is damaged; nothing was written.
            StaleLease: A later run has acted on a unit.
            WriterBusy: Another publication of the tenant did not end.
            NoSpace: The disk is full; what was published is untouched.
        """

    @abstractmethod
    def publish_side_tables(
        self, tenant: str, year: FiscalYear, tables: Mapping[str, pa.Table], *, token: int
    ) -> bool:
        """Replace a year's rows of some tables of `SIDE_TABLES`, and say whether anything changed.

        A run that was overtaken changes nothing, nor what another confirmed meanwhile.

        Raises:
            StaleLease: A later run has acted on the unit; nothing was written.
            WriterBusy: Another publication of the tenant did not end.
            NoSpace: The disk is full; what was published is untouched.
        """

    @abstractmethod
    def place_accounts(self, tenant: str, chart: str, places: Sequence[Place]) -> bool:
        """Have a tenant's statements read by an account map, and say whether anything changed.

        Nothing is written when nothing is published yet: the first publication is followed by this.

        Raises:
            WriterBusy: A publication of the tenant did not end.
            NoSpace: The disk is full; what was published is untouched.
        """

    @abstractmethod
    def read_side_table(
        self, tenant: str, name: str, *, year: FiscalYear | None = None
    ) -> pa.Table:
        """Return a table of `ledger.schemas.SIDE_TABLES`, of one year or of all; may be empty."""

    @abstractmethod
    def count_documents(self, tenant: str, year: FiscalYear) -> DocumentCounts:
        """Count a year's documents against the vouchers of its ledger."""

    @abstractmethod
    def documents(
        self, tenant: str, year: FiscalYear, **wanted: Unpack[DocumentQuery]
    ) -> list[Document]:
        """Return documents of a year in order of voucher, at most `MAX_DOCUMENTS`."""

    def verify(self, tenant: str, year: FiscalYear) -> Verification:
        """Digest what is published anew and compare it with what was loaded.

        Raises:
            NoLedger: The year is not published.
        """
        with self._laid_out(tenant, years=[year]) as files, open_published(files) as db:
            return verify_unit(db, tenant, year)

    @abstractmethod
    def damage(self, tenant: str) -> PublishedDamaged | None:
        """Return what is wrong with a tenant's books at first sight, if anything.

        A tenant of whom nothing was published has none: the hub knows.
        """

    @abstractmethod
    def renew_fence(self, tenant: str, years: Sequence[FiscalYear], *, token: int) -> None:
        """Write anew what keeps overtaken runs of a tenant from writing (`fence.renew_fence`)."""

    @abstractmethod
    def refuse_unreadable(self, tenant: str) -> None:
        """Read all that is kept of a tenant.

        Raises:
            PublishedDamaged: It is gone, or some of it cannot be read.
        """

    @abstractmethod
    def set_aside(self, tenant: str, *, now: dt.datetime) -> str:
        """Take damaged books out of the way; return where they are kept, or nothing."""

    @abstractmethod
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
        """Make a year's rows those of its loads again (`blocks.warehouse.rebuild`).

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

    @contextmanager
    def workbench(self, staged: StagedUnit) -> Iterator[DuckDBPyConnection]:
        """Yield a connection with the staged unit beside what is published (`open_workbench`)."""
        tenant, year = staged.facts.tenant, staged.facts.fiscal_year
        with (
            self._laid_out(tenant, years=[year], touching=True) as files,
            open_workbench(staged, files) as db,
        ):
            yield db

    @contextmanager
    def published_unit(self, record: LoadRecord) -> Iterator[DuckDBPyConnection]:
        """Yield a connection on which a published year is judged (`open_published_unit`)."""
        years = [record.fiscal_year]
        with (
            self._laid_out(record.tenant, years=years, touching=True) as files,
            open_published_unit(record, files) as db,
        ):
            yield db

    @contextmanager
    def folder_of(self, tenant: str) -> Iterator[Path]:
        """Yield a folder that has a tenant's file, for a process of its own that reads it."""
        with self._laid_out(tenant) as files:
            yield files.root.absolute()

    def export(self, tenant: str, folder: Path) -> list[Path]:
        """Write a tenant's tables and views as Parquet files into a new folder.

        Raises:
            NoLedger: Nothing is published for the tenant.
        """
        with self._laid_out(tenant) as files, open_published(files) as db:
            return export_tables(db, folder)

    @abstractmethod
    def attach_script(self, tenants: Sequence[str] | None = None) -> str:
        """Return statements by which a DuckDB client reads tenants' books as one (`together`).

        Raises:
            NoLedger: Nothing is published for one of them, or for nobody.
            TooManyTenants: They are more than one client opens.
        """

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
            with self._laid_out(tenant) as files, open_published(files) as db:
                for year in published_years(db):
                    is_new = shared.write_year(db, tenant, year)
                    (found.written if is_new else found.unchanged).append((tenant, year.key))
        found.removed = sorted(shared.noted() - {*found.written, *found.unchanged})
        for tenant, key in found.removed:
            shared.remove_year(tenant, key)
        return found

    @abstractmethod
    def require_files(self) -> None:
        """Let only a warehouse pass whose books lie in files that can be copied.

        Raises:
            WarehouseInServer: They are in a server, whose own tools copy them.
        """

    @abstractmethod
    def require_server(self) -> None:
        """Let only a warehouse pass whose books lie in a server.

        Raises:
            WarehouseNotInServer: They lie in files.
        """

    @abstractmethod
    def move_in(self, folder: Path, tenant: str, *, now: dt.datetime) -> MovedBooks:
        """Take over a tenant's books from its file in a folder (`postgresql.moving`).

        Raises:
            WarehouseNotInServer: As `require_server`.
            NoLedger, PublishedDamaged, FenceDamaged: The file is not there, or cannot be read.
            BooksMovedUnlike, BooksThereAlready: Nothing is there that was not.
        """

    @abstractmethod
    def allow(self, reader: str, tenants: Sequence[str]) -> bool:
        """Let a user of a server read tenants' books; say whether the user had to be made.

        Raises:
            ReaderUnfit: It may not be one; nothing was changed.
            WarehouseInFiles: A file's readers are whoever may open it.
        """

    @abstractmethod
    def deny(self, reader: str, tenants: Sequence[str] = ()) -> list[str]:
        """Take tenants, or all, from a user of a server; return those that it may still read.

        Raises:
            WarehouseInFiles: As `allow`.
        """

    @abstractmethod
    def readers(self) -> list[tuple[str, str]]:
        """Return each user of a server and a tenant that it may read, in order.

        Raises:
            WarehouseInFiles: As `allow`.
        """

    @abstractmethod
    def kept_files(self, published: Collection[str] = ()) -> Iterator[tuple[Path, str]]:
        """Yield what a backup needs, each with what is wrong with it at first sight, if anything.

        `published`: tenants of whom something is published as the hub knows; each has a file.
        """

    @abstractmethod
    def held_of(self, tenant: str) -> Held | None:
        """Return how much is kept of a tenant; None when nothing is published."""

    @abstractmethod
    def erase(self, tenant: str) -> bool:
        """Remove everything of a tenant; say whether anything was published."""
