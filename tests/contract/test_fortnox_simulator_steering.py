"""Steering the simulator from another process, and running it as one."""

import datetime as dt
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from simulators.books.company import Company
from simulators.fortnox import ALL_SCOPES, FortnoxSimulator, SimulatedTenant, connection, tokens
from simulators.fortnox.app import BODY_BYTES_MAX
from simulators.fortnox.calls import Call, Calls
from simulators.fortnox.demo import demo_tenants

NORTH, NOBODY = 503072, 503074


@pytest.fixture
def steer(fortnox, north):
    """Ask for something under /_simulator/."""

    def ask(method, path, **body):
        return north.http.request(method, f"/_simulator/{path}", json=body or None)

    return ask


def test_about_names_client_and_tenants(steer, fortnox):
    about = steer("GET", "").json()

    assert (fortnox.url, fortnox.client_id) == (about["url"], about["client_id"])
    assert [(NORTH, True), (503073, True), (NOBODY, False)] == [
        (tenant["database_number"], tenant["consented"]) for tenant in about["tenants"]
    ]


def test_faults_are_added_listed_and_cleared(steer, north):
    added = steer("POST", "faults", name="status", tenant=NORTH, status=502, times=2)
    first = north.get("/3/sie/4").status_code
    left = steer("GET", "faults").json()
    steer("DELETE", "faults")

    assert (200, 502, [1]) == (added.status_code, first, [fault["left"] for fault in left])
    assert 200 == north.get("/3/sie/4").status_code


def test_what_cannot_be_done_says_why(steer):
    answers = [
        steer("POST", "faults", name="nothing"),
        steer("POST", "edit", tenant=1),
        steer("POST", "switch", tenant=NORTH, name="nothing"),
    ]

    assert [400] * 3 == [answer.status_code for answer in answers]
    assert all(answer.json()["problem"] for answer in answers)
    assert 404 == steer("GET", "nothing").status_code


def test_books_are_edited_and_vouchers_hidden(steer, north):
    edition = steer("POST", "edit", tenant=NORTH, removed=[["B", 17]], changed=[["L", 3]])
    steer("POST", "hide", tenant=NORTH, voucher=["B", 18])
    file = north.get("/3/sie/4", financialyear=3).content

    assert {"edition": 2} == edition.json()
    assert [False, False, True] == [f"#VER B {n} ".encode() in file for n in (17, 18, 19)]
    assert 404 == north.get("/3/vouchers/B/17").status_code


def test_switches_consents_and_the_clock_are_turned(steer, fortnox, nobody):
    code = steer("POST", "authorize", tenant=NOBODY, scopes=["bookkeeping"]).json()["code"]
    exchanged = nobody.exchange(code)
    switched = steer("POST", "switch", tenant=NOBODY, name="declines").json()
    refused = steer("POST", "authorize", tenant=NOBODY)
    before = fortnox.world.now
    steer("POST", "advance", seconds=60)
    steer("POST", "revoke", tenant=NOBODY)

    assert (200, ["declines"], 400) == (exchanged.status_code, switched, refused.status_code)
    assert 60 == (fortnox.world.now - before).total_seconds()
    assert 400 == nobody.credentials().status_code


def test_calls_are_listed_by_tenant_and_path_and_forgotten(steer, fortnox, north, south):
    north.get("/3/vouchers", limit=5)
    south.get("/3/vouchers")
    (call,) = steer("GET", f"calls?tenant={NORTH}&path=/3/vouchers").json()

    assert ("GET", "/3/vouchers", 200, "limit=5") == tuple(
        call[name] for name in ("method", "path", "status", "query")
    )
    at, tenant, method, path, status = fortnox.calls[-1]
    assert (503073, "GET", "/3/vouchers", 200) == (tenant, method, path, status)
    assert fortnox.world.now == at
    assert (2, 1) == (fortnox.count(path="/3/"), fortnox.count(NORTH, "/3/"))
    steer("DELETE", "calls")
    assert [] == fortnox.calls


def test_body_beyond_the_limit_is_refused(north):
    allowed, beyond = b" " * BODY_BYTES_MAX, b" " * (BODY_BYTES_MAX + 1)
    answers = [north.http.post("/_simulator/advance", content=body) for body in (allowed, beyond)]

    assert [400, 413] == [answer.status_code for answer in answers]


def test_answers_are_sent_at_once(north):
    """With Nagle's algorithm every answer waits 40 ms for the client's acknowledgement."""
    north.get("/3/me")
    (transport,) = connection._OPEN.values()

    asked = transport.get_extra_info("socket")
    assert asked.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_mistake_of_the_simulator_itself_does_not_pass_for_one_of_fortnox(fortnox_books):
    """A detail of the wrong kind: no client is to be judged by what follows."""
    made_with = SimulatedTenant(NORTH, fortnox_books, consented=ALL_SCOPES)
    simulator = FortnoxSimulator([made_with]).__enter__()
    simulator.faults.add("hide_voucher", voucher=17)
    token = simulator.world.tokens.new_access(NORTH, ALL_SCOPES, simulator.world.now)
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{simulator.url}/3/sie/4", headers=headers)

    assert (500, "the simulator itself failed") == (answer.status_code, answer.text)
    with pytest.raises(RuntimeError, match="itself failed"):
        simulator.__exit__(None, None, None)


@pytest.mark.parametrize("tenant", ["1", "", "north"])
def test_consent_of_nobody_is_refused(fortnox, steer, tenant):
    asked = f"client_id={fortnox.client_id}&response_type=code&state=s&scope=bookkeeping"

    assert 400 == steer("GET", f"consent?{asked}&tenant={tenant}").status_code
    assert 302 == steer("GET", f"consent?{asked}&tenant={NOBODY}").status_code
    assert [] == fortnox.world.crashes


def test_only_the_newest_calls_are_kept():
    calls = Calls(kept=2)
    for status in (200, 429, 500):
        calls.add(Call(dt.datetime.now(dt.UTC), NORTH, "GET", "/3/me", status))

    assert [429, 500] == [call.status for call in calls.all()]


def test_expired_access_tokens_are_forgotten_when_they_are_too_many(monkeypatch):
    monkeypatch.setattr(tokens, "ACCESS_TOKENS_KEPT", 2)
    held, now = tokens.Tokens("client"), dt.datetime(2024, 11, 22, tzinfo=dt.UTC)
    for hours in (0, 0, 2):
        held.new_access(NORTH, ("bookkeeping",), now + dt.timedelta(hours=hours))
    before = len(held.access_tokens)
    held.new_access(NORTH, ("bookkeeping",), now + dt.timedelta(hours=2))

    assert (3, 2) == (before, len(held.access_tokens))


def test_two_tenants_with_one_number_are_refused():
    twice = [SimulatedTenant(1, Company(seed=1)), SimulatedTenant(1, Company(seed=2))]

    with pytest.raises(ValueError, match="Two tenants"), FortnoxSimulator(twice):
        pass


def test_stopped_simulator_refuses_connections():
    with FortnoxSimulator([SimulatedTenant(1, Company(seed=1))]) as simulator:
        url = simulator.url

    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_stop_takes_no_time(start_fortnox):
    stops_s = []
    for _ in range(5):
        simulator = start_fortnox()
        began = time.monotonic()
        simulator.__exit__()
        stops_s.append(time.monotonic() - began)

    assert min(stops_s) < 0.05, "uvicorn's own takes longer"


def test_answer_under_way_is_finished_before_the_stop(fortnox, north):
    assert north.token
    fortnox.faults.add("delay", path="/3/", seconds=0.2)
    with ThreadPoolExecutor() as other:
        asked = other.submit(north.get, "/3/companyinformation")
        while not (fortnox._server.server_state.tasks or asked.done()):
            time.sleep(0.001)
        is_under_way = not asked.done()
        fortnox.__exit__()

    assert is_under_way
    assert 200 == asked.result().status_code


def test_demo_tenants_are_distinct_and_hold_what_is_odd():
    tenants = demo_tenants(40)

    assert 40 == len({tenant.database_number for tenant in tenants})
    assert 40 == len({tenant.company.organisation_number for tenant in tenants})
    assert (2, 3, 1) == tenants[1].ids
    assert ["cp437", "cp437", "utf-8"] == [tenant.encoding for tenant in tenants[:3]]


def test_command_serves_until_it_is_told_to_stop():
    command = [sys.executable, "-m", "simulators.fortnox", "--port", "0", "--tenants", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().split(" ")[3]
        about = httpx.get(f"{url}/_simulator/").json()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    assert [503_001, 503_002] == [tenant["database_number"] for tenant in about["tenants"]]
    assert process.returncode in (0, -signal.SIGTERM)
