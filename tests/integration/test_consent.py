"""A customer approves by a link: a browser that holds a cookie, and a simulated Fortnox."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from blocks.hub import ConnectionState, Hub, Light, Tenant, UnitState, unit_resource
from blocks.hub.consent_states import ForeignAnswer, LinkEnded, UnknownLink
from blocks.hub.consents import ConsentState
from blocks.systems.fortnox.settings import settings as fortnox_settings
from blocks.systems.redirect import NothingReturned
from blocks.systems.registry import NothingToFetch, port
from flows.portal.settings import PortalSettings
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import FortnoxSimulator, SimulatedTenant
from tasks import consent
from tasks.consent import HasOtherBooks, NothingToConfirm, Outcome, ReasonMissing
from tasks.lights import lights
from tests import quick_fortnox

OWN, OTHER, THIRD = 503072, 503073, 503074
COMPANIES = {
    number: Company(seed=number - OWN + 7, years=calendar_years(2025, 2025), vouchers_per_year=5)
    for number in (OWN, OTHER, THIRD)
}


@pytest.fixture
def simulator(monkeypatch):
    made = [SimulatedTenant(number, company) for number, company in COMPANIES.items()]
    quick_fortnox.shorten_waits(monkeypatch)
    with FortnoxSimulator(made, rate_window_s=quick_fortnox.PERIOD_S) as simulator:
        quick_fortnox.lead_to(simulator, monkeypatch)
        yield simulator


@pytest.fixture
def hub(tmp_path, empty_hub, simulator):
    shutil.copy(empty_hub, tmp_path / "hub.sqlite")
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        for name, number in (("acme", OWN), ("beta", OTHER)):
            company = COMPANIES[number]
            hub.tenants.add(Tenant(name, company.name, number_of(number)))
        yield hub


def number_of(number):
    return COMPANIES[number].organisation_number


class Browser:
    """Whoever was sent a link, with the cookie that the portal sets. `picks`: a company there."""

    def __init__(self, hub, secret, cookie=""):
        self.hub, self.secret = hub, secret
        self.cookie = SecretStr(cookie or secrets.token_urlsafe())

    def begin(self):
        return asyncio.run(consent.begin(self.hub, self.secret, browser=self.cookie))

    def come_back(self, begun, *, picks=OWN):
        """Pick a company on Fortnox's page and follow it back; return what the query says."""
        page = httpx.get(begun.address)
        assert page.status_code == 200, page.text
        query = dict(parse_qs(urlsplit(begun.address).query))
        asked = {"tenant": picks, **{name: values[0] for name, values in query.items()}}
        origin = begun.address.partition("/oauth-v1/")[0]
        answer = httpx.get(f"{origin}/_simulator/consent?{urlencode(asked)}")
        return {
            name: values[0]
            for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()
        }

    def finish(self, returned):
        state = SecretStr(returned["state"])
        finished = consent.finish(self.hub, state, browser=self.cookie, answer=returned)
        return asyncio.run(finished)

    def approve(self, *, picks=OWN):
        return self.finish(self.come_back(self.begin(), picks=picks))

    def poll(self):
        return consent.poll(self.hub, self.secret)


def made(hub, tenant="acme", **how):
    return consent.make_link(hub, tenant, "fortnox", by="anna", **how)


@pytest.fixture
def browser(hub):
    return Browser(hub, made(hub).secret)


def status(hub, tenant="acme"):
    found = hub.connections.find(tenant, "fortnox")
    return found and found.status


@pytest.mark.requirement("R-SEN-1a", "R-SEN-1c")
def test_links_of_two_companies_differ_and_each_connects_its_own_alone(hub):
    of_acme, of_beta = made(hub), made(hub, "beta")
    outcome = Browser(hub, of_acme.secret).approve()

    assert outcome.is_connected
    assert of_acme.address != of_beta.address
    assert of_acme.address.startswith("http://127.0.0.1:4300/consent/")
    assert (ConnectionState.CONNECTED, None) == (status(hub), status(hub, "beta"))
    assert ConsentState.WAITING is consent.poll(hub, of_beta.secret).state


@pytest.mark.requirement("R-SEN-2d")
def test_looking_at_a_link_starts_and_uses_up_nothing(hub, simulator, browser):
    looks = [consent.look(hub, browser.secret) for _ in range(3)]
    events = len(hub.events.recent())

    assert looks[0] == looks[1] == looks[2] == consent.look(hub, browser.secret)
    assert events == len(hub.events.recent())
    assert [] == [call for call in simulator.calls if call.path.startswith("/")]
    assert browser.approve().is_connected


@pytest.mark.requirement("R-SEN-6a", "R-SEN-6b")
def test_invitation_tells_the_company_what_is_fetched_and_where_to_look(hub):
    link = made(hub, wants={"documents": True})
    found, plain = consent.look(hub, link.secret), consent.look(hub, made(hub).secret)

    assert ("Fortnox", COMPANIES[OWN].name) == (found.title, found.tenant.name)
    assert (("ledger", "documents"), ("ledger",)) == (found.fetched, plain.fetched)
    assert [None, None, None] == [item.passed for item in found.asked]
    licence, administrator, module = (item.help for item in found.asked)
    assert "Does the company have a licence?" in licence
    assert "Who can approve?" in administrator
    assert "Bokföring" in module
    assert ConsentState.WAITING is found.outcome.state


@pytest.mark.requirement("R-SEN-18")
def test_link_works_for_oneself_and_for_another_whoever_opens_it(hub):
    outcomes = {name: Browser(hub, made(hub).secret).approve() for name in ("own", "sent on")}
    one = made(hub)
    mine, theirs = Browser(hub, one.secret), Browser(hub, one.secret)
    begun = mine.begin()

    assert {True} == {outcome.is_connected for outcome in outcomes.values()}
    assert theirs.approve().is_connected, "another may finish what I began and left"
    with pytest.raises(LinkEnded):
        mine.finish(mine.come_back(begun))


@pytest.mark.requirement("R-SEN-20a", "R-SEN-20b")
def test_permission_leads_to_fortnox_with_state_scopes_and_the_redirect_of_the_setting(
    hub, browser, monkeypatch
):
    monkeypatch.setenv("TASMA_FORTNOX_REDIRECT_URI", "https://books.example.com/fortnox/callback")
    begun, again = browser.begin(), browser.begin()
    asked = parse_qs(urlsplit(begun.address).query)

    assert begun.address.startswith(f"{fortnox_settings().oauth_url}/auth?")
    assert [begun.state.get_secret_value()] == asked["state"]
    assert begun.state != again.state
    assert ["companyinformation bookkeeping"] == asked["scope"]
    assert ["https://books.example.com/fortnox/callback"] == asked["redirect_uri"]
    assert browser.secret.get_secret_value() not in begun.address


@pytest.mark.requirement("R-SEN-23", "R-SEN-24a")
def test_after_the_approval_the_company_is_connected_with_no_further_step(hub, browser):
    before = browser.poll()
    outcome = browser.approve()

    assert (Outcome(ConsentState.WAITING), outcome) == (before, browser.poll())
    assert outcome.is_connected
    assert [True, True, True] == [item.passed for item in outcome.requirements]
    assert (ConnectionState.CONNECTED, str(OWN)) == (
        status(hub),
        hub.connections.get("acme", "fortnox").source_tenant_id,
    )
    with pytest.raises(LinkEnded, match="has been used"):
        browser.begin()


@pytest.mark.requirement("R-SEN-21a", "R-SEN-2e", "R-SEN-3b")
@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("declines", (ConsentState.DENIED, "approved_by_system_administrator")),
        (
            "not_administrator",
            (ConsentState.ADMINISTRATOR_MISSING, "approved_by_system_administrator"),
        ),
        ("licence_missing", (ConsentState.LICENCE_MISSING, "integration_licence")),
        ("app_licence_missing", (ConsentState.LICENCE_MISSING, "integration_licence")),
        ("module_missing", (ConsentState.LICENCE_MISSING, "integration_licence")),
    ],
)
def test_who_says_no_or_lacks_something_connects_nothing_and_the_link_stays_good(
    hub, simulator, browser, switch, expected
):
    simulator.tenant(OWN).switch(switch)
    refused = browser.approve()
    stood = status(hub)
    simulator.tenant(OWN).switch(switch, on=False)
    (failed,) = [item.name for item in refused.requirements if item.passed is False]

    assert (expected, None) == ((refused.state, failed), stood)
    assert refused.reason
    assert browser.approve().is_connected


@pytest.mark.requirement("R-SEN-21a")
def test_denial_leaves_a_connection_of_before_as_it_was(hub, simulator, browser):
    browser.approve()
    before = hub.connections.get("acme", "fortnox")
    simulator.tenant(OWN).switch("declines")

    assert ConsentState.DENIED is Browser(hub, made(hub).secret).approve().state
    assert before == hub.connections.get("acme", "fortnox")


@pytest.mark.requirement("R-SEN-21b", "R-SEN-21c")
def test_replayed_and_foreign_answers_connect_nothing(hub, simulator, browser):
    simulator.tenant(OWN).switch("declines")
    replayed = browser.come_back(browser.begin())
    browser.finish(replayed)
    simulator.tenant(OWN).switch("declines", on=False)
    code = simulator.authorize(OWN)
    attacker = Browser(hub, browser.secret)
    theirs = attacker.come_back(attacker.begin())

    for foreign in ({**replayed, "code": code}, theirs, {"state": "made-up", "code": code}):
        with pytest.raises(ForeignAnswer):
            browser.finish(foreign)
    assert status(hub) is None
    with pytest.raises(NothingReturned):
        browser.finish({"state": browser.begin().state.get_secret_value()})


@pytest.mark.requirement("R-SEN-22a", "R-SEN-22b")
def test_consultant_who_picks_another_company_is_told_both_numbers_and_may_pick_again(hub, browser):
    refused = browser.approve(picks=THIRD)
    stood = status(hub)

    assert (ConsentState.WRONG_COMPANY, None) == (refused.state, stood)
    assert ("organisation number", number_of(OWN), number_of(THIRD)) == (
        refused.compared,
        refused.expected,
        refused.actual,
    )
    assert number_of(OWN) in refused.reason
    assert number_of(THIRD) in refused.reason
    assert refused == browser.poll()
    assert browser.approve().is_connected


@pytest.mark.requirement("R-SEN-22c")
def test_another_company_is_let_through_only_on_a_persons_word_which_is_logged(hub, browser):
    third, why = number_of(THIRD), "typed wrongly in the form"
    for number in (third, "no number", str(THIRD)):
        with pytest.raises(NothingToConfirm):
            consent.confirm_company(hub, "acme", number, by="olle", reason=why)
    browser.approve(picks=THIRD)
    for by, reason in (("olle", " "), ("", why)):
        with pytest.raises(ReasonMissing):
            consent.confirm_company(hub, "acme", third, by=by, reason=reason)
    with pytest.raises(NothingToConfirm):
        consent.confirm_company(hub, "acme", number_of(OTHER), by="olle", reason=why)
    still = browser.approve(picks=THIRD).state
    consent.confirm_company(hub, "acme", third, by="olle", reason=why)

    assert ConsentState.WRONG_COMPANY is still
    assert browser.approve(picks=THIRD).is_connected
    (said,) = (
        e.message for e in hub.events.recent(tenant="acme", kind="tenant") if why in e.message
    )
    assert all(text in said for text in ("olle", number_of(OWN), third))


def test_company_is_not_replaced_once_its_books_are_published(hub, browser):
    year = FiscalYear.parse("2025")
    hub.years.define("acme", year)
    lease = hub.leases.acquire(unit_resource("acme", year), holder="run")
    for state in (UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED):
        hub.units.set_status("acme", year, state, token=lease.token)
    browser.approve(picks=THIRD)

    with pytest.raises(HasOtherBooks, match=number_of(OWN)):
        consent.confirm_company(hub, "acme", number_of(THIRD), by="olle", reason="x")
    assert number_of(OWN) == hub.tenants.get("acme").organisation_number


def test_answer_that_was_lost_on_the_way_fails_and_the_next_click_connects(hub, simulator, browser):
    simulator.faults.add("lose_answer", path="/oauth-v1/token")
    lost = browser.approve()

    assert (ConsentState.FAILED, None) == (lost.state, status(hub))
    assert lost.reason
    assert browser.approve().is_connected


def test_fault_of_ours_is_said_to_be_ours(hub, simulator, browser, monkeypatch):
    begun = browser.begin()
    returned = browser.come_back(begun)
    monkeypatch.setenv("TASMA_FORTNOX_CLIENT_SECRET", "plainly-wrong")

    refused = browser.finish(returned)

    assert ConsentState.REFUSED is refused.state
    assert "client secret" in refused.reason
    unknown = {"state": browser.begin().state.get_secret_value(), "error": "odd"}
    assert ConsentState.REFUSED is browser.finish(unknown).state


def test_no_code_state_or_cookie_is_told_or_kept(hub, browser):
    begun = browser.begin()
    returned = browser.come_back(begun)
    outcome = browser.finish(returned)
    secrets_ = (
        returned["code"],
        returned["state"],
        browser.cookie.get_secret_value(),
        browser.secret.get_secret_value(),
    )
    told = f"{outcome} {begun.state} {hub.events.recent()} {hub.consents.of_tenant('acme')}"

    assert [] == [text for text in secrets_ if text in told]


def test_revoked_link_and_one_that_never_was_are_told_apart(hub, browser):
    (link,) = hub.consents.of_tenant("acme")
    consent.revoke(hub, "acme", link.id, by="anna")

    assert ConsentState.REVOKED is browser.poll().state
    with pytest.raises(LinkEnded, match="revoked"):
        browser.begin()
    with pytest.raises(UnknownLink):
        consent.look(hub, SecretStr("never-was"))


@pytest.mark.requirement("R-SEN-2b")
def test_link_lives_as_long_as_the_setting_says(hub, monkeypatch):
    usual = made(hub).link
    monkeypatch.setenv("TASMA_CONSENT_LINK_DAYS", "3")
    monkeypatch.setenv("TASMA_PORTAL_ADDRESS", "https://books.example.com/")
    link = made(hub)

    assert (14, 3) == tuple((x.expires_at - x.made_at).days for x in (usual, link.link))
    assert link.address == f"https://books.example.com/consent/{link.secret.get_secret_value()}"


def test_link_leads_to_where_the_portal_listens_unless_another_address_is_given(hub, monkeypatch):
    monkeypatch.setenv("TASMA_PORTAL_PORT", "4521")

    assert PortalSettings().public_address == "http://127.0.0.1:4521"
    assert made(hub).address.startswith("http://127.0.0.1:4521/consent/")


def test_documents_stay_wanted_until_somebody_says_otherwise(hub):
    Browser(hub, made(hub, wants={"documents": True}).secret).approve()

    assert made(hub).link.wants["documents"]
    assert not made(hub, wants={"documents": False}).link.wants["documents"]


def test_system_that_is_connected_otherwise_has_no_link(hub):
    with pytest.raises(NothingToFetch, match="link to approve by"):
        consent.make_link(hub, "acme", "spotilla", by="anna")


def test_outcome_is_read_back_as_it_was_written(hub, simulator, browser):
    simulator.tenant(OWN).switch("licence_missing")
    outcome = browser.approve()
    (link,) = hub.consents.of_tenant("acme")

    assert outcome == consent.outcome_of(hub, link)
    assert set(json.loads(link.detail)) == set(vars(outcome))


@pytest.mark.requirement("R-SEN-24a", "R-SEN-25d")
def test_light_is_green_at_once_and_red_with_its_reason_when_the_licence_goes(
    hub, simulator, browser
):
    browser.approve()
    at_once = light(hub)
    simulator.tenant(OWN).switch("licence_missing")
    asyncio.run(port("fortnox").connect.preflight(hub, "acme"))
    gone = light(hub)
    simulator.tenant(OWN).switch("licence_missing", on=False)
    asyncio.run(port("fortnox").connect.preflight(hub, "acme"))

    assert (Light.GREEN, "", Light.RED) == (*at_once, gone[0])
    assert "licence" in gone[1]
    assert (Light.GREEN, "") == light(hub)


def light(hub):
    (found,) = [item for item in lights(hub, hub.tenants.get("acme")) if item.name == "fortnox"]
    return found.light, found.reason
