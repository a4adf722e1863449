"""How a simulated Procountor is entered: tokens, keys, rights, rate, and what fails on the way."""

import datetime as dt

import httpx
import pytest

from simulators.fortnox.limiter import SlidingWindow
from simulators.procountor import Company, Fault, ProcountorSimulator, World
from simulators.procountor.rights import changed

UNAUTHORIZED = [(401, None, "Unauthorized")]


@pytest.mark.parametrize("redirect", ["", "https://any.invalid/back"])
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/token/"])
def test_token_comes_for_a_key_with_and_without_redirect_and_slash(client, redirect, path):
    form = client.form | ({"redirect_uri": redirect} if redirect else {})
    answer = client.http.post(path, data=form)

    assert 200 == answer.status_code
    assert ("bearer", 3600) == (answer.json()["token_type"], answer.json()["expires_in"])


def test_key_opens_the_environment_and_user_that_it_was_made_for(client, other_client):
    found = [c.read("/sessioninfo")["companyId"] for c in (client, other_client)]

    assert [1001, 1002] == found


@pytest.mark.parametrize(
    "wrong",
    [{"api_key": "key-of-nobody"}, {"client_secret": "wrong"}, {"client_id": "another-client"}],
)
def test_wrong_key_secret_or_client_is_refused_without_a_cause(client, world, wrong):
    world.clients["another-client"] = "simulated-client-secret"

    assert 401 == client.get_token(**wrong).status_code


def test_token_parameters_in_the_address_are_refused(client):
    assert 400 == client.http.post("/oauth/token", params=client.form).status_code


def test_token_request_with_a_charset_is_refused(client):
    body = "&".join(f"{name}={value}" for name, value in client.form.items())
    kind = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}

    assert 400 == client.http.post("/oauth/token", content=body, headers=kind).status_code


def test_token_ends_after_an_hour(client, world):
    client.read("/sessioninfo")
    world.advance(3601)

    assert UNAUTHORIZED == client.errors(client.get("/sessioninfo"))
    client.token = ""
    assert 1001 == client.read("/sessioninfo")["companyId"]


def test_revoked_key_opens_nothing_any_more(client, world):
    client.read("/sessioninfo")
    world.revoke(world.keys["key-1001"])

    assert UNAUTHORIZED == client.errors(client.get("/sessioninfo"))
    assert 401 == client.get_token().status_code


@pytest.mark.parametrize(("version", "status"), [("latest", 200), ("v2605", 200), ("v1901", 404)])
def test_address_may_name_a_version_that_is_still_there(client, version, status):
    client.read("/sessioninfo")
    headers = {"Authorization": f"Bearer {client.token}"}
    answer = client.http.get(f"https://any.invalid/{version}/api/sessioninfo", headers=headers)

    assert status == answer.status_code


def test_get_with_a_body_is_stopped_on_the_way(client):
    answer = client.call("GET", "/sessioninfo", [])

    assert (403, "text/html") == (answer.status_code, answer.headers["content-type"])


def test_missing_right_is_refused(client, company):
    user = company.users[1]
    user.rights = changed(user.rights, {"management.basicCompanyInfo": "NO_ACCESS"})
    answer = client.get("/company")

    assert (403, "User rights check failed: Insufficient user rights") == (
        answer.status_code,
        client.errors(answer)[0][2],
    )
    assert "NO_ACCESS" == client.read("/users/rights")["rights"]["management"]["basicCompanyInfo"]


def test_unknown_right_is_no_test(company):
    with pytest.raises(ValueError, match="No right"):
        changed(company.users[1].rights, {"payroll": "NO_ACCESS"})


def test_rate_is_shared_by_all_environments_of_one_client(world, client, other_client):
    at = [0.0]
    world.limiter = SlidingWindow(60, 1.0, now_s=lambda: at[0])
    calls = [c.get("/sessioninfo").status_code for _ in range(31) for c in (client, other_client)]
    at[0] = 1.1

    assert [200] * 60 + [429] * 2 == calls
    assert 200 == client.get("/sessioninfo").status_code


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.BUSY, 429),
        (Fault.FAULT, 500),
        (Fault.HTML, 500),
        (Fault.EXPIRED, 401),
        (Fault.REVOKED, 401),
        (Fault.FORBIDDEN, 403),
        (Fault.HIDDEN, 404),
    ],
)
def test_fault_meets_the_next_call_only(client, world, fault, status):
    client.read("/sessioninfo")
    world.faults.add("GET coa", fault)

    assert 200 == client.get("/sessioninfo").status_code
    assert status == client.get("/coa").status_code
    client.token = ""
    is_open = fault is not Fault.REVOKED
    assert is_open == (200 == client.get_token().status_code)
    if is_open:
        assert 200 == client.get("/coa").status_code


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.LOST_DONE, Fault.CUT, Fault.LATE])
def test_lost_answer_is_an_error_of_the_connection(client, world, fault):
    world.faults.add("coa", fault)

    with pytest.raises(httpx.TransportError):
        client.get("/coa")


def test_calls_are_kept_without_what_opens_doors(client, world):
    client.read("/coa")

    assert [("POST", "oauth/token", 200), ("GET", "coa", 200)] == [
        (call.method, call.path, call.status) for call in world.calls
    ]
    assert not any(b"key-1001" in call.body for call in world.calls)


def test_books_can_change_right_before_a_call(client, company, world):
    world.before.append(("coa", lambda: company.accounts.pop("3000")))
    codes = {row["ledgerAccountCode"] for row in client.read("/coa")["ledgerAccounts"]}

    assert "3000" not in codes
    assert "3010" in codes


def test_over_http_it_answers_drops_and_cuts():
    with ProcountorSimulator([Company(7)]) as simulator, httpx.Client(timeout=5) as http:
        form = {
            "grant_type": "client_credentials",
            "client_id": simulator.client_id,
            "client_secret": simulator.client_secret,
            "api_key": "key-7",
        }
        token = http.post(f"{simulator.url}/oauth/token", data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        simulator.faults.add("coa", Fault.LOST, Fault.CUT, None)
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                http.get(f"{simulator.url}/coa", headers=headers)
        assert 200 == http.get(f"{simulator.url}/coa", headers=headers).status_code
        shown = http.get(f"{simulator.base}/_simulator")
        assert ("Esimerkki Oy" in shown.text, 200) == (True, shown.status_code)
        added = http.post(
            f"{simulator.base}/_simulator/faults", json={"pattern": "*", "faults": ["busy"]}
        )
        assert {"*": ["busy"]} == added.json()
        assert 429 == http.get(f"{simulator.url}/coa", headers=headers).status_code


def test_version_times_are_local_and_have_no_zone():
    world = World.of([Company(7)], clock=lambda: dt.datetime(2026, 7, 1, 12, 0, 0, 5000, dt.UTC))
    texts = []
    for form in ("seconds", "millis", "zulu"):
        world.habits.version_form = form
        texts.append(world.stamp(world.here))

    assert [
        "2026-07-01T15:00:00",
        "2026-07-01T15:00:00.005",
        "2026-07-01T15:00:00.005Z",
    ] == texts
