"""A change of language, and signing in, lead back to the very page: its year, file or document."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from blocks.hub.portal_roles import Role
from flows.portal.routes import PLACE, ROUTES, page_of, path_of
from tasks import people
from tests.portal_companies import OURS
from tests.portal_pages import pages_of
from tests.portal_world import QUICK

ANNA, WORDS = "anna@example.com", "correct horse battery staple"


def language_form(page):
    """Return where the form for another language says that it was, or None without a form."""
    form = page.text.partition('class="tools"')[2].partition("</header>")[0]
    found = re.search(r'name="to" value="([^"]*)"', form)
    return unescape(found[1]) if found else None


def parts(path):
    return urlsplit(path).path, parse_qs(urlsplit(path).query)


def test_another_language_is_shown_of_the_very_page(shared):
    client, pages = shared.client(Role.OPERATOR), pages_of(shared.ids)

    places = [language_form(client.get(path)) for path in pages]
    led = [client.post("/language", language="fi", to=place) for place in places]

    assert [parts(path) for path in pages] == [parts(place) for place in places]
    assert places == [answer.headers["location"] for answer in led]
    assert any("?" in place for place in places)


@pytest.mark.parametrize("voucher", ["L:2", "Ä & ö/=?#%", "+ 'x\"<b>"])
def test_signing_in_leads_to_the_very_page_that_was_asked_for(world, voucher):
    hub, client = world.stores.hub, world.client()
    token = people.invite(hub, ANNA, Role.CUSTOMER, tenants=[OURS], by="test")
    people.take_invitation(hub, QUICK, token, password=WORDS)
    asked = path_of("voucher", tenant=OURS, year=world.ids["year"][0], voucher=voucher)

    page = client.get(client.get(asked).headers["location"])
    form = page.text.partition('action="/sign-in"')[2]
    to = unescape(re.search(r'name="to" value="([^"]*)"', form)[1])
    wrong = client.post("/sign-in", email=ANNA, password=WORDS + "!", to=to)
    right = client.post("/sign-in", email=ANNA, password=WORDS, to=to)

    assert parts(asked) == parts(right.headers["location"])
    for shown in (page, wrong):
        assert parts(path_of("sign_in_form", to=to)) == parts(language_form(shown))


def test_an_act_without_a_session_says_that_nothing_was_taken_and_leads_back_to_its_page(world):
    client, load = world.client(), world.ids["load"][0]

    led = client.upload("/companies/acme/files?name=2024.se", b"#FLAGGA 0")
    held = client.post("/companies/acme/holds/reject", load=load, reason="wrong")
    page = client.get(led.headers["location"]).text

    files, hold = path_of("files", tenant=OURS), path_of("hold", tenant=OURS, load=load)
    assert path_of("sign_in_form", to=files, unsent="yes") == led.headers["location"]
    assert path_of("sign_in_form", to=hold, unsent="yes") == held.headers["location"]
    assert "what you sent was not taken" in page
    assert f'name="to" value="{files}"' in page
    assert "what you sent was not taken" not in client.get("/sign-in").text
    assert [] == world.runs.started


def test_what_does_not_fit_is_not_carried_through_signing_in(world):
    led = world.client().get("/companies/acme/books/voucher?year=2024&voucher=A:1&other=1")

    assert path_of("sign_in_form", to="/companies/acme/books/voucher") == led.headers["location"]


def test_another_language_after_a_refused_act_shows_the_page_it_was_asked_on(world):
    client, load = world.client(Role.ACCOUNTANT), world.ids["load"][0]
    push = {"to": "fennoa", "item": world.ids["item"][0]}

    refused = {
        path_of("hold", tenant=OURS, load=load): ("holds/accept", {"load": load}),
        path_of("holds", tenant=OURS): ("approve", {"reason": "looked at"}),
        path_of("pushed", tenant=OURS, **push): ("pushes/resolve", {**push, "seen": "x"}),
        path_of("links", tenant=OURS): ("links", {"system": ""}),
    }

    for page, (act, form) in refused.items():
        answer = client.post(f"/companies/acme/{act}", **form)
        assert (answer.status_code >= 400, page) == (True, language_form(answer))


def test_every_act_of_a_company_names_a_page_that_it_can_lead_back_to():
    acts = [one for one in ROUTES.values() if one.method == "POST" and one.is_of_tenant]

    assert len(acts) > 10
    for act in acts:
        page = page_of(act)
        assert page is not None, act.name
        assert (page.method, set(page.in_path) - set(act.in_path)) == ("GET", set())


def test_page_that_shows_a_link_once_offers_no_other_language(shared):
    client = shared.client(Role.OPERATOR)

    before = client.get("/companies/acme/links")
    made = client.post("/companies/acme/links", system="fortnox")

    assert 'class="languages"' in before.text
    assert 200 == made.status_code
    assert "/consent/" in made.text
    assert 'class="languages"' not in made.text


@pytest.mark.parametrize("path", ["/?a=b", "/a/b-c.d/?a=%2F%2Fx&b=c+d~"])
def test_a_place_to_go_back_to_may_have_a_query(path):
    assert PLACE.pattern.fullmatch(path)


@pytest.mark.parametrize(
    "path",
    ["/?", "?a=b", "//x?a=b", "/a?b=c#d", "/a?b=c\n", "/a?b=c\r\nx:y", "/a?b=<b>", "/a?b=/c"],
)
def test_a_place_to_go_back_to_has_nothing_else(path):
    assert PLACE.pattern.fullmatch(path) is None


def test_a_long_query_is_judged_in_linear_time():
    assert PLACE.pattern.fullmatch("/a?" + urlencode({"a": "b" * 8_000}))
    assert PLACE.pattern.fullmatch("/a?" + "a=b&" * 60_000 + "!") is None
