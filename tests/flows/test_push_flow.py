"""Pushing by Prefect: an API user in a real block, the page of a run, and one run for a sweep."""

from __future__ import annotations

import asyncio
import datetime as dt
import json

import pytest

from blocks.systems.fennoa import session
from blocks.systems.fennoa.block import FennoaApiUser
from blocks.systems.fennoa.settings import FennoaSettings
from flows.push import push
from flows.push_sweep import start_push
from simulators.fennoa import Company, Fault, FennoaSimulator
from tests.flows.conftest import environment_of, reaching
from tests.invoices import content

USER, KEY = "api-user", "plainly-fake-key"
TO = ("--to", "fennoa")


@pytest.fixture
def fennoa(monkeypatch):
    with FennoaSimulator([Company(USER, KEY)]) as simulator:
        chosen = FennoaSettings(url=simulator.url, rate=1_000)
        monkeypatch.setattr(session, "settings", lambda: chosen)
        yield simulator


def save_block(desk, name):
    with environment_of(desk.home), reaching(desk.server):
        asyncio.run(
            FennoaApiUser(user=USER, key=KEY, terms={"process": "draft"}).asave(
                name, overwrite=True
            )
        )


def test_run_sends_what_waits_and_its_page_says_what_a_person_does(desk, fennoa, tmp_path):
    save_block(desk, "pushing")
    desk.tasma("tenant", "add", "pushing", "--name", "Pushing Oy")
    connected = desk.tasma("connect", "fennoa", "pushing", "--block", "fennoa-api-user/pushing")
    assert connected.exit_code == 0, connected.output
    file = tmp_path / "invoices.jsonl"
    file.write_text("".join(json.dumps(content(id=str(n))) + "\n" for n in (1, 2)), "utf-8")
    added = desk.tasma("push", "add", "pushing", file, *TO)
    assert added.exit_code == 0, added.output
    fennoa.faults.add("sales_api/add", Fault.REFUSED_OK)

    first = desk.do(push, tenant="pushing", system="fennoa")
    again = desk.do(push, tenant="pushing", system="fennoa")

    page = desk.artifact("push-pushing-fennoa")
    assert ("Held", "Unchanged") == (first.name, again.name)
    assert "webshop/1" in page
    assert "rejected" in page
    assert KEY not in page + connected.output + added.output
    assert 1 == len(fennoa.company(USER).invoices)
    assert desk.refuses("push", tenant="pushing", system="../x")


def test_sweep_that_is_started_twice_starts_each_tenant_once(desk):
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    async def twice():
        runs = [await start_push("not-there", "fennoa", at=at) for _ in range(2)]
        return [run.id for run in runs]

    with environment_of(desk.home), reaching(desk.server):
        first, second = asyncio.run(twice())

    assert first == second
    assert "FAILED" == desk.end_of(first)["state"]["type"]
