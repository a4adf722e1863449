"""What every format offers: a reader that opens the parts of a source as one ledger file.

A format is a module beside its reader, such as `ledger.sie.port`, and one line in `ledger.readers`.
What a format calls things (record labels, types) stays in there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import NamedTuple, Protocol

import pyarrow as pa

from ledger.account_class import AccountClasses
from ledger.coverage import Coverage
from ledger.diagnostics import Diagnostic
from ledger.fiscal_year import FiscalYear
from ledger.one_year import vouchers_of

Batch = dict[str, pa.RecordBatch]
"""Rows of `ledger.schemas.VOUCHER_TABLES`, by table."""


@dataclass(frozen=True)
class Part:
    """One of the pieces that a source sent: a file, a page of an answer, a document.

    `read` returns the bytes as received, so that a reader holds one part at a time.
    """

    name: str
    read: Callable[[], bytes]

    @property
    def suffix(self) -> str:
        """The ending of its name, with the dot; empty when it has none."""
        return PurePath(self.name).suffix


class SummedVat(NamedTuple):
    """The VAT of one side (SALES, PURCHASE) in a month (YYYY-MM), debit positive.

    `accounts`: those it is booked on, joined by ``+``; `expected`: by the rates of the month's
    vouchers; `actual`: as it was booked; `tolerance`: what rounding can explain.
    """

    month: str
    side: str
    accounts: str
    expected: Decimal
    actual: Decimal
    tolerance: Decimal


@dataclass(frozen=True)
class SourceFacts:
    """What a source says of itself; every fact but the first two may be empty.

    `kind`: the format's own word for what this is, such as SIE's 4E. `coverage`: what it may
    replace. `year`: the fiscal year that it names as its own. `is_of_several_years`: it names none,
    and its vouchers belong to whichever years are defined. `program` has a version behind its name,
    `program_name` has not. `balances_up_to`: the day of the balances that it reports, when that is
    not the year's last. `generated_on`: the day on which it was made. `account_classes`: what
    numbers of accounts say, where the source's chart is built so. `reports_balances`: whether it
    says what its vouchers lead to. `balances_by`: voucher, or month where one summary of each month
    is the other side of its vouchers; `balanced_months`: those (YYYY-MM) that have to sum to zero
    then; `outdated_months`: those whose summary is older than their newest voucher; `summed_vat`:
    the VAT of the former. `keys_outlive_years`: whether a voucher that moves into another year
    keeps its key; `moved_vouchers`: days of other years, by the key of what was in this one when it
    was published. `unseen_vouchers`: keys of what was published and is not shown any more, while
    the one who looks holds less of the `lost_rights` than then.
    `lines`: where in the source a fact stands, by the fact's name here.
    """

    kind: str
    coverage: Coverage
    year: FiscalYear | None = None
    is_of_several_years: bool = False
    organisation_number: str = ""
    company_name: str = ""
    currency: str = ""
    program: str = ""
    program_name: str = ""
    encoding: str = ""
    balances_up_to: dt.date | None = None
    generated_on: dt.date | None = None
    account_classes: AccountClasses = field(default_factory=dict)
    reports_balances: bool = True
    balances_by: str = "voucher"
    balanced_months: tuple[str, ...] = ()
    outdated_months: tuple[str, ...] = ()
    summed_vat: tuple[SummedVat, ...] = ()
    keys_outlive_years: bool = False
    unseen_vouchers: tuple[str, ...] = ()
    lost_rights: tuple[str, ...] = ()
    moved_vouchers: Mapping[str, dt.date] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


class Diagnostics(Protocol):
    """A reader's log, complete once its batches are exhausted."""

    @property
    def items(self) -> Iterable[Diagnostic]:
        """The diagnostics that were kept (a bounded number)."""

    @property
    def errors(self) -> int:
        """How many diagnostics of level error there were, kept or not."""


class PathCounts(Protocol):
    """How many rows took which path through the reader, complete once its batches are exhausted."""

    @property
    def fast_rows(self) -> int:
        """Rows read by the vectorised path."""

    @property
    def exact_rows(self) -> int:
        """Rows read by the exact path."""

    set_aside_rows: int
    """Rows among them that belong to another year of the same source."""


@dataclass(frozen=True)
class LedgerFile:
    """One source, opened. `batches` may be called once; then the two logs are complete.

    `tables`: the small tables of `ledger.schemas.CANONICAL`; one that is missing is empty.
    `batches`: those that grow with the books, in pieces that hold whole vouchers. `piece_count`:
    how many pieces, as far as that is known beforehand, else 0. `refusal`: what the source is
    instead of its format, and what to do; empty when it could be read. `is_cut`: it could not,
    because less came than it says of itself.
    """

    facts: SourceFacts
    tables: Mapping[str, pa.Table]
    diagnostics: Diagnostics
    path_counts: PathCounts
    batches: Callable[[], Iterator[Batch]]
    refusal: str = ""
    is_cut: bool = False
    piece_count: int = 0

    def batches_of(self, year: FiscalYear) -> Iterator[Batch]:
        """Yield the vouchers of a unit's year: all of them where the source names its year."""
        if not self.facts.is_of_several_years:
            return self.batches()
        return vouchers_of(self.batches(), year, self.path_counts)


@dataclass(frozen=True)
class LedgerReader:
    """How one format is read; `ledger.readers.Format` says of which files.

    `version`: raised when the reader makes other tables of the same bytes, which are then staged
    anew. `open_parts`: opens the parts of one source, in their order, as one ledger file; never
    raises for what they hold. `says_year`, `says_company`: how a file of the format says them, for
    whoever has to add it.
    """

    version: int
    open_parts: Callable[[Sequence[Part]], LedgerFile]
    says_year: str
    says_company: str
