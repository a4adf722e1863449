"""Real processes that push, die and sleep against a target over HTTP, by schedules from seeds.

What is played is drawn; when a process gets there is the machine's business. The same schedules can
be played by different engines.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from typing import Final, Protocol

from blocks.hub import Tenant
from blocks.hub.outbox import NewDocument
from ledger.push.kinds import PushKind
from ledger.push.steps import Step
from simulators.fennoa import Company, FennoaSimulator
from tasks.push_add import key_of
from tests.faults.children import CHILDREN
from tests.faults.pusher import KEY, USER
from tests.homes import opened_new
from tests.invoices import CUSTOMER, invoice
from tests.kills.outcome import End, Outcome
from tests.kills.schedule import LATE_S, Life, Schedule

LIMIT_S: Final = 600.0
"""Longest that a schedule may take; seconds."""
CHILD_LIMIT_S: Final = 240.0


class Engine(Protocol):
    """What pushes documents, durable across processes. A module is one."""

    NAME: str
    AT_ONCE: int
    running: Callable[[], AbstractContextManager[None]]
    """Has run what it needs beside its processes."""
    begin: Callable[[Path], None]
    """Prepare a home in whose hub documents were queued."""
    push_through: Callable[[Path, str, Life], None]
    """In a child: push what is open in a home, to a url, and end as the life says."""
    settle: Callable[[Path, str, float], None]
    """Push in peace until nothing can be done, or until a deadline."""
    ends: Callable[[Path], dict[str, End]]


def play(engine: Engine, seeds: Iterable[int], empty_hub: Path) -> Iterator[Outcome]:
    """Play the schedules of these seeds, several beside each other; yield each as it ends."""
    simulators = queue.SimpleQueue[FennoaSimulator]()

    def one(seed: int) -> Outcome:
        simulator = simulators.get()
        try:
            return _play_one(engine, Schedule.drawn(seed), simulator, empty_hub)
        finally:
            simulators.put(simulator)

    with engine.running(), ExitStack() as stack:
        for _ in range(engine.AT_ONCE):
            simulators.put(stack.enter_context(FennoaSimulator([Company(USER, KEY)])))
        pool = stack.enter_context(ThreadPoolExecutor(engine.AT_ONCE))
        for ended in as_completed([pool.submit(one, seed) for seed in seeds]):
            yield ended.result()


def _play_one(
    engine: Engine, schedule: Schedule, simulator: FennoaSimulator, empty_hub: Path
) -> Outcome:
    simulator.reset()
    simulator.faults.late_s = LATE_S
    for path, fault in schedule.faults:
        simulator.faults.add(path, fault)
    home = Path(tempfile.mkdtemp(prefix="push-kills-"))
    outcome, deadline = Outcome(engine.NAME, schedule.seed), time.monotonic() + LIMIT_S
    try:
        _queue(home, empty_hub, schedule)
        engine.begin(home)
        asleep = [_live(engine, home, simulator.url, life, outcome) for life in schedule.lives]
        engine.settle(home, simulator.url, deadline)
        for child in filter(None, asleep):
            _wake(child, outcome)
        engine.settle(home, simulator.url, deadline)
        outcome.judge(engine.ends(home), simulator.company(USER))
    finally:
        shutil.rmtree(home)
    return outcome


def _queue(home: Path, empty_hub: Path, schedule: Schedule) -> None:
    with opened_new(home, empty_hub) as stores:
        hub = stores.hub
        hub.tenants.add(Tenant("acme", "Acme Oy"))
        hub.push_marks.set("acme", "fennoa", "0")
        # As after a first draft: before one came back, a lost answer is held and nothing else
        # begins.
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


def _live(engine: Engine, home: Path, url: str, life: Life, outcome: Outcome):
    """Let a process live; return it where it sleeps in the end."""
    child = CHILDREN.Process(target=engine.push_through, args=(home, url, life))
    child.start()
    until = time.monotonic() + CHILD_LIMIT_S
    while child.is_alive():
        if _is_stopped(child.pid):
            outcome.slept += 1
            return child
        if time.monotonic() > until:
            child.kill()
            raise TimeoutError(f"a process of {life} took longer than {CHILD_LIMIT_S} s")
        time.sleep(0.02)
    child.join()
    outcome.killed += child.exitcode == -signal.SIGKILL
    return None


def _wake(child, outcome: Outcome) -> None:
    with suppress(ProcessLookupError):  # its exit code says how it ended
        os.kill(child.pid, signal.SIGCONT)
    child.join(CHILD_LIMIT_S)
    if child.exitcode:
        outcome.why.append(f"a process that had slept ended with {child.exitcode}")
    if child.is_alive():
        outcome.why.append(f"a process that had slept did not end in {CHILD_LIMIT_S} s")
        child.kill()


def _is_stopped(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rpartition(")")[2].split()[0] == "T"
