"""The unit that everything is about: one tenant's fiscal year."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear, short_year, year_in_words


@dataclass(frozen=True)
class Unit:
    """A (tenant, fiscal year): what is leased, replaced and published as a whole."""

    tenant: str
    year: FiscalYear

    @property
    def tags(self) -> tuple[str, str]:
        """What a run of this unit is tagged with, so that the UI can list them."""
        return f"tenant:{self.tenant}", f"year:{short_year(self.year.key)}"

    def artifact_key(self, page: str) -> str:
        """Return the key of one of the unit's pages: stable, so that its history is one list."""
        return f"{self.tenant}-{short_year(self.year.key)}-{page}".replace("_", "-")

    def require(self, came: Unit, *, of: str) -> None:
        """Let only what is of this unit pass.

        Args:
            came: The unit of what is about to be taken.
            of: What it is, in words that a sentence can begin with.

        Raises:
            UnitMismatch: It is another unit's.
        """
        if came != self:
            raise UnitMismatch(expected=self, came=str(came), of=of)

    def __str__(self) -> str:
        return f"{self.tenant} {year_in_words(self.year.key)}"


class UnitMismatch(TerminalError):
    """What belongs to one unit met the lease, or the rows, of another: a fault of this program."""

    def __init__(self, *, expected: Unit, came: str, of: str) -> None:
        """Name both units, and what came from the wrong one."""
        self.expected, self.came = expected, came
        super().__init__(
            f"{of} came for {came}, where {expected} was expected. Nothing was written, and what "
            "is published stays. Running it again will not help: report it with the run's log.",
            expected=expected,
            came=came,
            of=of,
        )
