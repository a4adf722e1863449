"""A second system, added as docs/extending.md says: keys, parts of months, one rate for all."""

from __future__ import annotations

import asyncio
import io
import json
from collections import Counter
from decimal import Decimal

import pytest

from blocks.http import CallRefused
from blocks.hub import Tenant, UnitState
from blocks.hub.ledger_owners import LedgerOfAnother
from blocks.hub.pickups import Pickup
from blocks.systems.registry import open_books
from flows.cli.connect import connect_tenant
from flows.cli.failure import redacted
from flows.keep_connections import keep_connections
from ledger.fiscal_year import FiscalYear
from tasks.erasing import erase, holdings
from tasks.from_landing import fetched_from_landing
from tasks.ledger_sources import year_sources
from tests.command_line import invoke
from tests.harnesses import toy as harness
from tests.homes import add_sharing
from tests.nights import tenants_of
from tests.toy import port
from tests.toy.server import Company
from tests.toy.system import SYSTEM

YEAR = FiscalYear.parse("2025")
BALANCES = {"1910": Decimal("887.66"), "3000": Decimal("-900.00"), "9100": Decimal("12.34")}


@pytest.fixture
def there(monkeypatch):
    with harness.opened(monkeypatch) as there:
        yield there


@pytest.fixture
def acme(house, there):
    house.stores.hub.tenants.add(
        Tenant("acme", "Acme Oy", harness.NUMBER, country="FI", currency="EUR")
    )
    house.stores.hub.years.define("acme", YEAR)
    there.connect(house.stores.hub, "acme")
    return "acme"


def fetched(there):
    """Count the parts that were asked for, and forget them."""
    asked = sum(path == "/part" for _, path, _ in there.toy.calls)
    there.toy.calls.clear()
    return asked


def test_its_ledger_goes_the_way_of_every_other(house, there, acme):
    end, message = house.pull(acme)

    assert "Published" == end, message
    assert BALANCES == {
        account: amount for account, amount in house.balances(acme).items() if amount
    }
    (unit,) = house.units(acme).values()
    assert ("toy", "toy") == (unit.published_source, unit.ledger_source)
    (source,) = year_sources(house.stores.hub, acme)
    assert ("toy", "sync") == (source.source, source.action)


def test_only_the_months_that_changed_are_fetched_again(house, there, acme):
    house.pull(acme)
    first = fetched(there)

    quiet = house.pull(acme)[0], fetched(there)
    there.books.book("2025-03", "11", ("1910", "7.00"), ("3000", "-7.00"))
    changed = house.pull(acme)[0], fetched(there)

    assert 10 == first
    assert ("Unchanged", 0) == quiet
    assert ("Published", 1) == changed
    assert BALANCES["1910"] + 7 == house.balances(acme)["1910"]


def test_month_that_the_lake_lost_is_fetched_again(house, there, acme):
    house.pull(acme)
    fetched(there)
    lake = house.stores.lake
    (load,) = house.stores.hub.loads.of_unit(acme, YEAR)
    landed = lake.find(acme, "toy", load.landed_sha256)
    lost = lake.parts_of(landed)[4]
    for path in house.stores.lake.place_of(landed.address).parent.glob(f"*{lost.sha256}*"):
        path.unlink()

    end, message = house.pull(acme)

    assert ("Unchanged", 1) == (end, fetched(there)), message


def test_what_it_was_not_asked_is_known_again_from_what_was_landed(house, there, acme):
    house.pull(acme)
    (load,) = house.stores.hub.loads.of_unit(acme, YEAR)

    fetched = fetched_from_landing(house.stores, load)

    assert "source_account source_voucher" == fetched.facts.unasked
    batches = fetched.open(house.stores.lake).batches()
    assert 10 == sum(batch["voucher"].num_rows for batch in batches)


def test_voucher_that_the_source_s_balances_lack_holds_the_year(house, there, acme, monkeypatch):
    monkeypatch.setattr(Company, "balances", lambda _company: {"1910": Decimal(1)})

    end, message = house.pull(acme)

    assert "Held" == end
    assert "source_closing_balances" in message


def give(house, tenant, year, system):
    house.stores.hub.ledger_owners.give(
        tenant, FiscalYear.parse(year), system=system, reason="agreed", who="anna"
    )


@pytest.fixture
def fortnoxs(house, acme):
    """Give a year that Fortnox published before there was a row that says whose it is."""
    for status in ("fetching", "staged", "reconciling", "published"):
        house.stores.hub.units.set_status(
            acme, YEAR, UnitState(status), source="fortnox", load_id="l1"
        )
    return acme


@pytest.mark.parametrize("wish", [{}, {"overwrites": True}, {"dry_run": True}])
def test_year_of_another_system_is_evidence_and_named_whatever_a_pull_wishes(
    house, there, fortnoxs, wish
):
    end, message = house.pull(fortnoxs, **wish)

    assert "Kept" in end + message
    assert "its ledger is Fortnox's, and what Toy says of it is evidence" in message
    assert "tasma tenant owner acme toy --from 2025 --reason" in message
    assert 0 == fetched(there)


def test_year_goes_to_the_system_that_an_operator_names(house, fortnoxs):
    give(house, fortnoxs, "2025", "toy")

    assert "Published" == house.pull(fortnoxs)[0]
    assert "toy" == house.units(fortnoxs)["2025"].ledger_source


def test_first_publication_makes_the_owner_of_a_year_and_is_written_once(house, acme):
    owners = house.stores.hub.ledger_owners
    assert owners.of_year(acme, YEAR) is None

    house.pull(acme)
    house.pull(acme)

    assert [("toy", YEAR.start_date)] == [
        (row.system, row.first_day) for row in owners.of_tenant(acme)
    ]
    assert 1 == len(house.stores.hub.events.recent(tenant=acme, kind="ledger owner"))


def test_what_was_held_is_not_published_once_the_year_is_anothers(house, there, acme, monkeypatch):
    """The hold was made while the year was free; that it is accepted later changes no owner."""
    monkeypatch.setattr(Company, "balances", lambda _company: {"1910": Decimal(1)})
    house.pull(acme)
    hub = house.stores.hub
    (load,) = hub.loads.of_unit(acme, YEAR)
    hub.acceptances.accept(load.load_id, reason="seen", accepted_by="anna")
    give(house, acme, "2025", "fortnox")

    with pytest.raises(LedgerOfAnother, match="so toy's is evidence and was not published"):
        house.load(fetched_from_landing(house.stores, load))

    assert "" == house.units(acme)["2025"].published_digest


def test_all_tenants_share_one_rate(house, there, acme):
    hub = house.stores.hub
    for number in range(3):
        tenant = f"t{number}"
        add_sharing(hub, Tenant(tenant, "Other", harness.NUMBER))
        there.toy.companies[f"key of {tenant}"] = there.books
        port.KEYS[tenant] = port.SecretStr(f"key of {tenant}")
        hub.connections.save(port.Connection(tenant, "toy", port.Method.CLIENT_CREDENTIALS))
    there.toy.calls.clear()

    async def ask(tenant):
        async with open_books(hub, tenant, "toy", wait_limit_s=1) as books:
            for _ in range(5):
                await books.ledger.fiscal_years()

    async def at_once():
        await asyncio.gather(*(ask(f"t{number}") for number in range(3)))

    asyncio.run(at_once())
    times = sorted(at for at, _, _ in there.toy.calls)

    assert 33 == len(times)
    rate = port.RATE
    for first, beyond in zip(times, times[rate.calls :], strict=False):
        assert beyond - first > rate.period_s * 0.9


def test_it_is_connected_by_the_key_that_is_typed(house, there, monkeypatch, capsys):
    house.stores.hub.tenants.add(Tenant("acme", "Acme Oy", harness.NUMBER))
    monkeypatch.setenv("TASMA_HUB_URL", f"sqlite:///{house.stores.hub.database.file.path}")
    monkeypatch.setattr("sys.stdin", io.StringIO("key of acme\n"))

    connect_tenant(SYSTEM, "acme", link_only=False, wants={}, as_json=True)
    shown = json.loads(capsys.readouterr().out)

    assert ("toy", "connected") == (shown["system"], shown["status"])
    assert [True] == [item["passed"] for item in shown["requirements"]]
    assert ["acme"] == there.secrets()


def test_tenant_that_is_erased_leaves_no_key_and_no_books(house, there, acme, monkeypatch):
    monkeypatch.setenv("TASMA_INBOX", str(house.folder / "inbox"))
    house.pull(acme)

    erase(house.stores, acme)

    assert [] == there.secrets()
    assert [] == holdings(house.stores, acme)


def test_its_secret_is_shown_nowhere(there, monkeypatch):
    monkeypatch.setenv("TASMA_TOY_CLIENT_SECRET", "planted")

    assert "it was ***" == redacted("it was planted")


def test_calls_of_a_pull_are_those_of_its_parts(house, there, acme):
    house.pull(acme)

    assert 1 == Counter(path for _, path, _ in there.toy.calls)["/balances"]


@pytest.fixture
def both(house, there, connected, monkeypatch):
    """Give a tenant that is connected to Fortnox and to the toy."""
    ledger = connected(defined=("2025",), schedule=True)
    hub, tenant = house.stores.hub, ledger.tenant
    there.toy.companies[f"key of {tenant}"] = there.books
    there.books.number = ledger.company.organisation_number
    port.KEYS[tenant] = port.SecretStr(f"key of {tenant}")
    hub.connections.save(port.Connection(tenant, "toy", port.Method.CLIENT_CREDENTIALS))
    monkeypatch.setenv("TASMA_HUB_URL", f"sqlite:///{hub.database.file.path}")
    return tenant


def test_each_year_of_two_systems_is_its_owners(house, both):
    end, message = house.pull(both)

    assert "Published" == end, message
    assert "2025 Kept: its ledger is Fortnox's" in message
    assert "fortnox" == house.units(both)["2025"].ledger_source


def test_a_system_that_refuses_stops_no_other(house, both, fortnox):
    fortnox.faults.add("revoke_consent", times=None, path="/3/")

    with pytest.raises(CallRefused, match="Fortnox"):
        house.pull(both)
    fortnox.faults.clear()

    assert "toy" == house.units(both)["2025"].source, "its year was fetched and judged"


@pytest.fixture
def sync(house, both, monkeypatch):
    """Synchronise the tenant at the prompt; return the exit code and the rows by integration."""
    monkeypatch.setenv("TASMA_HOME", str(house.folder))
    house.stores.hub.years.define(both, FiscalYear.parse("2024"))

    def sync(*more):
        done = invoke("tenant", "sync", both, *more, "--json")
        return done.exit_code, {row["name"]: row for row in json.loads(done.stdout)}

    return sync


@pytest.mark.requirement("R-FIN-P3")
def test_each_of_two_systems_has_a_row_and_one_command_asks_both(house, both, there, sync):
    _, listed = sync("--list")
    asked = len(there.toy.calls)
    exit_code, rows = sync()

    assert ["fortnox", "toy"] == list(listed) == list(rows)
    assert 0 == asked, "to list them asks nobody"
    assert "2024 published, 2025 published" == rows["fortnox"]["message"]
    assert rows["toy"]["message"].startswith("2024 kept, 2025 kept; ")
    assert "its ledger is Fortnox's" in rows["toy"]["message"]
    assert there.toy.calls, "it was asked for its years"
    assert [0, 0, 0] == [exit_code, *(row["exit_code"] for row in rows.values())]
    assert {"2024": "fortnox", "2025": "fortnox"} == {
        year: unit.ledger_source for year, unit in house.units(both).items()
    }


def test_what_is_in_the_way_of_one_integration_is_its_rows_and_stops_no_other(
    house, both, there, fortnox, sync
):
    fortnox.faults.add("revoke_consent", times=None, path="/3/")
    house.stores.hub.pickups.agree(Pickup(both, "sftp-account/acme", "/out"), who="me")
    exit_code, rows = sync()
    fortnox.faults.clear()

    assert ["fortnox", "toy", "sftp"] == list(rows)
    assert 1 == exit_code == rows["fortnox"]["exit_code"]
    assert "Fortnox" in rows["fortnox"]["message"]
    assert "2025 held" in rows["toy"]["message"], "it was fetched and judged"
    assert "nothing was done" in rows["sftp"]["message"].lower()


def test_a_tenant_without_an_integration_is_told_what_to_do(house, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(house.folder))
    monkeypatch.setenv("TASMA_HUB_URL", f"sqlite:///{house.stores.hub.database.file.path}")
    house.stores.hub.tenants.add(Tenant("alone", "Alone AB"))
    done = invoke("tenant", "sync", "alone")

    assert 1 == done.exit_code
    assert "tasma sftp set" in done.stderr


def test_connections_of_every_system_are_kept_alive(house, there, acme, monkeypatch):
    monkeypatch.setenv("TASMA_HUB_URL", f"sqlite:///{house.stores.hub.database.file.path}")
    monkeypatch.setenv("TASMA_HOME", str(house.folder))
    there.toy.calls.clear()

    state = asyncio.run(keep_connections.fn())

    assert "1 tokens were due" in state.message
    assert ["/token", "/company"] == [path for _, path, _ in there.toy.calls]


def test_a_night_has_the_tenants_of_every_system(house, both):
    hub = house.stores.hub
    hub.tenants.add(Tenant("keys", "Keys Oy", time_zone="Europe/Helsinki"))
    hub.connections.save(port.Connection("keys", "toy", port.Method.CLIENT_CREDENTIALS))

    assert (["keys"], [both]) == (tenants_of("Europe/Helsinki"), tenants_of("Europe/Stockholm"))
