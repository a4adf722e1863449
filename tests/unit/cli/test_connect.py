"""Connecting a tenant at the prompt, against a simulated Fortnox over real HTTP."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import update

from blocks.hub import Hub, models
from blocks.settings import settings
from blocks.systems.registry import SYSTEMS
from flows.cli.connect import what_next
from tasks import consent

NUMBER = 503072


def link_in(shown):
    """The vendor's address out of what the terminal shows."""
    (link,) = [line for line in shown.splitlines() if "/oauth-v1/auth?" in line]
    return link


def returned(fortnox, link, number=NUMBER):
    """What the browser shows after the customer picked a company: the redirect's address."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    asked = {"tenant": number, **query}
    answer = httpx.get(f"{fortnox.url}/_simulator/consent?{urlencode(asked)}")
    assert answer.status_code == 302
    return answer.headers["location"]


@pytest.fixture
def approving(fortnox):
    """An administrator who opens the address on the screen, and pastes what comes back."""
    return lambda shown: returned(fortnox, link_in(shown))


@pytest.fixture
def tenant(tasma, fortnox):
    assert tasma("tenant", "add", "acme", "--name", "Acme AB").exit_code == 0
    return "acme"


@pytest.mark.requirement("R-SEN-7a")
def test_approval_connects_the_company_and_shows_the_three_requirements(
    tasma, fortnox, tenant, approving
):
    pasted = []

    def answer(shown):
        pasted.append(approving(shown))
        return pasted[0]

    done = tasma("connect", "fortnox", tenant, answer=answer)
    (listed,) = json.loads(tasma("connect", "list", "--json").stdout)

    assert done.exit_code == 0, done.output
    assert f"connected to the company {NUMBER}" in done.stdout
    assert 3 == sum(line.startswith("met ") for line in done.stdout.splitlines())
    assert "Next: tasma ledger pull acme" in done.stdout
    assert parse_qs(urlsplit(pasted[0]).query)["code"][0] not in done.output
    assert ("connected", str(NUMBER), "client_credentials") == (
        listed["status"],
        listed["company"],
        listed["method"],
    )
    assert listed["checked_at"]
    replayed = tasma("connect", "fortnox", tenant, answer=f"{pasted[0]}\n")
    assert replayed.exit_code == 1
    assert "used before" in replayed.stderr


def test_bare_code_connects_too(tasma, fortnox, tenant):
    code = fortnox.authorize(NUMBER)

    done = tasma("connect", "fortnox", tenant, "--json", answer=f"{code}\n")

    assert done.exit_code == 0, done.output
    assert [True, True, True] == [
        item["passed"] for item in json.loads(done.stdout)["requirements"]
    ]


def test_answer_to_another_address_connects_nothing(tasma, fortnox, tenant):
    foreign = f"{fortnox.redirect_uri}?code={fortnox.authorize(NUMBER)}&state=somebody-elses"

    refused = tasma("connect", "fortnox", tenant, answer=f"{foreign}\n")

    assert refused.exit_code == 1
    assert "does not belong to the one printed here" in refused.stderr
    assert [] == json.loads(tasma("connect", "list", "--json").stdout)


@pytest.mark.parametrize("answer", ["", "two words\n", "https://example.com/?x=1\n"])
def test_nothing_that_came_back_is_no_code(tasma, tenant, answer):
    refused = tasma("connect", "fortnox", tenant, answer=answer)

    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[-1].startswith("Error: ")


@pytest.mark.requirement("R-SEN-3a", "R-SEN-4a", "R-SEN-6a")
@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ("licence_missing", ("missing    integration licence", "then Subscription")),
        ("not_administrator", ("missing    approved by system administrator", "users, whoever")),
        ("declines", ("missing    approved by system administrator", "users, whoever")),
    ],
)
def test_refused_consent_says_which_requirement_and_who_acts(
    tasma, fortnox, approving, switch, said
):
    tenant = "acme"
    tasma("tenant", "add", tenant, "--name", "Acme AB")
    fortnox.tenant(NUMBER).switch(switch)

    refused = tasma("connect", "fortnox", tenant, answer=approving)

    assert refused.exit_code == 1
    assert all(text in refused.stdout for text in (*said, "Who acts:  customer"))
    assert [] == json.loads(tasma("connect", "list", "--json").stdout)


@pytest.mark.requirement("R-SEN-5")
def test_company_without_the_bookkeeping_module_is_not_activated_for_that_reason(
    tasma, fortnox, tenant, approving
):
    """By the link Fortnox says only that a licence is missing; by the number, which."""
    fortnox.authorize(NUMBER)
    fortnox.tenant(NUMBER).switch("module_missing")

    by_link = tasma("connect", "fortnox", tenant, answer=approving)
    after_link = json.loads(tasma("connect", "list", "--json").stdout)
    by_number = tasma("connect", "fortnox", tenant, "--database-number", str(NUMBER))
    (listed,) = json.loads(tasma("connect", "list", "--json").stdout)

    assert (1, []) == (by_link.exit_code, after_link)
    assert "bookkeeping module: It may be this licence that is missing" in by_link.stdout
    assert by_number.exit_code == 1
    assert "missing    bookkeeping module" in by_number.stdout
    assert "licence_missing" == listed["status"]
    assert "module" in listed["reason"]


def test_company_of_another_is_refused_with_both_numbers(tasma, fortnox, approving):
    tasma("tenant", "add", "own", "--name", "Own AB", "--org-number", "559990-0007")

    foreign = tasma("connect", "fortnox", "own", answer=approving)

    assert foreign.exit_code == 1
    assert "wrong company" in foreign.stderr
    theirs = fortnox.tenant(NUMBER).edition.company.organisation_number
    assert all(number in foreign.stderr for number in ("5599900007", theirs))
    assert [] == json.loads(tasma("connect", "list", "--json").stdout)


def test_second_window_is_sent_away_while_the_first_connects(tasma, tenant, approving):
    def meanwhile(shown):
        with Hub(settings().hub_url) as hub:
            hub.leases.acquire(f"{tenant}/fortnox", holder="run 42")
        return approving(shown)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("blocks.systems.fortnox.consent.WAIT_LIMIT_S", 0.0)
        busy = tasma("connect", "fortnox", tenant, answer=meanwhile)

    assert busy.exit_code == 75, busy.output
    assert "already held by run 42" in busy.stderr


def test_company_that_has_approved_is_connected_by_its_number(tasma, fortnox, tenant):
    early = tasma("connect", "fortnox", tenant, "--database-number", str(NUMBER))
    nothing = json.loads(tasma("connect", "list", "--json").stdout)
    fortnox.authorize(NUMBER)
    done = tasma("connect", "fortnox", tenant, "--database-number", str(NUMBER))
    (added,) = json.loads(tasma("tenant", "list", "--json").stdout)

    assert (1, [], 0) == (early.exit_code, nothing, done.exit_code), done.output
    assert (
        fortnox.tenant(NUMBER).edition.company.organisation_number == added["organisation_number"]
    )


def test_documents_are_asked_for_only_when_wanted_and_then_until_they_are_not(
    tasma, tenant, approving
):
    asked = []

    def answer(shown):
        asked.append(set(parse_qs(urlsplit(link_in(shown)).query)["scope"][0].split()))
        return approving(shown)

    for options in ((), ("--documents",), (), ("--no-documents",)):
        assert tasma("connect", "fortnox", tenant, *options, answer=answer).exit_code == 0
    plain, wanted, again, no_more = asked

    assert {"companyinformation", "bookkeeping"} == plain == no_more
    assert wanted == again
    assert {"connectfile", "archive", "supplierinvoice"} == wanted - plain


@pytest.mark.requirement("R-SEN-17a")
def test_link_is_made_listed_and_revoked_by_commands(tasma, fortnox, acme):
    made = tasma("connect", "fortnox", acme, "--link-only")
    address = made.stdout.strip()
    (listed,) = json.loads(tasma("connect", "links", acme, "--json").stdout)
    secret = SecretStr(address.rpartition("/")[2])
    with Hub(settings().hub_url) as hub:
        opened = consent.look(hub, secret)
    shown = tasma("connect", "links", acme)
    ended = tasma("connect", "revoke", acme, listed["link"], "--by", "olle")
    (after,) = json.loads(tasma("connect", "links", acme, "--json").stdout)

    assert (0, 0, 0) == (made.exit_code, shown.exit_code, ended.exit_code), made.output
    assert address.startswith("http://127.0.0.1:4300/consent/")
    assert (acme, "waiting", listed["link"]) == (
        opened.tenant.id,
        listed["state"],
        opened.link.id,
    )
    assert secret.get_secret_value() not in shown.output + ended.output
    assert ("revoked", "olle") == (after["state"], after["revoked_by"])
    assert "is revoked" in ended.stdout


def test_link_is_not_made_without_an_organisation_number(tasma, tenant):
    refused = tasma("connect", "fortnox", tenant, "--link-only")

    assert refused.exit_code == 1
    assert "tasma tenant correct acme --org-number" in refused.stderr
    assert "No link was made" in tasma("connect", "links", tenant).stdout


def test_company_that_nobody_picked_is_not_confirmed(tasma, acme):
    refused = tasma("connect", "confirm", acme, "559990-0015", "--reason", "typed wrongly")

    assert refused.exit_code == 1
    assert "Nobody has approved acme" in refused.stderr


@pytest.mark.requirement("R-SEN-22c")
def test_company_that_was_picked_is_confirmed_with_a_reason(tasma, fortnox, acme):
    secret = SecretStr(tasma("connect", "fortnox", acme, "--link-only").stdout.rpartition("/")[2])
    secret = SecretStr(secret.get_secret_value().strip())
    cookie = SecretStr("the browser's own")
    with Hub(settings().hub_url) as hub:
        begun = asyncio.run(consent.begin(hub, secret, browser=cookie))
        query = parse_qs(urlsplit(returned(fortnox, begun.address)).query)
        answer = {name: values[0] for name, values in query.items()}
        asyncio.run(consent.finish(hub, begun.state, browser=cookie, answer=answer))
    number = fortnox.tenant(NUMBER).edition.company.organisation_number

    done = tasma("connect", "confirm", acme, number, "--reason", "typed wrongly", "--by", "olle")
    (tenant,) = json.loads(tasma("tenant", "list", "--json").stdout)

    assert done.exit_code == 0, done.output
    assert f"is {number}; it was 5599900007" in done.stdout
    assert number == tenant["organisation_number"]


def test_documents_are_not_asked_for_without_a_link(tasma, tenant):
    refused = tasma("connect", "fortnox", tenant, "--database-number", str(NUMBER), "--documents")

    assert refused.exit_code == 2


def test_another_tenants_company_is_refused(tasma, fortnox):
    tasma("tenant", "add", "beta", "--name", "Beta AB", "--org-number", "559990-0007")
    fortnox.authorize(NUMBER)

    refused = tasma("connect", "fortnox", "beta", "--database-number", str(NUMBER))

    assert refused.exit_code == 1
    assert "organisation number here: 5599900007" in refused.stderr
    assert [] == json.loads(tasma("connect", "list", "--json").stdout)


@pytest.mark.requirement("R-SEN-7b")
@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ("licence_missing", ("integration licence", "licence missing")),
        ("module_missing", ("bookkeeping module", "licence missing")),
        ("consent_revoked", ("approved by system administrator", "reconnect required")),
    ],
)
def test_check_names_what_is_missing_and_the_listings_keep_the_reason(
    tasma, fortnox, connected, switch, said
):
    (name, status), tenant = said, connected("acme")
    fortnox.tenant(NUMBER).switch(switch)

    checked = tasma("connect", "check", tenant)
    listed = tasma("connect", "list").stdout
    overview = tasma("tenant", "status").stdout
    fortnox.tenant(NUMBER).switch(switch, on=False)
    mended = tasma("connect", "check", tenant)

    assert (1, 0) == (checked.exit_code, mended.exit_code)
    assert f"missing    {name}" in checked.stdout
    assert status in listed
    assert "Next: tasma connect check acme" in listed
    assert status in overview
    assert "tasma connect check acme" in overview
    assert status not in tasma("tenant", "status").stdout


def test_tenant_that_is_not_connected_is_told_how(tasma, acme):
    checked = tasma("connect", "check", acme)

    assert checked.exit_code == 1
    assert "is not connected to fortnox" in checked.stderr
    assert "tasma connect fortnox TENANT" in tasma("connect", "list").stdout


@pytest.mark.parametrize("arguments", [("connect", "fortnox"), ("connect", "check")], ids=" ".join)
def test_unknown_tenant_is_wrong_usage(tasma, arguments):
    refused = tasma(*arguments, "nobody")

    assert refused.exit_code == 2
    assert "there is no tenant 'nobody'" in " ".join(refused.output.split())


def test_busy_connection_is_said_at_once_and_may_be_tried_again(tasma, connected):
    tenant = connected("acme")
    with Hub(settings().hub_url) as hub:
        hub.leases.acquire(f"{tenant}/fortnox", holder="run 42")

    busy = tasma("connect", "check", tenant)

    assert busy.exit_code == 75
    assert "already held by run 42" in busy.stderr


def test_client_id_in_a_block_of_a_server_that_is_away_is_said_to_be_there(
    tasma, tenant, monkeypatch, closed_port
):
    monkeypatch.delenv("TASMA_FORTNOX_CLIENT_SECRET")
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{closed_port}/api")

    refused = tasma("connect", "fortnox", tenant)

    assert refused.exit_code == 75
    assert "block fortnox-app/default" in refused.stderr


@pytest.mark.parametrize("number", ["٥٠٣٠٧٢", "503 072", "503072\n", "åäö"])
def test_number_that_no_call_can_carry_is_refused_where_it_is_given(tasma, tenant, number):
    refused = tasma("connect", "fortnox", tenant, "--database-number", number)

    assert refused.exit_code == 2
    assert "expected digits" in refused.stderr


@pytest.mark.parametrize("arguments", [("connect", "check"), ("ledger", "pull")], ids=" ".join)
def test_number_that_an_earlier_release_took_is_named_and_ends_in_no_traceback(
    tasma, connected, arguments
):
    tenant = connected("acme")
    with Hub(settings().hub_url) as hub, hub.database.writing() as connection:
        connection.execute(update(models.connection).values(source_tenant_id="٥٠٣٠٧٢"))

    refused = tasma(*arguments, tenant)

    assert refused.exit_code == 1
    assert "is no company's id in fortnox" in refused.output
    assert "Traceback" not in refused.output


def test_next_command_after_connecting_is_what_the_system_is_for():
    only_target = replace(SYSTEMS["fennoa"], offers=frozenset({"target"}))

    assert ["tasma ledger pull acme --dry-run"] == what_next("acme", SYSTEMS["fortnox"])
    assert [
        "tasma ledger pull acme --dry-run",
        "or: tasma push add acme FILE --to fennoa",
    ] == what_next("acme", SYSTEMS["fennoa"])
    assert ["tasma push add acme FILE --to fennoa"] == what_next("acme", only_target)
