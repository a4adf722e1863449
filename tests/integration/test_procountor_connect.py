"""Connecting a tenant to Procountor: key, client and company are proved before anything is kept."""

from __future__ import annotations

import asyncio
import logging

import pytest

from blocks.http import CallFailed, CallRefused, WhoActs
from blocks.hub import Method, Tenant
from blocks.systems.procountor.block import NoApiKey, WrongAgreement
from blocks.systems.registry import port, system
from simulators.procountor import CLIENT_ID, Company, Fault, ProcountorSimulator
from simulators.procountor.rights import changed
from tests.harnesses.procountor import COMPANY_ID, KEY_BLOCK, NUMBER, give_blocks

NAME = f"procountor@{CLIENT_ID}"
OTHER_ID = 1002


@pytest.fixture
def procountor(monkeypatch):
    companies = [Company(COMPANY_ID), Company(OTHER_ID, business_id="7654321-2")]
    with ProcountorSimulator(companies, rate_limit=100_000) as running:
        give_blocks(monkeypatch, url=running.url)
        yield running


@pytest.fixture
def hub(stores):
    stores.hub.tenants.add(Tenant("books", "Books", organisation_number=NUMBER))
    return stores.hub


def connect(hub, *, client=CLIENT_ID):
    finish = port("procountor").connect.finish
    wants = {"block": KEY_BLOCK} | ({"client": client} if client else {})
    return asyncio.run(finish(hub, "books", {}, wants=wants))


def requirements(hub, name=NAME):
    found = asyncio.run(port(name).connect.preflight(hub, "books"))
    return {item.name: item for item in found}


@pytest.mark.requirement("R-ECO-6a")
def test_a_good_key_connects_the_tenant_for_its_client(hub, procountor):
    connected = connect(hub)

    assert (NAME, Method.API_KEY, str(COMPANY_ID), KEY_BLOCK) == (
        connected.system,
        connected.method,
        connected.source_tenant_id,
        connected.credential_block,
    )
    assert "connected" == str(hub.connections.get("books", NAME).status)


def test_each_client_of_a_tenant_is_a_connection_of_its_own(hub, procountor):
    connect(hub)
    connect(hub, client="")

    assert ["procountor", NAME] == [one.system for one in hub.connections.all_of("books")]
    assert "Procountor" == system(NAME).title


def test_the_token_is_asked_for_in_the_form_body_without_a_charset(hub, procountor):
    """Parameters in the address and a charset are refused there."""
    connect(hub)

    (asked,) = procountor.world.matching("oauth/token")
    assert ("", 200) == (asked.query, asked.status)


@pytest.mark.requirement("R-ECO-6b", "R-ECO-4b")
def test_a_bad_key_names_the_three_causes_and_connects_nobody(hub, procountor, monkeypatch):
    give_blocks(monkeypatch, url=procountor.url, key="plainly-wrong")

    with pytest.raises(CallRefused, match="wrong, was revoked, or was made for another") as raised:
        connect(hub)

    assert "client identifier" in str(raised.value)
    assert WhoActs.CUSTOMER_ADMINISTRATOR is raised.value.who_acts
    assert [] == hub.connections.all_of("books")


@pytest.mark.requirement("R-ECO-4b")
def test_a_key_made_for_another_client_is_refused_there_with_that_cause(hub, procountor):
    procountor.world.keys[f"key-{COMPANY_ID}"].client_id = "somebody-elses"

    with pytest.raises(CallRefused, match="made for another client identifier"):
        connect(hub)


@pytest.mark.requirement("R-ECO-4c")
def test_the_client_that_is_named_is_compared_letter_by_letter(hub, procountor):
    with pytest.raises(CallRefused, match=CLIENT_ID) as raised:
        connect(hub, client=CLIENT_ID.upper())

    assert "other_client" == raised.value.code
    assert [] == procountor.world.matching("oauth/token")


@pytest.mark.requirement("R-ECO-5")
def test_a_key_of_another_companys_environment_is_refused(hub, procountor, monkeypatch):
    give_blocks(monkeypatch, url=procountor.url, key=f"key-{OTHER_ID}")

    with pytest.raises(CallRefused, match="7654321-2") as raised:
        connect(hub)

    assert "wrong_company" == raised.value.code
    assert [] == hub.connections.all_of("books")


def test_a_key_that_was_changed_for_another_companys_is_found_out_by_each_session(
    hub, procountor, monkeypatch
):
    connect(hub)
    give_blocks(monkeypatch, url=procountor.url, key=f"key-{OTHER_ID}")

    with pytest.raises(CallRefused) as raised:
        requirements(hub)

    assert ("wrong_company", "wrong_company") == (
        raised.value.code,
        str(hub.connections.get("books", NAME).status),
    )


def test_our_own_secret_that_is_wrong_is_ours_to_mend(hub, procountor, monkeypatch):
    give_blocks(monkeypatch, url=procountor.url, client_secret="plainly-wrong")  # noqa: S106

    with pytest.raises(CallRefused, match="client id or client secret") as raised:
        connect(hub)

    assert WhoActs.US is raised.value.who_acts


@pytest.mark.requirement("R-ECO-60a")
def test_an_access_token_that_has_ended_is_renewed_once(hub, procountor):
    connect(hub)
    procountor.world.expire_tokens()

    assert requirements(hub)["api_key"].passed
    assert 2 == len(procountor.world.matching("oauth/token"))


@pytest.mark.requirement("R-ECO-60b")
def test_a_revoked_key_marks_the_connection_broken(hub, procountor):
    connect(hub)
    procountor.faults.add("*", Fault.REVOKED)

    with pytest.raises(CallRefused):
        requirements(hub)

    assert "reconnect_required" == str(hub.connections.get("books", NAME).status)


def test_sessions_of_one_key_share_an_access_token(hub, procountor):
    connect(hub)
    requirements(hub)
    requirements(hub)

    assert 1 == len(procountor.world.matching("oauth/token"))


@pytest.mark.requirement("R-ECO-6c")
def test_neither_key_nor_secret_nor_token_is_in_a_log_or_an_error(
    hub, procountor, monkeypatch, caplog
):
    caplog.set_level(logging.DEBUG)
    connect(hub)
    procountor.world.revoke(procountor.world.keys[f"key-{COMPANY_ID}"])
    with pytest.raises(CallRefused) as raised:
        requirements(hub)

    shown = caplog.text + str(raised.value) + hub.connections.get("books", NAME).reason
    for secret in (f"key-{COMPANY_ID}", procountor.client_secret, *procountor.world.tokens):
        assert secret not in shown


RIGHTS = {
    "purchases.purchaseInvoices": "right_purchaseInvoices",
    "sales.salesOrGroupInvoices": "right_salesOrGroupInvoices",
    "accounting.journalReceipts": "right_journalReceipts",
    "purchases.supplierRegister": "right_supplierRegister",
    "payments.markAsPaid": "right_markAsPaid",
    "invoiceCirculation.approval": "right_approval",
    "invoiceCirculation.verification": "right_verification",
}


@pytest.mark.requirement("R-ECO-10a", "R-ECO-10b")
@pytest.mark.parametrize("right", RIGHTS)
def test_each_missing_right_is_named_and_its_administrator_told(hub, procountor, right):
    connect(hub)
    user = procountor.company(COMPANY_ID).users[1]
    user.rights = changed(user.rights, {right: "NO_ACCESS"})

    found = requirements(hub)

    missing = [name for name, item in found.items() if item.passed is False]
    assert [RIGHTS[right]] == missing
    assert right in found[RIGHTS[right]].reason
    assert "Hallinta > Käyttäjät ja käyttöoikeudet" in found[RIGHTS[right]].help
    assert "permission_missing" == str(hub.connections.get("books", NAME).status)


@pytest.mark.requirement("R-ECO-10c")
def test_what_is_only_read_is_asked_one_by_one(hub, procountor):
    connect(hub)
    asked = ("bankaccounts", "fiscalyears", "vats/default", "coa")

    found = requirements(hub)

    assert all(procountor.world.matching(path) for path in asked)
    assert all(
        found[name].passed for name in ("bank_accounts", "fiscal_years", "vat", "chart_of_accounts")
    )


@pytest.mark.requirement("R-ECO-11a", "R-ECO-11b", "R-ECO-P2b")
@pytest.mark.parametrize("role", ["ACCOUNTANT", "STUDENT", "API technical user"])
def test_rights_decide_and_not_the_role(hub, procountor, role):
    """All rights are more than are needed, and pass under any role's name."""
    connect(hub)
    procountor.company(COMPANY_ID).users[1].role = role

    assert [] == [one.name for one in requirements(hub).values() if one.passed is False]


def test_a_limit_that_hides_or_forbids_is_named(hub, procountor):
    connect(hub)
    user = procountor.company(COMPANY_ID).users[1]
    user.rights = changed(user.rights, {"accounting.preventEditingAccountingPage": True})

    found = requirements(hub)["limit_preventEditingAccountingPage"]

    assert found.passed is False
    assert "ledger receipts cannot be written" in found.reason


@pytest.mark.parametrize(("terms", "passed"), [({}, False), ({"own_approver": True}, True)])
def test_a_circulation_without_our_user_is_refused_unless_we_name_ourselves(
    hub, procountor, monkeypatch, terms, passed
):
    give_blocks(monkeypatch, url=procountor.url, terms=terms)
    connect(hub)
    procountor.company(COMPANY_ID).circulation = True

    assert passed is requirements(hub)["approval_circulation"].passed


@pytest.mark.requirement("R-ECO-47")
def test_a_bank_connection_that_is_declared_off_is_warned_of(hub, procountor, monkeypatch):
    give_blocks(monkeypatch, url=procountor.url, terms={"bank_connection": False})
    connect(hub)

    found = requirements(hub)["bank_connection"]

    assert found.passed is None
    assert "reference payments" in found.reason


@pytest.mark.parametrize(("declared", "mark"), [(None, "to check"), (True, "met")])
def test_a_bank_connection_that_nobody_declared_is_to_be_checked(
    hub, procountor, monkeypatch, declared, mark
):
    """Procountor does not tell, so that only the company's people know."""
    give_blocks(monkeypatch, url=procountor.url, terms={"bank_connection": declared})
    connect(hub)

    found = requirements(hub)["bank_connection"]

    assert mark == found.mark


def test_terms_that_cannot_be_kept_are_named_by_field(hub, procountor, monkeypatch):
    give_blocks(monkeypatch, url=procountor.url, terms={"untouched_s": "long"})

    with pytest.raises(WrongAgreement, match="untouched_s"):
        connect(hub)


def test_a_block_that_is_not_there_is_asked_for(hub, procountor):
    finish = port("procountor").connect.finish

    with pytest.raises(NoApiKey, match="procountor-api-key/nobody"):
        asyncio.run(finish(hub, "books", {}, wants={"block": "procountor-api-key/nobody"}))


def test_trouble_there_changes_nothing_here(hub, procountor):
    procountor.faults.add("POST oauth/token", *[Fault.HTML] * 10)

    with pytest.raises(CallFailed):
        connect(hub)

    assert [] == hub.connections.all_of("books")
