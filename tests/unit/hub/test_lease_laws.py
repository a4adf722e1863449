"""Whatever happens in whatever order: one holder at a time, and tokens that only grow."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from blocks.hub import Hub, Lease, LeaseLost, LeaseTaken
from tests.examples import examples

RESOURCES = st.sampled_from(["a/1", "a/2", "b/1"])
HOLDERS = st.sampled_from(["night", "hand"])
SECONDS = st.integers(min_value=1, max_value=90)


class Leases(RuleBasedStateMachine):
    given = Bundle("given")
    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "hub.sqlite")
        self.now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        self.hub = Hub(f"sqlite:///{self.folder / 'hub.sqlite'}", clock=lambda: self.now)
        self.current: dict[str, Lease] = {}
        self.highest = 0

    def teardown(self) -> None:
        self.hub.close()
        shutil.rmtree(self.folder)

    def is_current(self, lease: Lease) -> bool:
        held = self.current.get(lease.resource)
        return held is not None and held.token == lease.token

    def is_live(self, resource: str) -> bool:
        held = self.current.get(resource)
        return held is not None and self.now < held.expires_at

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.now += dt.timedelta(seconds=seconds)

    @rule(target=given, resource=RESOURCES, holder=HOLDERS, ttl_s=SECONDS)
    def acquire(self, resource: str, holder: str, ttl_s: int) -> Lease:
        try:
            lease = self.hub.leases.acquire(
                resource, holder=holder, ttl_s=ttl_s, run_id=f"run {holder}"
            )
        except LeaseTaken:
            assert self.is_live(resource)
            return self.current[resource]
        assert not self.is_live(resource)
        assert lease.token > self.highest
        self.highest = lease.token
        self.current[resource] = lease
        return lease

    @rule(lease=given, ttl_s=SECONDS)
    def renew(self, lease: Lease, ttl_s: int) -> None:
        allowed = self.is_current(lease) and self.is_live(lease.resource)
        try:
            renewed = self.hub.leases.renew(lease, ttl_s=ttl_s)
        except LeaseLost:
            assert not allowed
        else:
            assert allowed
            self.current[lease.resource] = renewed

    @rule(lease=given)
    def release(self, lease: Lease) -> None:
        allowed = self.is_current(lease)
        try:
            self.hub.leases.release(lease)
        except LeaseLost:
            assert not allowed
        else:
            assert allowed
            del self.current[lease.resource]

    @rule(holder=HOLDERS)
    def free_dead_run(self, holder: str) -> None:
        freed = self.hub.leases.release_run(f"run {holder}")
        mine = [r for r, held in self.current.items() if held.holder == holder]
        assert {r for r in mine if self.is_live(r)} == {lease.resource for lease in freed}
        for lease in freed:
            del self.current[lease.resource]

    @invariant()
    def hub_and_model_agree_on_who_holds_what(self) -> None:
        live = {r: held for r, held in self.current.items() if self.is_live(r)}
        assert live == {lease.resource: lease for lease in self.hub.leases.live()}


@pytest.mark.hypothesis  # so that a campaign takes it
def test_leases_obey_their_laws(empty_hub):
    Leases.template = empty_hub
    run_state_machine_as_test(
        Leases,
        settings=settings(
            max_examples=examples(30),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
