from __future__ import annotations

import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from blocks.hub import Hub, Tenant, UnknownTenant
from blocks.hub.consents import STATE_LIFE, TAKE_LIFE, ConsentGone, ConsentTaken
from blocks.hub.earlier_consents import file_of_earlier_release, take_over
from ledger.errors import TerminalError

SYSTEM = "fortnox"
TERMINALS = 4


def use(hub, tenant, state):
    with hub.consents.taken(tenant, SYSTEM, state):
        pass


def refuse(hub, tenant, state):
    with pytest.raises(RuntimeError), hub.consents.taken(tenant, SYSTEM, state):
        raise RuntimeError


def test_state_is_asked_for_again_and_is_the_same_for_its_tenant_and_system_alone(hub, acme):
    hub.tenants.add(Tenant("other", "Other AB"))
    first = hub.consents.state_of(acme, SYSTEM)

    assert first == hub.consents.state_of(acme, SYSTEM)
    assert 3 == len(
        {first, hub.consents.state_of("other", SYSTEM), hub.consents.state_of(acme, "x")}
    )
    with pytest.raises(UnknownTenant):
        hub.consents.state_of("nobody", SYSTEM)


def test_state_is_spent_by_success_and_given_back_by_anything_else(hub, acme):
    state = hub.consents.state_of(acme, SYSTEM)
    refuse(hub, acme, state)
    refuse(hub, acme, state)
    use(hub, acme, state)

    with pytest.raises(ConsentGone, match="used before"):
        use(hub, acme, state)
    assert state != hub.consents.state_of(acme, SYSTEM)
    with pytest.raises(ConsentGone):
        use(hub, acme, state)


def test_state_dies_of_its_age(hub, acme, clock):
    state = hub.consents.state_of(acme, SYSTEM)
    clock.now += STATE_LIFE - dt.timedelta(seconds=1)
    assert state == hub.consents.state_of(acme, SYSTEM)
    refuse(hub, acme, state)
    clock.advance(1)

    with pytest.raises(ConsentGone, match="older than 7 days"):
        use(hub, acme, state)
    assert state != hub.consents.state_of(acme, SYSTEM)


def test_state_of_a_killed_process_is_free_once_its_code_is_dead(hub, acme, clock):
    state = hub.consents.state_of(acme, SYSTEM)
    killed = hub.consents.taken(acme, SYSTEM, state)
    killed.__enter__()
    clock.now += TAKE_LIFE - dt.timedelta(seconds=1)
    with pytest.raises(ConsentTaken):
        use(hub, acme, state)
    clock.advance(1)
    use(hub, acme, state)

    with pytest.raises(ConsentGone):
        use(hub, acme, state)


def test_late_failure_does_not_free_what_a_successor_has_taken(hub, acme, clock):
    state = hub.consents.state_of(acme, SYSTEM)
    late = hub.consents.taken(acme, SYSTEM, state)
    late.__enter__()
    clock.now += TAKE_LIFE
    with hub.consents.taken(acme, SYSTEM, state):
        late.__exit__(RuntimeError, RuntimeError(), None)
        with pytest.raises(ConsentTaken):
            use(hub, acme, state)


def test_of_terminals_at_the_same_moment_exactly_one_takes_the_state(hub_url, hub, acme):
    state = hub.consents.state_of(acme, SYSTEM)
    together, all_asked = threading.Barrier(TERMINALS), threading.Barrier(TERMINALS)

    def terminal(_: int) -> str:
        with Hub(hub_url, clock=hub.database.now) as own:
            together.wait()
            try:
                with own.consents.taken(acme, SYSTEM, state):
                    all_asked.wait()
            except ConsentTaken:
                all_asked.wait()
                return "refused"
            return "connected"

    with ThreadPoolExecutor(TERMINALS) as pool:
        came_to = sorted(pool.map(terminal, range(TERMINALS)))

    assert ["connected", *["refused"] * (TERMINALS - 1)] == came_to


@pytest.fixture
def earlier(tmp_path, monkeypatch):
    """Write the file of an earlier release."""
    monkeypatch.setenv("TASMA_HOME", str(tmp_path / "home"))
    file = file_of_earlier_release()
    file.parent.mkdir(parents=True)

    def write(**made_at: dt.datetime):
        items = {
            name: {"state": f"state-{name}", "at": at.isoformat()} for name, at in made_at.items()
        }
        file.write_text(json.dumps(items), encoding="utf-8")
        return file

    return write


def test_file_of_an_earlier_release_is_taken_over_once_with_its_ages(hub, acme, clock, earlier):
    hub.tenants.add(Tenant("newer", "Newer AB"))
    newer = hub.consents.state_of("newer", SYSTEM)
    file = earlier(acme=clock.now, newer=clock.now, gone=clock.now)

    counts = (take_over(hub, SYSTEM), take_over(hub, SYSTEM))

    assert ((1, 0), False) == (counts, file.exists())
    assert ("state-acme", newer) == (
        hub.consents.state_of(acme, SYSTEM),
        hub.consents.state_of("newer", SYSTEM),
    )
    clock.now += STATE_LIFE
    assert "state-acme" != hub.consents.state_of(acme, SYSTEM)


def test_state_of_an_earlier_release_that_is_too_old_is_left_out(hub, acme, clock, earlier):
    earlier(acme=clock.now - STATE_LIFE)

    assert 0 == take_over(hub, SYSTEM)
    assert "state-acme" != hub.consents.state_of(acme, SYSTEM)


def test_damaged_file_of_an_earlier_release_says_what_to_do(hub, acme, earlier):
    file = earlier()
    file.write_text("[1]", encoding="utf-8")

    with pytest.raises(TerminalError, match="Delete it, and run the command again"):
        take_over(hub, SYSTEM)
    assert file.exists()
