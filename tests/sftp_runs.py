"""Import runs in this very process, asked for as Prefect's server is: one for each key."""

from __future__ import annotations

from dataclasses import dataclass, field

from prefect.states import Crashed, Running

from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.demo.outcome import published_balances
from flows.import_file import take_in
from flows.runs.outcomes import combined
from flows.runs.states import ended
from ledger.outcome import Outcome
from simulators.books.company import Company
from simulators.books.years import calendar_years
from tasks.arrivals import Arrival, explain, resolve

ACME = Company(3, calendar_years(2024, 2024), 20)
OTHER = Company(4, calendar_years(2024, 2024), 20)


def below(folder):
    """Return the files below a folder, by their paths in it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def reason(folder, name):
    """Return what is written beside a file that was put aside."""
    return (folder / "failed" / f"{name}.error.txt").read_text(encoding="utf-8")


def balances(stores, tenant="acme"):
    """Return what is published of 2024, by account."""
    return published_balances(stores.warehouse, tenant, "2024-01-01_2024-12-31")


@dataclass
class Run:
    name: str
    state: object


@dataclass
class Runs:
    """Takes the place of `start_run`; `keeps_running`: no run comes to its end yet."""

    stores: object
    by_key: dict[str, Run] = field(default_factory=dict)
    keeps_running: bool = False
    waiting: list = field(default_factory=list)
    crashes: int = 0
    at_once: int = 0
    most_at_once: int = 0

    async def __call__(self, _deployment, *, parameters, idempotency_key, flow_run_name, **_):
        if idempotency_key not in self.by_key:
            self.by_key[idempotency_key] = Run(flow_run_name, Running())
            if self.crashes:
                self.crashes -= 1
                self.by_key[idempotency_key].state = Crashed()
            elif self.keeps_running:
                self.waiting.append((self.by_key[idempotency_key], parameters))
            else:
                await self._do(self.by_key[idempotency_key], **parameters)
        return self.by_key[idempotency_key]

    async def finish(self):
        """Have all runs work that were asked for so far, and those to come at once."""
        self.keeps_running = False
        while self.waiting:
            run, parameters = self.waiting.pop(0)
            await self._do(run, **parameters)

    async def _do(self, run, *, tenant, path, sha256, who=""):
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        arrival = Arrival(tenant, resolve(tenant, path), who, sha256)
        steps = LocalSteps(LoadResult(tenant, arrival.path), lambda _step: None)
        try:
            found = combined(await take_in(self.stores, arrival, steps=steps, wait_limit_s=60))
            run.state = ended(found.outcome, found.message)
        except Exception as problem:  # noqa: BLE001 - as a run ends, whatever it was
            run.state = ended(Outcome.FAILED, explain(problem))
        self.at_once -= 1
