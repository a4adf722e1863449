"""Rules of pushing, each weakened in one place, and in how many schedules of a campaign it shows.

``python -m tests.push_mutants`` prints the table that decision 0020 has; a test holds the two
against each other, and every one must be caught.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final
from unittest.mock import patch

from ledger.push import advance as rules_of_pushing
from ledger.push.items import Clock, Item, Phase
from tests.push_world import RULES, Worker, World

SCHEDULES: Final = 400
HEADS: Final = ("without", "schedules", "caught in")
SLEEPY: Final = {"sleeps": 100, "longest_sleep_s": 1_000.0, "workers": 4, "fault_rate": 0.6}
"""Workers that sleep often and not for long."""

READ, WALKED = rules_of_pushing._read, rules_of_pushing._walked


def no_doubt(item, rules, now):
    """Queue again whatever was lost."""
    return rules_of_pushing._ready(item)


def one_look(item, doubt, *, began_s, lag_s, now):
    return rules_of_pushing._ready(item)


def no_lag(item, doubt, *, began_s, lag_s, now):
    looks = doubt.looks + 1
    if looks >= rules_of_pushing.LOOKS:
        return rules_of_pushing._ready(item)
    return replace(item, doubt=replace(doubt, since=now, looks=looks))


def failed_lookup_is_absence(item, event, rules, now):
    if item.phase is Phase.IN_DOUBT and not event.is_complete:
        return rules_of_pushing._ready(item)
    return WALKED(item, event, rules, now)


def no_fence(item, event):
    """Take the answer of a sender whose claim is over for the answer to the present call."""
    if item.phase is not Phase.SENDING:
        return item
    return rules_of_pushing._answered(item, event, RULES, Clock(0.0, "nobody's"))


def begun_is_not_stored(self, key, item, step, token):
    """Call while the hub still has the document as it was before, until the answer has come.

    A process that dies in between has left nothing behind.
    """
    event = ANSWERED(self, key, item, step, token)
    self.world.hub.items[key] = replace(item, phase=Phase.READY)
    self.begun = item
    return event


def stored_afterwards(self, key, event, clock, read=None):
    """Store begun and answer together, once the answer is there."""
    token = getattr(event, "token", 0)
    item = self.items[key]
    if token and item.phase is Phase.READY and item.token == token:
        self.items[key] = replace(item, phase=Phase.SENDING)
    return APPLY(self, key, event, clock, read)


def wall_clock(self):
    """Count waiting on a clock that everybody shares, and that is set."""
    return Clock(self.world.target.now + self.world.wall_s, "the wall")


def stale_reader(item, read):
    """Let a process that slept begin a step that another has taken meanwhile."""
    return True


def stale_proof(item, event, rules, now):
    """Take what was read for one step in doubt for the proof of another."""
    forged = replace(event, step=item.step, token=item.token) if item.step else event
    return READ(item, forged, rules, now)


def waits_for_nothing(self, step):
    return True


ANSWERED, APPLY = Worker.answered, type(World().hub).apply


@dataclass(frozen=True)
class Mutant:
    """A rule that is not kept. `patched`: what replaces what; `settings`: of the schedules."""

    without: str
    patched: tuple[tuple[Any, str, Any], ...]
    settings: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Weaken the rule for a while."""
        with ExitStack() as stack:
            for owner, name, other in self.patched:
                stack.enter_context(patch.object(owner, name, other))
            yield

    def caught(self, schedules: int = SCHEDULES) -> dict[int, list[str]]:
        """Return the schedules in which something went wrong by it."""
        with self.at_work():
            return wrong(range(schedules), **self.settings)


def wrong(seeds, **settings) -> dict[int, list[str]]:
    """Return the faults of the schedules that have any."""
    found = {}
    for seed in seeds:
        if faults := World(seed, **settings).play().faults():
            found[seed] = faults
    return found


def _of_rules(without: str, name: str, other: Any, **settings: Any) -> Mutant:
    return Mutant(without, ((rules_of_pushing, name, other),), settings)


MUTANTS: Final = (
    _of_rules("resolving what is in doubt", "_in_doubt", no_doubt),
    _of_rules("a fence against late senders", "_late", no_fence),
    Mutant(
        "storing a call before its first byte",
        (
            (Worker, "answered", begun_is_not_stored),
            (type(World().hub), "apply", stored_afterwards),
        ),
    ),
    _of_rules("a second look", "_looked", one_look),
    _of_rules("waiting for the lag", "_looked", no_lag),
    _of_rules("telling a failed lookup from absence", "_walked", failed_lookup_is_absence),
    Mutant(
        "a clock that nobody sets",
        ((Worker, "clock", wall_clock),),
        {"steps": 8},
    ),
    Mutant("waiting for the customer's card", ((Item, "has_reached", waits_for_nothing),)),
    _of_rules("holding a call against what was read", "_is_as_read", stale_reader, **SLEEPY),
    _of_rules("telling one doubt from another", "_read", stale_proof, **SLEEPY),
)


def line(mutant: Mutant, caught: int) -> str:
    """Return the row of the table."""
    return f"| {mutant.without} | {SCHEDULES:,} | {caught:,} |"


if __name__ == "__main__":
    for one in MUTANTS:
        print(line(one, len(one.caught())))  # noqa: T201 - a command
