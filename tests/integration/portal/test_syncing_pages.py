"""Hämta data and Synka, as somebody presses them; and the lights."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from blocks.hub import Connection, ConnectionState, Method
from blocks.hub.portal_roles import Role
from blocks.warehouse.side_tables import DocumentCounts
from flows.portal.pages.syncing import RAISED
from flows.runs.outcomes import Ending, combined
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from tasks.pages.documents import DocumentsFound
from tests.portal_companies import OUR_OTHER_YEAR, OUR_YEAR, OURS, own, unpublish
from tests.portal_world import ADDRESS

OLDER = FiscalYear.parse("2023")
OLDEST = FiscalYear.parse("2022")
PAGE = "/companies/acme"


@pytest.fixture
def client(world):
    """Somebody of acme, which has three years and is connected to Fortnox."""
    unpublish(world.stores, OURS)
    hub = world.stores.hub
    hub.years.define(OURS, OLDER)
    hub.years.define(OURS, OLDEST)
    hub.connections.save(Connection(OURS, "fortnox", Method.CLIENT_CREDENTIALS))
    hub.connections.proved(OURS, "fortnox")
    return world.client(Role.CUSTOMER)


def form_of(answer):
    """Return the fields of the page's main form, as a browser would send them untouched."""
    main = answer.text.partition("<main")[2]
    fields = re.findall(r'<input type="hidden" name="(?!csrf)(\w+)" value="([^"]+)"', main)
    return {name: [v for n, v in fields if n == name] for name in {n for n, _ in fields}}


@pytest.mark.requirement("R-SEN-26a", "R-SEN-27a")
def test_two_latest_years_are_those_that_exist_here(world, client):
    sent = form_of(client.get(f"{PAGE}/sync"))

    answer = client.post(f"{PAGE}/sync", **sent)

    (started,) = world.runs.started
    assert ("pull/pull", OURS) == started[:2]
    assert {"years": [OUR_YEAR.key, OLDER.key], "ledger": "fetch", "uploaded": "keep"} == started[2]
    assert answer.headers["location"].startswith(f"{PAGE}?run=")


@pytest.mark.requirement("R-SEN-26b", "R-SEN-28")
def test_one_year_is_fetched_alone(world, client):
    client.post(f"{PAGE}/sync", **form_of(client.get(f"{PAGE}/sync?year={OLDEST.key}")))

    (started,) = world.runs.started
    assert [OLDEST.key] == started[2]["years"]


@pytest.mark.requirement("R-SEN-33b", "R-SEN-34d")
def test_question_is_asked_of_a_year_that_a_file_brought_and_of_no_other(world, client):
    own(world.stores, OUR_YEAR, "sie")
    own(world.stores, OLDER, "fortnox")

    page = client.get(f"{PAGE}/sync")
    client.post(f"{PAGE}/sync", **form_of(page))

    assert [OUR_YEAR.key] == re.findall(r'name="overwrite" value="([^"]+)"', page.text)
    assert "checked" not in page.text
    assert [] == re.findall('name="leave"', page.text)
    assert ["keep"] == [parameters["uploaded"] for _, _, parameters in world.runs.started]


def test_overwriting_is_bound_to_the_year_that_was_ticked(world, client):
    own(world.stores, OUR_YEAR, "sie")
    own(world.stores, OLDER, "sie")
    sent = form_of(client.get(f"{PAGE}/sync"))

    client.post(f"{PAGE}/sync", **sent, overwrite=OLDER.key)

    assert [([OUR_YEAR.key], "keep"), ([OLDER.key], "overwrite")] == [
        (parameters["years"], parameters["uploaded"]) for _, _, parameters in world.runs.started
    ]


@pytest.mark.requirement("R-SEN-31b")
def test_ledger_of_a_year_without_one_may_be_left_out(world, client):
    sent = form_of(client.get(f"{PAGE}/sync?year={OLDEST.key}"))

    client.post(f"{PAGE}/sync", **sent, leave=OLDEST.key)

    assert "leave" == world.runs.started[0][2]["ledger"]


def test_what_is_no_choice_of_a_year_changes_nothing(world, client):
    own(world.stores, OUR_YEAR, "fortnox")

    client.post(f"{PAGE}/sync", year=OUR_YEAR.key, leave=OUR_YEAR.key, overwrite=OUR_YEAR.key)

    (started,) = world.runs.started
    assert {"years": [OUR_YEAR.key], "ledger": "fetch", "uploaded": "keep"} == started[2]


@pytest.mark.requirement("R-SEN-32a", "R-SEN-32b", "R-SEN-29a")
def test_each_year_names_its_source_and_what_can_be_done(world, client):
    own(world.stores, OUR_YEAR, "fortnox")
    own(world.stores, OLDER, "sie")

    shown = client.get(PAGE, **{"accept-language": "sv"}).text

    rows = re.findall(r'<tr><th scope="row">.*?</tr>', shown, flags=re.DOTALL)
    told = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    assert [
        "2024 Fortnox Synka 2024",
        "2023 Inläst SIE Hämta data 2023",
        "2022 Ingen Hämta data 2022",
    ] == told


@pytest.mark.parametrize(
    ("state", "ended", "shown"),
    [
        ("Scheduled", {}, "Waits for its turn"),
        ("Submitting", {}, "Waits for its turn"),
        ("Running", {}, "At work"),
        ("Published", {"is_over": True, "is_good": True}, "the ledger is read in"),
        ("Kept", {"is_over": True, "is_good": True}, "the ledger that was here is kept"),
        ("Held", {"is_over": True, "is_good": False}, "somebody has to look"),
        ("Crashed", {"is_over": True, "is_good": False}, "did not work"),
    ],
)
def test_page_waits_for_a_run_to_end_and_then_shows_the_years(world, client, state, ended, shown):
    polls = not ended
    run_id = world.runs.add(OURS, state, "why it is so", **ended)

    page, poll = client.get(f"{PAGE}?run={run_id}"), client.get(f"{PAGE}/runs/{run_id}")

    for answer in (page, poll):
        assert shown in answer.text
        assert polls == ('hx-trigger="every 2s"' in answer.text)
    assert polls == ('hx-swap-oob="true"' not in poll.text)
    assert polls == ("why it is so" not in poll.text)


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "to an earlier state", ("brought back on 2", "as it was brought back.")),
        ("sv", "till ett tidigare läge", ("återställt 2", "kvar som den återställdes.")),
        ("fi", "aiempaan tilaan", ("palautettu 2", "sellaisena kuin se palautettiin.")),
    ],
)
def test_of_a_year_that_was_brought_back_it_is_said_that_it_is_kept_so(
    world, client, language, before, after
):
    hub, spoken = world.stores.hub, {"accept-language": language}
    own(world.stores, OUR_YEAR, "fortnox")
    about = {"load_id": "load-1", "load_number": 1, "who": "anna", "reason": "wrong export"}
    kept = hub.kept_years.keep(OURS, OUR_YEAR, **about)
    message = f"{kept}. Documents: 2 new, 0 known, 0 removed, 0 without voucher."
    run_id = world.runs.add(OURS, "Kept", message, is_over=True, is_good=True)

    page = client.get(f"{PAGE}?run={run_id}", **spoken).text
    form = client.get(f"{PAGE}/sync?year={OUR_YEAR.key}", **spoken).text

    assert after == tuple(words for words in after if words in page)
    assert "tasma ledger release" not in page
    assert before in form
    assert "Fortnox" not in form.partition("<fieldset")[2]


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "begun on 2", ("begun on 2", "since bringing the year back is held.")),
        ("sv", "påbörjad 2", ("påbörjad 2", "eftersom återställningen av året är stoppad.")),
        ("fi", "aloitettu 2", ("aloitettu 2", "koska vuoden palautus on pysäytetty.")),
    ],
)
def test_a_year_whose_rollback_is_held_is_not_called_brought_back(
    world, client, language, before, after
):
    hub, spoken = world.stores.hub, {"accept-language": language}
    hub.years.define(OURS, OUR_OTHER_YEAR)
    about = {"load_number": 1, "who": "anna", "reason": "wrong export"}
    hub.kept_years.keep(OURS, OUR_OTHER_YEAR, load_id=world.ids["load"][0], **about)
    message = str(hub.kept_years.find(OURS, OUR_OTHER_YEAR))
    run_id = world.runs.add(OURS, "Kept", message, is_over=True, is_good=True)

    page = client.get(f"{PAGE}?run={run_id}", **spoken).text
    form = client.get(f"{PAGE}/sync?year={OUR_OTHER_YEAR.key}", **spoken).text

    assert after == tuple(words for words in after if words in page)
    assert "tasma ledger release" not in page
    assert before in form


ALWAYS = "Documents and invoices are always fetched."


@pytest.mark.parametrize(
    ("language", "last_time", "now"),
    [
        ("en", "Documents were missing the last time", "Documents are missing: there is no right"),
        ("sv", "Dokument saknades senast", "Dokument saknas: rätt eller licens"),
        ("fi", "Asiakirjoja puuttui viimeksi", "Asiakirjoja puuttuu: oikeutta"),
    ],
)
def test_without_the_right_to_documents_nobody_is_promised_any(
    world, client, language, last_time, now
):
    reason = "not fetched: the connection has no right to them"
    world.stores.hub.documents.missed(OURS, OUR_YEAR, reason=reason)
    message = f"9 vouchers. Documents: 1 new. Documents: of supplier invoices {reason}."
    run_id = world.runs.add(OURS, "Published", message, is_over=True, is_good=True)

    form = client.get(f"{PAGE}/sync", **{"accept-language": language}).text
    page = client.get(f"{PAGE}?run={run_id}", **{"accept-language": language}).text

    assert (last_time in form, ALWAYS in form, now in page) == (True, False, True)


def test_documents_are_promised_where_they_come_alone(world, client):
    hub = world.stores.hub
    before = client.get(f"{PAGE}/sync").text
    hub.documents.missed(OURS, OUR_YEAR, reason="failed: no answer")
    after = client.get(f"{PAGE}/sync").text
    hub.documents.missed(OURS, OUR_YEAR, reason="not fetched: no right")
    hub.documents.fetched(OURS, OLDER, document_count=1, without_voucher=0)
    granted_since = client.get(f"{PAGE}/sync").text

    assert [True] * 3 == [ALWAYS in page for page in (before, after, granted_since)]


def test_no_documents_are_promised_of_a_system_that_has_none(world):
    world.stores.hub.connections.save(Connection(OURS, "fennoa", Method.CLIENT_CREDENTIALS))

    form = world.client(Role.CUSTOMER).get(f"{PAGE}/sync").text

    assert (
        "The ledger is fetched like this:" in form,
        "Documents" in form.partition("<h1")[2],
    ) == (
        True,
        False,
    )


def test_end_of_a_run_shows_when_each_integration_worked_by_then(world, client):
    run_id, now = world.runs.add(OURS, "Running"), dt.datetime(2099, 1, 2, 12, tzinfo=dt.UTC)
    path, worked = f"{PAGE}/runs/{run_id}", "2099-01-02 13:00"
    before = [client.get(one).text for one in (PAGE, path)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.stores.hub.database, "now", lambda: now)
        world.stores.hub.connections.proved(OURS, "fortnox")
    world.runs.known[run_id] = replace(
        world.runs.known[run_id], state="Published", is_over=True, is_good=True
    )

    after = [client.get(one).text for one in (path, PAGE, f"{PAGE}/lights")]

    assert ["Last worked" in page for page in before] == [True, False]
    assert [worked in page for page in (*before, *after)] == [False, False, True, True, True]
    lists = [re.search(r'<ul class="lights"[^>]*>', page)[0] for page in after]
    assert ['hx-swap-oob="true"' in one for one in lists] == [True, False, False]
    assert all('hx-trigger="every 10s"' in one for one in lists)


def test_end_of_a_run_takes_away_what_no_longer_waits_for_a_decision(world):
    client, load = world.client(Role.ACCOUNTANT), world.ids["load"][0]
    run_id = world.runs.add(OURS, "Published", is_over=True, is_good=True)
    held = "A load is held and waits for a decision"

    before = client.get(f"{PAGE}/runs/{run_id}").text
    world.stores.hub.holds.reject(load, reason="wrong", rejected_by="kim")
    after = client.get(f"{PAGE}/runs/{run_id}").text

    assert [True, True] == [
        '<div id="needs" hx-swap-oob="true">' in text for text in (before, after)
    ]
    assert [True, False] == [held in text for text in (before, after)]


@pytest.mark.parametrize("state", ["Unchanged", "Kept"])
def test_documents_that_were_fetched_are_told_where_the_ledger_is_as_it_was(world, client, state):
    found = DocumentsFound(DocumentCounts(10), 10, 2, 0, (), 0, 0, "", ("voucher",))
    years = [Ending(Outcome(state.lower()), f"as it was. {found.in_words}") for _ in range(2)]
    ends = {"is_over": True, "is_good": True}
    none = world.runs.add(OURS, state, "Everything. Documents: 0 new, 12 known", **ends)
    some = world.runs.add(OURS, state, combined(years).message, **ends)

    shown = [client.get(f"{PAGE}/runs/{run_id}").text for run_id in (none, some)]

    assert [False, True] == ["New documents fetched: 20." in text for text in shown]
    assert ["New documents fetched" in shown[0]] == [False] == ["nothing has changed" in shown[1]]


def test_no_year_is_offered_to_be_fetched_from_nowhere(world):
    """Both runs that it started would fail."""
    run_id = world.runs.add(OURS, "Published", is_over=True, is_good=True)
    client = world.client(Role.CUSTOMER)

    shown = [client.get(path).text for path in (PAGE, f"{PAGE}/runs/{run_id}")]

    assert [True, True] == [OUR_YEAR.key[:4] in text for text in shown]
    assert [False, False] == ["/sync" in text for text in shown]


@pytest.mark.parametrize("page", ["", "/files"])
def test_what_a_run_raised_is_told_to_operators_alone(world, page):
    raised = f"{RAISED}NoSpace: No space left on the disk of /srv/tasma"
    run_id = world.runs.add(OURS, "Failed", raised, is_over=True)
    path = f"/companies/acme{page}"

    def told(role):
        client = world.client(role)
        answers = [client.get(f"{path}?run={run_id}"), client.get(f"{path}/runs/{run_id}")]
        return ["/srv/tasma" in answer.text for answer in answers]

    assert [False, False] == told(Role.CUSTOMER) == told(Role.ACCOUNTANT)
    assert [True, True] == told(Role.OPERATOR)


@pytest.mark.parametrize(
    ("raised", "shown"),
    [
        ("NotConnected: acme is connected to nothing.", "acme is connected to nothing."),
        ("KeyError: &#39;5&#39;", "KeyError: &#39;5&#39;"),
    ],
)
def test_an_operator_reads_the_words_of_a_refusal_without_its_class(world, raised, shown):
    message = f"{RAISED}{raised.replace('&#39;', chr(39))}"
    run_id = world.runs.add(OURS, "Failed", message, is_over=True)

    page = world.client(Role.OPERATOR).get(f"/companies/acme?run={run_id}").text

    assert f'<p class="detail">{shown}</p>' in page


def test_details_of_a_failed_run_are_promised_to_those_alone_who_see_them(world):
    run_id = world.runs.add(OURS, "Failed", f"{RAISED}NoSpace: /srv is full", is_over=True)
    pages = [
        world.client(role).get(f"/companies/acme?run={run_id}").text
        for role in (Role.OPERATOR, Role.CUSTOMER)
    ]

    assert [True, False] == ["the details say why" in page for page in pages]
    assert "ask whoever runs Täsmä" in pages[1]


@pytest.mark.parametrize(
    ("window", "back"),
    [
        ("{portal}/companies/acme?run=1", "/companies/acme?run=1"),
        ("{portal}.example.org/companies/acme", ""),
        ("https://elsewhere.example/companies/acme", ""),
        ("{portal}//elsewhere.example", ""),
    ],
)
def test_page_that_polls_leads_by_the_sign_in_back_to_itself_alone(client, window, back):
    client.http.cookies.clear()

    answer = client.get(
        f"{PAGE}/lights",
        **{"hx-request": "true", "hx-current-url": window.format(portal=ADDRESS)},
    )

    place = f"/sign-in?{urlencode({'to': back})}"
    assert (401, place) == (answer.status_code, answer.headers["hx-redirect"])


@pytest.mark.requirement("R-SEN-25a", "R-SEN-25b", "R-SEN-25e")
@pytest.mark.parametrize(
    ("status", "light", "sentence"),
    [
        (None, "grey", "Not activated"),
        (ConnectionState.CONNECTED, "green", "Last worked"),
        (ConnectionState.RECONNECT_REQUIRED, "red", "The permission is gone"),
        (ConnectionState.LICENCE_MISSING, "red", "licence for integrations is missing"),
        (ConnectionState.UNREACHABLE, "red", "does not answer"),
    ],
)
def test_light_of_an_integration_with_its_reason(world, status, light, sentence):
    hub = world.stores.hub
    if status:
        hub.connections.save(Connection(OURS, "fortnox", Method.CLIENT_CREDENTIALS))
        hub.connections.proved(OURS, "fortnox")
        reason = "" if status is ConnectionState.CONNECTED else "what it answered"
        hub.connections.set_status(OURS, "fortnox", status, reason=reason)

    shown = world.client(Role.CUSTOMER).get(PAGE).text
    lights = shown.partition('id="lights"')[2].partition("</ul>")[0]

    assert [light] == re.findall(r'class="light (\w+)"', lights)
    assert sentence in lights
    assert ("what it answered" in lights) == (light == "red")
    assert ("Activate" in lights) == (light != "green")
