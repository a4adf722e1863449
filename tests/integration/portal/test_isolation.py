"""Nobody reaches another company: every route that is declared, every id that it takes.

`MAY` is who may use what, written down a second time: a route that is not in it, or that lets in
others than it says, fails. `SENT` holds what a form needs besides ids to be let through.
"""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest

from blocks.hub import models
from blocks.hub.portal_roles import Role
from flows.portal.routes import ROUTES, path_of
from tests.portal_companies import OURS, THEIRS

EVERYBODY = ""
ALL, STAFF, OPERATOR = "customer accountant operator", "accountant operator", "operator"

MAY = {
    # who may use it, and what it does to a company: reads or acts
    "static_file": EVERYBODY,
    "health": EVERYBODY,
    "sign_in_form": EVERYBODY,
    "sign_in_act": EVERYBODY,
    "sign_out": ALL,
    "invitation": EVERYBODY,
    "take": EVERYBODY,
    "choose_language": EVERYBODY,
    "consent_page": EVERYBODY,
    "give_permission": EVERYBODY,
    "enter_keys": EVERYBODY,
    "consent_outcome": EVERYBODY,
    "consent_callback": EVERYBODY,
    "links": ALL,
    "activate": ALL,
    "revoke_link": ALL,
    "confirm_company": OPERATOR,
    "home": ALL,
    "companies": ALL,
    "company": ALL,
    "company_lights": ALL,
    "books": ALL,
    "statement_line": ALL,
    "ledger_account": ALL,
    "voucher": ALL,
    "changes": ALL,
    "comparison": ALL,
    "documents": ALL,
    "document": ALL,
    "files": ALL,
    "send_file": ALL,
    "journal_template": ALL,
    "sent_file": ALL,
    "read_file": ALL,
    "seen_file": ALL,
    "statement": ALL,
    "add_statement": ALL,
    "file_run": ALL,
    "pushes": ALL,
    "pushed": ALL,
    "retry_push": STAFF,
    "resolve_push": STAFF,
    "opening": ALL,
    "file_opening": ALL,
    "routes": ALL,
    "set_route": STAFF,
    "account_table": ALL,
    "account_table_csv": ALL,
    "ask_accounts": STAFF,
    "save_account": STAFF,
    "save_accounts": STAFF,
    "holds": ALL,
    "hold": ALL,
    "accept_hold": STAFF,
    "refuse_hold": STAFF,
    "approve_transfer": STAFF,
    "sync_form": ALL,
    "sync": ALL,
    "run_state": ALL,
}

SENT: dict[str, dict[str, str]] = {
    "choose_language": {"language": "fi"},
    "take": {"token": "t" * 43, "password": "x", "again": "y"},
    "invitation": {"token": "t" * 43},
    "static_file": {"name": "portal.css"},
    "consent_page": {"secret": "t" * 43},
    "give_permission": {"secret": "t" * 43},
    "consent_outcome": {"secret": "t" * 43},
    "enter_keys": {"secret": "t" * 43, "key": "k"},
    "consent_callback": {"system": "fortnox", "state": "t" * 43, "code": "c"},
    "send_file": {"name": "books.se"},
    "read_file": {"use": "source"},
    "pushed": {"to": "fennoa"},
    "retry_push": {"to": "fennoa"},
    "resolve_push": {"to": "fennoa", "seen": "there", "target_id": "4711"},
    "file_opening": {"source_system": "fortnox", "transfer": "api", "fiscal_years": "2024"},
    "set_route": {"source": "ecom", "kind": "vouchers", "setting": "language", "value": "sv"},
    "save_account": {"account": "3000", "rate": "25.5", "target": "3000", "status": "1"},
    "save_accounts": {"row": "3000;25.5;3000;1;yes;yes"},
    "activate": {"system": "fortnox"},
    "statement_line": {"statement": "balance_sheet", "line": "cash_and_bank"},
    "ledger_account": {"account": "1930"},
    "accept_hold": {"reason": "known"},
    "refuse_hold": {"reason": "wrong file"},
    "approve_transfer": {"reason": "agrees with the statements"},
    "confirm_company": {"number": "5599900015", "reason": "they merged"},
}

OF_SECRETS = frozenset(
    name for name, route in ROUTES.items() if any(kind.is_secret for kind in route.takes.values())
)
"""What they open is not there, and whoever comes may try."""

OF_TENANTS = [table.name for table in models.metadata.sorted_tables if "tenant" in table.c]
OF_TENANT = [name for name, route in ROUTES.items() if route.is_of_tenant]
IDS = [
    (name, taken)
    for name, route in ROUTES.items()
    for taken, kind in route.takes.items()
    if kind.is_id and taken != "tenant"
]
UNKNOWN = {
    "tenant": "nowhere",
    "year": "1999-01-01_1999-12-31",
    "link": "0" * 12,
    "voucher": "Z:999",
    "load": "load-0",
    "document": "none",
    "upload": "0" * 32,
    "item": "nothing/1",
    "file": "0" * 64,
    "run": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
}


def test_every_route_is_in_the_table_and_lets_in_whom_it_says():
    assert MAY == {
        name: " ".join(role for role in Role if role in route.who) for name, route in ROUTES.items()
    }


@pytest.mark.parametrize(("name", "role"), [*product(OF_TENANT, [Role.CUSTOMER, Role.ACCOUNTANT])])
def test_another_company_is_as_if_it_did_not_exist(shared, name, role):
    client = shared.client(role)
    before = _rows_of(shared, THEIRS), list(shared.runs.started)

    theirs = _ask(client, name, _values(shared, name, theirs={"tenant"}))
    nobodys = _ask(client, name, {**_values(shared, name), "tenant": "nowhere"})

    assert 404 == theirs.status_code
    assert _shown(nobodys) == _shown(theirs)
    assert before == (_rows_of(shared, THEIRS), shared.runs.started)


@pytest.mark.parametrize(("name", "role"), [*product(OF_TENANT, [Role.CUSTOMER, Role.ACCOUNTANT])])
def test_another_company_stays_closed_with_all_its_own_ids(shared, name, role):
    client = shared.client(role)
    ids = {taken for taken, kind in ROUTES[name].takes.items() if kind.is_id}

    theirs = _ask(client, name, _values(shared, name, theirs=ids))

    assert 404 == theirs.status_code


@pytest.mark.parametrize(("name", "taken"), IDS)
@pytest.mark.parametrize("role", list(Role))
def test_an_id_of_another_company_is_unknown_in_ones_own(shared, name, taken, role):
    """Also to operators: a mistaken id must not act on a company that the page does not show."""
    if role not in ROUTES[name].who:
        pytest.skip("the role may not use the route, which another test proves")
    client, kind = shared.client(role), ROUTES[name].takes[taken].name
    before = _rows_of(shared, THEIRS), list(shared.runs.started)

    theirs = _ask(client, name, _values(shared, name, theirs={taken}))
    nobodys = _ask(client, name, {**_values(shared, name), taken: UNKNOWN[kind]})

    assert 404 == theirs.status_code
    assert _shown(nobodys) == _shown(theirs)
    assert before == (_rows_of(shared, THEIRS), shared.runs.started)


@pytest.mark.parametrize(("name", "role"), [*product(ROUTES, Role)])
def test_a_role_may_what_the_table_says_in_its_own_company(request, name, role):
    is_allowed = not MAY[name] or role in MAY[name].split()
    # Only what is let in and acts needs a portal of its own.
    acts = ROUTES[name].method == "POST" or name == "consent_callback"
    changes = is_allowed and acts
    portal = request.getfixturevalue("world" if changes else "shared")

    answer = _ask(portal.client(role), name, _values(portal, name))

    if not is_allowed:
        assert 403 == answer.status_code
    elif name not in OF_SECRETS:
        assert answer.status_code < 400 or answer.status_code == 409


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if route.who])
def test_whoever_is_not_signed_in_is_led_there(shared, name):
    answer = _ask(shared.client(), name, _values(shared, name))

    assert 303 == answer.status_code
    assert answer.headers["location"].startswith("/sign-in")


def test_a_list_names_no_company_but_ones_own(shared):
    found = shared.client(Role.ACCOUNTANT).get("/companies?find=b").text

    assert "Bolaget" not in found


def test_a_company_is_closed_at_once_when_it_is_taken_from_somebody(world):
    client = world.client(Role.CUSTOMER)
    assert 200 == client.get("/companies/acme").status_code

    world.stores.hub.portal_users.change("customer@acme.example", tenants=[THEIRS])

    assert 303 == client.get("/companies/acme").status_code
    again = world.stores.hub.portal_sessions.begin(
        world.stores.hub.portal_users.get("customer@acme.example")
    )
    client.http.cookies.set("tasma_session", again)
    assert 404 == client.get("/companies/acme").status_code


def _values(world, name: str, *, theirs: set[str] = frozenset()) -> dict[str, str]:
    """Return what a route takes: ids of acme, or of bolaget where it says so."""
    route = ROUTES[name]
    ids = {
        taken: world.ids[kind.name][taken in theirs]
        for taken, kind in route.takes.items()
        if kind.is_id
    }
    return {**SENT.get(name, {}), **ids}


def _ask(client, name: str, values: dict[str, str]) -> Any:
    route = ROUTES[name]
    in_path = {key: values[key] for key in route.in_path}
    others = {key: value for key, value in values.items() if key not in in_path}
    if route.method == "GET":
        return client.get(path_of(name, **values))
    if route.is_upload:
        return client.upload(path_of(name, **values), b"#FLAGGA 0\r\n")
    return client.post(path_of(name, **in_path), **others)


def _shown(answer: Any) -> tuple[int, str]:
    """Return an answer without what is another's each time: the page's own address and token."""
    text = re.sub(r'name="(csrf|to)" value="[^"]*"', "", answer.text)
    return answer.status_code, text


def _rows_of(world, tenant: str) -> dict[str, list[Any]]:
    """Return all that the hub knows of a company."""
    with world.stores.hub.database.reading() as connection:
        # As text: to build and compile a statement takes many times as long as to run it.
        asked = {name: f"select * from {name} where tenant = ?" for name in OF_TENANTS}  # noqa: S608 - names of ours
        return {
            name: [tuple(row) for row in connection.exec_driver_sql(text, (tenant,))]
            for name, text in asked.items()
        }


def test_the_table_has_both_companies_ids_of_every_kind_that_is_taken(shared):
    kinds = {kind.name for route in ROUTES.values() for kind in route.takes.values() if kind.is_id}

    assert kinds <= set(shared.ids)
    assert all(ours != theirs for ours, theirs in shared.ids.values())
    assert OURS in shared.ids["tenant"]
