"""What every system does when something goes wrong: client against simulator, by the port alone.

`tests/harnesses/<name>.py` plants the faults; a new system adds one, and nothing here.
"""

from __future__ import annotations

import asyncio
import shutil
from importlib import import_module

import pytest

from blocks.http import CallRefused, WhoActs
from blocks.hub import Hub, Tenant
from blocks.hub.connections import NotConnected
from blocks.systems.ports import KnownYear, MissingFile, Refusal
from blocks.systems.registry import SYSTEMS, open_books, port, systems_with
from ledger.schemas import SIDE_TABLES
from tests.toy.system import SYSTEM as TOY

PASSES = (
    "rate limit",
    "server error",
    "server's web page",
    "cut body",
    "lost answer",
    "token spent",
    "clock skew",
)
NOTHING_KNOWN = SIDE_TABLES["connected_file"].empty_table()
LEDGER, DOCUMENTS = ("years", "extract"), ("documents", "content")
READ = {name: system for name, system in SYSTEMS.items() if "ledger" in system.offers}
KNOWN = {**READ, TOY.name: TOY}
WITH_DOCUMENTS = [name for name, system in KNOWN.items() if "documents" in system.offers]
CASES = [(name, method) for name in KNOWN for method in LEDGER]
CASES += [(name, method) for name in WITH_DOCUMENTS for method in DOCUMENTS]

every_system = pytest.mark.parametrize("name", KNOWN)
with_documents = pytest.mark.parametrize("name", WITH_DOCUMENTS)


@pytest.fixture
def harness(name, monkeypatch):
    with import_module(f"tests.harnesses.{name}").opened(monkeypatch) as harness:
        yield harness


@pytest.fixture
def hub(tmp_path, empty_hub, harness):
    shutil.copy(empty_hub, tmp_path)
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        hub.tenants.add(Tenant("acme", "Acme", organisation_number=harness.number))
        harness.connect(hub, "acme")
        yield hub


def asked(hub, name, method):
    """Ask one method of the port in a session of its own, and give what can be compared."""

    async def work():
        async with open_books(hub, "acme", name, wait_limit_s=1) as books:
            years = await books.ledger.fiscal_years()
            if method == "years":
                return years
            if method == "extract":
                return await books.ledger.extract(years[-1], known=KnownYear())
            listed = await books.documents.of_year(years[-1], NOTHING_KNOWN)
            if method == "documents":
                return listed
            ids = sorted(id_ for rows in listed.files.values() for id_ in _ids(rows))
            return await books.documents.content(ids[0])

    return comparable(asyncio.run(work()))


def _ids(rows):
    return rows["document_id"].to_pylist()


def comparable(result):
    """Leave out what differs between two right answers: how many calls they took."""
    if not hasattr(result, "parts"):
        return result
    parts = [(part.name, part.read()) for part in result.parts]
    return parts, result.format, dict(result.evidence), dict(result.asked_always)


def status(hub, name):
    return str(hub.connections.get("acme", name).status)


def _absent(name):
    return getattr(import_module(f"tests.harnesses.{name}"), "ABSENT", {})


PASSING = [(*case, fault) for case in CASES for fault in PASSES if fault not in _absent(case[0])]


@pytest.mark.share(3)
@pytest.mark.parametrize(("name", "method", "fault"), PASSING)
def test_what_passes_by_itself_changes_no_result(hub, harness, name, method, fault):
    expected = asked(hub, name, method)
    harness.plant(fault, method)

    assert expected == asked(hub, name, method)
    assert "connected" == status(hub, name)


@every_system
def test_books_that_change_while_they_are_read_are_read_as_they_are_afterwards(hub, harness, name):
    before = asked(hub, name, "extract")
    harness.plant("books change", "extract")

    during = asked(hub, name, "extract")

    assert before != during
    assert during == asked(hub, name, "extract")


@pytest.mark.parametrize(("name", "method"), CASES)
def test_another_company_gives_nothing_and_turns_the_connection(hub, harness, name, method):
    asked(hub, name, method)
    harness.plant("wrong company", method)

    with pytest.raises(CallRefused) as raised:
        asked(hub, name, method)

    assert ("wrong_company", "wrong_company") == (raised.value.code, status(hub, name))


@every_system
@pytest.mark.parametrize("method", LEDGER)
def test_missing_right_to_the_ledger_names_who_acts(hub, harness, name, method):
    asked(hub, name, method)
    harness.plant("right missing", method)

    with pytest.raises(CallRefused) as raised:
        asked(hub, name, method)

    assert WhoActs.CUSTOMER_ADMINISTRATOR == raised.value.who_acts
    assert "permission_missing" == status(hub, name)
    found = asyncio.run(port(name).connect.preflight(hub, "acme"))
    assert [] == [item for item in found if item.passed is False and not item.help]


REVOKED = [(name, method) for name in KNOWN for method in LEDGER]


@pytest.mark.parametrize(("name", "method"), REVOKED)
def test_key_that_is_revoked_in_mid_run_gives_nothing_and_names_who_acts(
    hub, harness, name, method
):
    asked(hub, name, method)
    harness.plant("key revoked", method)

    with pytest.raises(CallRefused) as raised:
        asked(hub, name, method)

    assert WhoActs.CUSTOMER_ADMINISTRATOR == raised.value.who_acts
    assert status(hub, name) in {"reconnect_required", "permission_missing"}


@with_documents
def test_missing_right_to_documents_is_a_value_and_the_connection_stays(hub, harness, name):
    asked(hub, name, "documents")
    harness.plant("right missing", "documents")

    listed = asked(hub, name, "documents")

    assert listed.refused
    assert listed.refused_kinds
    assert "connected" == status(hub, name)


@with_documents
def test_file_that_may_not_be_read_is_a_value(hub, harness, name):
    asked(hub, name, "content")
    harness.plant("right missing", "content")

    missing = asked(hub, name, "content")

    assert isinstance(missing, MissingFile)
    assert Refusal.RIGHT is missing.refusal
    assert missing.reason


@pytest.mark.parametrize("name", ["toy"])
def test_tenant_that_is_erased_leaves_no_secret(hub, harness, name):
    """Of Fortnox only a refresh token is kept, in a Prefect block: see tests/flows."""
    kept = harness.secrets()

    asyncio.run(port(name).connect.forget(hub.connections.get("acme", name)))

    assert (["acme"], []) == (kept, harness.secrets())


@every_system
def test_tenant_that_is_not_connected_is_told_how_to_connect(hub, name):
    hub.tenants.add(Tenant("new", "New"))

    with pytest.raises(NotConnected, match=f"tasma connect {systems_with('ledger')[0]} new"):
        hub.connections.of_tenant("new", systems_with("ledger"))
    assert name in systems_with("ledger")
