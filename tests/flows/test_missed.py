"""What a start does about schedules: of earlier releases, and of the time that nobody was there."""

from __future__ import annotations

import asyncio
import datetime as dt

from prefect.client.orchestration import get_client

from flows.runs.missed import forget_former_schedules, forget_missed
from tests.flows.conftest import reaching


def scheduled(desk, name):
    """Give the ids of the runs of a deployment that its schedule has made."""
    body = {
        "deployments": {"id": {"any_": [desk.deployment(name)["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }
    return {run["id"] for run in desk.ask("/flow_runs/filter", body) if run["auto_scheduled"]}


def asked(desk, work):
    """Do something with a client of the server."""

    async def do():
        async with get_client() as client:
            return await work(client)

    with reaching(desk.server):
        return asyncio.run(do())


def test_schedules_of_earlier_releases_go_and_a_persons_own_stays(desk):
    path = f"/deployments/{desk.deployment('overview')['id']}/schedules"
    for every_s in (900, 600):
        schedule = {"interval": every_s, "timezone": "UTC"}
        desk.ask(path, [{"schedule": schedule, "active": False}])
    gone = asked(desk, forget_former_schedules)
    again = asked(desk, forget_former_schedules)

    left = [item["schedule"]["interval"] for item in desk.deployment("overview")["schedules"]]
    assert (1, 0, [600.0]) == (gone, again, left)


def test_what_was_missed_is_forgotten_and_nights_and_what_somebody_asked_for_are_not(desk):
    nightly = desk.deployment("nightly")["id"]
    nights, watches = scheduled(desk, "nightly"), scheduled(desk, "watch")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=10)
    path = f"/deployments/{desk.deployment('janitor')['id']}/create_flow_run"
    at = (later - dt.timedelta(days=1)).isoformat()
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": at}}
    wanted = desk.server.ask(path, {"state": state})["id"]
    count = asked(desk, lambda client: forget_missed(client, keep=nightly, now=later))

    assert count >= len(watches) > 0
    assert nights
    assert nights <= scheduled(desk, "nightly")
    assert not watches & scheduled(desk, "watch")
    assert "SCHEDULED" == desk.ask(f"/flow_runs/{wanted}")["state"]["type"]
