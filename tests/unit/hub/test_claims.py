"""One company is one tenant, unless somebody says that two share a number."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from blocks.hub import Connection, Hub, Tenant, models
from blocks.hub.claims import NUMBER, CompanyTaken, Double, NumberTaken
from blocks.hub.connection_states import Method
from tests.unit.hub.test_migrate import NOW

NUMBER_OF_ACME = "5560000001"


def to_fortnox(tenant: str, company: str = "503072") -> Connection:
    return Connection(tenant, "fortnox", Method.CLIENT_CREDENTIALS, source_tenant_id=company)


@pytest.mark.parametrize("written", ["5560000001", "165560000001"])
def test_number_of_a_tenant_is_refused_to_another_however_it_is_written(hub, acme, written):
    with pytest.raises(NumberTaken, match="--same-number-as acme"):
        hub.tenants.add(Tenant("branch", "Branch", organisation_number=written))

    assert hub.tenants.find("branch") is None


def test_number_is_shared_by_those_that_are_said_to_share_it(hub, acme):
    """The SIE format allows it: a company with two sets of books."""
    hub.tenants.add(Tenant("branch", "Branch", NUMBER_OF_ACME, same_number_as="acme"))
    third = hub.tenants.add(Tenant("third", "Third", NUMBER_OF_ACME, same_number_as="branch"))

    assert third.same_number_as == "acme"
    assert hub.tenants.by_number(NUMBER_OF_ACME).id == "acme"
    assert hub.tenants.doubles() == []


def test_number_that_is_corrected_is_free_for_another(hub, acme):
    hub.tenants.update("acme", organisation_number="5560000019")

    hub.tenants.add(Tenant("other", "Other", NUMBER_OF_ACME))
    with pytest.raises(NumberTaken):
        hub.tenants.update("acme", organisation_number=NUMBER_OF_ACME)
    with pytest.raises(NumberTaken):
        hub.tenants.replace_number("acme", NUMBER_OF_ACME, by="Ann", reason="picked it")
    assert hub.tenants.get("acme").organisation_number == "5560000019"


def test_tenants_without_a_number_are_not_one_company(hub):
    for name, number in (("a", ""), ("b", ""), ("c", "0000000000"), ("d", "0000000000")):
        hub.tenants.add(Tenant(name, name, number))

    assert hub.tenants.by_number("") is None
    assert hub.tenants.by_number("0000000000") is None
    assert hub.tenants.doubles() == []


def test_company_of_a_system_is_one_tenants(hub, acme):
    hub.connections.save(to_fortnox("acme"))
    hub.tenants.add(Tenant("other", "Other", "5560000019"))

    with pytest.raises(CompanyTaken, match="connected to tenant acme"):
        hub.connections.save(to_fortnox("other"))
    assert hub.connections.find("other", "fortnox") is None
    hub.connections.save(to_fortnox("acme"))
    hub.connections.save(to_fortnox("acme", company="1"))
    hub.connections.save(to_fortnox("other"))


def test_login_of_two_tenants_is_named_and_not_refused(hub, acme):
    """Fennoa answers with no company's id: one user of two companies cannot be told apart."""
    hub.tenants.add(Tenant("other", "Other", "5560000019"))
    for name in ("acme", "other"):
        made = Connection(name, "fennoa", Method.API_KEY, source_tenant_id="user-1")
        hub.connections.save(made, is_login=True)

    assert hub.connections.get("other", "fennoa").source_tenant_id == "user-1"
    assert hub.tenants.doubles() == [Double("other", "fennoa", "user-1", "acme")]


def test_client_of_two_companies_is_refused_to_neither(hub, acme):
    hub.tenants.add(Tenant("other", "Other", "5560000019"))
    for name, company in (("acme", "1"), ("other", "2")):
        hub.connections.save(
            Connection(name, "procountor@client", Method.API_KEY, source_tenant_id=company)
        )

    assert hub.tenants.doubles() == []


def test_company_of_a_system_is_shared_with_the_number(hub, acme):
    hub.connections.save(to_fortnox("acme"))
    hub.tenants.add(Tenant("branch", "Branch", NUMBER_OF_ACME, same_number_as="acme"))

    hub.connections.save(to_fortnox("branch"))

    assert hub.tenants.doubles() == []


def test_next_of_a_number_holds_it_when_the_first_is_erased(hub, acme):
    hub.connections.save(to_fortnox("acme"))
    for name in ("branch", "third"):
        hub.tenants.add(Tenant(name, name, NUMBER_OF_ACME, same_number_as="acme"))
    hub.connections.save(to_fortnox("third"))
    hub.erase_tenant("acme")

    assert hub.tenants.by_number(NUMBER_OF_ACME).id == "branch"
    assert hub.tenants.get("third").same_number_as == "branch"
    hub.tenants.add(Tenant("new", "New", "5560000019"))
    with pytest.raises(CompanyTaken, match="tenant third"):
        hub.connections.save(to_fortnox("new"))
    with pytest.raises(NumberTaken, match="tenant branch"):
        hub.tenants.add(Tenant("acme", "Acme", NUMBER_OF_ACME))


def test_database_itself_refuses_a_second_tenant_of_a_company(hub, acme):
    again = insert(models.claim).values(what=NUMBER, company=NUMBER_OF_ACME, tenant="acme")

    with hub.database.writing() as connection, pytest.raises(IntegrityError):
        connection.execute(again)


def test_hub_with_doubles_is_migrated_and_names_them_until_they_are_settled(hub_of_doubles):
    with Hub(f"sqlite:///{hub_of_doubles}") as hub:
        found = hub.migrate().tenants.doubles()

        assert found == [
            Double("second", NUMBER, NUMBER_OF_ACME, "acme"),
            Double("third", "fortnox", "503072", "second"),
        ]
        hub.tenants.update("second", same_number_as="acme")
        hub.erase_tenant("third")
        assert hub.tenants.doubles() == []


@pytest.fixture
def hub_of_doubles(tmp_path):
    """A hub of the schema before, with two tenants of one number and two of one company."""
    path = tmp_path / "old.sqlite"
    with Hub(f"sqlite:///{path}") as hub:
        hub.migrate()
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("drop table claim")
        old.execute("drop table ledger_owner")
        old.execute("drop table host")
        old.execute("drop table kept_year")
        for name in ("to", "number", "by", "reason"):
            old.execute(f"alter table load drop column rollback_{name}")
        old.execute("alter table tenant drop column same_number_as")
        old.execute("alter table outbox_event drop column content")
        old.execute("update alembic_version set version_num = '0030'")
        for name, number in (
            ("acme", "165560000001"),
            ("second", NUMBER_OF_ACME),
            ("third", "5560000019"),
        ):
            old.execute(
                "insert into tenant values (?, ?, ?, 'SE', 'SEK', 'Europe/Stockholm', 1, 0, ?)",
                (name, name, number, NOW),
            )
        for name in ("second", "third"):
            old.execute(
                "insert into connection (tenant, system, method, source_tenant_id, status, reason,"
                " scopes, credential_block, credential_revision, recent_calls, created_at)"
                " values (?, 'fortnox', 'client_credentials', '503072', 'connected', '', '', '', 0,"
                " '', ?)",
                (name, NOW),
            )
    return path
