"""A refresh token works once: processes die at every step of its use, and race for it."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
import shutil
import signal

import pytest
from httpx import ConnectError
from pydantic import SecretStr

from blocks.http import CallFailed, CallRefused
from blocks.hub import Hub, Light, Method, Tenant
from blocks.systems.fortnox import rotation
from blocks.systems.fortnox.block import FortnoxApp, FortnoxTokens
from blocks.systems.fortnox.connect import fortnox_session
from blocks.systems.fortnox.consent import finish_consent
from blocks.systems.fortnox.idle import refresh_idle
from blocks.systems.fortnox.rotation import SAVE_ATTEMPTS, delete_tokens, load_tokens
from blocks.systems.fortnox.system import CRASH_POINTS
from flows.demo.ledgers import variables
from ledger.errors import TerminalError
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import FortnoxSimulator, SimulatedTenant
from tasks.lights import lights
from tests.faults import refresher
from tests.faults.children import CHILDREN
from tests.flows.conftest import reaching

NUMBER = 503072
COMPANY = Company(seed=7, years=calendar_years(2025, 2025), vouchers_per_year=20)
TOKEN_STEPS = [step for step in CRASH_POINTS if step.startswith("fortnox.token.")]

CHILD_LIMIT_S = 120
LATER = dt.timedelta(minutes=5)
"""By then the lease of a killed process has run out."""


@pytest.fixture(scope="module")
def prefect_api(desk):
    """A real server: the tokens are in its blocks."""
    with reaching(desk.server):
        yield desk.server.client_variables


@pytest.fixture
def simulator(prefect_api, monkeypatch):
    with FortnoxSimulator([SimulatedTenant(NUMBER, COMPANY)]) as simulator:
        for name, value in (prefect_api | variables(simulator)).items():
            monkeypatch.setenv(name, value)
        yield simulator


@pytest.fixture
def hub(tmp_path, simulator, empty_hub):
    """A hub some minutes from now, with a tenant of its own connected by refresh token."""
    shutil.copy(empty_hub, tmp_path)
    later = lambda: dt.datetime.now(dt.UTC) + LATER  # noqa: E731 - a clock
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}", clock=later) as hub:
        hub.tenants.add(Tenant("alv", name="Alv AB"))
        connect(hub, simulator)
        yield hub
    asyncio.run(FortnoxTokens.adelete("alv-fortnox"))


def connect(hub, simulator):
    code = SecretStr(simulator.authorize(NUMBER))
    return asyncio.run(finish_consent(hub, "alv", code, method=Method.REFRESH_TOKEN))


def connection(hub):
    return hub.connections.get("alv", "fortnox")


def child(target, hub, *arguments):
    url = f"sqlite:///{hub.database.file.path}"
    environment = {
        name: value for name, value in os.environ.items() if name.startswith(("TASMA_", "PREFECT_"))
    }
    process = CHILDREN.Process(target=target, args=(environment, url, "alv", *arguments))
    process.start()
    return process


def ask(hub):
    async def work():
        async with fortnox_session(hub, "alv") as fortnox:
            return await fortnox.company()

    return asyncio.run(work())


def refreshes(simulator):
    """Count the calls of the token endpoint after the consent's own."""
    return simulator.count(path="/oauth-v1/token") - 1


@pytest.mark.parametrize("step", TOKEN_STEPS)
def test_process_killed_at_any_step_of_a_refresh_never_loses_a_tenant_unsaid(hub, simulator, step):
    before = connection(hub).credential_revision
    process = child(refresher.refresh, hub, step)
    process.join(CHILD_LIMIT_S)
    assert process.exitcode == -signal.SIGKILL, f"{step} was not reached"

    if step == "fortnox.token.answered":
        with pytest.raises(CallRefused, match=r"answer to the last renewal .* was lost"):
            ask(hub)

        assert connection(hub).status == "reconnect_required"
        assert "approves the connection again" in connection(hub).reason
        with pytest.raises(CallRefused):
            ask(hub)  # no token is tried any more
        connect(hub, simulator)

    assert ask(hub).database_number == str(NUMBER)
    now = connection(hub)
    assert now.status == "connected"
    assert now.refresh_intent_at is None
    assert now.credential_revision == asyncio.run(load_tokens("alv")).revision == before + 1


@pytest.mark.requirement("R-SEN-24b")
def test_no_token_is_in_the_hub_or_in_a_log(hub, simulator, caplog):
    caplog.set_level(logging.DEBUG)
    simulator.advance(3_700)
    ask(hub)
    kept = b"".join(path.read_bytes() for path in hub.database.file.path.parent.glob("hub.sqlite*"))
    tokens = asyncio.run(load_tokens("alv"))
    secrets = [tokens.refresh_token, tokens.access_token]
    secrets = [secret.get_secret_value() for secret in secrets] + [simulator.client_secret]

    for secret in [*secrets, *simulator.world.tokens.access_tokens]:
        assert len(secret) > 10
        assert secret.encode() not in kept
        assert secret not in caplog.text + repr(tokens)


def test_server_that_goes_away_while_the_pair_is_saved_is_asked_again(hub, simulator, monkeypatch):
    """The first attempts to save find nobody; the pair is not lost."""
    save, asked = FortnoxTokens.asave, []

    async def flaky(self, *args, **kwargs):
        asked.append(1)
        if len(asked) < SAVE_ATTEMPTS:
            raise ConnectError("nobody")
        return await save(self, *args, **kwargs)

    monkeypatch.setattr(rotation, "SAVE_PAUSE_S", 0.01)
    monkeypatch.setattr(FortnoxTokens, "asave", flaky)
    simulator.advance(3_700)

    assert ask(hub).database_number == str(NUMBER)
    assert len(asked) == SAVE_ATTEMPTS
    assert asyncio.run(load_tokens("alv")).revision == connection(hub).credential_revision == 2


def test_erased_tenant_leaves_no_tokens(hub, simulator):
    assert asyncio.run(delete_tokens("alv"))

    assert not asyncio.run(delete_tokens("alv"))
    with pytest.raises(CallRefused, match="no block fortnox-tokens/alv-fortnox"):
        ask(hub)
    connect(hub, simulator)  # the fixture's end expects a block


def test_client_id_and_secret_come_from_the_block(hub, simulator, monkeypatch):
    monkeypatch.delenv("TASMA_FORTNOX_CLIENT_SECRET")
    with pytest.raises(TerminalError, match="no Prefect block fortnox-app/default"):
        ask(hub)

    asyncio.run(
        FortnoxApp(client_id=simulator.client_id, client_secret=simulator.client_secret).asave(
            "default"
        )
    )
    assert ask(hub).database_number == str(NUMBER)

    monkeypatch.setenv("TASMA_FORTNOX_APP_BLOCK", "fortnox-tokens/alv-fortnox")
    with pytest.raises(TerminalError, match="is no Fortnox app"):
        ask(hub)


def test_second_process_uses_what_the_first_one_saved(hub, simulator):
    """The hour is over for both; the token is spent once."""
    simulator.advance(3_700)
    processes = [child(refresher.ask, hub) for _ in range(2)]
    for process in processes:
        process.join(CHILD_LIMIT_S)

    assert [0, 0] == [process.exitcode for process in processes]
    assert refreshes(simulator) == 1
    assert connection(hub).credential_revision == 2


def test_lost_answer_is_found_out_by_the_next_attempt(hub, simulator):
    """Nobody knows whether the token was spent, so nothing is repeated before it is asked."""
    simulator.advance(3_700)
    simulator.faults.add("lose_answer", path="/oauth-v1/token")
    with pytest.raises(CallFailed):
        ask(hub)
    assert connection(hub).refresh_intent_at is not None
    assert connection(hub).status == "unreachable"

    with pytest.raises(CallRefused, match="lost"):
        ask(hub)

    assert connection(hub).status == "reconnect_required"
    assert refreshes(simulator) == 2


def test_refused_licence_leaves_the_refresh_token_whole(hub, simulator):
    simulator.advance(3_700)
    simulator.tenant(NUMBER).switch("licence_missing")
    with pytest.raises(CallRefused, match="orders the licence"):
        ask(hub)
    assert connection(hub).status == "licence_missing"

    simulator.tenant(NUMBER).switch("licence_missing", on=False)

    assert ask(hub).database_number == str(NUMBER)
    assert connection(hub).status == "connected"


def test_idle_token_is_renewed_before_it_dies_and_others_are_left_alone(hub, simulator, tmp_path):
    assert asyncio.run(refresh_idle(hub)) == []
    before = asyncio.run(load_tokens("alv")).refresh_token

    month_later = lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=31)  # noqa: E731
    simulator.advance(31 * 86_400)
    with Hub(f"sqlite:///{hub.database.file.path}", clock=month_later) as later:
        (renewed,) = asyncio.run(refresh_idle(later))
        assert ("alv", "refreshed", "") == (renewed.tenant, renewed.outcome, renewed.reason)
        assert asyncio.run(refresh_idle(later)) == []

    assert before != asyncio.run(load_tokens("alv")).refresh_token
    assert refreshes(simulator) == 1
    simulator.advance(30 * 86_400)
    assert ask(hub).database_number == str(NUMBER), "61 days after the consent"


def test_token_that_cannot_be_renewed_is_told_and_does_not_stop_the_others(hub, simulator):
    simulator.revoke_consent(NUMBER)
    month_later = lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=31)  # noqa: E731
    hub.tenants.add(Tenant("zed", name="Zed AB"))
    hub.connections.save(type(connection(hub))("zed", "fortnox", Method.REFRESH_TOKEN))
    with Hub(f"sqlite:///{hub.database.file.path}", clock=month_later) as later:
        alv, zed = asyncio.run(refresh_idle(later))

        assert ("alv", "failed") == (alv.tenant, alv.outcome)
        assert "approves the connection again" in alv.reason
        assert ("zed", "failed") == (zed.tenant, zed.outcome)
        assert "no block fortnox-tokens/zed-fortnox" in zed.reason
        # Who has to act is known, so the next day asks no more.
        assert asyncio.run(refresh_idle(later)) == []


@pytest.mark.requirement("R-SEN-P2", "R-SEN-25c")
@pytest.mark.parametrize("how", ["expired", "used"])
def test_token_that_is_refused_turns_the_light_red_and_asks_for_another_approval(
    hub, simulator, how
):
    if how == "used":
        spent = asyncio.run(load_tokens("alv")).refresh_token.get_secret_value()
        simulator.world.tokens.use_refresh(spent, simulator.world.now)
    simulator.advance(3_700 if how == "used" else 46 * 86_400)

    with pytest.raises(CallRefused, match="approves the connection again"):
        ask(hub)
    (found,) = [item for item in lights(hub, hub.tenants.get("alv")) if item.name == "fortnox"]

    assert ("reconnect_required", Light.RED) == (found.state, found.light)
    assert "approves the connection again" in found.reason
