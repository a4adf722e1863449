"""Putting a published year right: its rows are those of its loads again, and nothing is news.

What the year was loaded from is published once more into a file of its own, aside; it has to come
to the digest that is on record. Then the rows that are not as they are there change places, in one
transaction on a copy, as in every publication. The load record of the rebuild has the digest of
before, and its change list says what was put right. No damaged row becomes history: the books as of
an earlier load are what they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.books_files import first_sight
from blocks.digest import unit_digest
from blocks.duck import attach_read_only, duckdb_space_checked
from blocks.durable import remove, rename_synced, space_checked, temporary_name
from blocks.settings import SQL
from blocks.staging import StagedUnit
from blocks.warehouse.attach import PUBLISHED, attach_copy, detach, open_engine, open_published
from blocks.warehouse.damage import damaged
from blocks.warehouse.errors import NotPublishable
from blocks.warehouse.evidence import Publication, touched_counts
from blocks.warehouse.fence import renew_fence
from blocks.warehouse.files import TenantFiles, swapping, writing
from blocks.warehouse.loads import current_load
from blocks.warehouse.publish import publish_units
from blocks.warehouse.records import CHANGES, Change, LoadRecord
from blocks.warehouse.staged_rows import SMALL_TABLES
from blocks.warehouse.verify import digest_published, verify_unit
from ledger.schemas import VOUCHER_TABLES
from ledger.unit import Unit

REBUILT: Final = "rebuilt"
"""Database name of the file in which the year's loads were published aside."""

OF_A_LOAD: Final = ("load_table", "control_result", "control_break")
"""What stands beside a load's record; a rebuild has the same as the load that it puts right."""

OF_A_YEAR: Final = (*VOUCHER_TABLES, *SMALL_TABLES, "load", *OF_A_LOAD, "voucher_change")
"""What of a year a file gets that has nothing of it; what earlier loads replaced is lost."""


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild put right: vouchers by what had to be done, small tables, a lost year.

    `is_new`: the file had nothing of the year, so that its history begins anew.
    """

    vouchers: dict[Change, int]
    tables: tuple[str, ...]
    is_new: bool

    @property
    def is_intact(self) -> bool:
        """Whether nothing had to be done."""
        return not (any(self.vouchers.values()) or self.tables or self.is_new)


class StillAltered(NotPublishable):
    """After a rebuild the rows are not those that were published."""

    sentence = (
        "{unit}: after the rebuild its tables come to digest {found}, and were published with "
        "{expected}. Nothing was written. Erase the warehouse file and load the year again, and "
        "report it."
    )


class OtherRows(NotPublishable):
    """What a year was loaded from does not come to what was published."""

    sentence = (
        "{unit}: what it was loaded from comes to digest {found} by this release, and was "
        "published with {expected}. Nothing was written. Load the year's file again, or pull the "
        "year again: what changes is listed and judged."
    )


@contextmanager
def published_aside(
    files: TenantFiles,
    loads: Sequence[tuple[StagedUnit, str]],
    *,
    unit: Unit,
    digest: str,
) -> Iterator[TenantFiles]:
    """Publish a year's loads, oldest first, into a file of their own, which goes with the block.

    Raises:
        OtherRows: They do not come to that digest.
    """
    folder = temporary_name(files.spill, "rebuild")
    aside = TenantFiles(folder, files.tenant)
    try:
        for staged, load_id in loads:
            publish_units([(staged, Publication(unit, 1, load_id, run_id=""))], aside)
        with open_published(aside) as db:
            found = verify_unit(db, unit.tenant, unit.year).digest
        if found != digest:
            raise OtherRows(unit=unit, found=found[:16], expected=digest[:16])
        yield aside
    finally:
        remove(folder)


def refuse_unreadable(files: TenantFiles) -> None:
    """Read all tables of a tenant's file, history too.

    Raises:
        PublishedDamaged: It is gone, or some of it cannot be read.
    """
    if finding := first_sight(files.database):
        raise damaged(files, finding)
    with open_engine(files) as db:
        attach_read_only(db, files.database, PUBLISHED)
        names = db.execute(
            "select table_name from duckdb_tables() where database_name = $name",
            {"name": PUBLISHED},
        ).fetchall()
        for (name,) in names:  # history too: DuckDB checks a block's sum when it reads it
            query = f"select bit_xor(hash(row_)) from {PUBLISHED}.{name} as row_"  # noqa: S608 - its own
            db.execute(query).fetchall()


def set_aside(files: TenantFiles, *, now: dt.datetime) -> str:
    """Give a damaged file another name, and return it; empty where there is none."""
    if not files.database.exists():
        return ""
    kept = files.root / f"{files.tenant}.damaged-{now:%Y%m%dT%H%M%SZ}"
    rename_synced(files.database, kept)
    return str(kept)


def rebuild_unit(
    files: TenantFiles, aside: TenantFiles, *, unit: Unit, token: int, load_id: str, run_id: str
) -> Rebuilt:
    """Make a year's rows those of ``aside``, in which its loads were published.

    The tenant's file is made where there is none.

    Raises:
        StillAltered: The rows do not come to what was published; nothing was written.
        PublishedDamaged: The file cannot be read; `set_aside` it.
        NoSpace: The disk is full; nothing was written.
    """
    doing = f"rebuilding for {files.tenant}"
    with space_checked(doing, files.root), duckdb_space_checked(doing, files.root), writing(files):
        renew_fence(files, [unit.year], token)
        with open_engine(files) as db:
            attach_read_only(db, aside.database, REBUILT)
            with swapping(files) as copy:
                attach_copy(db, files, copy)
                db.execute("begin")
                done = _Rebuild(db, unit, load_id, run_id, token).run()
                db.execute("commit")
                db.execute(f"checkpoint {PUBLISHED}")
                detach(db)
            return done


class _Rebuild:
    """The rows of one year on their way from database ``rebuilt`` to ``published``."""

    def __init__(
        self, db: DuckDBPyConnection, unit: Unit, load_id: str, run_id: str, token: int
    ) -> None:
        self._db, self._unit, self._load_id = db, unit, load_id
        self._run_id, self._token = run_id, token

    def run(self) -> Rebuilt:
        before = current_load(self._db, self._unit.year)
        if before is None:
            for table in OF_A_YEAR:
                self._delete(table)
                self._take(table)
            self._require_right()
            return Rebuilt(dict.fromkeys(CHANGES, 0), (), is_new=True)
        return self._put_right(before)

    def _put_right(self, before: LoadRecord) -> Rebuilt:
        digests = digest_published(self._db, self._unit.year)
        self._db.register("found", digests.vouchers)
        self._run_sql("touched", fiscal_year=self._year)
        counts = touched_counts(self._db)
        tables = tuple(
            name for name in SMALL_TABLES if digests.tables[name] != before.tables.get(name)
        )
        self._db.unregister("found")
        if any(counts.values()) or tables:
            self._insert_load(before, counts)
            self._replace_vouchers()
            for table in tables:
                self._delete(table)
                self._take(table)
            self._require_right()
        return Rebuilt(counts, tables, is_new=False)

    def _replace_vouchers(self) -> None:
        self._run_sql(
            "changes", tenant=self._unit.tenant, fiscal_year=self._year, load_id=self._load_id
        )
        touched = "voucher_key in (select voucher_key from touched)"
        for table in VOUCHER_TABLES:
            self._delete(table, touched)
        self._run_sql("vouchers", fiscal_year=self._year)
        for table in VOUCHER_TABLES:
            if table != "voucher":
                self._take(table, touched)

    def _insert_load(self, before: LoadRecord, counts: dict[Change, int]) -> None:
        """Record the rebuild as a load of the same rows, with what it put right."""
        self._db.execute(
            f"insert into {PUBLISHED}.load by name select * replace ("  # noqa: S608 - a name of ours
            "$number as load_number, $new as load_id, $run as run_id, $token as token,"
            " $now as published_at, $added as vouchers_added, $changed as vouchers_changed,"
            f" $removed as vouchers_removed) from {PUBLISHED}.load"
            " where fiscal_year = $year and load_id = $old",
            {
                "number": before.load_number + 1,
                "new": self._load_id,
                "run": self._run_id,
                "token": self._token,
                "now": dt.datetime.now(dt.UTC),
                "added": counts["added"],
                "changed": counts["changed"],
                "removed": counts["removed"],
                "year": self._year,
                "old": before.load_id,
            },
        )
        for table in OF_A_LOAD:
            self._db.execute(
                f"insert into {PUBLISHED}.{table} by name select * replace ($new as load_id)"  # noqa: S608 - names of ours
                f" from {PUBLISHED}.{table} where fiscal_year = $year and load_id = $old",
                {"new": self._load_id, "year": self._year, "old": before.load_id},
            )

    def _require_right(self) -> None:
        record = current_load(self._db, self._unit.year)
        found = unit_digest(digest_published(self._db, self._unit.year).tables)
        if record is None or found != record.digest:
            expected = record.digest if record else "nothing"
            raise StillAltered(unit=self._unit, found=found[:16], expected=expected[:16])

    def _delete(self, table: str, condition: str = "true") -> None:
        query = f"delete from {PUBLISHED}.{table} where fiscal_year = $year and {condition}"  # noqa: S608 - names of ours
        self._db.execute(query, {"year": self._year})

    def _take(self, table: str, condition: str = "true") -> None:
        self._db.execute(
            f"insert into {PUBLISHED}.{table} by name select * from {REBUILT}.{table}"  # noqa: S608 - names of ours
            f" where fiscal_year = $year and {condition}",
            {"year": self._year},
        )

    def _run_sql(self, name: str, **parameters: str) -> None:
        query = (SQL / "rebuild" / f"{name}.sql").read_text(encoding="utf-8")
        self._db.execute(query, parameters)

    @property
    def _year(self) -> str:
        return self._unit.year.key
