"""Controls and what they find: breaks, which are values that a person can act on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from ledger.text import common_ending

LINE: Final = r" \(line \d+(, #[A-Z]+)?\)$"
"""Where a `Break.detail` says the line of the source: at its end. The same break is in another line
of tomorrow's file."""


class Answer(StrEnum):
    """A control's answer. Missing evidence is ``not_applicable`` with a reason, never a pass."""

    PASSED = "passed"
    BROKEN = "broken"
    NOT_APPLICABLE = "not_applicable"


class Severity(StrEnum):
    """What a broken control does to a load (`data/reference/controls.csv`)."""

    BLOCKS = "blocks"
    WARNS = "warns"
    INFORMS = "informs"


class BreakKind(StrEnum):
    """In what way two sides disagree."""

    MISSING = "missing"
    UNEXPECTED = "unexpected"
    DUPLICATE = "duplicate"
    AMOUNT = "amount"
    SIGN = "sign"
    ATTRIBUTE = "attribute"
    TIMING = "timing"
    ROUNDING = "rounding"
    MAPPING_GAP = "mapping_gap"
    PERMISSION_SUSPECTED = "permission_suspected"
    LOCKED_PERIOD = "locked_period"


@dataclass(frozen=True)
class Break:
    """One item on which two sides disagree after tolerance.

    `account_number`, `period` (``YYYY-MM``) and `voucher_key` are empty where they do not apply.
    Amounts are in the unit's currency, debit positive; `difference` is actual - expected.
    """

    control: str
    kind: BreakKind
    account_number: str = ""
    period: str = ""
    voucher_key: str = ""
    expected: Decimal | None = None
    actual: Decimal | None = None
    difference: Decimal | None = None
    detail: str = ""

    @property
    def fingerprint(self) -> str:
        """What an acceptance binds to: the same break tomorrow has it, a changed one does not.

        The difference counts, not its two sides, which move with every voucher booked on the
        account; the words of `detail` count only where nothing else says what the break is about,
        and the line at its end (`LINE`) never.
        """
        is_placed = bool(self.account_number or self.voucher_key)
        parts = (
            self.control,
            self.kind,
            self.account_number,
            self.period,
            self.voucher_key,
            "" if self.difference is None else f"{self.difference:f}",
            "" if is_placed else re.sub(LINE, "", self.detail),
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    def __str__(self) -> str:
        place = " ".join(
            part
            for part in (
                f"account {self.account_number}" if self.account_number else "",
                f"voucher {self.voucher_key}" if self.voucher_key else "",
                f"in {self.period}" if self.period else "",
            )
            if part
        )
        sums = (
            f"expected {_written(self.expected)}, actual {_written(self.actual)}, "
            f"difference {_written(self.difference)}"
            if self.difference is not None
            else ""
        )
        text = "; ".join(part for part in (sums, self.detail) if part) or self.kind.value
        return f"{place}: {text}" if place else text


def apart(breaks: Sequence[Break]) -> tuple[list[Break], str]:
    """Return breaks without what the details of all of them end with, and that."""
    common = common_ending([item.detail for item in breaks])
    if not common:
        return list(breaks), ""
    return [
        replace(item, detail=item.detail.removesuffix(f"; {common}")) for item in breaks
    ], common


def _written(value: Decimal | None) -> str:
    """Write an amount with all its decimals, and commas between thousands."""
    return f"{value:,}" if value is not None else "nothing"


@dataclass(frozen=True)
class ControlResult:
    """What one control said about one load.

    `breaks` holds at most `MAX_BREAKS_KEPT` of the `break_count` found, oldest month first.
    `set_fingerprint` speaks for all that were found (`set_fingerprint()`); a result whose breaks
    were cut can be accepted by a person only when it has one.
    """

    control: str
    severity: Severity
    outcome: Answer
    reason: str = ""
    breaks: tuple[Break, ...] = ()
    break_count: int = 0
    set_fingerprint: str = ""

    @property
    def holds(self) -> bool:
        """Whether this result alone keeps the load from being published."""
        return self.outcome is Answer.BROKEN and self.severity is Severity.BLOCKS

    @property
    def in_words(self) -> str:
        """Name the control, the count of its breaks, and the first of them."""
        count = f"{self.break_count:,} break{'' if self.break_count == 1 else 's'}"
        first = f", first: {self.breaks[0]}" if self.breaks else ""
        return f"{self.control} ({count}{first})"


SHOWN_IN_STATUS: Final = frozenset({"damaged_text"})
"""Controls whose warning stands in the status of what is published: nobody who reads the books
could otherwise tell that they are not as their source had them."""


def warned_in_words(results: Iterable[ControlResult]) -> str:
    """Say what a published unit's status warns of; empty for nothing."""
    found = [
        result.in_words
        for result in results
        if result.control in SHOWN_IN_STATUS and result.outcome is Answer.BROKEN
    ]
    return f"warns: {'; '.join(found)}" if found else ""


MAX_BREAKS_KEPT = 1_000
"""Breaks of one control that are stored and shown; the count is always of all."""


def set_fingerprint(fingerprints: Iterable[str]) -> str:
    """Sum up the `Break.fingerprint` of every break found, in any order: their count and sum."""
    count, total = 0, 0
    for fingerprint in fingerprints:
        count += 1
        total += int(fingerprint, 16)
    return f"{count}-{total:x}"
