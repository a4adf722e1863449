"""A company's administrator approves in two windows: the portal's pages and a simulated Fortnox."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from blocks.hub import Tenant
from blocks.hub.portal_roles import Role
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import FortnoxSimulator, SimulatedTenant
from tests import quick_fortnox
from tests.portal_companies import OURS, unpublish
from tests.portal_world import ADDRESS

OWN, OTHER = 503072, 503073
COMPANIES = {
    number: Company(seed=number - OWN + 7, years=calendar_years(2025, 2025), vouchers_per_year=5)
    for number in (OWN, OTHER)
}


@pytest.fixture
def simulator(monkeypatch):
    made = [SimulatedTenant(number, company) for number, company in COMPANIES.items()]
    quick_fortnox.shorten_waits(monkeypatch)
    with FortnoxSimulator(made, rate_window_s=quick_fortnox.PERIOD_S) as simulator:
        quick_fortnox.lead_to(simulator, monkeypatch)
        monkeypatch.setenv("TASMA_FORTNOX_REDIRECT_URI", f"{ADDRESS}/fortnox/callback")
        yield simulator


@pytest.fixture
def acme(world, simulator):
    """The company of the portal is the one in Fortnox."""
    number = COMPANIES[OWN].organisation_number
    world.stores.hub.tenants.update(OURS, organisation_number=number)
    return world


def activate(world, role=Role.CUSTOMER, **form):
    """Press Aktivera, and return the path of the link that is shown."""
    shown = world.client(role).post(
        "/companies/acme/links", system="fortnox", documents="yes", **form
    )
    assert 200 == shown.status_code
    return re.search(rf'value="{ADDRESS}(/consent/[^"]+)"', shown.text)[1]


def click(client, path):
    """Press Ge behörighet, and return the address that the new window is led to."""
    page = client.post(path)
    assert 200 == page.status_code, page.text
    return unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)[1])


def come_back(address, *, picks=OWN):
    """Approve on Fortnox's page; return the path that it leads the window back to."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    origin = address.partition("/oauth-v1/")[0]
    answer = httpx.get(f"{origin}/_simulator/consent?{urlencode({'tenant': picks, **query})}")
    back = answer.headers["location"]
    assert back.startswith(f"{ADDRESS}/fortnox/callback?")
    return back.removeprefix(ADDRESS)


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.text)).split())


@pytest.mark.requirement("R-SEN-17b", "R-SEN-18")
def test_button_of_a_company_gives_a_link_to_copy_and_to_use_oneself(acme):
    page = acme.client(Role.CUSTOMER).get("/companies/acme/links?system=fortnox")
    path = activate(acme)

    assert "Activate Fortnox" in text_of(page)
    for browser in (acme.client(Role.CUSTOMER), acme.client()):
        assert 200 == browser.get(path).status_code
    secret = path.rpartition("/")[2]
    assert secret not in acme.client(Role.CUSTOMER).get("/companies/acme/links").text


@pytest.mark.requirement("R-SEN-2a", "R-SEN-19", "R-SEN-2d")
def test_link_opened_without_an_account_explains_and_starts_nothing(acme, simulator):
    path, browser = activate(acme), acme.client()
    before = acme.stores.hub.events.recent()

    pages = [browser.get(path, **{"accept-language": "sv"}) for _ in range(3)]

    assert [200] * 3 == [page.status_code for page in pages]
    assert "Acme AB" in text_of(pages[0])
    assert "Huvudboken" in text_of(pages[0])
    assert "Dokument och fakturor" in text_of(pages[0])
    assert [] == simulator.calls
    assert before == acme.stores.hub.events.recent()
    assert 404 == browser._ask("HEAD", path).status_code


@pytest.mark.requirement("R-SEN-20c", "R-SEN-25e")
def test_first_window_and_the_light_turn_green_when_the_second_comes_back(acme):
    path, browser = activate(acme), acme.client()
    page = browser.get(path).text
    lights = acme.client(Role.CUSTOMER)
    grey = lights.get("/companies/acme/lights").text

    address = click(browser, path)
    waiting = browser.get(f"{path}/outcome").text
    back = browser.get(come_back(address))

    assert 'target="_blank"' in page
    assert 'hx-trigger="every 3s"' in waiting
    assert "the company is connected" in text_of(back)
    after = browser.get(f"{path}/outcome")
    assert "the company is connected" in text_of(after)
    assert "hx-trigger" not in after.text
    assert 'class="light grey"' in grey
    assert 'class="light green"' in lights.get("/companies/acme/lights").text
    assert "give_permission" not in browser.get(path).text
    assert 404 == browser.post(path).status_code


def test_answer_in_another_browser_or_a_second_time_connects_nothing(acme):
    path, browser, thief = activate(acme), acme.client(), acme.client()
    back = come_back(click(browser, path))

    foreign = thief.get(back)
    connections = acme.stores.hub.connections.find(OURS, "fortnox")
    first = browser.get(back)
    second = browser.get(back)

    assert (409, None) == (foreign.status_code, connections)
    assert (200, 409) == (first.status_code, second.status_code)
    assert acme.stores.hub.connections.find(OURS, "fortnox")


def test_wrong_company_is_told_with_both_numbers_and_let_through_by_an_operator_alone(acme):
    unpublish(acme.stores, OURS)
    path, browser = activate(acme), acme.client()
    own, other = (COMPANIES[number].organisation_number for number in (OWN, OTHER))
    shown = [f"{number[:6]}-{number[6:]}" for number in (own, other)]

    wrong = browser.get(come_back(click(browser, path), picks=OTHER))
    form = {"number": other, "reason": "typed wrongly"}
    refused = acme.client(Role.ACCOUNTANT).post("/companies/acme/company-number", **form)
    acme.stores.hub.tenants.add(Tenant("twin", "Twin AB", other))
    taken = acme.client(Role.OPERATOR).post("/companies/acme/company-number", **form)
    kept = acme.stores.hub.tenants.get(OURS).organisation_number
    acme.stores.hub.erase_tenant("twin")
    changed = acme.client(Role.OPERATOR).post("/companies/acme/company-number", **form)
    right = browser.get(come_back(click(browser, path), picks=OTHER))

    assert all(number in text_of(wrong) for number in shown)
    assert (403, 409, 303) == (refused.status_code, taken.status_code, changed.status_code)
    assert own == kept
    assert "Another company here has this number" in text_of(taken)
    assert "the company is connected" in text_of(right)
    acts = acme.stores.hub.portal_audit.recent(tenant=OURS)
    assert ("operator@acme.example", "typed wrongly") in [
        (act.who, act.detail.partition(": ")[2]) for act in acts
    ]


@pytest.mark.requirement("R-SEN-6a", "R-SEN-6b", "R-SEN-7a")
@pytest.mark.parametrize(
    ("switch", "help_"),
    [
        ("not_administrator", "who can approve an integration?"),
        ("licence_missing", "has a licence for integrations?"),
    ],
)
def test_what_is_not_met_is_shown_among_the_three_with_its_help(acme, simulator, switch, help_):
    path, browser = activate(acme), acme.client()
    simulator.tenant(OWN).switch(switch)

    back = browser.get(come_back(click(browser, path)))
    outcome = browser.get(f"{path}/outcome").text

    assert 3 == len(re.findall(r'<li><span class="light', outcome))
    (named,) = re.findall(r'href="#(help-\w+)"', outcome)
    assert f'id="{named}"' in browser.get(path).text
    assert help_ in text_of(back)


def test_revoked_link_opens_nothing_and_its_secret_is_in_no_log(acme, caplog):
    path, browser = activate(acme), acme.client()
    hub = acme.stores.hub
    link = next(item for item in hub.consents.of_tenant(OURS) if item.made_by != "test")

    acme.client(Role.CUSTOMER).post(f"/companies/acme/links/{link.id}/revoke")

    assert "was revoked" in text_of(browser.get(path))
    assert 404 == browser.post(path).status_code
    told = f"{hub.portal_audit.recent()} {hub.events.recent()} {caplog.text}"
    assert path.rpartition("/")[2] not in told
    assert link.id in told


def test_link_that_was_revoked_or_used_is_not_said_to_be_good_any_more(acme):
    client, browser = acme.client(Role.CUSTOMER), acme.client()
    activate(acme)
    newest = max(acme.stores.hub.consents.of_tenant(OURS), key=lambda link: link.made_at)
    client.post(f"/companies/acme/links/{newest.id}/revoke")
    browser.get(come_back(click(browser, activate(acme))))

    page = client.get("/companies/acme/links").text

    rows = page.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")[:-1]
    found = {
        state: 'data-heading="Good until"><time' in row
        for row in rows
        for state in ("Waits for approval", "The link was revoked", "the company is connected")
        if state in row
    }
    assert 3 == len(rows)
    assert {
        "Waits for approval": True,
        "The link was revoked": False,
        "the company is connected": False,
    } == found


def test_company_without_a_number_gets_no_link_and_is_told_why(world):
    world.stores.hub.tenants.update(OURS, organisation_number="")

    answer = world.client(Role.CUSTOMER).post("/companies/acme/links", system="fortnox")

    assert 409 == answer.status_code
    assert "no organisation number" in text_of(answer)
