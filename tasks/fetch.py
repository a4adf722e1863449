"""Fetch: what a source sent lies in the lake, exactly as it came, and is opened."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from blocks.hub import FileSeen
from blocks.lake import Lake, Landed
from blocks.names import shown_name
from blocks.received import read_received
from blocks.settings import settings
from blocks.staging import UnitFacts
from blocks.steps import reached
from ledger.coverage import BALANCES, VOUCHERS, WHOLE_YEAR, Coverage
from ledger.fiscal_year import FiscalYear
from ledger.one_year import vouchers_of
from ledger.sie.reader import SieFile, open_sie
from tasks.defined_years import RefusedVouchers, by_year, voucher_days
from tasks.evidence import unpack
from tasks.log import say
from tasks.source_year import NoFiscalYear, likely_year, read_sie, stated_year, voucher_dates
from tasks.steps import step
from tasks.stores import Stores

SIE: Final = "sie"
READER_VERSION: Final = 2
"""Raised when the reader makes other tables of the same bytes, which are then staged anew."""

COVERAGE: Final[dict[str, Coverage]] = {"4E": WHOLE_YEAR, "4I": VOUCHERS}
"""What a SIE type may replace; types 1 to 3 have no vouchers and are evidence."""


@dataclass
class Fetched:
    """A file of the lake and what it says of itself.

    `evidence`: what the source was asked beside it, None for a file that somebody dropped in.
    `evidence_sha256`: the hash of that part of it which the source is asked every time.
    """

    landed: Landed
    facts: UnitFacts
    suffix: str
    _file: SieFile | None = None
    evidence: Landed | None = None
    evidence_sha256: str = ""

    def open(self, lake: Lake) -> SieFile:
        """Return the file with its vouchers still to come.

        They come once: a step that is tried again gets the file opened anew.
        """
        file, self._file = self._file, None
        return file or open_sie(lake.read(self.landed), suffix=self.suffix)

    def batches(self, file: SieFile) -> Iterator[dict[str, pa.RecordBatch]]:
        """Yield the vouchers of the unit's year; all of the file's if it names its year itself."""
        if not self.facts.is_year_told_by_dates:
            return file.batches()
        return vouchers_of(file.batches(), self.facts.fiscal_year, file.path_counts)

    def open_evidence(self, lake: Lake) -> dict[str, pa.Table]:
        """Return the tables of evidence; none when the source was asked for none."""
        return unpack(lake.read(self.evidence)) if self.evidence else {}


@dataclass(frozen=True)
class Received:
    """What a file that came in holds: one load for each fiscal year, and what was refused of it."""

    landed: Landed
    loads: tuple[Fetched, ...]
    refused: RefusedVouchers | None = None


@step("fetch", about="tenant")
async def fetch(
    stores: Stores, tenant: str, *, path: Path, sha256: str = "", who: str = ""
) -> Received:
    """Land a file, or find it by its hash if it was landed before, and open it.

    A few vouchers of no named year (SIE 4I without #RAR) are one load for each defined year; those
    in none are refused.

    Raises:
        UnknownTenant: The hub has no such tenant; nothing was landed.
        TerminalError: There is no such file, it is too large, no SIE, or of no known year.
    """
    return await asyncio.to_thread(fetch_file, stores, tenant, path=path, sha256=sha256, who=who)


def fetch_file(stores: Stores, tenant: str, *, path: Path, sha256: str, who: str) -> Received:
    """Do what `fetch` says, in the caller's thread."""
    stores.hub.tenants.get(tenant)
    landed = stores.lake.find(tenant, SIE, sha256) if sha256 else None
    if landed is None:
        landed = land_file(stores, tenant, path=path)
    stores.hub.files.record(
        FileSeen(
            tenant=tenant,
            sha256=landed.sha256,
            file_name=shown_name(path.name),
            size_bytes=landed.size_bytes,
            outcome="received",
            who=who,
        )
    )
    file = read_sie(stores.lake.read(landed), file_name=path.name)
    received = _received(stores, landed, file, suffix=path.suffix)
    say(
        f"Fetched {landed.file_name}: SIE {file.header.sie_type} from "
        f"{file.header.program or 'an unnamed program'}, {landed.size_bytes:,} bytes",
        tenant=tenant,
        unit=", ".join(load.facts.fiscal_year.key for load in received.loads),
        size_bytes=landed.size_bytes,
        sha256=landed.sha256,
    )
    if received.refused:
        say(str(received.refused), tenant=tenant)
    return received


def land_file(stores: Stores, tenant: str, *, path: Path) -> Landed:
    """Keep a file's bytes in the lake.

    A link is followed where a person named it, and nowhere in the inbox: whoever may drop a file
    there could otherwise have any file of this machine read.

    Raises:
        FileRefused: It is not there, may not be read, is no file, or is too large.
        NoSpace: The disk is full.
    """
    is_dropped = path.absolute().is_relative_to(settings().inbox.absolute())
    content = read_received(path, follow_links=not is_dropped)
    reached("fetch.received")
    return stores.lake.land(tenant, SIE, content, file_name=path.name)


def facts_of(file: SieFile, landed: Landed, year: FiscalYear) -> UnitFacts:
    """Say which unit a file is about and what it may replace."""
    header = file.header
    return UnitFacts(
        tenant=landed.tenant,
        start_date=year.start_date,
        end_date=year.end_date,
        source=landed.source,
        source_kind=header.sie_type,
        coverage=coverage_of(file),
        organisation_number=header.organisation_number,
        currency=header.currency,
        program=f"{header.program} {header.program_version}".strip(),
        program_name=header.program.strip(),
        encoding=file.encoding,
        landed_sha256=landed.sha256,
        balances_up_to=header.balances_up_to or dt.date.max,
        reader_version=READER_VERSION,
        organisation_number_line=header.lines.get("#ORGNR", 0),
        fiscal_year_line=header.lines.get("#RAR", 0),
        currency_line=header.lines.get("#VALUTA", 0),
    )


def _received(stores: Stores, landed: Landed, file: SieFile, *, suffix: str) -> Received:
    """Say of which years a file is: the one that it names, else those of its vouchers.

    Raises:
        NoFiscalYear: It names no year and has no vouchers.
    """
    year = stated_year(file)
    if year is None and file.header.sie_type == "4I":
        return _by_defined_year(stores, landed, file, suffix=suffix)
    year = year or _shown_year(stores, landed, suffix=suffix)
    return Received(landed, (Fetched(landed, facts_of(file, landed, year), suffix, file),))


def _by_defined_year(stores: Stores, landed: Landed, file: SieFile, *, suffix: str) -> Received:
    # The vouchers come once, and each load reads the file for itself.
    vouchers = voucher_days(file)
    if not vouchers.num_rows:
        raise NoFiscalYear(file_name=landed.file_name)
    defined = [item.year for item in stores.hub.years.active(landed.tenant)]
    years, left = by_year(vouchers, defined)
    by_dates = {"is_year_told_by_dates": True}
    loads = [
        Fetched(landed, facts_of(file, landed, year).model_copy(update=by_dates), suffix)
        for year in years
    ]
    refused = RefusedVouchers(landed.tenant, landed.file_name, left) if left.num_rows else None
    return Received(landed, tuple(loads), refused)


def coverage_of(file: SieFile) -> Coverage:
    """Say what a file may replace: a whole year only if it says which."""
    coverage = COVERAGE.get(file.header.sie_type, BALANCES)
    return VOUCHERS if coverage == WHOLE_YEAR and stated_year(file) is None else coverage


def _shown_year(stores: Stores, landed: Landed, *, suffix: str) -> FiscalYear:
    """Find the year of a file that does not name it, by the dates of its vouchers.

    Raises:
        NoFiscalYear: It has no vouchers either.
    """
    # The vouchers come once, so the look at their dates has an opening of its own.
    dates = voucher_dates(open_sie(stores.lake.read(landed), suffix=suffix))
    if dates is None:
        raise NoFiscalYear(file_name=landed.file_name)
    defined = [item.year for item in stores.hub.years.active(landed.tenant)]
    return likely_year(dates, defined)
