"""The unit that everything is about: one tenant's fiscal year."""

from __future__ import annotations

from dataclasses import dataclass

from blocks.staging import UnitFacts
from ledger.fiscal_year import FiscalYear, short_year


@dataclass(frozen=True)
class Unit:
    """A (tenant, fiscal year): what is leased, replaced and published as a whole."""

    tenant: str
    year: FiscalYear

    @classmethod
    def of(cls, facts: UnitFacts) -> Unit:
        """Return the unit that a source speaks of."""
        return cls(facts.tenant, facts.fiscal_year)

    @property
    def tags(self) -> tuple[str, str]:
        """What a run of this unit is tagged with, so that the UI can list them."""
        return f"tenant:{self.tenant}", f"year:{short_year(self.year.key)}"

    def artifact_key(self, page: str) -> str:
        """Return the key of one of the unit's pages: stable, so that its history is one list."""
        return f"{self.tenant}-{short_year(self.year.key)}-{page}".replace("_", "-")

    def __str__(self) -> str:
        return f"{self.tenant} {year_in_words(self.year.key)}"


def year_in_words(key: str) -> str:
    """Say a calendar year as 2024 and any other as its two days."""
    return short_year(key).replace("_", " to ")
