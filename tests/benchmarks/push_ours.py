"""What pushing costs us: the outbox end to end, its growth, its judgement, a sweep that idles."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from pydantic import SecretStr

from blocks.http import SlidingWindow
from blocks.hub import Hub, Tenant
from blocks.hub.outbox import NewDocument
from blocks.invoices.files import records_of
from blocks.systems.fennoa.memory import PROVEN, HubMemory
from blocks.systems.fennoa.prepare import preparing
from blocks.systems.fennoa.target import FennoaTarget
from ledger.invoice.delivery import Delivery
from ledger.invoice.document import InvoiceDocument
from ledger.invoice.mappings.fennoa.terms import Terms
from ledger.push.items import Phase
from ledger.push.kinds import PushKind
from ledger.push.steps import Step
from tasks.push import Pusher, now
from tasks.push_add import key_of
from tests.benchmarks.push_simulator import KEY, USER

TENANT, SYSTEM = "acme", "fennoa"
PLAN = (Step.CREATE, Step.CHECK)
LOOKS = 200
"""How often the next document is asked for."""

Work = Callable[[], dict[str, Any]]
TEMPLATE = {
    "source": "bench",
    "invoice_date": "2026-01-15",
    "due_date": "2026-01-29",
    "recipients": [{"channel": "email", "address": "laskut@example.com"}],
    "rows": [
        {
            "product_number": "KONS",
            "product_name": "Konsultointi",
            "price": "56.66",
            "quantity": "12.5",
            "unit": "h",
            "vat_rate": "25.5",
        },
        {"description": "Toimitusaika tammikuu 2026"},
    ],
}
ADDRESS = {"street": "Testitie 2", "postal_code": "33100", "city": "TAMPERE", "country": "FI"}


def invoice_of(number: int) -> dict[str, Any]:
    """Return an invoice of a customer of its own."""
    customer = {"name": f"Ostaja {number} Oy", "number": str(number), "address": ADDRESS}
    return TEMPLATE | {"id": str(number), "customer": customer}


def _document(number: int) -> NewDocument:
    made = InvoiceDocument.model_validate(invoice_of(number))
    return NewDocument(
        source_id=made.key,
        kind=PushKind.SALES_INVOICE,
        key=key_of(TENANT, SYSTEM, made.key),
        customer=made.customer.key,
        document=made.model_dump_json(exclude_defaults=True),
        digest=made.digest,
        steps=PLAN,
    )


def through(home: str, documents: int, rate: int = 0) -> Work:
    """Push documents into a simulator in a process of its own; ``rate``: calls a second, 0 any."""
    hub = _hub(Path(home))
    hub.tenants.add(Tenant(TENANT, "Acme Oy"))
    hub.push_marks.set(TENANT, SYSTEM, "0")
    hub.push_facts.note(TENANT, SYSTEM, **{PROVEN: "notes_internal"})  # as after a first draft
    hub.outbox.add(TENANT, SYSTEM, map(_document, range(1, documents + 1)))

    def work() -> dict[str, Any]:
        simulator = _Simulator(rate)
        try:
            window = SlidingWindow(calls=rate or 1_000_000, period_s=1.0)
            secret = SecretStr(KEY)
            memory = HubMemory(hub, TENANT, SYSTEM)
            target = FennoaTarget(
                simulator.url, USER, secret, preparing(Terms()), window, memory=memory
            )
            pusher = Pusher(hub, TENANT, SYSTEM, target, max_documents=documents + 1)
            spent, began = simulator.cpu_s(), time.perf_counter()
            asyncio.run(pusher.run())
            took, spent = time.perf_counter() - began, simulator.cpu_s() - spent
            called = simulator.facts()
        finally:
            simulator.stop()
        done = hub.outbox.balance(TENANT, SYSTEM).get(Phase.DONE, 0)
        hub.close()
        return {
            "done": done,
            "calls": called["calls"],
            "took_s": took,
            "simulator_cpu_s": spent,
            "too_many_requests": called["refused"],
        }

    return work


def growth(home: str, queued: int) -> Work:
    """Ask for the next of so many queued documents, and let its call begin and end."""
    hub = _hub(Path(home))
    hub.tenants.add(Tenant(TENANT, "Acme Oy"))
    small = [_document(number) for number in range(1, 3)]
    hub.outbox.add(TENANT, SYSTEM, (_copied(small[0], number) for number in range(queued)))

    def work() -> dict[str, Any]:
        times = []
        for _ in range(LOOKS):
            began = time.perf_counter()
            found, _ = hub.outbox.next_due(TENANT, SYSTEM, now())
            times.append(time.perf_counter() - began)
            assert found
        hub.close()
        return {"next_ms": 1_000 * median(times)}

    return work


def _copied(one: NewDocument, number: int) -> NewDocument:
    name = f"bench/{number}"
    changed = {"source_id": name, "key": key_of(TENANT, SYSTEM, name), "customer": name}
    return NewDocument(**vars(one) | changed)


def judge(path: str) -> Work:
    """Validate a file of invoices as `tasma push add` does, up to the outbox."""
    target = FennoaTarget(
        "http://127.0.0.1:9/api",
        "nobody",
        SecretStr(""),
        preparing(Terms()),
        SlidingWindow(calls=1, period_s=1.0),
    )

    def work() -> dict[str, Any]:
        delivery, good = Delivery("bench.jsonl"), 0
        with Path(path).open("rb") as file:
            for taken in delivery.take_all(records_of(file, "bench.jsonl")):
                assert taken.document
                text = taken.document.model_dump_json(exclude_defaults=True)
                good += not target.judge(PushKind.SALES_INVOICE, text)
        return {"good": good}

    return work


def idle(home: str, tenants: int) -> Work:
    """Look for tenants with something to send among those that have nothing."""
    hub = _hub(Path(home))
    for number in range(tenants):
        hub.tenants.add(Tenant(f"tenant-{number}", f"Tenant {number}"))

    def work() -> dict[str, Any]:
        found = hub.outbox.tenants_with_work(SYSTEM)
        hub.close()
        return {"with_work": len(found)}

    return work


def write_invoices(path: Path, count: int) -> None:
    """Write so many invoices as lines of JSON, unless they lie there."""
    if not path.exists():
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(invoice_of(number))}\n" for number in range(1, count + 1))


def _hub(home: Path) -> Hub:
    home.mkdir(parents=True)
    hub = Hub(f"sqlite:///{home / 'hub.sqlite'}")
    hub.migrate()
    return hub


class _Simulator:
    """A simulated Fennoa in a process of its own, whose CPU time is told apart."""

    def __init__(self, rate: int) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.push_simulator", str(rate)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.url = self._read()

    def cpu_s(self) -> float:
        """Return what it has spent so far."""
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)

    def facts(self) -> dict[str, int]:
        """Return how it was called."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: dict[str, int] = json.loads(self._read())
        return found

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()
