"""Real processes that push, die and sleep against a target over HTTP, by schedules from seeds.

``python -m tests.push_kills`` plays them all and prints the row that decision 0029 has. What is
played is drawn; when a process gets there is the machine's business, so of the ends only what is
wrong is held against the document.
"""

from __future__ import annotations

import os
import queue
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.hub import Hub, Tenant
from blocks.hub.outbox import NewDocument, Queued
from blocks.steps import PUSH_STEPS
from ledger.push.items import HoldCode, Phase
from ledger.push.kinds import PushKind
from ledger.push.steps import Step
from simulators.fennoa import Company, Fault, FennoaSimulator
from tasks.push_add import key_of
from tests.faults.children import CHILDREN
from tests.faults.pusher import KEY, PATIENT, USER, Life, push_here, push_through
from tests.homes import opened_new
from tests.invoices import CUSTOMER, invoice

FEW, ALL = 12, 200
AT_ONCE: Final = 12
"""Schedules beside each other: they mostly wait."""
LIMIT_S: Final = 600.0
"""Longest that a schedule may take; seconds."""
CHILD_LIMIT_S: Final = 240.0
DOCUMENTS: Final = 3
LATE_S: Final = 0.8
"""How late a commit comes: within what the target promises (`PATIENT`)."""

PLANS: Final = (
    (Step.CREATE, Step.CHECK),
    (Step.CREATE, Step.CHECK, Step.APPROVE, Step.NUMBER),
    (Step.CREATE, Step.CHECK, Step.APPROVE, Step.NUMBER, Step.SEND),
)
FAULTS: Final = {
    "sales_api/add": (
        Fault.LOST_DONE,
        Fault.LOST,
        Fault.LATE,
        Fault.FAULT_DONE,
        Fault.FAULT,
        Fault.HTML,
        Fault.HTML_OK,
        Fault.NO_ID,
        Fault.CUT,
        Fault.BUSY,
    ),
    "sales_api/do/approve": (Fault.LOST_DONE, Fault.LOST, Fault.FAULT_DONE, Fault.FAULT),
    "sales_api/do/send": (Fault.LOST_DONE, Fault.LOST, Fault.FAULT_DONE),
}
HEADS: Final = ("real schedules", "processes killed", "put to sleep", "documents", "wrong")


@dataclass(frozen=True)
class Schedule:
    """What is played: the plan of each document, faults by path, and how each process ends."""

    seed: int
    plans: tuple[tuple[Step, ...], ...]
    faults: tuple[tuple[str, Fault | None], ...]
    lives: tuple[Life, ...]

    @classmethod
    def drawn(cls, seed: int) -> Schedule:
        """Draw one."""
        draws = random.Random(seed)  # noqa: S311 - a schedule, never a key
        faults = [
            (path, draws.choice((None, *kinds)))
            for path, kinds in FAULTS.items()
            for _ in range(draws.randint(0, 2))
        ]
        lives = [
            Life(
                draws.choice(PUSH_STEPS),
                draws.randint(1, 5),
                draws.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP)),
            )
            for _ in range(draws.randint(1, 3))
        ]
        plans = tuple(draws.choice(PLANS) for _ in range(DOCUMENTS))
        return cls(seed, plans, tuple(faults), tuple(lives))


@dataclass
class Played:
    """What became of the schedules. `wrong`: what is not as it must be, by seed."""

    schedules: int = 0
    killed: int = 0
    slept: int = 0
    wrong: dict[int, list[str]] | None = None
    ends: Counter[str] | None = None

    def line(self) -> str:
        """Return the row of the table."""
        counts = (self.schedules, self.killed, self.slept, self.schedules * DOCUMENTS)
        return f"| {' | '.join(f'{count:,}' for count in (*counts, len(self.wrong or {})))} |"


def play(seeds: Iterable[int], empty_hub: Path, *, at_once: int = AT_ONCE) -> Played:
    """Play the schedules of these seeds, several beside each other."""
    played, simulators = Played(wrong={}, ends=Counter()), queue.SimpleQueue[FennoaSimulator]()
    started = [FennoaSimulator([Company(USER, KEY)]).__enter__() for _ in range(at_once)]
    for simulator in started:
        simulators.put(simulator)

    def one(seed: int) -> None:
        simulator = simulators.get()
        try:
            _play_one(Schedule.drawn(seed), simulator, empty_hub, played)
        finally:
            simulators.put(simulator)

    try:
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(one, seeds))
    finally:
        for simulator in started:
            simulator.__exit__()
    return played


def _play_one(
    schedule: Schedule, simulator: FennoaSimulator, empty_hub: Path, played: Played
) -> None:
    simulator.reset()
    simulator.faults.late_s = LATE_S
    for path, fault in schedule.faults:
        simulator.faults.add(path, fault)
    home = Path(tempfile.mkdtemp(prefix="push-kills-"))
    deadline = time.monotonic() + LIMIT_S
    try:
        with opened_new(home, empty_hub) as stores:
            _queue(stores.hub, schedule)
            asleep = [_live(home, simulator.url, life, played) for life in schedule.lives]
            _settle(stores.hub, simulator.url, deadline)
            for child in filter(None, asleep):
                with suppress(ProcessLookupError):  # its exit code says how it ended
                    os.kill(child.pid, signal.SIGCONT)
                child.join(CHILD_LIMIT_S)
            _settle(stores.hub, simulator.url, deadline)
            left = stores.hub.outbox.listed("acme", "fennoa")
        wrong = [*_wrong(left, simulator.company(USER)), *_failed(asleep)]
    finally:
        shutil.rmtree(home)
    played.schedules += 1
    played.ends.update(one.state for one in left)  # type: ignore[union-attr]
    if wrong:
        played.wrong[schedule.seed] = wrong  # type: ignore[index]


def _queue(hub: Hub, schedule: Schedule) -> None:
    hub.tenants.add(Tenant("acme", "Acme Oy"))
    hub.push_marks.set("acme", "fennoa", "0")
    # As after a first draft: before one came back, a lost answer is held and nothing else begins.
    hub.push_facts.note("acme", "fennoa", key_proven_in="notes_internal")
    made = [_document(number, plan) for number, plan in enumerate(schedule.plans)]
    hub.outbox.add("acme", "fennoa", made)


def _document(number: int, plan: tuple[Step, ...]) -> NewDocument:
    customer = CUSTOMER | {"number": str(number)}
    made = invoice(id=str(number), customer=customer)
    return NewDocument(
        made.key,
        PushKind.SALES_INVOICE,
        key_of("acme", "fennoa", made.key),
        made.customer.key,
        made.model_dump_json(exclude_defaults=True),
        made.digest,
        plan,
    )


def _live(home: Path, url: str, life: Life, played: Played):
    """Let a process live; return it where it sleeps in the end."""
    child = CHILDREN.Process(target=push_through, args=(home, url, life))
    child.start()
    until = time.monotonic() + CHILD_LIMIT_S
    while child.is_alive():
        if _is_stopped(child.pid):
            played.slept += 1
            return child
        if time.monotonic() > until:
            child.kill()
            raise TimeoutError(f"a process of {life} took longer than {CHILD_LIMIT_S} s")
        time.sleep(0.02)
    child.join()
    played.killed += child.exitcode == -signal.SIGKILL
    return None


def _is_stopped(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rpartition(")")[2].split()[0] == "T"


def _settle(hub: Hub, url: str, deadline: float) -> None:
    ended = {Phase.DONE, Phase.HELD, Phase.REJECTED}
    while {one.item.phase for one in hub.outbox.listed("acme", "fennoa")} - ended:
        if time.monotonic() > deadline:
            return  # what is left is named
        push_here(hub, url, pace=PATIENT)
    push_here(hub, url, pace=PATIENT)


def _failed(asleep) -> list[str]:
    return [f"a process ended with {one.exitcode}" for one in asleep if one and one.exitcode]


def _wrong(left: list[Queued], company: Company) -> list[str]:
    there = Counter(_key(one.fields["notes_internal"]) for one in company.invoices.values())
    wrong = [f"{one.id} was sent {one.sent} times" for one in there_twice(company)]
    for one in left:
        made, item = there[one.item.key], one.item
        if made != 1:
            wrong.append(f"{one.source_id} is there {made} times, {one.state}")
        if item.phase is Phase.HELD and not _may_be_held(one):
            wrong.append(f"{one.source_id} is held: {item.hold}")
        if item.phase not in {Phase.DONE, Phase.HELD}:
            wrong.append(f"{one.source_id} was left {one.state} at {item.step}")
        if item.phase is Phase.DONE and made == 1 and not _is_whole(one, company):
            wrong.append(f"{one.source_id} is done, but not done")
    return wrong


def there_twice(company: Company):
    """Return invoices that were sent more than once."""
    return [one for one in company.invoices.values() if one.sent > 1]


def _may_be_held(one: Queued) -> bool:
    """Return whether a document is held at the one step whose answer cannot be proven."""
    hold = one.item.hold
    return hold is not None and (one.item.step, hold.code) == (Step.SEND, HoldCode.NO_PROOF)


def _is_whole(one: Queued, company: Company) -> bool:
    invoice_ = company.find(int(one.item.target_id))
    has_key = _key(invoice_.fields["notes_internal"]) == one.item.key
    is_approved = invoice_.approved_at is not None or Step.APPROVE not in one.item.steps
    return has_key and is_approved and invoice_.sent == (Step.SEND in one.item.steps)


def _key(notes: str) -> str:
    return notes.splitlines()[0].removeprefix("tasma:")


def main(schedules: int) -> None:
    """Play so many schedules and print the row, and what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.sqlite"
        with Hub(f"sqlite:///{path}") as hub:
            hub.migrate()
        began = time.monotonic()
        played = play(range(schedules), path)
    print(played.line(), f"{time.monotonic() - began:.0f} s", dict(played.ends or {}))  # noqa: T201 - a command
    for seed, wrong in (played.wrong or {}).items():
        print(seed, *wrong, sep="\n  ")  # noqa: T201 - a command


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ALL)
