"""What stands before every page: who, from where, how often, and what a browser is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import re
import socket

import pytest

from blocks.hub.portal_roles import Role
from blocks.hub.portal_sessions import IDLE_LIMIT, SESSION_LIFE
from blocks.hub.portal_users import INVITATION_LIFE
from flows.portal import guard
from flows.portal.app import client_address
from flows.portal.door import require_startable
from flows.portal.limits import LIMITS, Limiter, asker_of
from flows.portal.routes import (
    ANYONE,
    LOAD,
    PLACE,
    PUBLIC,
    ROUTES,
    TENANT,
    Route,
    RouteUndeclared,
    path_of,
    route,
)
from flows.portal.settings import AddressUnfit, PortalSettings, ProxyUnfit, require_safe
from flows.server.environment import PortTaken
from tasks import people
from tests.portal_companies import OURS, THEIRS
from tests.portal_world import ADDRESS, QUICK, Client

WORDS = "correct horse battery staple"
WRONG = "battery staple correct horse"
ANNA = "anna@example.com"


@pytest.fixture
def anna(world):
    """An accountant of acme who has set her password."""
    hub = world.stores.hub
    token = people.invite(hub, ANNA, Role.ACCOUNTANT, tenants=[OURS], by="test")
    people.take_invitation(hub, QUICK, token, password=WORDS)
    return world.client()


def sign_in(client, password=WORDS, **form):
    return client.post("/sign-in", email=ANNA, password=password, **form)


def test_signing_in_leads_to_ones_companies_and_out_ends_it(anna):
    assert "/companies" == sign_in(anna).headers["location"]
    assert 200 == anna.get("/companies/acme").status_code
    kept = anna.secret

    anna.post("/sign-out")
    anna.http.cookies.set("tasma_session", kept)

    assert 303 == anna.get("/companies/acme").status_code


def test_signing_in_leads_back_to_the_page_that_was_asked_for(anna):
    asked = anna.get("/companies/acme").headers["location"]

    answer = sign_in(anna, to=asked.partition("to=")[2].replace("%2F", "/"))

    assert "/companies/acme" == answer.headers["location"]


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
def test_signing_in_leads_nowhere_else(anna, to):
    assert 400 == sign_in(anna, to=to).status_code


def test_wrong_password_and_unknown_address_are_answered_alike(anna):
    wrong = sign_in(anna, password=WRONG)
    unknown = anna.post("/sign-in", email="nobody@example.com", password=WORDS)

    assert 403 == wrong.status_code == unknown.status_code
    assert wrong.text.replace(ANNA, "") == unknown.text.replace("nobody@example.com", "")


def test_whoever_has_no_password_yet_cannot_sign_in_with_an_empty_one(world):
    people.invite(world.stores.hub, ANNA, Role.CUSTOMER, tenants=[OURS], by="test")

    assert 403 == sign_in(world.client(), password="").status_code


def test_an_account_waits_after_ten_wrong_passwords_also_for_the_right_one():
    now = [0.0]
    limiter = Limiter(clock=lambda: now[0])

    within = [limiter.allows("account", ANNA) for _ in range(LIMITS["account"].count + 1)]
    others = limiter.allows("account", "bo@example.com")
    now[0] = LIMITS["account"].window_s

    assert [True] * LIMITS["account"].count + [False] == within
    assert others
    assert limiter.allows("account", ANNA)


def test_signing_in_rightly_is_not_counted_and_takes_back_no_wrong_attempt(world, anna):
    client = Client(world.runner, world.portal_at(PortalSettings(address=ADDRESS)))
    count = LIMITS["account"].count

    right = [sign_in(client).status_code for _ in range(count + 1)]
    wrong = [sign_in(client, password=WRONG).status_code for _ in range(count - 1)]
    between = sign_in(client).status_code
    last = [sign_in(client, password=WRONG).status_code, sign_in(client).status_code]

    assert [303] * (count + 1) == right
    assert [403] * (count - 1) == wrong
    assert (303, [403, 429]) == (between, last)


def test_what_is_counted_stays_bounded():
    limiter = Limiter(max_keys=3)

    for number in range(100):
        limiter.allows("account", str(number))

    assert 3 == len(limiter._asked["account"])


def test_who_floods_one_limit_makes_no_other_forget():
    limiter = Limiter(max_keys=3)
    while limiter.allows("account", ANNA):
        pass

    for number in range(100):
        limiter.allows("links", str(number))

    assert not limiter.allows("account", ANNA)


def test_one_site_of_ipv6_is_one_asker_and_each_address_of_ipv4_is_one():
    sites = {asker_of(f"2001:db8:1:2::{number:x}") for number in range(50)}
    others = [asker_of(text) for text in ("2001:db8:1:3::1", "192.0.2.1", "::ffff:192.0.2.2", "x")]

    assert {"2001:db8:1:2::/64"} == sites
    assert ["2001:db8:1:3::/64", "192.0.2.1", "192.0.2.2", "x"] == others


def test_links_are_limited_by_the_site_that_asks(world):
    app = world.portal_at(PortalSettings(address=ADDRESS, proxies="127.0.0.1"))
    client = Client(world.runner, app)

    codes = [
        client.get("/consent/" + "t" * 43, **{"x-forwarded-for": f"2001:db8::{number:x}"})
        for number in range(LIMITS["links"].count + 1)
    ]

    assert [404, 429] == [answer.status_code for answer in codes[-2:]]


def test_what_caches_keep_brings_no_visitors_cookie(world):
    """A cache would hand it to everybody, and with it the token that their forms carry."""
    answer = world.client().get("/static/htmx.js")

    assert "public" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers
    assert "set-cookie" in world.client().get("/sign-in").headers


def test_form_that_comes_too_slowly_is_waited_for_no_longer(world, monkeypatch):
    monkeypatch.setattr(guard, "MAX_FORM_WAIT_S", 0.05)
    client = world.client()

    async def body():
        yield b"csrf="
        await asyncio.sleep(30)
        yield b"x"

    kind = {"content-type": "application/x-www-form-urlencoded", "origin": ADDRESS}
    answer = client._ask("POST", "/sign-out", content=body(), headers=kind)

    assert (408, "close") == (answer.status_code, answer.headers["connection"])
    assert "too slowly" in answer.text


def test_count_that_no_database_knows_is_refused(world):
    client = world.client(Role.CUSTOMER)
    path = f"/companies/acme/documents?year={world.ids['year'][0]}&first="

    assert [200, 400] == [client.get(path + "9" * length).status_code for length in (18, 20)]


@pytest.mark.parametrize(
    ("password", "why"),
    [("short", "too short"), ("a" * 300, "too long"), ("abababababab", "a pattern")],
)
def test_unfit_password_is_refused_and_leaves_the_link_good(world, password, why):
    hub = world.stores.hub
    token = people.invite(hub, ANNA, Role.CUSTOMER, tenants=[OURS], by="test")

    with pytest.raises(people.PasswordUnfit, match=why):
        people.take_invitation(hub, QUICK, token, password=password)

    assert people.take_invitation(hub, QUICK, token, password=WORDS)


def test_link_of_an_invitation_is_spent_by_its_form_and_not_by_opening_it(world):
    hub, client = world.stores.hub, world.client()
    path = f"/invitation/{people.invite(hub, ANNA, Role.CUSTOMER, tenants=[OURS], by='test')}"

    opened = [client.get(path).status_code for _ in range(3)]
    taken = client.post(path, password=WORDS, again=WORDS)

    assert [200] * 3 == opened
    assert "/companies" == taken.headers["location"]
    assert 404 == world.client().get(path).status_code
    assert 404 == world.client().post(path, password=WORDS + "!", again=WORDS + "!").status_code


def test_what_was_typed_beside_a_refused_password_stays_and_the_chosen_language_is_kept(world):
    hub, client = world.stores.hub, world.client()
    path = f"/invitation/{people.invite(hub, ANNA, Role.CUSTOMER, tenants=[OURS], by='test')}"
    client.get(f"{path}?language=fi")

    refused = client.post(path, name="Anna Ek", password=WORDS, again=WORDS + "!")
    client.post(path, name="Anna Ek", password=WORDS, again=WORDS)

    assert 'value="Anna Ek"' in refused.text
    user = hub.portal_users.get(ANNA)
    assert ("Anna Ek", "fi") == (user.name, user.language)


def test_link_of_an_invitation_ends_by_age_and_by_a_newer_one(world):
    hub = world.stores.hub
    first = people.invite(hub, ANNA, Role.CUSTOMER, tenants=[OURS], by="test")
    second = hub.portal_users.invite(ANNA, by="test")
    assert hub.portal_users.invited(first) is None
    assert hub.portal_users.invited(second)

    hub.database.now = lambda: dt.datetime.now(dt.UTC) + INVITATION_LIFE

    assert hub.portal_users.invited(second) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda hub: hub.portal_users.change(ANNA, role=Role.CUSTOMER),
        lambda hub: hub.portal_users.change(ANNA, tenants=[THEIRS]),
        lambda hub: people.reset(hub, ANNA, by="test"),
        lambda hub: hub.portal_users.remove(ANNA),
        lambda hub: people.take_invitation(
            hub, QUICK, hub.portal_users.invite(ANNA, by="test"), password=WORDS + "!"
        ),
    ],
    ids=["role", "companies", "reset", "removed", "new password"],
)
def test_session_ends_when_what_it_rests_on_changes(world, anna, change):
    sign_in(anna)
    assert 200 == anna.get("/companies/acme").status_code

    change(world.stores.hub)

    assert 303 == anna.get("/companies/acme").status_code


@pytest.mark.parametrize("age", [IDLE_LIMIT, SESSION_LIFE], ids=["idle", "old"])
def test_session_ends_by_age(world, anna, age):
    sign_in(anna)

    world.stores.hub.database.now = lambda: dt.datetime.now(dt.UTC) + age

    assert 303 == anna.get("/companies").status_code


def test_session_in_use_is_not_idle_and_still_ends(world, anna):
    sign_in(anna)
    codes = []

    for hours in range(1, 14):
        world.stores.hub.database.now = lambda passed=hours: (
            dt.datetime.now(dt.UTC) + dt.timedelta(hours=passed)
        )
        codes.append(anna.get("/companies/acme").status_code)

    assert [200] * 11 + [303] * 2 == codes


def test_nothing_in_the_hub_opens_anything(world, anna):
    """Neither password, link nor session can be used by whoever reads the hub's file."""
    sign_in(anna)
    token = world.stores.hub.portal_users.invite(ANNA, by="test")
    folder = world.stores.hub.database.file.path.parent

    content = b"".join(path.read_bytes() for path in folder.glob("hub.sqlite*"))

    assert ANNA.encode() in content
    assert [] == [s for s in (WORDS, token, anna.secret) if s.encode() in content]


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"origin": "https://evil.example"}, "address"),
        ({"origin": "null"}, "address"),
        ({"origin": ""}, "address"),
        ({"csrf": ""}, "too old"),
        ({"csrf": "0" * 64}, "too old"),
    ],
    ids=["other site", "no site", "nothing said", "no token", "wrong token"],
)
@pytest.mark.parametrize("name", [name for name, found in ROUTES.items() if found.method == "POST"])
def test_form_of_another_site_or_session_does_nothing(world, name, changes, reason):
    client = world.client(Role.OPERATOR)
    found = ROUTES[name]
    path = found.path.format(**{part: world.ids.get(part, ["t" * 43])[0] for part in found.in_path})
    before = list(world.runs.started)

    answer = client.post(path, **changes)

    assert 403 == answer.status_code
    assert reason in answer.text
    assert before == world.runs.started
    assert [] == world.stores.hub.portal_audit.recent()


def test_token_of_one_session_is_worth_nothing_in_another(world):
    one, other = world.client(Role.CUSTOMER), world.client(Role.ACCOUNTANT)

    assert 403 == one.post("/sign-out", csrf=other.csrf).status_code
    assert 303 == one.post("/sign-out").status_code


def test_browser_that_names_no_origin_is_believed_about_its_own_site_alone(world):
    client = world.client(Role.CUSTOMER)
    form = {"data": {"csrf": client.csrf}}

    other = client._ask("POST", "/sign-out", headers={"sec-fetch-site": "cross-site"}, **form)
    own = client._ask("POST", "/sign-out", headers={"sec-fetch-site": "same-origin"}, **form)

    assert [403, 303] == [other.status_code, own.status_code]


def test_every_answer_says_what_a_browser_may_do_with_it(world):
    client = world.client(Role.CUSTOMER)
    for path in ("/sign-in", "/companies/acme", "/nowhere", "/static/htmx.js", "/health", "/"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]

        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert ("nosniff", "same-origin") == (
            headers["x-content-type-options"],
            headers["referrer-policy"],
        )
        assert ("immutable" if path.startswith("/static") else "no-store") in headers[
            "cache-control"
        ]
        assert "strict-transport-security" not in headers


def test_with_tls_cookies_and_headers_insist_on_it(world):
    address = "https://books.example"
    app = world.portal_at(PortalSettings(address=address))
    client = Client(world.runner, app)

    answer = client.get("/sign-in", host="books.example")

    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-tasma_visitor=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "max-age=" in answer.headers["strict-transport-security"]


def test_other_name_of_the_host_leads_to_the_public_address_and_to_no_other(world):
    client = world.client()

    answer = client.get(
        "/companies?find=x", host="evil.example", **{"x-forwarded-host": "e.example"}
    )

    assert f"{ADDRESS}/companies?find=x" == answer.headers["location"]


def test_forwarded_address_is_believed_of_named_proxies_alone():
    def seen(peer, forwarded, proxies=("10.0.0.0/8",)):
        headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
        networks = [ipaddress.ip_network(name) for name in proxies]
        return client_address({"client": (peer, 1), "headers": headers}, networks)

    assert "203.0.113.9" == seen("203.0.113.9", "198.51.100.1")
    assert "198.51.100.1" == seen("10.0.0.5", "198.51.100.1")
    assert "198.51.100.1" == seen("10.0.0.5", "1.2.3.4, 198.51.100.1, 10.0.0.7")
    assert "10.0.0.5" == seen("10.0.0.5", "")
    assert "10.0.0.5" == seen("10.0.0.5", "198.51.100.1", proxies=())


@pytest.mark.parametrize(
    "settings",
    [
        {"address": "http://books.example"},
        {"host": "0.0.0.0"},  # noqa: S104 - what is refused
        {"address": "books.example"},
        {"address": "https://books.example/portal"},
    ],
)
def test_address_to_which_passwords_would_travel_in_clear_is_refused(settings):
    with pytest.raises(AddressUnfit):
        require_safe(PortalSettings(**settings))


def test_proxy_that_is_no_address_is_refused():
    with pytest.raises(ProxyUnfit):
        require_safe(PortalSettings(proxies="everybody"))


@pytest.mark.parametrize(
    ("path", "declared", "problem"),
    [
        ("/x/{load}", {"who": ANYONE}, "its path has"),
        ("/x", {"who": ANYONE, "takes": {"load": LOAD}}, "does not say of which tenant"),
        ("/companies/{tenant}/x", {"who": PUBLIC}, "open to whoever comes"),
        ("/x", {"who": ANYONE, "takes": {"of": TENANT}}, "elsewhere than in its path"),
        ("/x", {"who": PUBLIC}, "as often as they like"),
    ],
)
def test_route_that_lacks_its_declaration_stops_the_start(path, declared, problem):
    with pytest.raises(RouteUndeclared, match=problem):
        route("POST", path, **declared)(lambda _visit: None)


def test_page_cannot_read_what_its_route_does_not_declare(world):
    """A value that the isolation test does not know of would be one that it does not try."""
    from flows.portal.visit import Visit  # noqa: PLC0415

    visit = Visit(None, None, Route("GET", "/x", lambda _visit: None, ANYONE), "sv", "secret")

    for read in (visit.__getitem__, visit.get, visit.every):
        with pytest.raises(KeyError, match="does not declare"):
            read("load")


def test_form_is_refused_by_its_size_before_it_is_read(world):
    client = world.client(Role.CUSTOMER)
    read = []

    async def body():
        for _ in range(100):
            read.append(1)
            yield b"x" * 1_000

    kind = {"content-type": "application/x-www-form-urlencoded", "origin": ADDRESS}
    declared = client._ask(
        "POST", "/sign-out", content=body(), headers={**kind, "content-length": "100000"}
    )
    before = len(read)
    silent = client._ask("POST", "/sign-out", content=body(), headers=kind)

    assert 413 == declared.status_code == silent.status_code
    assert before <= 1
    assert 413 == client.post("/sign-out", x="y" * 70_000).status_code


def test_act_is_in_the_log_with_its_outcome_and_whoever_proved_to_be_it(world, anna):
    sign_in(anna, password=WRONG)
    sign_in(anna)
    anna.post("/language", language="fi")

    log = world.stores.hub.portal_audit.recent()

    assert [
        ("choose_language", ANNA, 303, ""),
        ("sign_in_act", ANNA, 303, ANNA),
        ("sign_in_act", "", 403, ANNA),
    ] == [(act.action, act.who, act.status, act.detail) for act in log]
    assert {"127.0.0.1"} == {act.address for act in log}


def test_language_is_the_browsers_then_the_readers_choice(world, anna):
    assert 'lang="fi"' in anna.get("/sign-in", **{"accept-language": "fi"}).text[:60]
    sign_in(anna)
    anna.post("/language", language="sv")

    assert 'lang="sv"' in anna.get("/companies/acme", **{"accept-language": "fi"}).text[:60]


def invitation_of(world):
    return path_of(
        "invitation",
        token=people.invite(world.stores.hub, ANNA, Role.CUSTOMER, tenants=[OURS], by="test"),
    )


def consent_of(world):
    about = {"wants": {}, "made_by": "test", "life": dt.timedelta(days=1)}
    _link, secret = world.stores.hub.consents.make(OURS, "fortnox", **about)
    return path_of("consent_page", secret=secret.get_secret_value())


@pytest.mark.parametrize("link_of", [invitation_of, consent_of])
def test_language_of_a_links_page_changes_in_place_and_no_form_carries_its_secret_away(
    world, link_of
):
    path, client = link_of(world), world.client()
    page = client.get(path, **{"accept-language": "sv"})
    form = page.text.partition('class="tools"')[2].partition("</form>")[0]

    changed = client.get(f"{path}?language=fi", **{"accept-language": "sv"})
    again = client.get(path, **{"accept-language": "sv"})

    assert '<form method="get">' in form
    assert path.rpartition("/")[2] not in form
    assert (200, ['lang="fi"'] * 2) == (
        changed.status_code,
        [re.search(r'lang="\w\w"', one.text)[0] for one in (changed, again)],
    )


@pytest.mark.parametrize("path", ["/invitation/abcdef", "/consent/abcdef", "/invitation/abc>."])
def test_a_link_that_was_cut_is_said_to_be_good_no_longer(world, path):
    answer = world.client().get(path, **{"accept-language": "en"})

    assert (404, True) == (answer.status_code, "The link is no longer good" in answer.text)


@pytest.mark.parametrize("path", ["/", "/a", "/a/b-c.d/", "/companies/acme"])
def test_a_place_to_go_back_to_is_a_path(path):
    assert PLACE.pattern.fullmatch(path)


def test_a_long_place_is_judged_in_linear_time():
    """A pattern that tries every way to cut it would not end within the test's limit."""
    assert PLACE.pattern.fullmatch("/" + "a" * 60_000 + "!") is None


def test_pages_name_nothing_that_lies_elsewhere(world):
    client = world.client(Role.OPERATOR)
    pages = [client.get(path).text for path in ("/companies", "/companies/acme")]

    assert [] == re.findall(r'(?:src|href|action)="(?!/|#)[^"]*"', "".join(pages))


def test_port_that_is_taken_is_refused_with_the_setting_for_another(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("TASMA_PORTAL_PORT", str(taken.getsockname()[1]))

        with pytest.raises(PortTaken, match="TASMA_PORTAL_PORT="):
            require_startable()
