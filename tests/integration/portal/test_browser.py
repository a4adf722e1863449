"""The portal in a real browser: what people read and press, on a phone, in each language."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass

import pytest
from playwright.sync_api import expect

from blocks.http import WhoActs
from blocks.hub.consent_states import ConsentState
from blocks.hub.portal_roles import Role
from blocks.systems.ports import Requirement
from flows.portal.routes import path_of
from flows.portal.settings import PortalSettings
from flows.portal.texts import sentence
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import FortnoxSimulator, SimulatedTenant
from simulators.serving import Serving
from tasks import people
from tasks.consent import DOCUMENTS, Outcome
from tests import portal_world, quick_fortnox
from tests.plugins.absent_parts import ABSENT
from tests.portal_browser import (
    CHROMIUM,
    LOCALES,
    chromium,
    free_port,
    hides_columns,
    hindrances,
    overhang,
    phone,
)
from tests.portal_companies import OURS, hold
from tests.portal_pages import furnish, pages_of
from tests.portal_world import World

PASSWORD = "four words of nobody"  # noqa: S105 - of a portal that ends with the test
COMPANY = Company(seed=7, years=calendar_years(2025, 2025), vouchers_per_year=5)
NUMBER = 503072
WITH_PAGES = ("fortnox", "fennoa", "procountor")
"""Systems that a link connects."""

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=f"{ABSENT}chromium"),
    pytest.mark.timeout(120),
]
in_each_language = pytest.mark.parametrize("language", LOCALES)


@dataclass
class Place:
    """A portal that serves browsers."""

    world: World
    address: str

    @property
    def sign_in_form(self) -> str:
        """The address of the page on which one signs in."""
        return self.address + path_of("sign_in_form")

    def invitation(self, name: str) -> str:
        """Return the address of a page on which an operator sets a password."""
        email = f"{name}@office.example"
        token = people.invite(self.world.stores.hub, email, Role.OPERATOR, by="test")
        return self.address + path_of("invitation", token=token)

    def consent(self, system: str = "fortnox", outcome: Outcome | None = None) -> str:
        """Return the address of a link for acme, on which somebody may have come to something."""
        wants = dict.fromkeys(DOCUMENTS, True)
        about = {"wants": wants, "made_by": "test", "life": dt.timedelta(days=1)}
        consents = self.world.stores.hub.consents
        link, secret = consents.make(OURS, system, **about)
        if outcome:
            consents.answered(link, outcome.state, detail=json.dumps(asdict(outcome)))
        return self.address + path_of("consent_page", secret=secret.get_secret_value())

    def signed_out(self, name: str) -> list[str]:
        """Return the addresses of pages that somebody without a session opens."""
        refused = Requirement("procountor_key", False, "invalid", WhoActs.CUSTOMER_ADMINISTRATOR)
        outcome = Outcome(ConsentState.KEY_REFUSED, "invalid", requirements=(refused,))
        return [
            *(self.sign_in_form, self.invitation(name), self.address + "/nowhere"),
            *(self.consent(), self.consent("fennoa"), self.consent("procountor", outcome)),
        ]

    def pages(self) -> list[str]:
        """Return the address of every page that an operator opens without another secret."""
        return [self.address + path for path in pages_of(self.world.ids)]


@pytest.fixture(scope="module")
def place(tmp_path_factory, empty_hub):
    """The portal with acme, whose pages have something to show, and the Fortnox it consents in."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    with (
        portal_world.world(tmp_path_factory.mktemp("browser"), empty_hub) as world,
        pytest.MonkeyPatch.context() as patched,
        FortnoxSimulator(
            [SimulatedTenant(NUMBER, COMPANY)],
            rate_window_s=quick_fortnox.PERIOD_S,
            redirect_uri=f"{address}/fortnox/callback",
        ) as simulator,
        Serving(world.portal_at(PortalSettings(address=address)), port=port),
    ):
        quick_fortnox.shorten_waits(patched)
        quick_fortnox.lead_to(simulator, patched)
        patched.setenv("TASMA_FORTNOX_REDIRECT_URI", simulator.world.redirect_uri)
        furnish(world, number=COMPANY.organisation_number, company=str(NUMBER))
        yield Place(world, address)


@pytest.fixture(scope="module")
def browser(place):
    """Chromium, which ends before the portal: while it runs, this thread has no other loop."""
    with chromium() as browser:
        yield browser


def sign_in(page, address):
    """Set a password on the page of an invitation, which signs in."""
    page.goto(address)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("main button")
    expect(page.locator("main .cards")).to_contain_text("Acme AB")


@in_each_language
def test_every_page_opens_without_an_error_in_ones_language_and_fits_a_phone(
    place, browser, language
):
    told, wide = [], []
    with phone(browser, language) as (context, complaints):
        page = context.new_page()
        sign_in(page, place.invitation(language))
        for address in [*place.pages(), place.sign_in_form, *map(place.consent, WITH_PAGES)]:
            status = page.goto(address).status
            told.append((status, page.get_attribute("html", "lang")))
            wide += [address] if overhang(page) or hides_columns(page) else []

    assert {(200, language)} == set(told)
    assert [] == complaints
    assert [] == wide


def test_what_stands_below_a_table_does_not_touch_it(place, browser):
    hub = place.world.stores.hub
    load = hold(place.world.stores, OURS, FiscalYear.parse("2022"))
    found = Break("tenant_identity", BreakKind.ATTRIBUTE, detail="another")
    result = ControlResult(
        "tenant_identity", Severity.BLOCKS, Answer.BROKEN, breaks=(found,), break_count=1
    )
    hub.loads.save_results(load, [result])
    with phone(browser, "sv") as (context, _):
        page = context.new_page()
        sign_in(page, place.invitation("foreign"))
        page.goto(place.address + path_of("hold", tenant=OURS, load=load))
        table, notice = (
            page.locator(f"main {one}").bounding_box() for one in (".table", ".notice")
        )

    assert notice["y"] - table["y"] - table["height"] > 10


@in_each_language
def test_no_page_hinders_anybody_in_light_or_in_dark(place, browser, language):
    hindered = []
    with phone(browser, language, bypass_csp=True) as (context, _):
        page = context.new_page()
        for address in place.signed_out(f"out-{language}"):
            page.goto(address)
            hindered += hindrances(page)
        sign_in(page, place.invitation(f"axe-{language}"))
        for address in place.pages():
            page.goto(address)
            hindered += hindrances(page)

    assert [] == hindered


def test_language_of_a_link_changes_on_its_own_page(place, browser):
    told = []
    with phone(browser, "sv") as (context, complaints):
        page = context.new_page()
        for address in (place.invitation("words"), place.consent()):
            page.goto(address)
            page.get_by_role("button", name="Suomi").click()
            page.wait_for_url(f"{address}?language=fi")
            told.append(page.get_attribute("html", "lang"))

    assert (["fi", "fi"], []) == (told, complaints)


@in_each_language
def test_first_window_turns_green_when_the_second_comes_back_from_the_vendor(
    place, browser, language
):
    with phone(browser, language) as (context, complaints):
        first = context.new_page()
        first.goto(place.consent())
        with context.expect_page() as opened:
            first.get_by_role("button", name=sentence(language, "consent.act")).click()
        second = opened.value
        second.get_by_role("link", name=str(NUMBER)).click()
        connected = sentence(language, "consent.state_connected")
        expect(second.get_by_role("status")).to_contain_text(connected)
        expect(first.locator("#outcome .good")).to_contain_text(connected)

    assert [] == complaints


def test_what_needs_a_script_works_under_the_pages_own_policy(place, browser):
    with phone(browser, "sv") as (context, complaints):
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        sign_in(page, place.invitation("script"))

        page.goto(place.address + path_of("links", tenant=OURS, system="fortnox"))
        page.click("form.card button.main")
        page.click("[data-copy]")
        expect(page.locator("#copied")).to_have_text(sentence("sv", "links.copied"))
        copied = page.evaluate("navigator.clipboard.readText()")
        shown = page.input_value("#address")

        page.goto(place.address + path_of("files", tenant=OURS))
        sent = {"name": "bokslut.se", "mimeType": "text/plain", "buffer": b"#FLAGGA 0\r\n"}
        page.set_input_files("#file", sent)
        page.click("form[data-upload] button")
        page.wait_for_url("**/files?refused=yes")  # its opening takes no books yet
        expect(page.locator("main")).to_contain_text(sentence("sv", "files.not_taken"))

        page.goto(place.address + path_of("company", tenant=OURS, run=place.world.ids["run"][0]))
        with page.expect_response("**/runs/*") as polled:
            pass

    assert shown == copied
    assert polled.value.ok
    assert [] == complaints
