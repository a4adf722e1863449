"""A night of several hosts: its tenants, the night itself, and whether all of it is right."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from typing import Final

from blocks.hub import NightRow, NightState
from flows.demo import runs
from flows.demo.check import complaints_of_units
from flows.demo.ledgers import DemoLedger, truths
from flows.demo.outcome import look
from flows.server.processes import PrefectServer
from ledger.errors import TerminalError
from ledger.outcome import Outcome
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import FortnoxSimulator
from tasks.stores import Stores

ZONE: Final = "Europe/Helsinki"
FIRST: Final = 505_001
YEAR: Final = 2025
VOUCHERS: Final = 60

QUIET_LIMIT_S: Final = 300.0
"""Without any tenant of the night coming to an outcome."""

POLL_S: Final = 1.0


class NightStuck(TerminalError):
    """A night of the demo does not come to its end."""

    sentence = "For {limit_s:g} s no tenant of the night has come to an outcome: {rows}."


def companies(count: int) -> list[DemoLedger]:
    """Invent companies with a year each."""
    return [
        DemoLedger(
            f"bolag-{place + 1:02}",
            FIRST + place,
            Company(400 + place, calendar_years(YEAR, YEAR), VOUCHERS),
            ids=(1,),
            time_zone=ZONE,
            has_nights=True,
        )
        for place in range(count)
    ]


def begin_night(server: PrefectServer, night: dt.date) -> None:
    """Ask for a night, as its schedule does."""
    runs.start(server, runs.NIGHTLY, zone=ZONE, night=night.isoformat())


def wait_for_night(
    stores: Stores,
    night: dt.date,
    *,
    count: int,
    meanwhile: Callable[[list[NightRow]], None],
    limit_s: float = QUIET_LIMIT_S,
) -> list[NightRow]:
    """Wait until all tenants of a night have an outcome; ``meanwhile`` hears how it stands.

    One that failed is waited for: its run may come again.

    Raises:
        NightStuck: For ``limit_s`` seconds nothing came of it.
    """
    done, since = -1, time.monotonic()
    while True:
        rows = stores.hub.nights.of_night(night)
        meanwhile(rows)
        if done != (done := sum(map(_is_done, rows))):
            since = time.monotonic()
        if done == count:
            return rows
        if time.monotonic() - since > limit_s:
            states = ", ".join(f"{row.tenant} {row.state} {row.outcome}" for row in rows)
            raise NightStuck(limit_s=limit_s, rows=states)
        time.sleep(POLL_S)


def _is_done(row: NightRow) -> bool:
    return row.state is NightState.ENDED and row.outcome != Outcome.FAILED


def complaints(
    stores: Stores, simulator: FortnoxSimulator, ledgers: Sequence[DemoLedger]
) -> list[str]:
    """Say of whom the published books are not what the simulated system has, to the öre."""
    return complaints_of_units(truths(simulator, ledgers), look(stores.hub, stores.warehouse))
