from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from blocks.hub import Hub, Tenant, UnknownTenant
from blocks.hub.consent_states import (
    ConsentState,
    ConsentTaken,
    ForeignAnswer,
    LinkEnded,
    NoOrganisationNumber,
    TooManyLinks,
    UnknownLink,
)
from blocks.hub.consents import CLICK_LIFE, MAX_CLICKS, MAX_LINKS, TAKE_LIFE

SYSTEM = "fortnox"
WINDOWS = 4
LIFE = dt.timedelta(days=14)
BROWSER = SecretStr("what this browser alone knows")
OTHER = SecretStr("what another browser knows")


def made(hub, tenant="acme", **how):
    how = {"wants": {"documents": True}, "made_by": "anna", "life": LIFE, **how}
    return hub.consents.make(tenant, SYSTEM, **how)


def clicked(hub, secret, browser=BROWSER):
    return hub.consents.click(secret, browser=browser)[1]


def connect(hub, state, browser=BROWSER):
    link = hub.consents.take(state, browser=browser)
    hub.consents.answered(link, ConsentState.CONNECTED, detail="{}")
    return link


def test_link_keeps_what_was_chosen_and_opens_by_its_secret_alone(hub, acme, clock):
    link, secret = made(hub)

    assert link == hub.consents.of_secret(secret)
    assert ({"documents": True}, "anna", clock.now + LIFE) == (
        link.wants,
        link.made_by,
        link.expires_at,
    )
    for wrong in (link.id, secret.get_secret_value()[:-1], ""):
        with pytest.raises(UnknownLink):
            hub.consents.of_secret(SecretStr(wrong))


@pytest.mark.requirement("R-SEN-1b")
def test_link_is_refused_for_a_tenant_without_organisation_number(hub):
    hub.tenants.add(Tenant("new", "New AB"))

    with pytest.raises(NoOrganisationNumber, match="--org-number"):
        made(hub, "new")
    with pytest.raises(UnknownTenant):
        made(hub, "nobody")
    assert [] == hub.consents.of_tenant("new")


@pytest.mark.requirement("R-SEN-2f")
def test_no_secret_lies_in_the_file_or_is_shown_by_a_value(hub, acme):
    link, secret = made(hub)
    state = clicked(hub, secret)
    secrets = [item.get_secret_value() for item in (secret, state, BROWSER)]
    hub.close()
    folder = Path(hub.database.file.path).parent
    kept = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())

    assert [] == [text for text in secrets if text.encode() in kept]
    assert link.id.encode() in kept, "the right file was read"
    assert [] == [text for text in secrets if text in repr((link, secret, state))]
    assert [] == [text for text in secrets for event in hub.events.recent() if text in str(event)]


@pytest.mark.requirement("R-SEN-2b")
def test_link_dies_of_its_age_and_not_a_second_earlier(hub, acme, clock):
    _, secret = made(hub)
    clock.now += LIFE - dt.timedelta(seconds=1)
    state = clicked(hub, secret)
    clock.advance(1)

    assert ConsentState.EXPIRED is hub.consents.of_secret(secret).state(clock.now)
    with pytest.raises(LinkEnded, match="too old"):
        clicked(hub, secret)
    with pytest.raises(LinkEnded, match="too old"):
        connect(hub, state)


@pytest.mark.requirement("R-SEN-2c")
def test_revoked_link_is_good_no_more_nor_is_a_click_on_it(hub, acme, clock):
    link, secret = made(hub)
    state = clicked(hub, secret)
    ended = hub.consents.revoke(acme, link.id, by="bo")

    assert (ConsentState.REVOKED, "bo") == (ended.state(clock.now), ended.revoked_by)
    with pytest.raises(LinkEnded, match="revoked"):
        clicked(hub, secret)
    with pytest.raises(ForeignAnswer):
        connect(hub, state)
    assert ended == hub.consents.revoke(acme, link.id, by="another")


def test_link_of_another_tenant_is_not_revoked(hub, acme, clock):
    link, secret = made(hub)
    hub.tenants.add(Tenant("beta", "Beta AB", organisation_number="5560000002"))

    with pytest.raises(UnknownLink):
        hub.consents.revoke("beta", link.id, by="bo")
    assert ConsentState.WAITING is hub.consents.of_secret(secret).state(clock.now)


@pytest.mark.requirement("R-SEN-2e")
@pytest.mark.parametrize(
    "answer", [state for state in ConsentState if state not in {"connected", "expired", "revoked"}]
)
def test_whatever_is_no_connection_leaves_the_link_and_a_connection_uses_it_up(
    hub, acme, clock, answer
):
    _, secret = made(hub)
    link = hub.consents.take(clicked(hub, secret), browser=BROWSER)
    hub.consents.answered(link, answer, detail='{"reason": "x"}')
    after = hub.consents.of_secret(secret)
    again = clicked(hub, secret)
    waiting = hub.consents.of_secret(secret).state(clock.now)
    connect(hub, again)

    assert (answer, ConsentState.WAITING) == (after.state(clock.now), waiting)
    assert ConsentState.CONNECTED is hub.consents.of_secret(secret).state(clock.now)
    with pytest.raises(LinkEnded, match="has been used"):
        clicked(hub, secret)


@pytest.mark.requirement("R-SEN-21b")
def test_state_is_good_once(hub, acme):
    _, secret = made(hub)
    state = clicked(hub, secret)
    hub.consents.release(hub.consents.take(state, browser=BROWSER))

    with pytest.raises(ForeignAnswer, match="used before"):
        hub.consents.take(state, browser=BROWSER)


@pytest.mark.requirement("R-SEN-21c")
def test_state_is_good_in_the_browser_that_clicked_alone(hub, acme):
    """Whoever makes another follow their answer connects nothing, and spends nothing."""
    _, secret = made(hub)
    state = clicked(hub, secret)
    for foreign, browser in ((state, OTHER), (SecretStr("made up"), BROWSER), (secret, BROWSER)):
        with pytest.raises(ForeignAnswer):
            hub.consents.take(foreign, browser=browser)

    assert connect(hub, state)


@pytest.mark.requirement("R-SEN-21d")
def test_state_dies_within_minutes(hub, acme, clock):
    _, secret = made(hub)
    state, other = clicked(hub, secret), clicked(hub, secret)
    clock.now += CLICK_LIFE - dt.timedelta(seconds=1)
    hub.consents.release(hub.consents.take(state, browser=BROWSER))
    clock.advance(1)

    with pytest.raises(ForeignAnswer, match="15 minutes"):
        hub.consents.take(other, browser=BROWSER)


def test_link_of_a_killed_process_is_free_once_its_code_is_dead(hub, acme, clock):
    _, secret = made(hub)
    hub.consents.take(clicked(hub, secret), browser=BROWSER)
    clock.now += TAKE_LIFE - dt.timedelta(seconds=1)
    state = clicked(hub, secret)
    with pytest.raises(ConsentTaken):
        connect(hub, state)
    clock.advance(1)

    assert connect(hub, state), "who came too early may come again"


def test_of_windows_at_the_same_moment_exactly_one_connects(hub_url, hub, acme):
    _, secret = made(hub)
    states = [clicked(hub, secret) for _ in range(WINDOWS)]
    together, all_asked = threading.Barrier(WINDOWS), threading.Barrier(WINDOWS)

    def window(state: SecretStr) -> str:
        with Hub(hub_url, clock=hub.database.now) as own:
            together.wait()
            try:
                link = own.consents.take(state, browser=BROWSER)
                all_asked.wait()
            except ConsentTaken:
                all_asked.wait()
                return "refused"
            own.consents.answered(link, ConsentState.CONNECTED, detail="{}")
            return "connected"

    with ThreadPoolExecutor(WINDOWS) as pool:
        came_to = sorted(pool.map(window, states))

    assert ["connected", *["refused"] * (WINDOWS - 1)] == came_to


def test_links_and_clicks_are_bounded_and_the_oldest_click_gives_way(hub, acme, clock):
    made_links = [made(hub) for _ in range(MAX_LINKS)]
    with pytest.raises(TooManyLinks, match="revoke"):
        made(hub)
    link, secret = made_links[0]
    states = []
    for _ in range(MAX_CLICKS + 1):
        clock.advance(1)
        states.append(clicked(hub, secret))

    with pytest.raises(ForeignAnswer):
        hub.consents.take(states[0], browser=BROWSER)
    hub.consents.release(hub.consents.take(states[1], browser=BROWSER))
    hub.consents.revoke(acme, link.id, by="bo")
    assert made(hub), "an ended one makes room"


def test_log_tells_of_each_step_by_the_id_of_the_link(hub, acme):
    link, secret = made(hub)
    connect(hub, clicked(hub, secret))

    said = [event.message for event in reversed(hub.events.recent(kind="consent"))]
    assert [f"fortnox: link {link.id} made by anna", f"fortnox: link {link.id} connected"] == said
