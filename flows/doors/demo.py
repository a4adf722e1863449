"""The demo as other doors open it: what it offers, and what it found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, cast

from ledger.controls import Break

if TYPE_CHECKING:  # the command line's help needs no hub
    from blocks.hub import Hub

DOOR: Final = "flows.demo.door"

Say = Callable[[str], None]
"""Hears what is going on, a sentence at a time."""


@dataclass(frozen=True)
class Seen:
    """One unit as it stands after the runs.

    `trial_balance`: of what is published, zeros left out; empty when nothing is.
    `blocking`: the breaks of the controls that hold the unit; `blocking_count` counts those not
    kept too.
    """

    tenant: str
    fiscal_year: str
    status: str
    trial_balance: dict[str, Decimal]
    voucher_count: int
    posting_count: int
    blocking: tuple[Break, ...]
    blocking_count: int
    source: str = ""


@dataclass(frozen=True)
class DemoResult:
    """What the demo found; `complaints` is empty when all is as it must be."""

    home: Path
    seen: list[Seen]
    complaints: list[str]
    took_s: float


@dataclass(frozen=True)
class Simulated:
    """Where the simulator is, whose companies it has, and the settings that lead there."""

    url: str
    tenants: dict[str, str]
    """The number (DatabaseNumber) of each tenant's company there."""
    variables: dict[str, str]
    free: dict[str, str]
    """Organisation number of each company that is no tenant's, by its number there."""


class Demo(Protocol):
    """What `flows.demo.door` offers."""

    def run_demo(self, say: Say) -> DemoResult:
        """Load the demo's companies through the registered deployments, and judge the outcome."""

    def run_hosts(self, say: Say, *, home: Path, hosts: int, port: int) -> int:
        """Run several hosts on this machine and a night on them; return the exit code."""

    def simulators_of_server(self, hub: Hub, *, port: int) -> AbstractContextManager[Simulated]:
        """Serve the demo's companies until the context ends, connected to the hub."""


def demo() -> Demo:
    """Open the demo, which brings DuckDB, numpy and the simulators."""
    return cast("Demo", import_module(DOOR))
