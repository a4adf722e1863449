"""The Fortnox client against the simulator: real HTTP, real tokens, real limits, named faults."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import shutil
import traceback
from dataclasses import replace
from decimal import Decimal

import pyarrow.compute as pc
import pytest
from pydantic import SecretStr

from blocks.http import CallFailed, CallRefused, WhoActs
from blocks.hub import Connection, Hub, LeaseTaken, Method, Tenant
from blocks.hub.connections import NotConnected
from blocks.systems.fortnox import connect
from blocks.systems.fortnox import oauth as token_endpoint
from blocks.systems.fortnox.connect import fortnox_session
from blocks.systems.fortnox.consent import finish_consent
from blocks.systems.fortnox.preflight import preflight, preflight_of_redirect
from blocks.systems.fortnox.pull import MAX_PULLS
from blocks.systems.fortnox.rotation import tokens_of
from blocks.systems.fortnox.wire import UnexpectedShape
from simulators.books.company import Company
from simulators.books.years import broken_years, calendar_years
from simulators.fortnox import LEDGER_SCOPES, ConsentRefused, FortnoxSimulator, SimulatedTenant
from tests import quick_fortnox

NUMBER, LARGE, BROKEN = 503072, 503073, 503074
COMPANY = Company(seed=7, years=calendar_years(2024, 2025), vouchers_per_year=30)
TENANTS = {
    NUMBER: COMPANY,
    LARGE: Company(seed=8, years=calendar_years(2025, 2025), vouchers_per_year=1_200),
    BROKEN: Company(seed=9, years=broken_years(2022, 2024), vouchers_per_year=10),
}
IDS = {BROKEN: (2, 3, 1)}


@pytest.fixture
def simulator(monkeypatch):
    made = [
        SimulatedTenant(number, company, year_ids=IDS.get(number), consented=LEDGER_SCOPES)
        for number, company in TENANTS.items()
    ]
    quick_fortnox.shorten_waits(monkeypatch)
    with FortnoxSimulator(made, rate_window_s=quick_fortnox.PERIOD_S) as simulator:
        quick_fortnox.lead_to(simulator, monkeypatch)
        yield simulator


@pytest.fixture
def hub(tmp_path, empty_hub):
    shutil.copy(empty_hub, tmp_path)
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        for number, company in TENANTS.items():
            tenant = Tenant(
                f"t{number}", company.name, organisation_number=company.organisation_number
            )
            hub.tenants.add(tenant)
            hub.connections.save(
                Connection(
                    tenant.id, "fortnox", Method.CLIENT_CREDENTIALS, source_tenant_id=str(number)
                )
            )
        yield hub


def within(hub, work, number=NUMBER):
    """Do `work(session)` in a session of its own."""

    async def run():
        async with fortnox_session(hub, f"t{number}", run_id="run") as fortnox:
            return await work(fortnox)

    return asyncio.run(run())


async def last_year(fortnox):
    return (await fortnox.financial_years())[-1]


async def pull(fortnox):
    return await fortnox.pull_year(await last_year(fortnox))


async def drill(fortnox):
    return await fortnox.voucher(await last_year(fortnox), "B", "3")


ADMINISTRATOR = WhoActs.CUSTOMER_ADMINISTRATOR

METHODS = {
    "company": (lambda fortnox: fortnox.company(), "/3/companyinformation"),
    "years": (lambda fortnox: fortnox.financial_years(), "/3/financialyears"),
    "accounts": (pull, "/3/accounts"),
    "headers": (pull, "/3/vouchers"),
    "sie": (pull, "/3/sie/"),
    "voucher": (drill, "/3/vouchers/B/3"),
}


def comparable(result):
    """Leave out what differs between two right answers: when, and with how many calls."""
    if not hasattr(result, "sie"):
        return result
    return (result.sie, result.opening_balances, result.voucher_headers, result.attempts)


def status(hub, number=NUMBER):
    return hub.connections.get(f"t{number}", "fortnox").status


def test_company_and_years_are_read(hub, simulator):
    company = within(hub, lambda fortnox: fortnox.company())
    years = within(hub, lambda fortnox: fortnox.financial_years(), BROKEN)

    assert (str(NUMBER), COMPANY.organisation_number) == (
        company.database_number,
        company.organisation_number,
    )
    assert ["2", "3", "1"] == [year.source_ref for year in years]
    assert [(year.start_date, year.end_date) for year in TENANTS[BROKEN].years] == [
        (found.year.start_date, found.year.end_date) for found in years
    ]


@pytest.mark.parametrize("number", [NUMBER, LARGE])
def test_year_is_pulled_whole_with_evidence_from_other_calls(hub, simulator, number, read_sie):
    extract = within(hub, pull, number)
    file, tables = read_sie(extract.sie)
    headers, vouchers = extract.voucher_headers, tables["voucher"]
    opening = dict(
        zip(
            extract.opening_balances["account_number"].to_pylist(),
            extract.opening_balances["amount"].to_pylist(),
            strict=True,
        )
    )

    assert file.header.sie_type == "4E"
    assert vouchers.num_rows == headers.num_rows >= TENANTS[number].vouchers_per_year
    assert set(zip(vouchers["voucher_series"], vouchers["voucher_number"], strict=True)) == set(
        zip(headers["voucher_series"], headers["voucher_number"], strict=True)
    )
    stated = tables["opening_balance"].to_pylist()
    assert {row["account_number"]: row["amount"] for row in stated if row["amount"]} == {
        account: amount for account, amount in opening.items() if amount
    }
    assert all(isinstance(amount, Decimal) for amount in opening.values())
    assert "MANUAL" in pc.unique(headers["reference_type"]).to_pylist()


def test_calls_of_a_pull_do_not_grow_with_vouchers_but_by_page(hub, simulator):
    extract = within(hub, pull, LARGE)
    pages = -(-extract.voucher_headers.num_rows // 500)

    # Accounts and headers twice, one SIE file; the years are asked before.
    assert extract.calls == 2 * (1 + pages) + 1
    assert simulator.count(LARGE, "/3/") == extract.calls + 1
    assert simulator.count(LARGE, "/3/vouchers/") == 0
    assert {"GET"} == {call.method for call in simulator.calls if call.path.startswith("/3/")}


def test_voucher_is_drilled_with_its_rows(hub, simulator, read_sie):
    voucher = within(hub, drill)
    postings = read_sie(within(hub, pull).sie)[1]["posting"].to_pylist()

    assert [(row["account_number"], row["amount"]) for row in voucher.rows.to_pylist()] == [
        (row["account_number"], row["amount"]) for row in postings if row["voucher_key"] == "B:3"
    ]


@pytest.mark.share(3)
@pytest.mark.requirement("R-X-4a", "R-X-4b", "R-X-4c")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("fault", "details"),
    [
        ("status", {"status": 429}),
        ("status", {"status": 429, "retry_after_s": 1}),
        ("status", {"status": 500}),
        ("status", {"status": 500, "body": "none"}),
        ("status", {"status": 502, "body": "html"}),
        ("status", {"status": 503}),
        ("status", {"status": 504}),
        ("cut_body", {"share": 0.3}),
        ("lose_answer", {}),
        ("expire_token", {}),
    ],
    ids=["429", "429 told", "500", "bare 500", "502", "503", "504", "cut", "lost", "expired"],
)
def test_trouble_that_passes_changes_no_result(hub, simulator, method, fault, details):
    work, path = METHODS[method]
    expected = comparable(within(hub, work))

    simulator.faults.add(fault, tenant=NUMBER, path=path, **details)

    assert expected == comparable(within(hub, work))
    assert simulator.faults.waiting() == []
    assert status(hub) == "connected"


@pytest.mark.requirement("R-X-4f")
@pytest.mark.parametrize("method", ["company", "headers"])
@pytest.mark.parametrize("answer", [400, 404, 409, 422])
def test_business_error_is_refused_at_once_and_asked_for_once(hub, simulator, method, answer):
    work, path = METHODS[method]
    simulator.faults.add("status", tenant=NUMBER, path=path, times=None, status=answer)

    with pytest.raises(CallRefused):
        within(hub, work)

    assert 1 == simulator.count(NUMBER, path)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("revoke_consent", ("invalid_grant", ADMINISTRATOR, "reconnect_required")),
        ("licence_missing", ("2001103", WhoActs.CUSTOMER_ORDERS_LICENCE, "licence_missing")),
        ("scope_missing", ("2000663", ADMINISTRATOR, "permission_missing")),
    ],
)
def test_refusal_names_who_acts_and_becomes_the_status(hub, simulator, method, fault, expected):
    work, path = METHODS[method]
    simulator.faults.add(fault, tenant=NUMBER, path=path, times=None)

    with pytest.raises(CallRefused) as raised:
        within(hub, work)

    assert expected == (raised.value.code, raised.value.who_acts, status(hub))
    assert hub.connections.get(f"t{NUMBER}", "fortnox").reason == str(raised.value)
    assert status(hub, LARGE) == "connected"


@pytest.mark.parametrize("method", [name for name in METHODS if name != "company"])
def test_missing_module_closes_the_ledger_but_not_the_company(hub, simulator, method):
    simulator.tenant(NUMBER).switch("module_missing")
    within(hub, METHODS["company"][0])

    with pytest.raises(CallRefused, match="orders the module") as raised:
        within(hub, METHODS[method][0])

    assert ("2001101", "licence_missing") == (raised.value.code, status(hub))


def test_licence_that_is_bought_makes_the_connection_work_again(hub, simulator):
    simulator.tenant(NUMBER).switch("licence_missing")
    with pytest.raises(CallRefused, match="orders the licence"):
        within(hub, lambda fortnox: fortnox.company())
    assert status(hub) == "licence_missing"

    simulator.tenant(NUMBER).switch("licence_missing", on=False)
    within(hub, lambda fortnox: fortnox.company())

    assert status(hub) == "connected"


@pytest.mark.parametrize(("fault", "code"), [("html_instead", "not_sie"), ("empty_sie", "not_sie")])
def test_what_is_no_sie_file_is_not_taken_for_one(hub, simulator, fault, code):
    simulator.faults.add(fault, tenant=NUMBER)

    with pytest.raises(CallFailed) as raised:
        within(hub, pull)

    assert code == raised.value.code


@pytest.mark.parametrize("path", ["/3/companyinformation", "/3/accounts", "/3/vouchers"])
def test_page_of_a_gateway_in_place_of_json_may_be_asked_for_again(hub, simulator, path):
    simulator.faults.add("html_instead", tenant=NUMBER, path=path)

    async def both(fortnox):
        await fortnox.company()
        return await pull(fortnox)

    with pytest.raises(CallFailed, match="not JSON"):
        within(hub, both)


def test_other_company_is_refused_with_both_numbers(hub, simulator):
    simulator.faults.add("wrong_company", tenant=NUMBER, path="/3/companyinformation")

    with pytest.raises(CallRefused, match=str(NUMBER)) as raised:
        within(hub, lambda fortnox: fortnox.company())

    assert raised.value.code == "wrong_company"
    assert status(hub) == "wrong_company"
    assert not any(company.name in str(raised.value) for company in TENANTS.values())


def test_other_organisation_number_is_refused_with_both(hub, simulator):
    hub.tenants.update(f"t{NUMBER}", organisation_number="5560000019")

    with pytest.raises(CallRefused, match=f"5560000019.*{COMPANY.organisation_number}"):
        within(hub, lambda fortnox: fortnox.company())


def test_books_that_change_during_a_pull_are_pulled_again(hub, simulator):
    simulator.faults.add("books_change_during_pull", tenant=NUMBER, removed=(("B", 3),))

    extract = within(hub, pull)

    assert extract.attempts == 2
    assert b"#VER B 3 " not in extract.sie
    series, numbers = (extract.voucher_headers[name].to_pylist() for name in HEADER_KEY)
    assert ("B", "3") not in set(zip(series, numbers, strict=True))


HEADER_KEY = ("voucher_series", "voucher_number")


def test_books_that_never_stand_still_are_given_up_after_a_named_number_of_pulls(hub, simulator):
    for number in range(1, MAX_PULLS + 1):
        simulator.faults.add("books_change_during_pull", tenant=NUMBER, removed=(("B", number),))

    with pytest.raises(CallFailed, match="kept changing") as raised:
        within(hub, pull)

    assert raised.value.code == "books_kept_changing"
    assert simulator.count(NUMBER, "/3/sie/") == MAX_PULLS


@pytest.mark.parametrize("how", ["remove", "insert"])
def test_page_that_shifts_during_a_walk_makes_the_walk_begin_anew(hub, simulator, how):
    before = within(hub, pull, LARGE).voucher_headers.num_rows
    simulator.faults.add("shift_pages", tenant=LARGE, path="/3/vouchers", how=how)

    extract = within(hub, pull, LARGE)

    # What was inserted is a voucher that the first page did not have yet.
    assert extract.voucher_headers.num_rows == before - (how == "remove")
    assert extract.calls > 9
    keys = list(
        zip(*(extract.voucher_headers[name].to_pylist() for name in HEADER_KEY), strict=True)
    )
    assert len(set(keys)) == len(keys)


def test_voucher_hidden_from_the_file_still_shows_in_the_evidence(hub, simulator, read_sie):
    simulator.tenant(NUMBER).hide_from_sie(("B", 3))

    extract = within(hub, pull)

    assert extract.voucher_headers.num_rows - read_sie(extract.sie)[1]["voucher"].num_rows == 1


def test_token_of_nobody_is_minted_anew_once_and_then_told(hub, simulator):
    """A token that was asked for without a company gives a bare 500 on every call."""
    nobody = Connection("t503072", "fortnox", Method.CLIENT_CREDENTIALS, source_tenant_id="")
    hub.connections.save(nobody)

    with pytest.raises(CallFailed, match="TenantId") as raised:
        within(hub, lambda fortnox: fortnox.company())

    assert raised.value.code == "http_500"
    assert simulator.count(path="/oauth-v1/token") == 2


def test_tokens_whose_clock_is_ahead_are_used_all_the_same(hub, simulator):
    simulator.faults.add("clock_skew", path="/oauth-v1/token", seconds=-7_200, times=None)

    assert within(hub, pull).attempts == 1


@pytest.mark.parametrize(
    ("fault", "details"),
    [
        ("status", {"status": 500}),
        ("status", {"status": 503}),
        ("cut_body", {}),
        ("lose_answer", {}),
    ],
)
def test_trouble_at_the_token_endpoint_passes(hub, simulator, fault, details):
    simulator.faults.add(fault, path="/oauth-v1/token", **details)

    within(hub, lambda fortnox: fortnox.company())

    assert simulator.faults.waiting() == []


def test_wrong_client_secret_is_for_us_and_says_so_at_once(hub, simulator, monkeypatch):
    monkeypatch.setenv("TASMA_FORTNOX_CLIENT_SECRET", "another")

    with pytest.raises(CallRefused, match="client id or client secret is wrong") as raised:
        within(hub, lambda fortnox: fortnox.company())

    assert (WhoActs.US, "operator_required") == (raised.value.who_acts, status(hub))


@pytest.mark.requirement("R-X-1a")
def test_tenants_at_work_at_once_have_tokens_of_their_own(hub, simulator):
    async def who(number):
        async with fortnox_session(hub, f"t{number}") as fortnox:
            return (await fortnox.company()).database_number

    async def both():
        return await asyncio.gather(*(who(number) for number in (NUMBER, LARGE)))

    found = asyncio.run(both())
    tokens = simulator.world.tokens.access_tokens

    assert [str(NUMBER), str(LARGE)] == found
    assert [NUMBER, LARGE] == sorted(grant.tenant for grant in tokens.values())


@pytest.mark.requirement("R-X-1d")
def test_second_session_of_a_tenant_waits_or_says_who_has_it(hub, simulator):
    async def work():
        async with fortnox_session(hub, f"t{NUMBER}", run_id="first"):
            with pytest.raises(LeaseTaken, match="run first"):
                async with fortnox_session(hub, f"t{NUMBER}", wait_limit_s=0):
                    pass
            async with fortnox_session(hub, f"t{LARGE}", wait_limit_s=0) as other:
                return await other.company()

    assert asyncio.run(work()).database_number == str(LARGE)


def test_tenant_that_is_not_connected_is_told_so(hub, simulator):
    hub.tenants.add(Tenant("new", "New AB"))

    async def work():
        async with fortnox_session(hub, "new"):
            pass

    with pytest.raises(NotConnected, match="not connected to fortnox"):
        asyncio.run(work())


@pytest.mark.requirement("R-X-3a", "R-X-3e", "R-X-3f")
def test_secrets_are_in_nothing_that_is_raised_logged_shown_or_kept(hub, simulator, caplog):
    caplog.set_level(logging.DEBUG)
    told = []

    async def spoiled(fortnox):
        told.append(repr(fortnox) + repr(vars(fortnox)))
        await fortnox.company()
        simulator.faults.add("licence_missing", tenant=NUMBER, path="/3/")
        await fortnox.financial_years()

    with pytest.raises(CallRefused) as raised:
        within(hub, spoiled)
    told += traceback.format_exception(raised.value)
    text = "\n".join([*told, caplog.text]).encode()
    text += b"".join(path.read_bytes() for path in hub.database.file.path.parent.iterdir())

    tokens = list(simulator.world.tokens.access_tokens)
    assert tokens
    for secret in (simulator.client_secret, *tokens, tokens[0].split(".")[1]):
        assert secret.encode() not in text


# --- answers that are not as documented --------------------------------------------------------


def odd(simulator, path, field, value=None, **more):
    simulator.faults.add(
        "odd_field", tenant=NUMBER, path=path, field=field, value=value, times=None, **more
    )


def test_mark_of_a_missing_right_is_no_vat_code_and_says_which_right_is_missing(hub, simulator):
    odd(simulator, "/3/accounts", "VATCode", "API_NORIGHT")

    with pytest.raises(CallRefused, match=r"In place of VATCode.*module Bokföring") as raised:
        within(hub, pull)

    assert ("permission_suspected", ADMINISTRATOR) == (raised.value.code, raised.value.who_acts)
    assert "permission_missing" == status(hub)
    assert 0 == simulator.count(NUMBER, "/3/sie/")


def test_unknown_vat_code_is_kept_and_counted(hub, simulator):
    odd(simulator, "/3/accounts", "VATCode", "XY9", where={"VATCode": "MP1"})

    extract = within(hub, pull)

    codes = extract.opening_balances["vat_code"].to_pylist()
    assert {"VATCode XY9": codes.count("XY9")} == extract.unknown_codes
    assert 2 == codes.count("XY9")


@pytest.mark.parametrize("path", ["/3/accounts", "/3/vouchers"])
def test_rows_of_another_year_are_not_taken_for_the_year_asked_for(hub, simulator, path):
    odd(simulator, path, "Year", 1)

    with pytest.raises(UnexpectedShape, match="Year tells of another year"):
        within(hub, pull)


@pytest.mark.parametrize(("said", "counts"), [("false", True), ("true", False)])
def test_removed_that_came_as_text_strikes_out_a_row_or_does_not(hub, simulator, said, counts):
    odd(simulator, "/3/vouchers/B/3", "Removed", said)

    rows = within(hub, drill).rows

    assert {not counts} == set(rows["is_removed"].to_pylist())


def test_list_without_its_total_is_the_vendors_fault(hub, simulator):
    odd(simulator, "/3/accounts", "@TotalResources", is_absent=True)

    with pytest.raises(UnexpectedShape, match=r"account list.*@TotalResources is missing"):
        within(hub, pull)


def test_token_of_a_life_that_cannot_be_read_is_the_vendors_fault(hub, simulator):
    odd(simulator, "/oauth-v1/token", "expires_in", "soon")

    with pytest.raises(UnexpectedShape, match=r"token answer.*expires_in"):
        within(hub, pull)


def test_pair_of_an_unknown_life_is_kept_and_taken_to_have_run_out():
    now = dt.datetime.now(dt.UTC)
    grant = token_endpoint.Grant(SecretStr("a"), SecretStr("planted"), "", life=None)

    kept = tokens_of(grant, revision=3, at=now)

    assert ("planted", 3, now) == (kept.refresh_token.get_secret_value(), 3, kept.expires_at)


@pytest.mark.parametrize("body", ["json", "html", "none"])
def test_token_endpoint_that_does_not_know_us_never_sends_the_customer(hub, simulator, body):
    simulator.faults.add("status", path="/oauth-v1/token", status=401, body=body, times=None)

    with pytest.raises(CallRefused, match="client id or client secret is wrong") as raised:
        within(hub, pull)

    assert WhoActs.US is raised.value.who_acts
    assert "reconnect_required" != status(hub)


# --- what fails before any year ----------------------------------------------------------------

TOKEN, YEARS = "/oauth-v1/token", "/3/financialyears"


BEFORE_ANY_YEAR = [
    ("unreachable", {"name": "html_instead", "path": YEARS}),
    ("unreachable", {"name": "status", "path": YEARS, "status": 503}),
    ("unreachable", {"name": "lose_answer", "path": YEARS}),
    ("unreachable", {"name": "html_instead", "path": TOKEN}),
    ("unreachable", {"name": "status", "path": TOKEN, "status": 503}),
    ("operator_required", {"name": "status", "path": TOKEN, "status": 401, "body": "none"}),
    ("operator_required", {"name": "status", "path": YEARS, "status": 404}),
    ("operator_required", {"name": "odd_field", "path": YEARS, "field": "FromDate", "value": 7}),
    ("operator_required", {"name": "odd_field", "path": TOKEN, "field": "expires_in", "value": ""}),
]


@pytest.mark.parametrize(("expected", "fault"), BEFORE_ANY_YEAR)
def test_failure_before_any_year_turns_the_light_at_once_and_an_answer_turns_it_back(
    hub, simulator, expected, fault
):
    simulator.faults.add(**fault, times=None)

    with pytest.raises((CallFailed, CallRefused, UnexpectedShape)) as raised:
        within(hub, last_year)

    (shown,) = hub.overview(tenant=f"t{NUMBER}")
    event = hub.events.recent(tenant=f"t{NUMBER}", kind="connection")[0]
    assert (expected, "red") == (status(hub), shown.light)
    assert shown.reason == f"fortnox, {expected.replace('_', ' ')}: {raised.value}"
    assert f"tasma connect check t{NUMBER}" == shown.look_with
    assert f"now {expected}: {raised.value}" in event.message

    simulator.faults.clear()
    within(hub, last_year)

    assert "connected" == status(hub)


@pytest.mark.parametrize(("fault", "code"), [("html_instead", "not_sie"), ("status", "http_503")])
def test_failure_of_one_year_is_told_by_that_year_and_not_by_the_connection(
    hub, simulator, fault, code
):
    details = {"status": 503} if fault == "status" else {}
    simulator.faults.add(fault, tenant=NUMBER, path="/3/sie/", times=None, **details)

    with pytest.raises(CallFailed) as raised:
        within(hub, pull)

    assert (code, "connected") == (raised.value.code, status(hub))


def test_session_that_somebody_else_has_says_nothing_of_the_connection(hub, simulator):
    async def work():
        async with (
            fortnox_session(hub, f"t{NUMBER}"),
            fortnox_session(hub, f"t{NUMBER}", wait_limit_s=0),
        ):
            pass

    with pytest.raises(LeaseTaken):
        asyncio.run(work())

    assert "connected" == status(hub)


def test_missing_credentials_turn_the_light_of_every_tenant_that_is_tried(
    hub, simulator, monkeypatch
):
    monkeypatch.setenv("TASMA_FORTNOX_API_URL", "http://elsewhere.example.test")

    with pytest.raises(CallRefused, match="secrets in clear"):
        within(hub, last_year)

    assert ("operator_required", "connected") == (status(hub), status(hub, LARGE))


# --- the vendor's own window -----------------------------------------------------------------


@pytest.mark.requirement("R-SEN-P1a")
def test_queue_of_calls_uses_the_allowed_rate_and_never_breaks_it(hub, simulator, monkeypatch):
    """60 calls at once, then 20 of the next session, at the vendor's 25 per 5 s.

    The simulator counts arrivals, which a busy machine delays and bunches: it allows them a second.
    """
    monkeypatch.setattr(connect, "PERIOD_S", 5.0)
    simulator.world.limiter.window_s = 4.0

    async def many(count):
        async with fortnox_session(hub, f"t{NUMBER}") as fortnox:
            years = await fortnox.financial_years()
            await asyncio.gather(*(fortnox.voucher(years[-1], "B", "3") for _ in range(count)))

    began = dt.datetime.now(dt.UTC)
    asyncio.run(many(60))
    asyncio.run(many(20))
    took_s = (dt.datetime.now(dt.UTC) - began).total_seconds()

    assert [] == [call for call in simulator.calls if call.status == 429]
    # 82 calls of which 25 may start at once.
    assert took_s >= (82 - 25) / 5
    assert took_s <= (82 - 25) / 5 / 0.8 + 2


# --- consent and preflight -------------------------------------------------------------------


def consent(hub, simulator, number=NUMBER, **how):
    code = SecretStr(simulator.authorize(number, **how))
    return asyncio.run(finish_consent(hub, f"t{NUMBER}", code))


def lines(hub):
    return {line.name: line.passed for line in asyncio.run(preflight(hub, f"t{NUMBER}"))}


def test_consent_connects_and_pins_the_company(hub, simulator):
    hub.tenants.add(Tenant("new", "New AB", same_number_as=f"t{NUMBER}"))

    code = SecretStr(simulator.authorize(NUMBER))
    made = asyncio.run(finish_consent(hub, "new", code))

    assert (str(NUMBER), "connected") == (made.source_tenant_id, made.status)
    assert made == hub.connections.get("new", "fortnox")
    assert COMPANY.organisation_number == hub.tenants.get("new").organisation_number
    with pytest.raises(CallRefused, match="used before"):
        asyncio.run(finish_consent(hub, "new", code))


def test_consent_of_another_company_is_refused_and_changes_nothing(hub, simulator):
    before = hub.connections.get(f"t{NUMBER}", "fortnox")

    with pytest.raises(CallRefused, match="not the tenant's"):
        consent(hub, simulator, LARGE)

    after = hub.connections.get(f"t{NUMBER}", "fortnox")
    assert before == replace(after, recent_calls=before.recent_calls)


def test_consent_mends_what_was_revoked(hub, simulator):
    simulator.revoke_consent(NUMBER)
    with pytest.raises(CallRefused):
        within(hub, lambda fortnox: fortnox.company())
    assert status(hub) == "reconnect_required"

    consent(hub, simulator)

    assert status(hub) == "connected"
    assert {True} == set(lines(hub).values())


@pytest.mark.requirement("R-SEN-4b")
@pytest.mark.parametrize("right", LEDGER_SCOPES)
def test_consent_without_a_scope_is_refused_by_name_and_changes_nothing(hub, simulator, right):
    before = hub.connections.get(f"t{NUMBER}", "fortnox")

    with pytest.raises(CallRefused, match=f"lacks the scope {right}"):
        consent(hub, simulator, scopes=[scope for scope in LEDGER_SCOPES if scope != right])

    assert before == hub.connections.get(f"t{NUMBER}", "fortnox")


@pytest.mark.requirement("R-FIN-9a", "R-FIN-9b", "R-FIN-9c")
@pytest.mark.parametrize("right", LEDGER_SCOPES)
def test_right_that_the_credentials_lack_fails_the_preflight_by_name(hub, simulator, right):
    simulator.authorize(NUMBER, scopes=[scope for scope in LEDGER_SCOPES if scope != right])

    found = asyncio.run(preflight(hub, f"t{NUMBER}"))

    (failed,) = [line for line in found if line.passed is False]
    assert f"does not cover the scope {right}." in failed.reason
    asked = {call.path for call in simulator.calls if call.path.startswith("/3/")}
    assert {"/3/companyinformation", "/3/financialyears"} >= asked


@pytest.mark.requirement("R-FIN-9c")
def test_pull_without_the_right_to_the_ledger_asks_for_none_of_it(hub, simulator):
    simulator.authorize(NUMBER, scopes=["companyinformation"])

    with pytest.raises(CallRefused, match="does not cover the scope bookkeeping"):
        within(hub, pull)

    assert [0, 0, 0] == [
        simulator.count(NUMBER, path) for path in ("/3/accounts", "/3/vouchers", "/3/sie/")
    ]


@pytest.mark.requirement("R-SEN-7a", "R-SEN-7c")
def test_preflight_shows_three_lines_that_all_pass(hub, simulator):
    assert {
        "integration_licence": True,
        "approved_by_system_administrator": True,
        "bookkeeping_module": True,
    } == lines(hub)
    assert simulator.count(NUMBER, "/3/") == 2


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("licence_missing", (False, None, None)),
        ("module_missing", (True, None, False)),
        ("scope_missing", (True, False, None)),
        ("consent_revoked", (None, False, None)),
    ],
)
@pytest.mark.requirement("R-SEN-7b")
def test_preflight_tells_which_requirement_fails_why_and_where_to_look(
    hub, simulator, switch, expected
):
    if switch == "consent_revoked":
        simulator.revoke_consent(NUMBER)
    elif switch == "scope_missing":
        simulator.faults.add(switch, tenant=NUMBER, path="/3/financialyears")
    else:
        simulator.tenant(NUMBER).switch(switch)

    found = asyncio.run(preflight(hub, f"t{NUMBER}"))

    assert expected == tuple(line.passed for line in found)
    (failed,) = [line for line in found if line.passed is False]
    assert failed.who_acts is not None
    assert failed.reason
    assert {3} == {len({line.help for line in found})}

    if switch not in {"scope_missing", "consent_revoked"}:
        simulator.tenant(NUMBER).switch(switch, on=False)
        assert {True} == set(lines(hub).values())


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("licence_missing", (False, None, None)),
        ("app_licence_missing", (False, None, None)),
        ("module_missing", (False, None, None)),
        ("not_administrator", (None, False, None)),
        ("declines", (None, False, None)),
    ],
)
@pytest.mark.requirement("R-SEN-3a", "R-SEN-4a")
def test_customer_sent_back_with_an_error_is_told_which_requirement_it_is(
    hub, simulator, switch, expected
):
    simulator.tenant(NUMBER).switch(switch)
    with pytest.raises(ConsentRefused) as refused:
        simulator.authorize(NUMBER)

    found = preflight_of_redirect(refused.value.error, refused.value.description)

    assert expected == tuple(line.passed for line in found)
    simulator.tenant(NUMBER).switch(switch, on=False)
    assert consent(hub, simulator).status == "connected"
