"""Pushing a tenant's invoices to the simulated Fennoa, as a run does, within a test."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from blocks.http import SlidingWindow
from blocks.hub import Hub
from blocks.hub.outbox import Queued
from blocks.lake import Lake
from blocks.systems.fennoa.memory import PROVEN, HubMemory
from blocks.systems.fennoa.prepare import preparing
from blocks.systems.fennoa.steps import Limits
from blocks.systems.fennoa.target import RULES, FennoaTarget
from ledger.invoice.mappings.fennoa.terms import Terms
from ledger.push.advance import Rules
from ledger.push.events import Retried
from simulators.fennoa import FennoaSimulator
from tasks.push import Pusher, now
from tasks.push_add import Added, add_file
from tasks.push_files import reading
from tests.harnesses.fennoa import KEY, TERMS, USER

QUICK = Rules(RULES.read_backs, commit_lag_s=0.15, settle_s=0.1, poll_interval_s=0.02)
"""As the target's, in a world where everything happens a thousand times as fast."""
QUICK_LIMITS = Limits(number_every_s=0.02, delivery_every_s=0.02, credit_every_s=0.05)


def prove_key(hub: Hub, tenant: str = "acme") -> None:
    """Let our key have come back before, in the list too."""
    hub.push_facts.note(tenant, "fennoa", **{PROVEN: "notes_internal"}, key_in="list")


@dataclass
class Pushing:
    """Tenant acme's pushes: `add` takes invoices as a source gives them, `run` sends what waits."""

    hub: Hub
    lake: Lake
    fennoa: FennoaSimulator
    folder: Path
    terms: dict[str, Any] = field(default_factory=lambda: dict(TERMS))
    rules: Rules = QUICK
    limits: Limits = QUICK_LIMITS
    tenant: str = "acme"

    def target(self, key: str = KEY) -> FennoaTarget:
        """Return the target as a session opens it."""
        terms = Terms(**self.terms)
        target = FennoaTarget(
            self.fennoa.url,
            USER,
            SecretStr(key),
            preparing(terms),
            SlidingWindow(calls=100_000, period_s=0.001),
            terms=terms,
            rules=self.rules,
            memory=HubMemory(self.hub, self.tenant, "fennoa"),
            limits=self.limits,
        )
        target.files = reading(self.lake)
        return target

    def add(self, *invoices: dict[str, Any], process: str = "") -> Added:
        """Write a file of invoices and take it."""
        path = self.folder / "invoices.jsonl"
        lines = (json.dumps(one, default=str) + "\n" for one in invoices)
        path.write_text("".join(lines), "utf-8")
        target = self.target()
        added = add_file(
            self.hub, self.tenant, "fennoa", path, target=target, process=process, lake=self.lake
        )
        assert not added.reasons, added.reasons
        return added

    def run(self, limit_s: float = 29.0, **options: Any) -> dict[str, int]:
        """Push what is due, and return how documents ended; a wait of 30 s ends it."""
        pusher = Pusher(
            self.hub, self.tenant, "fennoa", self.target(**options), limit_s=limit_s, pause_s=0.02
        )
        return dict(asyncio.run(pusher.run()))

    def queued(self, number: object) -> Queued:
        """Return a document of the webshop."""
        return self.hub.outbox.find(self.tenant, "fennoa", f"webshop/{number}")

    def retry(self, number: object) -> None:
        """Have a document tried once more, as a person does."""
        self.hub.outbox.apply(self.queued(number), Retried(), rules=self.rules, now=now())

    def hold(self, number: object) -> str:
        """Return why a document is held."""
        held = self.queued(number).item.hold
        return str(held.code) if held else ""

    @property
    def invoices(self) -> list[Any]:
        """What Fennoa holds."""
        return list(self.fennoa.company(USER).invoices.values())

    def called(self, *words: str) -> list[str]:
        """Return the calls that changed something, by the part of their path behind the API's."""
        paths = [call.path for call in self.fennoa.world.calls if call.method == "POST"]
        return [path for path in paths if all(word in path for word in words)]

    def counted(self) -> Counter[str]:
        """Count the calls by method and path, ids left out."""
        return Counter(f"{call.method} {call.path}" for call in self.fennoa.world.calls)
