"""The work on one year's documents: what is listed, what the lake has, what is published of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pyarrow as pa

from blocks.systems.ports import MissingFile, Refusal, YearDocuments
from ledger.schemas import CONNECTED_FILE
from tasks.jobs import DryRunPublishes, Job
from tasks.pages.documents import DocumentsFound, FileFailure


@dataclass(frozen=True)
class DocumentLimits:
    """How much one run fetches of a year."""

    files: int = 4_000
    """The next run goes on. At five a second they take 14 minutes, less than others wait for the
    unit."""
    batch_files: int = 500
    """Files between two publications: what a run that dies has to fetch again at most."""
    troubles: int = 20
    """Files that a system may fail to send (no answer, a fault of its own) before a run gives up on
    the rest until the next. A file that is lost there is none of them: it may stay so for good."""


DOCUMENT_LIMITS: Final = DocumentLimits()

STORED: Final = ("media_type", "size_bytes", "sha256", "lake_address", "fetched_at", "revision")
"""What is known of a file itself, whatever it hangs on."""

Row = dict[str, Any]


@dataclass
class DocumentYear:
    """One year. `before`: what was published; `stored`: files in the lake, of any year, by id."""

    job: Job
    listed: YearDocuments
    before: pa.Table
    stored: dict[str, Row]
    limits: DocumentLimits = DOCUMENT_LIMITS
    failed: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    troubles: int = 0

    @classmethod
    def begun(
        cls,
        job: Job,
        listed: YearDocuments,
        before: pa.Table,
        limits: DocumentLimits = DOCUMENT_LIMITS,
    ) -> DocumentYear:
        """Look up which files lie in the lake."""
        warehouse, tenant = job.stores.warehouse, job.unit.tenant
        known = warehouse.read_side_table(tenant, "connected_file").to_pylist()
        there = job.stores.lake.there({row["lake_address"] for row in known})
        stored = {
            row["document_id"]: {name: row[name] for name in STORED}
            for row in known
            if row["lake_address"] in there
        }
        return cls(job, listed, before, stored, limits)

    @property
    def missing(self) -> list[str]:
        """The files that are listed and not in the lake as of that revision, in order of id."""
        return sorted(
            id_
            for id_, revision in self._revisions.items()
            if id_ not in self.stored or self.stored[id_]["revision"] != revision
        )

    @cached_property
    def _revisions(self) -> dict[str, str]:
        return {
            row["document_id"]: row.get("revision", "")
            for rows in self.listed.files.values()
            for row in rows.to_pylist()
        }

    @property
    def is_over(self) -> bool:
        """Whether it is no use to ask for more in this run."""
        return bool(self.refused) or self.troubles >= self.limits.troubles

    def keep(self, document_id: str, stored: Row) -> None:
        """Note that a file lies in the lake, as it is listed now."""
        self.stored[document_id] = {**stored, "revision": self._revisions[document_id]}

    def note(self, document_id: str, refused: MissingFile) -> None:
        """Note why one file could not be fetched."""
        if refused.refusal is Refusal.RIGHT:
            self.refused = refused.reason
        else:
            self.failed[document_id] = refused.code
            self.troubles += refused.refusal is Refusal.SOURCE

    def publish(self) -> None:
        """Publish what the lake has by now, and the VAT codes.

        Raises:
            LeaseLost, StaleLease: The unit has passed to another run.
            NoSpace: The disk is full.
        """
        job = self.job
        if job.lease is None:
            raise DryRunPublishes
        job.lease.check()
        tables = {"connected_file": self._rows(), "account_vat_code": self.listed.vat_codes}
        job.stores.warehouse.publish_side_tables(
            job.unit.tenant, job.unit.year, tables, token=job.lease.token
        )

    def found(self) -> DocumentsFound:
        """Say what became of the year, once all is published."""
        before, after = _ids(self.before), _ids(self._rows())
        unit = self.job.unit
        return DocumentsFound(
            counts=self.job.stores.warehouse.count_documents(unit.tenant, unit.year),
            new=len(after - before),
            known=len(after & before),
            removed=len(before - after),
            failed=self._failures(),
            waiting=len(self.missing) - len(self.failed) + self.listed.waiting,
            unplaced=self.listed.unplaced,
            # The system's own words may stand there, and be no pattern: no `format`.
            refused=(self.refused or self.listed.refused).replace("{tenant}", unit.tenant),
            kinds=tuple(self.listed.files),
            refused_kinds=self.listed.refused_kinds,
        )

    def _rows(self) -> pa.Table:
        """Return what is to be published: a kind that could not be listed stays as it was."""
        kept = [
            row for row in self.before.to_pylist() if row["document_kind"] not in self.listed.files
        ]
        listed = [
            {**row, "document_kind": kind, **self.stored[row["document_id"]]}
            for kind, rows in self.listed.files.items()
            for row in rows.to_pylist()
            if row["document_id"] in self.stored
        ]
        return pa.Table.from_pylist(kept + listed, CONNECTED_FILE)

    def _failures(self) -> tuple[FileFailure, ...]:
        places = {
            row["document_id"]: row["voucher_key"]
            for rows in self.listed.files.values()
            for row in rows.to_pylist()
        }
        return tuple(
            FileFailure(id_, places[id_], reason) for id_, reason in sorted(self.failed.items())
        )


def _ids(rows: pa.Table) -> set[str]:
    return set(rows["document_id"].to_pylist())
