"""A tenant between a simulated Spotilla and a simulated Procountor, in virtual time, no sockets.

The hub, the cycles and both connectors are the real ones. A life ends between any two transactions
of the hub, in the midst of a cycle, and nothing more of that life reaches the hub or a system.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import uuid
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

from blocks.hub import LeaseTaken, models
from blocks.hub.database import Database
from blocks.hub.kept_lease import KeptLease
from blocks.systems.procountor import port as procountor_port
from blocks.systems.procountor import session as procountor_session
from blocks.systems.procountor.target import RULES, ProcountorTarget
from blocks.systems.spotilla import api as spotilla_api
from blocks.systems.spotilla import session as spotilla_session
from ledger.push.advance import Rules
from simulators.procountor import Company, World
from simulators.spotilla import Tenant as SpotillaTenant
from simulators.spotilla.service import serve as serve_spotilla
from simulators.spotilla.world import World as SpotillaWorld
from tasks import push
from tests.harnesses import procountor, spotilla
from tests.procountor_push import IMPATIENT, URL, Traced, Unhurried, unpaced
from tests.spotilla_house import CLIENT, KEY, House, connect_both
from tests.spotilla_schedule import Schedule

BORN = dt.datetime(2026, 4, 20, 8, 0, tzinfo=dt.UTC)
SECRET = "plainly-fake-secret"  # noqa: S105 - opens the simulator, nothing else
DEATH = 0.004
"""Chance that a life ends at a transaction of the hub."""
MAX_DEATHS = 4
AFTER_DEATH_S = 300.0
"""Until another life begins: longer than a lease lasts."""
OVERSLEPT_S = 25.0
SPANS = {"commit_lag_s": 900.0, "settle_s": 600.0, "poll_interval_s": 30.0}
PEACE = 12
"""Cycles without faults at most, until nothing is left to do."""


class Killed(BaseException):
    """The process is dead."""


class Lives:
    """Time, and whether the present process lives."""

    def __init__(self, seed):
        self.random = random.Random(seed + 1_000_000)  # noqa: S311 - a schedule, never a key
        self.now, self.deaths, self.is_dead, self.may_die = 0.0, 0, False, False

    def moment(self):
        return BORN + dt.timedelta(seconds=self.now)

    def advance(self, **span):
        self.now += dt.timedelta(**span).total_seconds()

    async def sleep(self, seconds, result=None):
        """Sleep for at least so long, as a machine that is busy does; a pause of less is short."""
        self.now += max(seconds, OVERSLEPT_S) if seconds >= 1.0 else seconds
        return result

    def reached(self):
        """Go on, or die here."""
        if self.may_die and self.deaths < MAX_DEATHS and self.random.random() < DEATH:
            self.deaths, self.is_dead = self.deaths + 1, True
        if self.is_dead:
            raise Killed

    def reborn(self, patch):
        self.is_dead = False
        self.now += AFTER_DEATH_S
        patch.setattr(push, "BORN", uuid.uuid4().hex)


class Wire(Traced):
    """The way into a world, on which a dead process sends nothing."""

    def __init__(self, lives, world, *serve):
        super().__init__(world, *serve)
        self.lives = lives

    async def handle_async_request(self, request):
        if self.lives.is_dead:
            raise Killed
        return await super().handle_async_request(request)


class QuietHouse(House):
    """A house whose cycles may be cut short by death."""

    def __init__(self, *parts, lives):
        super().__init__(*parts)
        self.lives = lives

    def cycle(self):
        try:
            return super().cycle()
        except Killed:
            self.lives.reborn(self.patch)
        except LeaseTaken:
            self.lives.advance(seconds=AFTER_DEATH_S)
        return None


@contextmanager
def quiet_house(patch, hub, seed):
    """Open a house for one schedule in an empty hub; the caller undoes what is patched."""
    lives = Lives(seed)
    _in_virtual_time(patch, lives)
    patch.setattr(hub.database, "now", lives.moment)
    world = World.of([Company(procountor.COMPANY_ID, business_id="1234567-1")], clock=lives.moment)
    world.limiter.limit = 10**9
    there = SimpleNamespace(world=world, company=world.companies.__getitem__, url=URL)
    here_world = SpotillaWorld.of([SpotillaTenant(spotilla.SUBDOMAIN)], clock=lives.moment)
    here = SimpleNamespace(world=here_world, url="http://localhost/api/v3")
    world.add_key(procountor.COMPANY_ID, text=KEY, client_id=CLIENT)
    world.clients[CLIENT] = SECRET
    _by_wires(patch, lives, there, here)
    connect_both(hub)
    yield QuietHouse(hub, there, here, lives, patch, lives=lives)
    empty(hub)


def empty(hub):
    """Empty a hub, whose statements stay compiled for the next schedule."""
    with WRITING(hub.database) as connection:
        for table in reversed(models.metadata.sorted_tables):
            if table is not models.counter:
                connection.execute(table.delete())


def _in_virtual_time(patch, lives):
    boot = SimpleNamespace(clock_gettime=lambda _: lives.now, CLOCK_BOOTTIME=0)
    patch.setattr(push, "time", boot)
    patch.setattr("blocks.http.once.time", boot)
    patch.setattr(asyncio, "sleep", lives.sleep)
    patch.setattr(asyncio, "to_thread", _here)
    patch.setattr(KeptLease, "start", lambda _: None)
    patch.setattr(KeptLease, "stop", lambda _: None)
    patch.setattr(Database, "writing", _dying(lives))
    patch.setattr(procountor_port, "ProcountorTarget", partial(ProcountorTarget, rules=_rules()))


def _rules():
    return Rules(RULES.read_backs, **SPANS)


async def _here(function, *given, **named):
    return function(*given, **named)


WRITING = Database.writing


def _dying(lives):
    @contextmanager
    def writing(database, **of):
        lives.reached()
        with WRITING(database, **of) as connection:
            yield connection
        lives.reached()

    return writing


def _by_wires(patch, lives, there, here):
    procountor.give_blocks(patch, url=there.url, key=KEY, client_id=CLIENT, client_secret=SECRET)
    spotilla.give_block(patch, url=here.url)
    wire = procountor_session.Wire(Wire(lives, there.world), IMPATIENT)
    patch.setattr(procountor_session, "Wire", lambda: wire)
    unhurried = Unhurried(calls=10**6, period_s=0.001)
    patch.setattr(procountor_session, "shared_pace", unpaced)
    patch.setattr(spotilla_session, "window", lambda *_: unhurried)
    client = partial(HTTP_CLIENT, wire=Wire(lives, here.world, serve_spotilla), retry=IMPATIENT)
    patch.setattr(spotilla_api, "http_client", client)


HTTP_CLIENT = spotilla_api.http_client


def played(patch, hub, seed):
    """Play a schedule; return how it was, and what is wrong in the end."""
    with quiet_house(patch, hub, seed) as house:
        if seed % 4 == 3:
            house.without_external_id()
        house.switch_on()
        schedule = Schedule(house, seed, late_s=600.0)
        house.lives.may_die = True
        schedule.disturb()
        house.lives.may_die = False
        for _ in range(PEACE):
            schedule.rest()
            if not (wrong := schedule.wrong()):
                break
        counts = {
            "calls": len(house.there.world.calls) + len(house.here.world.calls),
            "faults": schedule.faulty,
            "deaths": house.lives.deaths,
            "customers": len(house.customers),
            "invoices": len(house.invoices),
            "held": len(schedule.held()),
            "products": len(house.company.products),
        }
        return counts, wrong
