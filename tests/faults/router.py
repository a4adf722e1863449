"""Child processes of the campaigns of routes: a run that kills itself at a commit of the hub."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from blocks.hub import Hub
from blocks.hub.database import Database
from blocks.systems.procountor import port as procountor_port
from blocks.systems.procountor.target import ProcountorTarget
from ledger.errors import TasmaError
from tasks.ecom.hearing import hear
from tasks.push import push_tenant
from tasks.spotilla.cycle import run_cycle
from tests.harnesses import ecom, procountor, spotilla
from tests.homes import opened
from tests.spotilla_house import QUICK

TENANT = "acme"


@dataclass(frozen=True)
class Run:
    """A run of a route. `procountor`, `source`: addresses; `dies_at`: which commit, 0 is none.

    `ahead_s`: by how much the hub's clock is ahead, so that what the dead held is over.
    """

    home: Path
    source: str
    procountor: str
    client: str
    key: str
    secret: str
    ahead_s: float = 0.0
    dies_at: int = 0

    def clock(self) -> dt.datetime:
        """Return the hub's time."""
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.ahead_s)


def cycle_of_spotilla(run: Run) -> None:
    """Run one cycle between Spotilla and Procountor, or die in it."""
    with pytest.MonkeyPatch.context() as patch, _led(patch, run):
        spotilla.give_block(patch, url=run.source)
        with Hub(f"sqlite:///{run.home / 'hub.sqlite'}", clock=run.clock) as hub:
            _run(run_cycle(hub, TENANT))


def run_of_ecom(run: Run) -> None:
    """Listen to Ecom and push what it queued into Procountor, or die in it."""
    with pytest.MonkeyPatch.context() as patch, _led(patch, run):
        ecom.give_block(patch, url=run.source)
        patch.setenv("TASMA_HOME", str(run.home))
        with opened(run.home, clock=run.clock) as stores:
            _run(hear(stores, TENANT))
            _run(push_tenant(stores.hub, TENANT, f"procountor@{run.client}", lake=stores.lake))


def _run(work) -> None:
    """Work; what fails is tried by the next run."""
    with contextlib.suppress(TasmaError):
        asyncio.run(work)


@contextmanager
def _led(patch: pytest.MonkeyPatch, run: Run):
    """Lead this process to the simulators, and let it die where it is to."""
    rules = partial(ProcountorTarget, rules=QUICK)
    patch.setattr(procountor_port, "ProcountorTarget", rules)
    procountor.give_blocks(
        patch,
        url=run.procountor,
        key=run.key,
        client_id=run.client,
        client_secret=run.secret,
    )
    if run.dies_at:
        patch.setattr(Database, "writing", _dying_at(run.dies_at))
    yield


def _dying_at(commit: int):
    plain, left = Database.writing, [commit]

    @contextmanager
    def writing(database: Database, **of):
        with plain(database, **of) as connection:
            yield connection
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    return writing
