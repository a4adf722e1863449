"""Two hosts with one hub: PostgreSQL, Redis, two API servers, and what breaks in a night."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import boto3
import pytest

from blocks.hub import NightState
from blocks.hub.leases import DEFAULT_TTL_S
from flows.demo.hosts import night
from flows.demo.hosts.hosts import installation
from flows.demo.ledgers import CHANGED, REMOVED, connect, simulated_fortnox
from tasks.stores import open_stores
from tests.plugins.absent_parts import ABSENT
from tests.plugins.buckets import KEYS
from tests.s3_line import line_to

TENANTS = 10
NIGHT = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)
SOON = {"TASMA_SWEEP_EVERY_S": "20"}
"""Two minutes in a worker that is not waited for."""

AHEAD = "+10m"
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)

pytestmark = [
    pytest.mark.timeout(1_200),
    pytest.mark.skipif(
        not os.environ.get("TASMA_CAMPAIGN"),
        reason="two nights on a whole installation take five minutes: make campaign plays them",
    ),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory, moto_server):
    """Give an installation whose second host has a clock that is ten minutes ahead."""
    if FAKETIME is None:
        pytest.skip(f"{ABSENT}libfaketime (apt-get install faketime)")
    home = tmp_path_factory.mktemp("hosts")
    with (
        pytest.MonkeyPatch.context() as patch,
        simulated_fortnox(ledgers=night.companies(TENANTS)) as fortnox,
        line_to(moto_server) as line,
        installation(home, bucket=lake_behind(line)) as found,
    ):
        for name, value in found.shared.items():
            patch.setenv(name, value)
        patch.setenv("TASMA_HOME", str(home / "prompt"))
        patch.setenv("TASMA_HOST_NAME", "prompt")
        found.fortnox, found.line = fortnox, line
        found.add_host(more=SOON)
        found.add_host(server=1, more=SOON | ahead())
        yield found


def lake_behind(line):
    keys = KEYS | {"AWS_ENDPOINT_URL": line.here}
    client = boto3.client(
        "s3",
        endpoint_url=line.to,
        region_name=keys["AWS_REGION"],
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )
    where = {"LocationConstraint": keys["AWS_REGION"]}
    client.create_bucket(Bucket="hosts", CreateBucketConfiguration=where)
    return {"TASMA_LAKE_URL": "s3://hosts/lake", **keys}


def busy_for(line, seconds):
    """Have the S3 service answer 503 to everybody for a while."""
    line.only("503")
    threading.Timer(seconds, line.mend).start()


def ahead():
    return {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME": AHEAD,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(Path(__file__).parents[1] / "clock_ahead"),
    }


@dataclass
class Story:
    """What happens in the course of a night: each thing once so many tenants have an outcome."""

    events: list[tuple[int, Callable[[], object]]]

    def __call__(self, rows):
        ended = sum(row.state is NightState.ENDED for row in rows)
        if self.events and ended >= self.events[0][0]:
            _, happens = self.events.pop(0)
            happens()


def asleep_for(host, seconds):
    """Stop a host now; let it go on later, with all that it believes."""
    host.sleep()
    threading.Timer(seconds, host.wake).start()


def play(found, date, events):
    """Play a night; return what it came to, the counts of tenants' loads, and what is wrong."""
    story, ledgers = Story(events), night.companies(TENANTS)
    with open_stores() as stores:
        connect(stores.hub, ledgers)
        night.begin_night(found.servers[1], date)
        rows = night.wait_for_night(stores, date, count=TENANTS, meanwhile=story)
        problems = night.complaints(stores, found.fortnox, ledgers)
        loads = {stores.warehouse.published(one.slug, "load").num_rows for one in ledgers}
    assert [] == story.events
    return Counter(row.outcome for row in rows), loads, problems


def test_night_is_whole_though_a_host_sleeps_longer_than_its_leases_and_what_it_needs_fails(found):
    """The database is started again, and the S3 service is busy for a minute."""
    first, _ahead = found.hosts
    events = [
        (0, partial(busy_for, found.line, 60)),
        (1, partial(asleep_for, first, DEFAULT_TTL_S + 20)),
        (2, found.databases.restart),
    ]
    came, loads, problems = play(found, NIGHT, events)

    assert {"published": TENANTS} == came
    assert ({1}, []) == (loads, problems)


def test_night_is_whole_though_a_host_is_lost_and_with_it_a_server(found):
    first, _ahead = found.hosts
    for item in night.companies(TENANTS):
        found.fortnox.tenant(item.number).edit(removed=[REMOVED], changed=[CHANGED])
    lost = found.api[found.servers[0].url]
    came, loads, problems = play(found, NIGHT + DAY, [(1, first.lose), (1, lost.kill)])

    # What the lost host had published, and could not say any more, another one finds unchanged.
    assert set(came) <= {"published", "unchanged"}
    assert (TENANTS, {2}, []) == (came.total(), loads, problems)
