"""Fetch: what a source sent lies in the lake, exactly as it came, and is opened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from blocks.hub import FileSeen
from blocks.hub.files import RECEIVED
from blocks.lake import FileRefused, Lake, Landed
from blocks.names import shown_name
from blocks.pickup.port import File, Place
from blocks.received import opened_to_land
from blocks.settings import settings
from blocks.staging import UnitFacts
from blocks.steps import reached
from ledger.fiscal_year import FiscalYear
from ledger.readers import format_of
from ledger.rollback import Rollback
from ledger.source import LedgerFile
from tasks.defined_years import RefusedVouchers, by_year, voucher_days
from tasks.evidence import unpack
from tasks.file_dates import date_of_file
from tasks.ledger_files import facts_of, open_landed, require_ledger
from tasks.log import say
from tasks.onboarding import NotOpen, require_open
from tasks.source_year import NoFiscalYear, likely_year, voucher_dates
from tasks.steps import step
from tasks.stores import Stores


@dataclass
class Fetched:
    """A file of the lake and what it says of itself.

    `evidence`: what the source was asked beside it, None for a file that somebody dropped in.
    `evidence_sha256`: the hash of that part of it which the source is asked every time. `dated`:
    when the books are of (`ledger.file_order`). `is_refresh`: the year stays whose it is.
    `load_id`: of a load that the hub knows already, which this becomes; empty for a new one.
    `rollback`: by which decision it brings an earlier load back; None of any other.
    """

    landed: Landed
    facts: UnitFacts
    _file: LedgerFile | None = None
    evidence: Landed | None = None
    evidence_sha256: str = ""
    dated: str = ""
    is_refresh: bool = False
    load_id: str = ""
    rollback: Rollback | None = None

    def open(self, lake: Lake) -> LedgerFile:
        """Return the file with its vouchers still to come.

        They come once: a step that is tried again gets the file opened anew.
        """
        file, self._file = self._file, None
        return file or open_landed(lake, self.landed)

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
def fetch(
    stores: Stores,
    tenant: str,
    *,
    path: Path,
    sha256: str = "",
    who: str = "",
    is_dry_run: bool = False,
) -> Received:
    """Land a file, or find it by its hash if it was landed before, and open it.

    A file that is only tried is no file that the tenant has sent: it is landed, and in no list.

    A few vouchers of no named year (from a pre-system) are one load for each defined year; those in
    none are refused.

    Raises:
        UnknownTenant: The hub has no such tenant; nothing was landed.
        NotOpen: Its opening has not come that far; nothing was landed.
        TerminalError: There is no such file, it is too large, no ledger, or of no known year.
    """
    require_open(stores.hub, tenant, by_api=False)
    source = format_of(path.name)
    landed = stores.lake.find(tenant, source.name, sha256) if sha256 else None
    if landed is None:
        landed = land_file(stores, tenant, path=path)
    # The same bytes may have come under another name, and the ending of a name says what they are.
    landed = replace(landed, file_name=shown_name(path.name), format=source.name)
    if not is_dry_run:
        _note(stores, tenant, landed, who=who)
    file = require_ledger(
        open_landed(stores.lake, landed),
        file_name=path.name,
        read=lambda: stores.lake.read(landed),
    )
    received = _received(stores, landed, file)
    dated = date_of_file(stores.hub, tenant, path, file.facts, sha256=landed.sha256)
    for load in received.loads:
        load.dated = dated
    say(
        f"Fetched {landed.file_name}: {source.title} {file.facts.kind} from "
        f"{file.facts.program_name or 'an unnamed program'}, {landed.size_bytes:,} bytes",
        tenant=tenant,
        unit=", ".join(load.facts.fiscal_year.key for load in received.loads),
        size_bytes=landed.size_bytes,
        sha256=landed.sha256,
    )
    if received.refused:
        say(str(received.refused), tenant=tenant)
    return received


def _note(stores: Stores, tenant: str, landed: Landed, *, who: str) -> None:
    seen = FileSeen(
        tenant=tenant,
        sha256=landed.sha256,
        file_name=landed.file_name,
        size_bytes=landed.size_bytes,
        outcome=RECEIVED,
        who=who,
    )
    stores.hub.files.record(seen)


def land_file(stores: Stores, tenant: str, *, path: Path, name: str = "") -> Landed:
    """Keep a file's bytes in the lake.

    A link is followed where a person named it, and nowhere in the inbox: whoever may drop a file
    there could otherwise have any file of this machine read.

    Args:
        stores: Whose lake.
        tenant: Whose file.
        path: Where it lies.
        name: What its sender calls it, if that is not its name there.

    Raises:
        FileRefused: It is not there, may not be read, is no file, or is too large.
        NoSpace: The disk is full.
    """
    is_dropped = path.absolute().is_relative_to(settings().inbox.absolute())
    called = name or path.name
    source = format_of(called).name
    with opened_to_land(path, called, follow_links=not is_dropped) as file:
        reached("fetch.received")
        return stores.lake.land_stream(tenant, source, file, file_name=called, format_name=source)


def land_sent(stores: Stores, tenant: str, path: Path) -> str:
    """Keep the bytes of a file that a person sent, for a run on whichever host; return their hash.

    Empty when it is not to be taken in: the run then says why.

    Raises:
        NoSpace: The disk is full.
    """
    try:
        require_open(stores.hub, tenant, by_api=False)
        return land_file(stores, tenant, path=path).sha256
    except (NotOpen, FileRefused):
        return ""


def land_waiting(stores: Stores, place: Place[File], file: File) -> Landed:
    """Keep the bytes of a file that waits in a place.

    Raises:
        ChangedMeanwhile: It is not as it was seen; at most its former bytes lie in the lake.
        FileRefused: It cannot be taken in as it is.
        NoSpace: The disk is full.
    """
    with place.take(file) as path:
        return land_file(stores, file.tenant, path=path, name=file.name)


def _received(stores: Stores, landed: Landed, file: LedgerFile) -> Received:
    """Return a load for the year that a file names, else for those of its vouchers.

    Raises:
        NoFiscalYear: It names no year and has no vouchers.
    """
    if file.facts.is_of_several_years:
        return _by_defined_year(stores, landed, file)
    year = file.facts.year or _likely_year(stores, landed)
    return Received(landed, (Fetched(landed, facts_of(file, landed, year), file),))


def _by_defined_year(stores: Stores, landed: Landed, file: LedgerFile) -> Received:
    # The vouchers come once, and each load reads the file for itself.
    vouchers = voucher_days(file)
    if not vouchers.num_rows:
        raise NoFiscalYear(landed)
    defined = [item.year for item in stores.hub.years.active(landed.tenant)]
    years, left = by_year(vouchers, defined)
    loads = [Fetched(landed, facts_of(file, landed, year)) for year in years]
    refused = RefusedVouchers(landed.tenant, landed.file_name, left) if left.num_rows else None
    return Received(landed, tuple(loads), refused)


def _likely_year(stores: Stores, landed: Landed) -> FiscalYear:
    """Find the year of a file that does not name it, by the dates of its vouchers.

    Raises:
        NoFiscalYear: It has no vouchers either.
    """
    # The vouchers come once, so the look at their dates has an opening of its own.
    dates = voucher_dates(open_landed(stores.lake, landed))
    if dates is None:
        raise NoFiscalYear(landed)
    defined = [item.year for item in stores.hub.years.active(landed.tenant)]
    return likely_year(dates, defined)
