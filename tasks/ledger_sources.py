"""Where the ledger of each fiscal year came from, and what may be done about it next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from blocks.client_names import base_of
from blocks.hub import DefinedYear, Hub, UnitState, UnitStatus
from blocks.hub.documents import DocumentFetch
from blocks.hub.kept_years import KeptYear
from blocks.systems.registry import SYSTEMS, systems_with
from ledger.fiscal_year import FiscalYear, short_year
from ledger.readers import FORMATS
from ledger.text import joined
from ledger.unit import Unit

if TYPE_CHECKING:
    from blocks.staging import UnitFacts  # it brings Arrow, which a listing needs not

FETCH: Final = "fetch"
SYNC: Final = "sync"


@dataclass(frozen=True)
class YearSource:
    """A year of a tenant. `defined`: None when it was published and then retired, or never defined.

    `source`: of what is published, in words. `action`: ``fetch`` until something of the year was
    fetched and published once, its ledger or only its documents; ``sync`` from then on.
    `documents`: None when nobody tried to fetch any. `owner`: whose its ledger is, by the hub's
    word: a system, the format of an uploaded file, or empty. `is_held`: its latest load waits for
    a person, whatever is published. `kept`: how a person brought it back; None when nobody did.
    """

    year: FiscalYear
    defined: DefinedYear | None
    source: str
    action: str
    documents: DocumentFetch | None = None
    owner: str = ""
    is_published: bool = False
    is_held: bool = False
    kept: KeptYear | None = None

    @property
    def asks(self) -> bool:
        """Whether a sync has to ask if the ledger is to be overwritten (R-SEN-34)."""
        return self.owner in FORMATS


def year_sources(hub: Hub, tenant: str) -> list[YearSource]:
    """Return the years in use and those with a status, in order of date.

    Source:
        R-SEN-29: the action changes after the first successful fetch, not after a failed one.
        R-SEN-32: each year has its own source.
    """
    defined = {item.year: item for item in hub.years.active(tenant)}
    units = {unit.year: unit for unit in hub.units.of_tenant(tenant)}
    documents = hub.documents.of_tenant(tenant)
    kept = {item.fiscal_year: item for item in hub.kept_years.of_tenant(tenant)}
    return [
        YearSource(
            year,
            defined.get(year),
            _source(units.get(year)),
            _action(hub, units.get(year), documents.get(year)),
            documents.get(year),
            units[year].ledger_source if year in units else "",
            is_published=year in units and units[year].last_published_at is not None,
            is_held=year in units and units[year].status is UnitState.HELD,
            kept=kept.get(year.key),
        )
        for year in sorted({*defined, *units, *documents})
    ]


def is_pulled(hub: Hub, tenant: str) -> bool:
    """Return whether a system is asked for a tenant's books, so that a file may be a refresh."""
    return any(hub.connections.find(tenant, name) for name in systems_with("ledger"))


def load_command(hub: Hub, tenant: str, year: FiscalYear | None = None) -> str:
    """Return the command that loads a tenant's books: a pull, or of who is not connected a file."""
    if not is_pulled(hub, tenant):
        return f"tasma import FILE --tenant {tenant}"
    option = f" --year {short_year(year.key)}" if year else ""
    return f"tasma ledger pull {tenant}{option}"


def owner_of(hub: Hub, tenant: str, year: FiscalYear) -> str:
    """Return the system that alone may publish a year; empty when the first that does so may.

    A year that was published before there were rows (`blocks.hub.ledger_owners`) has its owner in
    its status.
    """
    if row := hub.ledger_owners.of_year(tenant, year):
        return row.system
    unit = hub.units.find(tenant, year)
    return unit.ledger_source if unit and unit.ledger_source in SYSTEMS else ""


def claim(hub: Hub, unit: Unit, *, source: str) -> None:
    """Make sure that what a source says of a year may be published.

    A file may be, whatever system has the year: a person brought it.

    Raises:
        LedgerOfAnother: The year is another system's.
    """
    if source in SYSTEMS:
        earlier = owner_of(hub, unit.tenant, unit.year) or source
        for system in dict.fromkeys((earlier, source)):
            hub.ledger_owners.claim(unit.tenant, unit.year, system=system)


def title_of(source: str) -> str:
    """Return the title of a system, or of an uploaded file's format; what is none stays."""
    found = SYSTEMS.get(base_of(source)) or FORMATS.get(source)
    return found.title if found else source


def source_in_words(source: str) -> str:
    """Return a person's word for the hub's word for a source (R-SEN-32)."""
    uploaded = FORMATS.get(source)
    return f"uploaded {uploaded.title}" if uploaded else source or "none"


def origin_of(facts: UnitFacts) -> str:
    """Say what a year was read from: whose format, of which kind, written by which program."""
    title = title_of(facts.source)
    program = facts.program or "an unnamed program"
    return f"{title[:1].upper()}{title[1:]} {facts.source_kind} from {program}"


def documents_in_words(found: DocumentFetch | None) -> str:
    """Say how many documents a year has, how many lack a voucher, and what is missing."""
    if found is None:
        return ""
    without = f", {found.without_voucher:,} without voucher" if found.without_voucher else ""
    count = f"{found.document_count:,}{without}" if found.fetched_at else ""
    return joined(count, found.reason)


def _source(unit: UnitStatus | None) -> str:
    return source_in_words(unit.published_source if unit else "")


def _action(hub: Hub, unit: UnitStatus | None, documents: DocumentFetch | None) -> str:
    has_documents = documents is not None and documents.fetched_at is not None
    return SYNC if has_documents or _was_fetched(hub, unit) else FETCH


def _was_fetched(hub: Hub, unit: UnitStatus | None) -> bool:
    if unit is None:
        return False
    if unit.published_source in SYSTEMS:
        return True
    # An uploaded file may have taken the place of what was fetched before.
    return _any_published(
        (load.source, load.status) for load in hub.loads.of_unit(unit.tenant, unit.year)
    )


def _any_published(loads: Iterable[tuple[str, UnitState]]) -> bool:
    return any(source in SYSTEMS and state is UnitState.PUBLISHED for source, state in loads)
