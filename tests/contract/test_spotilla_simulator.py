"""A simulated Spotilla: log-in, headers, registers; what it refuses and how it fails."""

import datetime as dt

import httpx
import pytest

from simulators.procountor import Fault, InProcess
from simulators.spotilla import Names, SpotillaSimulator, Tenant, User, World, serve
from simulators.spotilla.world import Acts

NOW = dt.datetime(2026, 4, 10, 7, 0, tzinfo=dt.UTC)
LOGIN = {
    "email": "integraatio@example.invalid",
    "password": "plainly-fake-password",
    "subdomain": "acme",
}


@pytest.fixture
def world():
    world = World.of([Tenant("acme"), Tenant("other")], clock=lambda: NOW)
    yield world
    assert not world.crashes


@pytest.fixture
def acts(world):
    return Acts(world, "acme")


@pytest.fixture
def http(world):
    return httpx.Client(transport=InProcess(world, serve), base_url="https://any.invalid/api/v3")


@pytest.fixture
def client(http):
    """A client with the headers of a log-in."""
    found = http.post("/login", json=LOGIN).json()
    http.headers.update(
        {
            "X-User-Token": found["token"],
            "X-User-Id": str(found["user_id"]),
            "X-User-Subdomain": found["subdomain"],
        }
    )
    return http


def test_role_comes_with_the_log_in(world, http):
    world.tenants["acme"].users.append(User("tekija@example.invalid", "fake", 2, "user"))
    other = {**LOGIN, "email": "tekija@example.invalid", "password": "fake"}

    assert ["main_user", "user"] == [
        http.post("/login", json=form).json()["role"] for form in (LOGIN, other)
    ]
    assert 401 == http.post("/login", json={**LOGIN, "password": "x"}).status_code


@pytest.mark.requirement("R-X-11b")
@pytest.mark.parametrize("name", ["X-User-Token", "X-User-Id", "X-User-Subdomain"])
def test_all_three_headers_are_needed_and_of_one_log_in(client, name):
    assert 200 == client.get("/customers").status_code
    assert 401 == client.get("/customers", headers={name: "other"}).status_code


def test_token_of_one_tenant_opens_no_other(client):
    assert 401 == client.get("/tasks", headers={"X-User-Subdomain": "other"}).status_code


def test_list_is_paged_and_tells_of_the_deleted_to_who_asks_since_when(client, acts):
    made = [acts.add_customer(f"Asiakas {n}") for n in range(3)]
    acts.delete_customer(made[0])
    first = client.get("/customers", params={"per_page": 1}).json()
    since = client.get("/customers", params={"updated_since": "2026-01-01"}).json()

    assert (2, [made[1]]) == (first["meta"]["pages"], [row["id"] for row in first["customers"]])
    assert made == sorted(row["id"] for row in since["customers"])
    assert 422 == client.get("/customers", params={"per_page": 101}).status_code


def test_customer_is_made_and_changed_and_products_and_tasks_are_not(client, acts):
    made = client.post("/customers", json={"name": "Uusi Oy", "external_id": "p-1"})
    number = made.json()["id"]
    changed = client.put(f"/customers/{number}", json={"street": "Katu 2"}).json()

    assert (201, "p-1", "Katu 2", "Uusi Oy") == (
        made.status_code,
        changed["external_id"],
        changed["street"],
        changed["name"],
    )
    assert 422 == client.post("/customers", json={"name": " "}).status_code
    assert 405 == client.put(f"/products/{acts.add_product()}", json={"name": "x"}).status_code
    assert 404 == client.put("/customers/99", json={"name": "x"}).status_code


def test_tenant_may_have_no_place_for_our_id(world, client):
    world.tenants["acme"].keeps_external_id = False

    assert (
        "external_id"
        not in client.post("/customers", json={"name": "Uusi Oy", "external_id": "p-1"}).json()
    )


def test_names_and_states_may_be_others(world, client, acts):
    world.names = Names({"business_id": "vat_id", "state": "status"}, {"finished": "valmis"})
    task = acts.add_task(acts.add_customer(), {acts.add_product(): 2})
    acts.finish(task)
    shown = client.get(f"/tasks/{task}").json()
    made = client.post("/customers", json={"name": "Uusi Oy", "vat_id": "7654321-1"}).json()

    assert "valmis" == shown["status"]
    assert "7654321-1" == made["vat_id"]
    assert "7654321-1" == world.tenants["acme"].customers[made["id"]]["business_id"]


@pytest.mark.parametrize(
    ("fault", "status", "customers"),
    [
        (Fault.BUSY, 429, 0),
        (Fault.FAULT, 500, 0),
        (Fault.HTML, 502, 0),
        (Fault.FAULT_DONE, 500, 1),
        (Fault.EXPIRED, 401, 0),
        (Fault.LOST, 0, 0),
        (Fault.LOST_DONE, 0, 1),
        (Fault.CUT, 0, 1),
    ],
)
def test_fault_has_its_effect_or_none(world, client, fault, status, customers):
    world.faults.add("POST customers", fault)
    try:
        found = client.post("/customers", json={"name": "Uusi Oy"}).status_code
    except httpx.TransportError:
        found = 0

    assert (status, customers) == (found, len(world.tenants["acme"].customers))


def test_over_http_it_answers_and_shows_what_it_holds():
    with SpotillaSimulator([Tenant("acme")]) as simulator:
        Acts(simulator.world, "acme").add_customer("Näkyvä Oy")
        answer = httpx.post(f"{simulator.url}/login", json=LOGIN)
        shown = httpx.get(f"{simulator.base}/_simulator")

    assert 200 == answer.status_code
    assert "Näkyvä Oy" == shown.json()["acme"]["customers"][0]["name"]
