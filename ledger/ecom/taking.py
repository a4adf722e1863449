"""Taking voucher level into use: which of the two paths, and what has to be so before.

Source:
    Chapters 1, 2 and 4 of the article (R-ECO-1 to -3, -7, -8, -12 to -15).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.ecom.modes import Mode


class Path(StrEnum):
    """Which chapter a company follows: none of its own before, or any."""

    FIRST = "first"
    """No bookkeeping integration was in use in Ecom before."""
    SECOND = "second"
    """Procountor or another was: it is detached first, and earlier periods are closed."""


@dataclass(frozen=True)
class Facts:
    """What is known of a company.

    `mode`: None before the route is there. `attached`: other integrations that still are.
    `open_periods`: those before the month of the switch, oldest first. `has_first_month`: whether
    it is known from which month the books are in Ecom.
    """

    hears_ecom: bool
    reaches_procountor: bool
    mode: Mode | None
    is_activated: bool
    had_integration: bool
    attached: tuple[str, ...] = ()
    open_periods: tuple[str, ...] = ()
    has_first_month: bool = True

    @property
    def path(self) -> Path:
        """Return which chapter of the article is the company's."""
        return Path.SECOND if self.had_integration else Path.FIRST


@dataclass(frozen=True)
class Guard:
    """One thing that has to be so. `reason`: how it is, and what to do where it is not."""

    code: str
    passed: bool
    reason: str


MEMO_FIRST: Final = (
    "The route is not there yet. It begins at memo level (muistiotositetaso): `tasma route add "
    "TENANT ecom vouchers --who NAME`, and goes to voucher level from there."
)
NOT_ADMITTED: Final = (
    "Voucher level is a pilot and needs an activation: ask the customer service for it (chat). An "
    "operator admits the tenant with `tasma ecom activate TENANT --who NAME`."
)


def guards(facts: Facts, wanted: Mode) -> tuple[Guard, ...]:
    """Return what has to be so before a mode is chosen, each with how it is."""
    return (*_connected(facts), *(_voucher(facts) if wanted.is_voucher else ()))


def _connected(facts: Facts) -> Iterator[Guard]:
    yield Guard(
        "ecom_connected",
        facts.hears_ecom,
        "Ecom's feed is connected."
        if facts.hears_ecom
        else "Ecom's feed is not connected: `tasma connect ecom TENANT`.",
    )
    yield Guard(
        "procountor_connected",
        facts.reaches_procountor,
        "Procountor is connected."
        if facts.reaches_procountor
        else "Procountor is not connected, and a mode is chosen after that: make the key there "
        "for the client ecom-jetClient (Perustiedot > API-avaimet), then `tasma connect procountor "
        "TENANT`.",
    )


def _voucher(facts: Facts) -> Iterator[Guard]:
    yield Guard(
        "memo_first",
        facts.mode is not None,
        "The route began at memo level." if facts.mode is not None else MEMO_FIRST,
    )
    yield Guard(
        "activated",
        facts.is_activated,
        "The tenant is admitted." if facts.is_activated else NOT_ADMITTED,
    )
    if facts.path is Path.FIRST:
        return
    others = ", ".join(facts.attached)
    yield Guard(
        "detached",
        not facts.attached,
        f"Another integration is still attached in Ecom: {others}. Detach it there first."
        if facts.attached
        else "No other integration is attached in Ecom.",
    )
    yield _periods(facts)


def _periods(facts: Facts) -> Guard:
    if not facts.has_first_month:
        reason = (
            "From which month the books are in Ecom is not known: `tasma route set TENANT ecom "
            "vouchers first_month=2025-01 --who NAME`."
        )
        return Guard("periods_closed", False, reason)
    named = ", ".join(facts.open_periods)
    reason = (
        f"Periods before this month are open in Ecom: {named}. Close them first, so that what was "
        "booked before is not sent again."
        if facts.open_periods
        else "All periods before this month are closed in Ecom."
    )
    return Guard("periods_closed", not facts.open_periods, reason)
