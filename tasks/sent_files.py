"""Files that people send, before a run reads them: whether one would take a system's place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.hub import Hub
from blocks.uploads import find_upload
from blocks.workbooks.limits import DEFAULT_LIMITS
from ledger.errors import TasmaError
from ledger.fiscal_year import FiscalYear
from ledger.readers import FORMATS, SIE, format_of
from tasks.ledger_files import open_received
from tasks.ledger_sources import is_pulled
from tasks.waiting_files import FIRST_VOUCHER

HEAD_BYTES: Final = 1_048_576
"""Of a SIE file that much is looked at for its year, which stands near its beginning."""


@dataclass(frozen=True)
class SentFile:
    """A file that waits. `year`: None where its beginning names none.

    `owner`: the system whose ledger of that year is read in now, empty for none. `asks`: a system
    sends the tenant's books, so somebody has to say what the file is to its nights.
    """

    id: str
    path: Path
    size_bytes: int
    year: FiscalYear | None
    owner: str
    asks: bool

    def read_statement(self) -> bytes:
        """Return its bytes for the reader of statements; of one too large as many as show that."""
        with self.path.open("rb") as file:
            return file.read(DEFAULT_LIMITS.file_bytes + 1)


def find_sent(hub: Hub, tenant: str, upload: str) -> SentFile | None:
    """Return a file that was sent for a tenant; None when it is gone, or was another's.

    Source:
        R-FIN-1: a file may be a refresh. R-SEN-35: or the source of its year from then on, of
        which nobody is asked where a file is that already.
    """
    path = find_upload(tenant, upload)
    if path is None:
        return None
    year = _year_of(path)
    unit = hub.units.find(tenant, year) if year else None
    owner = unit.ledger_source if unit else ""
    return SentFile(
        upload,
        path,
        path.stat().st_size,
        year,
        "" if owner in FORMATS else owner,
        asks=owner not in FORMATS and is_pulled(hub, tenant),
    )


def _year_of(path: Path) -> FiscalYear | None:
    if format_of(path.name) is not SIE:
        return None
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES).partition(FIRST_VOUCHER)[0]
    try:
        return open_received(head, file_name=path.name).facts.year
    except TasmaError:
        return None  # the run that reads it says what is wrong with it
