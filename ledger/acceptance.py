"""What a person has accepted, and which breaks still hold a load.

An acceptance is a statement about one break of one unit as it was seen: its control, fingerprint
and amounts. The same break tomorrow is still accepted; one whose amount, account, voucher or
number of occurrences has changed is a new break, and the acceptance says nothing about it.

That vouchers go, or that a load is older than what it replaces, is accepted for once
(`OF_ONE_LOAD`).

That a program's files name no organisation number is a statement about the program: its acceptance
is of every year, and lasts until it is withdrawn (`LASTING`).

Another company's books are never let pass, by nobody: see `is_foreign`.

Of a control that found more breaks than are kept, nobody can have seen all. Such a result is
accepted as a whole or not at all: by its `ControlResult.set_fingerprint`, which sums over every
break found. Where the control gave none, it cannot be accepted: its breaks have to be mended.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from ledger.controls import Break, ControlResult

IDENTITY: Final = "tenant_identity"
"""The control that compares the organisation number in the source with the tenant's."""

LASTING: Final = frozenset({"identity_missing"})
"""Controls whose breaks say nothing of a year; their acceptance is of every year."""

OF_ONE_LOAD: Final = frozenset({"mass_removal", "older_than_published"})
"""Controls that hold a load against what it would replace. What was accepted of them has had its
effect once anything of the year is published, and lets no later load pass."""


@dataclass(frozen=True)
class Acceptance:
    """One break, or the whole of a control's breaks, that a person lets pass.

    `occurrences` is how often the break was found (a whole result: how many breaks); amounts are
    those of the break, None for a whole result. `expires_at` None: until the break changes.
    `fiscal_year` is empty when it is of every year of the tenant.
    """

    tenant: str
    fiscal_year: str
    control: str
    fingerprint: str
    occurrences: int
    expected: Decimal | None
    actual: Decimal | None
    difference: Decimal | None
    reason: str
    accepted_by: str
    accepted_at: dt.datetime
    expires_at: dt.datetime | None = None
    load_id: str = ""
    """The load in which it was seen."""
    id: int = 0

    def is_valid(self, at: dt.datetime) -> bool:
        """Return whether it speaks at that moment; at its very end it no longer does."""
        return self.expires_at is None or at < self.expires_at

    def covers(self, item: Break, *, occurrences: int) -> bool:
        """Return whether it is this break, found no more often than it was accepted."""
        return (
            (self.control, self.fingerprint) == (item.control, item.fingerprint)
            and self.difference == item.difference
            and occurrences <= self.occurrences
        )

    def covers_all(self, result: ControlResult) -> bool:
        """Return whether it was given for the whole of exactly these breaks."""
        return (
            self.control == result.control
            and bool(result.set_fingerprint)
            and self.fingerprint == result.set_fingerprint
            and self.occurrences == result.break_count
        )


def is_complete(result: ControlResult) -> bool:
    """Return whether every break that was found is there to be looked at."""
    return 0 < result.break_count == len(result.breaks)


def is_foreign(results: Iterable[ControlResult]) -> bool:
    """Return whether a load is of another company, so that nothing of it can be accepted.

    Where the tenant's number is what is wrong, that is corrected, and the load judged again.
    """
    return any(result.control == IDENTITY and result.holds for result in results)


def unaccepted(
    results: Iterable[ControlResult], acceptances: Iterable[Acceptance], *, at: dt.datetime
) -> list[ControlResult]:
    """Return what still holds a load: nothing, if it may be published.

    Args:
        results: What the controls said about the load.
        acceptances: Those of the same unit; expired ones may be among them.
        at: The moment for which to answer.

    Returns:
        The results that block, each with only the breaks nobody accepted.
    """
    valid = [item for item in acceptances if item.is_valid(at)]
    open_results = (open_part(result, valid) for result in results if result.holds)
    return [result for result in open_results if result is not None]


def open_part(result: ControlResult, given: Collection[Acceptance]) -> ControlResult | None:
    """Return the result without what was accepted, None when that was all."""
    if is_foreign([result]):
        return result
    if not is_complete(result):
        return None if any(item.covers_all(result) for item in given) else result
    found = Counter(item.fingerprint for item in result.breaks)
    left = tuple(
        item
        for item in result.breaks
        if not any(a.covers(item, occurrences=found[item.fingerprint]) for a in given)
    )
    return replace(result, breaks=left, break_count=len(left)) if left else None


def letting_pass(result: ControlResult, given: Iterable[Acceptance]) -> list[Acceptance]:
    """Return of acceptances those of a break of this result, or of the whole of it.

    One of another break of the same control says nothing of these.
    """
    if not is_complete(result):
        return [item for item in given if item.covers_all(result)]
    found = Counter(item.fingerprint for item in result.breaks)
    breaks = {item.fingerprint: item for item in result.breaks}
    return [
        item
        for item in given
        if item.fingerprint in breaks
        and item.covers(breaks[item.fingerprint], occurrences=found[item.fingerprint])
    ]


def acceptable(
    result: ControlResult, *, fingerprints: Collection[str] = ()
) -> list[tuple[str, int, Break | None]]:
    """List what a person can accept in a result: fingerprint, occurrences and the break.

    Only those in `fingerprints` when it names any. A result whose breaks were cut gives itself as
    one item without a break, or nothing when it has no fingerprint over all of them.
    """
    if is_complete(result):
        found = Counter(item.fingerprint for item in result.breaks)
        breaks = {item.fingerprint: item for item in result.breaks}
        items: list[tuple[str, int, Break | None]] = [
            (fingerprint, count, breaks[fingerprint]) for fingerprint, count in found.items()
        ]
    else:
        whole = result.set_fingerprint
        items = [(whole, result.break_count, None)] if whole else []
    return [item for item in items if not fingerprints or item[0] in fingerprints]


def accepted_in_words(results: Iterable[ControlResult], given: Collection[Acceptance]) -> list[str]:
    """Say of results that hold nothing by whom they may pass, and why: a line for a decision."""
    decisions: dict[tuple[str, dt.date, str], dict[str, None]] = {}
    for item in (one for result in results for one in letting_pass(result, given)):
        decision = (item.accepted_by, item.accepted_at.date(), item.reason)
        decisions.setdefault(decision, {})[item.control] = None
    return [
        f"{', '.join(names)} (accepted by {who} on {day}: {reason})"
        for (who, day, reason), names in decisions.items()
    ]
