"""What became of several years in one run, as one final state that tells of the worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from prefect import State

from flows.runs.states import FAILED, HELD, KEPT, PLANNED, PUBLISHED, UNCHANGED, ended
from ledger.fiscal_year import year_in_words
from ledger.unit import Unit

WORST_FIRST: Final = (FAILED, HELD, PLANNED, PUBLISHED, UNCHANGED, KEPT)
"""A run is called by the worst of its years; among good ones, by the one that changed something."""

NOTHING_TO_DO: Final = "No fiscal year here is open: nothing was fetched."


@dataclass(frozen=True)
class YearOutcome:
    """How one year ended: the name and message of its state.

    `unit` is None for what belongs to no year. `problem`: what was raised, if something was.
    """

    unit: Unit | None
    name: str
    message: str
    problem: Exception | None = None

    def __str__(self) -> str:
        place = year_in_words(self.unit.year.key) if self.unit else "no defined year"
        return f"{place} {self.name}: {self.message}"


def combined(outcomes: Sequence[YearOutcome]) -> State[Any]:
    """Return the state of a run of these years, worst first; alone, a year speaks for itself."""
    if not outcomes:
        return ended(UNCHANGED, NOTHING_TO_DO)
    ordered = sorted(outcomes, key=_badness)
    worst = ordered[0]
    if len(outcomes) == 1:
        return ended(worst.name, worst.message)
    counted = sum(item.name == worst.name for item in outcomes)
    details = "; ".join(str(item) for item in ordered)
    return ended(worst.name, f"{counted} of {len(outcomes)} years {worst.name}. {details}")


def _badness(outcome: YearOutcome) -> int:
    return WORST_FIRST.index(outcome.name) if outcome.name in WORST_FIRST else len(WORST_FIRST)
