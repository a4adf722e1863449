"""Files that wait: of which year each is, and in which order those of one year are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.hub import Hub
from blocks.received import read_received
from ledger.coverage import VOUCHERS, Coverage
from ledger.fiscal_year import FiscalYear
from ledger.readers import SIE, format_of
from tasks.file_dates import date_of_file
from tasks.ledger_files import open_received

FIRST_VOUCHER: Final = b"#VER"
"""Behind this a SIE file says no more of year and date, so it need not be read to its end."""


@dataclass(frozen=True)
class Waiting:
    """A file that waits. `year`: None when it says none; `dated`: as `ledger.file_order` has it."""

    path: Path
    year: FiscalYear | None = None
    coverage: Coverage = VOUCHERS
    dated: str = ""

    def shares_days(self, other: Waiting) -> bool:
        """Return whether one would replace what the other brings, so that their order counts."""
        return self.year == other.year and self.coverage.overlaps(other.coverage)


def in_order(hub: Hub, tenant: str, paths: Sequence[Path]) -> list[Waiting]:
    """Return files of a tenant, oldest first; those of one date stay as they came.

    One that cannot be read is of no year: who takes it finds what is wrong with it.
    """
    if len(paths) == 1:
        return [Waiting(paths[0])]
    return sorted((_look(hub, tenant, path) for path in paths), key=lambda file: file.dated)


def _look(hub: Hub, tenant: str, path: Path) -> Waiting:
    try:
        content = read_received(path, follow_links=False)
        if format_of(path.name) is SIE:
            content = content.partition(FIRST_VOUCHER)[0]
        facts = open_received(content, file_name=path.name).facts
    except Exception:  # noqa: BLE001 - whoever takes it up finds what is wrong, and says so
        return Waiting(path)
    dated = date_of_file(hub, tenant, path, facts)
    return Waiting(path, facts.year, facts.coverage, dated)
