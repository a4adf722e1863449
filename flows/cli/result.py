"""What became of one load, of a file or of a year from its system, as far as it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from blocks.staging import UnitFacts
from blocks.systems.registry import Books
from blocks.warehouse.records import ChangePlan
from flows.runs.outcomes import Ending, combined
from ledger.errors import TransientError
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.defined_years import RefusedVouchers
from tasks.fetch import Received
from tasks.reconcile import Judgement
from tasks.stage import StagedLoad


@dataclass
class LoadResult:
    """What became of one load; what a step would have found is None when it did not come that far.

    `path`: the file. `year`: the one that was asked for, of a system's books. `why`: of the
    outcome; `message` says more where nothing was written. `would_be`: of a dry run. `is_trial`: of
    a tenant that is not there; `made_with`: the command that makes it. `is_begun`: the unit was
    leased and its work begun. `refused`: vouchers of no defined year. `parts`: what became of each
    year (and of what was refused) of a file that is more than one load; then `outcome` and
    `message` sum them up, and the rest is the parts'. `calls`: made to the API of the system called
    `title`. `in_its_place`: what the system has in the place of a year that is defined here and not
    there.
    """

    tenant: str
    path: Path = Path()
    year: FiscalYear | None = None
    outcome: Outcome = Outcome.FAILED
    message: str = ""
    why: str = ""
    problem: BaseException | None = field(default=None, repr=False)
    facts: UnitFacts | None = None
    load: StagedLoad | None = None
    judgement: Judgement | None = None
    plan: ChangePlan | None = None
    would_be: Outcome | None = None
    is_trial: bool = False
    made_with: str = ""
    is_begun: bool = False
    took_s: float = 0.0
    refused: RefusedVouchers | None = None
    parts: list[LoadResult] = field(default_factory=list)
    calls: int = 0
    title: str = ""
    in_its_place: list[FiscalYear] = field(default_factory=list)

    @property
    def fiscal_year(self) -> str:
        """The year that it is of, as a key; empty when it could not be told."""
        if self.year:
            return self.year.key
        return self.facts.fiscal_year.key if self.facts else ""

    @property
    def loads(self) -> list[LoadResult]:
        """The parts; the result itself when it is of one load."""
        return self.parts or [self]

    @property
    def rows(self) -> int:
        """Vouchers and postings that were read."""
        return self.count("voucher") + self.count("posting")

    def count(self, table: str) -> int:
        """Count the rows of a table that were read."""
        return self.load.staged.tables[table].row_count if self.load else 0

    def part_of(self, unit: Unit) -> LoadResult:
        """Return the part that is of a unit; the result itself when it is of one load.

        Of another year than the one that was asked for, on which work is done beside it, one that
        nobody looks at.
        """
        if self.year and unit.year != self.year:
            return LoadResult(self.tenant, year=unit.year)
        same = (part for part in self.parts if part.facts and part.facts.unit == unit)
        return next(same, self)

    def receive(self, received: Received) -> None:
        """Take note of what a file holds."""
        self.refused = received.refused
        if received.refused is None and len(received.loads) == 1:
            self.facts = received.loads[0].facts
        elif received.loads:
            self.parts = [
                LoadResult(self.tenant, self.path, facts=load.facts) for load in received.loads
            ]

    def asked(self, books: Books) -> None:
        """Take note of whose books were asked, and how often so far."""
        self.calls, self.title = books.calls, books.title

    def conclude(self, endings: Sequence[Ending]) -> None:
        """Take note of how each year of a file ended."""
        if self.parts and self.refused:
            self.parts.append(LoadResult(self.tenant, self.path, refused=self.refused))
        for part, ending in zip(self.parts, endings, strict=False):
            part.end(ending)
        self.end(combined(endings))

    def end(self, ending: Ending) -> None:
        """Take note of how the work ended."""
        is_busy = ending.outcome is Outcome.FAILED and isinstance(ending.problem, TransientError)
        self.outcome = Outcome.BUSY if is_busy else ending.outcome
        self.message, self.why = ending.message, ending.why
        self.would_be, self.problem = ending.would_be, ending.problem
