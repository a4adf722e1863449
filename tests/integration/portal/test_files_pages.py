"""Files are sent, asked about where a system sends the year too, and told what became of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blocks.http.errors import CallFailed
from blocks.hub import Connection, FileSeen, Method
from blocks.hub.portal_roles import Role
from blocks.uploads import uploads_of
from flows.portal.pages.syncing import RAISED
from flows.portal.settings import PortalSettings
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from tasks.arrivals import REFRESH, SOURCE
from tasks.ledger_files import NotALedger
from tests.portal_companies import OUR_YEAR, OURS, own, unpublish
from tests.portal_world import ADDRESS, Client
from tests.small_sie import small_sie

PAGE = "/companies/acme/files"
CONTENT = small_sie((1, 5, 5))
SHA256 = "c" * 64


@pytest.fixture
def client(world):
    return world.client(Role.CUSTOMER)


@pytest.fixture
def owned(world):
    """Have the company's books come from Fortnox every night, and those of 2024 be of a source."""
    unpublish(world.stores, OURS)
    hub = world.stores.hub
    hub.connections.save(Connection(OURS, "fortnox", Method.CLIENT_CREDENTIALS))
    return lambda source: own(world.stores, OUR_YEAR, source)


def test_a_file_is_read_by_a_run_in_the_name_of_whoever_is_signed_in(world, client):
    answer = client.upload(f"{PAGE}?name=..%2F2024.se&who=somebody", CONTENT)

    ((deployment, tenant, asked),) = world.runs.started
    assert ("drop-in/drop-in", OURS) == (deployment, tenant)
    assert ("customer@acme.example", "source of this year") == (asked["who"], asked["use"])
    path = Path(asked["path"])
    assert (CONTENT, "2024.se") == (path.read_bytes(), path.name)
    assert uploads_of(OURS) == path.parent.parent
    assert answer.headers["location"].startswith(f"{PAGE}?run=")


def test_books_that_come_before_the_opening_takes_them_are_refused_with_what_is_left(world, client):
    before = client.get(PAGE).text
    world.stores.hub.openings.begin(OURS)
    answer = client.upload(f"{PAGE}?name=2024.se", CONTENT)
    page = client.get(answer.headers["location"]).text

    assert [] == world.runs.started
    assert "is not open for books yet" not in before
    assert "The file was not taken. Nothing is wrong with it." in page
    assert f'href="/companies/{OURS}/opening">What is left</a>' in page


def test_a_table_of_vouchers_to_fill_in_is_offered_and_is_one_that_is_read(client):
    link = re.search(r'href="([^"]+template\.csv)"', client.get(PAGE).text)
    template = client.get(link[1])

    assert 'attachment; filename="vouchers.csv"' == template.headers["content-disposition"]
    assert template.text.startswith("[journal]")


@pytest.mark.parametrize(("answer", "as_what"), [("refresh", REFRESH), ("source", SOURCE)])
def test_over_a_year_that_a_system_sends_nothing_is_read_before_somebody_has_answered(
    world, client, owned, answer, as_what
):
    owned("fortnox")

    sent = client.upload(f"{PAGE}?name=2024.se", CONTENT)
    started = list(world.runs.started)
    question = client.get(sent.headers["location"])
    upload = sent.headers["location"].rpartition("upload=")[2]
    client.post(f"{PAGE}/sent", upload=upload, use=answer)

    assert [] == started
    assert "2024.se · 2024" in question.text
    assert "comes from Fortnox" in question.text
    assert [as_what] == [asked["use"] for _, _, asked in world.runs.started]


def test_nothing_is_asked_where_a_file_is_the_source_of_the_year_already(world, client, owned):
    owned("sie")

    client.upload(f"{PAGE}?name=2024.se", CONTENT)

    assert [SOURCE] == [asked["use"] for _, _, asked in world.runs.started]


def test_an_answer_that_is_none_reads_nothing(world, client):
    answer = client.post(f"{PAGE}/sent", upload=world.ids["upload"][0], use="both")

    assert (400, []) == (answer.status_code, world.runs.started)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"upload_max_bytes": 100}, "What was sent is too large"),
        ({"upload_quota_bytes": 100}, "as much as it may within a day"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_in_words_and_none_is_kept(world, settings, sentence):
    app = world.portal_at(PortalSettings(address=ADDRESS, **settings))
    client = Client(world.runner, app, world.client(Role.CUSTOMER).secret)
    before = list(uploads_of(OURS).glob("*"))

    answer = client.upload(f"{PAGE}?name=2024.se", CONTENT)

    assert sentence in answer.text
    assert (before, []) == (list(uploads_of(OURS).glob("*")), world.runs.started)


@pytest.mark.parametrize(
    ("state", "ended", "told"),
    [
        ("Submitting", {}, "waits for its turn"),
        ("Running", {}, "is being read"),
        ("Published", {"is_over": True, "is_good": True}, "the ledger is read in"),
        ("Held", {"is_over": True}, "does not agree with what it was checked against"),
        ("Failed", {"is_over": True}, "Refused: nothing was read in"),
    ],
)
def test_the_page_waits_until_it_can_tell_what_became_of_a_file(world, client, state, ended, told):
    run = world.runs.add(OURS, state, "line 7: #TRANS has no amount", **ended)

    shown = [client.get(f"{PAGE}?run={run}").text, client.get(f"{PAGE}/runs/{run}").text]

    assert [True, True] == [told in text for text in shown]
    assert [not ended] * 2 == ["every 2s" in text for text in shown]
    assert [bool(ended)] * 2 == ["line 7: #TRANS has no amount" in text for text in shown]
    assert bool(ended) == ('hx-swap-oob="true"' in shown[1])


@pytest.mark.parametrize("role", list(Role))
def test_a_refused_file_is_told_its_reason_as_on_its_page_whoever_looks(world, role):
    reason = "2024.se is no SIE file: it has no line #FLAGGA."
    client, hub = world.client(role), world.stores.hub
    hub.files.record(FileSeen(OURS, SHA256, "2024.se", 10, "failed", reason))
    raised = f"{RAISED}NotALedger: {reason}"
    run = world.runs.add(OURS, "Failed", raised, file=SHA256, is_over=True)

    shown = [client.get(f"{PAGE}?run={run}").text, client.get(f"{PAGE}/runs/{run}").text]

    for text in shown:
        assert "Refused: nothing was read in" in text
        assert f'<p class="detail">{reason}</p>' in text
        assert "NotALedger" not in text
        assert f'<a href="{PAGE}/one?file={SHA256}">What became of the file</a>' in text


def test_of_a_file_that_failed_without_a_known_reason_none_is_promised(world, client):
    run = world.runs.add(OURS, "Failed", f"{RAISED}OSError: /srv", file=SHA256, is_over=True)

    shown = client.get(f"{PAGE}?run={run}").text

    assert ("why is not known here" in shown, "Below it says" in shown) == (True, False)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", "ser ut som en resultaträkning och en balansräkning. Det är ingen bokföring"),
        ("fi", "tuloslaskelma ja tase. Se ei ole kirjanpito"),
        ("en", "send it as a statement: the second choice on the portal&#39;s page of files"),
    ],
)
def test_a_statement_that_was_sent_as_books_is_asked_for_as_one(world, client, language, words):
    statement = "an income statement and a balance sheet"
    refused = NotALedger(file_name="tulos.csv", refusal="none", statement=statement)
    world.stores.hub.files.record(FileSeen(OURS, SHA256, "t.csv", 10, "failed", str(refused)))

    page = client.get(f"{PAGE}/one?file={SHA256}", **{"accept-language": language}).text

    assert words in page
    assert "tasma" not in page.partition("<main")[2]


def test_a_file_is_listed_and_leads_to_what_was_wrong_with_it_each_time(world, client):
    files, load = world.stores.hub.files, world.ids["load"][0]
    files.record(FileSeen(OURS, SHA256, "<b>.se", 10, "failed", "line 3: no #RAR", who="anna"))
    files.record(FileSeen(OURS, SHA256, "<b>.se", 10, "held", "A:4 differs", load_id=load))

    listed = client.get(PAGE).text
    page = client.get(f"{PAGE}/one?file={SHA256}").text

    assert f"file={SHA256}" in listed
    assert "&lt;b&gt;.se" in listed
    assert ["line 3: no #RAR", "A:4 differs", "anna"] == [
        word for word in ("line 3: no #RAR", "A:4 differs", "anna") if word in page
    ]
    assert f"/holds/one?load={load}" in page


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["balance_sheet"], "wait for the company&#39;s balance sheet of the year"),
        (["income_statement"], "wait for the company&#39;s income statement of the year"),
        (["income_statement", "balance_sheet"], "income statement and balance sheet of the year"),
    ],
)
def test_books_that_wait_for_a_statement_alone_ask_for_it_and_are_no_problem(
    world, client, kinds, words
):
    hub, load = world.stores.hub, world.ids["load"][0]
    hub.loads.save_results(load, [awaiting(kind) for kind in kinds])
    hub.files.record(FileSeen(OURS, SHA256, "b.se", 10, "held", "waiting", load_id=load))
    run = world.runs.add(OURS, "Held", "held", file=SHA256, is_over=True)

    pages = [f"{PAGE}?run={run}", f"{PAGE}/runs/{run}", f"{PAGE}/one?file={SHA256}"]
    shown = [client.get(page).text for page in pages]

    assert [True] * 3 == [words in text for text in shown]
    assert [False] * 3 == ["does not agree" in text for text in shown]
    assert "Look at the differences" not in "".join(shown)
    assert [f'<div class="notice" id="run-{run}"' in text for text in shown] == [True, True, False]


def test_books_that_differ_too_are_held_though_a_statement_is_waited_for(world, client):
    hub, load = world.stores.hub, world.ids["load"][0]
    results = hub.loads.results(load)
    hub.loads.save_results(load, [*results, awaiting("balance_sheet")])
    hub.files.record(FileSeen(OURS, SHA256, "b.se", 10, "held", "A:4 differs", load_id=load))
    run = world.runs.add(OURS, "Held", "held", file=SHA256, is_over=True)

    shown = client.get(f"{PAGE}?run={run}").text

    assert "does not agree with what it was checked against" in shown
    assert f'<div class="problem" id="run-{run}"' in shown


def awaiting(kind):
    control = f"customer_{kind}"
    detail = f"waiting for the customer's {kind.replace('_', ' ')} of the year"
    found = Break(control, BreakKind.MISSING, detail=detail)
    return ControlResult(control, Severity.BLOCKS, Answer.BROKEN, breaks=(found,), break_count=1)


def test_a_file_that_was_held_is_said_to_be_what_became_of_its_hold(world, client):
    hub, load = world.stores.hub, world.ids["load"][0]
    hub.files.record(FileSeen(OURS, SHA256, "b.se", 10, "held", "A:4 differs", load_id=load))

    hub.holds.reject(load, reason="of another year", rejected_by="kim")

    assert "held, then rejected" in client.get(PAGE).text
    page = client.get(f"{PAGE}/one?file={SHA256}").text
    assert "somebody decided that it is not read in" in page
    assert "/holds/one" not in page


@pytest.mark.parametrize("role", list(Role))
def test_a_system_that_does_not_answer_is_told_in_a_sentence_without_its_address(world, role):
    async def away(*_asked):
        raise CallFailed("POST 127.0.0.1:9/oauth/token got no whole answer (ConnectError).")

    world.runs.start = away
    client = world.client(role)
    client.http.headers["accept-language"] = "sv"
    answer = client.upload(f"{PAGE}?name=2024.se", CONTENT)

    assert 503 == answer.status_code
    assert "Systemet svarade inte" in answer.text
    assert "127.0.0.1:9" not in answer.text
    assert "ConnectError" not in answer.text


def test_a_file_that_came_by_several_names_is_shown_under_all_of_them(world, client):
    for name in ("first.se", "second.se", "first.se"):
        world.stores.hub.files.record(FileSeen(OURS, SHA256, name, 10, "unchanged"))

    page = client.get(f"{PAGE}/one?file={SHA256}").text

    assert '<h1 id="seen">first.se, second.se</h1>' in page
