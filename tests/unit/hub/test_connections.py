from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub import Connection, ConnectionState, Method, Tenant, UnknownTenant, UnusableCompanyId
from blocks.hub.connections import MAX_RECENT_CALLS, CredentialMoved, NotConnected


@pytest.fixture
def connected(hub, acme) -> Connection:
    return hub.connections.save(
        Connection(acme, "fortnox", Method.REFRESH_TOKEN, source_tenant_id="123")
    )


def test_connection_is_kept_as_it_was_saved(hub, acme, connected, clock):
    assert connected == hub.connections.get(acme, "fortnox")
    assert clock.now == connected.created_at
    assert hub.connections.find(acme, "procountor") is None


def test_new_consent_replaces_the_connection_but_not_when_it_was_made(hub, acme, connected, clock):
    hub.connections.set_status(acme, "fortnox", ConnectionState.RECONNECT_REQUIRED, reason="gone")
    clock.advance(60)

    hub.connections.save(Connection(acme, "fortnox", Method.CLIENT_CREDENTIALS))

    found = hub.connections.get(acme, "fortnox")
    assert (Method.CLIENT_CREDENTIALS, "connected", "") == (
        found.method,
        found.status,
        found.reason,
    )
    assert found.created_at == connected.created_at


@pytest.mark.parametrize(
    ("systems", "named"),
    [(["a"], "to a. "), (["a", "b"], "to a or b. "), (["a", "b", "c"], "to a, b or c. ")],
)
def test_systems_that_would_do_are_listed_as_in_a_sentence(systems, named):
    assert named in str(NotConnected("acme", *systems))


def test_system_without_its_client_is_answered_with_the_connections_that_there_are(hub, acme):
    for client in ("b", "a"):
        hub.connections.save(Connection(acme, f"procountor@{client}", Method.API_KEY))

    with pytest.raises(NotConnected) as caught:
        hub.connections.get(acme, "procountor")

    assert str(caught.value) == (
        "Tenant acme is not connected to procountor. It is connected as procountor@a and as "
        "procountor@b: write that instead of procountor."
    )


def test_missing_tenant_and_missing_connection_are_told_apart(hub, acme):
    with pytest.raises(NotConnected, match="Tenant acme is not connected to fortnox"):
        hub.connections.get(acme, "fortnox")
    with pytest.raises(UnknownTenant):
        hub.connections.get("nobody", "fortnox")
    with pytest.raises(UnknownTenant):
        hub.connections.save(Connection("nobody", "fortnox", Method.CLIENT_CREDENTIALS))


def test_refresh_moves_the_revision_once(hub, acme, connected, clock):
    hub.connections.begin_refresh(acme, "fortnox", revision=0)
    assert hub.connections.get(acme, "fortnox").refresh_intent_at == clock.now

    hub.connections.confirm_refresh(acme, "fortnox", revision=0)

    found = hub.connections.get(acme, "fortnox")
    assert (1, None, clock.now) == (
        found.credential_revision,
        found.refresh_intent_at,
        found.refreshed_at,
    )
    for late in (
        hub.connections.begin_refresh,
        hub.connections.confirm_refresh,
        hub.connections.drop_refresh,
    ):
        with pytest.raises(CredentialMoved, match="revision 1, not 0"):
            late(acme, "fortnox", revision=0)
    assert found == hub.connections.get(acme, "fortnox")


def test_refused_refresh_leaves_no_intent_and_no_new_revision(hub, acme, connected):
    hub.connections.begin_refresh(acme, "fortnox", revision=0)

    hub.connections.drop_refresh(acme, "fortnox", revision=0)

    assert connected == hub.connections.get(acme, "fortnox")


def test_change_of_status_is_an_event_and_its_repetition_is_none(hub, acme, connected, clock):
    for _ in range(2):
        hub.connections.set_status(acme, "fortnox", ConnectionState.LICENCE_MISSING, reason="buy")
    hub.connections.set_status(acme, "fortnox", ConnectionState.CONNECTED)

    assert [
        "fortnox: now connected",
        "fortnox: now licence_missing: buy",
        "fortnox: made by refresh_token",
    ] == [event.message for event in hub.events.recent(kind="connection")]
    found = hub.connections.get(acme, "fortnox")
    assert ("", clock.now) == (found.reason, found.checked_at)


@pytest.mark.parametrize("count", [0, 1, MAX_RECENT_CALLS, MAX_RECENT_CALLS + 1])
def test_last_calls_are_kept_up_to_the_limit(hub, acme, connected, clock, count):
    times = [clock.now + dt.timedelta(milliseconds=place) for place in range(count)]

    hub.connections.note_calls(acme, "fortnox", reversed(times))

    assert tuple(times[-MAX_RECENT_CALLS:]) == hub.connections.get(acme, "fortnox").recent_calls


def test_connections_of_a_system_come_in_pages(hub, connected):
    for name in ("bravo", "zulu"):
        hub.tenants.add(Tenant(name, name))
        hub.connections.save(Connection(name, "fortnox", Method.CLIENT_CREDENTIALS))
    hub.connections.save(Connection("bravo", "other", Method.CLIENT_CREDENTIALS))

    first = hub.connections.of_system("fortnox", limit=2)
    rest = hub.connections.of_system("fortnox", after=first[-1].tenant, limit=2)

    assert [["acme", "bravo"], ["zulu"]] == [[one.tenant for one in page] for page in (first, rest)]


SOFT = ("connected", "unreachable", "operator_required", "years_differ")
"""What a trouble of ours may take the place of; the others wait for the customer."""


def states(hub, acme):
    found = hub.connections.get(acme, "fortnox")
    return found.status, found.reason


@pytest.mark.parametrize("state", ConnectionState)
@pytest.mark.parametrize(
    "trouble", [ConnectionState.UNREACHABLE, ConnectionState.OPERATOR_REQUIRED]
)
def test_trouble_of_ours_never_hides_what_the_customer_has_to_do(
    hub, acme, connected, state, trouble
):
    hub.connections.set_status(acme, "fortnox", state, reason="before")

    hub.connections.troubled(acme, "fortnox", trouble, reason="nobody answers")

    expected = (trouble, "nobody answers") if state in SOFT else (state, "before")
    assert expected == states(hub, acme)


@pytest.mark.parametrize("state", ConnectionState)
def test_answer_mends_what_nobody_answered_and_nothing_else(hub, acme, connected, state):
    hub.connections.set_status(acme, "fortnox", state, reason="before")

    hub.connections.answered(acme, "fortnox")

    is_mended = state in {"unreachable", "operator_required"}
    assert (("connected", "") if is_mended else (state, "before")) == states(hub, acme)


@pytest.mark.parametrize("state", ConnectionState)
def test_proof_mends_everything_but_years_that_differ(hub, acme, connected, clock, state):
    hub.connections.set_status(acme, "fortnox", state, reason="before")
    clock.advance(60)

    hub.connections.proved(acme, "fortnox")

    expected = (state, "before") if state == "years_differ" else ("connected", "")
    assert expected == states(hub, acme)
    assert clock.now == hub.connections.get(acme, "fortnox").checked_at


def test_years_that_differ_are_an_event_and_end_when_they_agree(hub, acme, connected):
    for difference in ("2025 is gone", "2025 is gone", "", ""):
        hub.connections.compared_years(acme, "fortnox", difference=difference)

    assert ["fortnox: now connected", "fortnox: now years_differ: 2025 is gone"] == [
        event.message for event in hub.events.recent(kind="connection")
    ][:2]
    assert 3 == len(hub.events.recent(kind="connection"))


@pytest.mark.parametrize("number", ["٥٠٣٠٧٢", "5030 72", "503072\r\nX: y", "\x00"])
def test_company_id_that_no_header_can_carry_is_not_kept(hub, acme, connected, number):
    with pytest.raises(UnusableCompanyId, match="expected ASCII"):
        hub.connections.save(
            Connection(acme, "fortnox", Method.CLIENT_CREDENTIALS, source_tenant_id=number)
        )
    assert connected == hub.connections.get(acme, "fortnox")
