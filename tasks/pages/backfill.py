"""The page of a backfill: each tenant's years, what became of them, and the run of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blocks.translated import with_titles
from ledger.fiscal_year import year_in_words
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.pages.grid import grid
from tasks.pages.links import run_page
from tasks.pages.markdown import and_more, document, linked, table

BAD_SHOWN: Final = 100
"""Years that did not end well on the page; the runs are listed by their tag in the UI."""

NAMED: Final = 10
"""Years that the summary names."""

WAITS: Final = "waits"
WORKS: Final = "is fetched"


@dataclass(frozen=True)
class BackfillYear:
    """One year. `state`: `WAITS`, `WORKS`, or the final state of its run. `why`: its message."""

    unit: Unit
    state: str = WAITS
    run_id: str = ""
    why: str = ""

    @property
    def is_over(self) -> bool:
        """Whether its run has ended."""
        return self.state not in {WAITS, WORKS}

    @property
    def is_left(self) -> bool:
        """Whether it was left as it is."""
        return Outcome.of_state(self.state) in {Outcome.SKIPPED, Outcome.KEPT}

    @property
    def is_bad(self) -> bool:
        """Whether it ended, and the year is not what it should be."""
        outcome = Outcome.of_state(self.state)
        return self.is_over and (outcome is None or outcome.is_red)


def backfill_page(years: Sequence[BackfillYear]) -> str:
    """Lay out a backfill as far as it is."""
    bad = [item for item in years if item.is_bad]
    order = list(dict.fromkeys(item.unit.tenant for item in [*bad, *years]))
    return document(
        "# Backfill",
        backfill_summary(years),
        "## Did not end well" if bad else "",
        table(("Tenant", "Fiscal year", "Outcome", "Why"), map(_bad, bad[:BAD_SHOWN]))
        if bad
        else "",
        and_more(min(len(bad), BAD_SHOWN), len(bad), "year"),
        "## All years",
        grid({item.unit: linked(_marked(item), run_page(item.run_id)) for item in years}, order),
    )


def backfill_summary(years: Sequence[BackfillYear]) -> str:
    """Count the years by what became of them, and name some that did not end well."""
    counted = Counter(item.state for item in years if item.is_over)
    left = sum(not item.is_over for item in years)
    parts = [f"{count} {name}" for name, count in counted.most_common()]
    parts += [f"{left} to go"] if left else []
    bad = ", ".join([str(item.unit) for item in years if item.is_bad][:NAMED])
    return f"{', '.join(parts)}.{f' See {bad}.' if bad else ''}"


def share_done(years: Sequence[BackfillYear]) -> float:
    """Return how much has ended well, in per cent; what has to be looked at never counts."""
    done = sum(item.is_over and not item.is_bad for item in years)
    return 100 * done / len(years) if years else 100.0


def _bad(item: BackfillYear) -> tuple[str, ...]:
    outcome = linked(_marked(item), run_page(item.run_id))
    return (item.unit.tenant, year_in_words(item.unit.year.key), outcome, with_titles(item.why))


def _marked(item: BackfillYear) -> str:
    sign = "…" if not item.is_over else "✗" if item.is_bad else "○" if item.is_left else "✓"
    return f"{sign} {item.state}"
