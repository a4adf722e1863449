"""Import runs in this very process, asked for as Prefect's server is: one for each key."""

from __future__ import annotations

from dataclasses import dataclass, field

from prefect.states import Crashed, Running

from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.import_file import take_in
from flows.runs.outcomes import combined
from flows.runs.states import ended
from ledger.outcome import Outcome
from tasks.arrivals import Arrival, explain, resolve


@dataclass
class Run:
    name: str
    state: object


@dataclass
class Runs:
    """Takes the place of `arun_deployment`; `keeps_running`: no run comes to its end yet."""

    stores: object
    by_key: dict[str, Run] = field(default_factory=dict)
    keeps_running: bool = False
    crashes: int = 0
    at_once: int = 0
    most_at_once: int = 0

    async def __call__(self, _deployment, *, parameters, idempotency_key, flow_run_name, **_):
        if idempotency_key not in self.by_key:
            self.by_key[idempotency_key] = Run(flow_run_name, Running())
            if self.crashes:
                self.crashes -= 1
                self.by_key[idempotency_key].state = Crashed()
            elif not self.keeps_running:
                await self._do(self.by_key[idempotency_key], **parameters)
        return self.by_key[idempotency_key]

    async def _do(self, run, *, tenant, path, sha256, who=""):
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        arrival = Arrival(tenant, resolve(tenant, path), who, sha256)
        steps = LocalSteps(LoadResult(tenant, arrival.path), lambda _step: None)
        try:
            found = combined(await take_in(self.stores, arrival, steps=steps, wait_limit_s=5))
            run.state = ended(found.outcome, found.message)
        except Exception as problem:  # noqa: BLE001 - as a run ends, whatever it was
            run.state = ended(Outcome.FAILED, explain(problem))
        self.at_once -= 1
