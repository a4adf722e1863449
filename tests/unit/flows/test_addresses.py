"""Addresses that hold a password: no error, and no listing, repeats it."""

from __future__ import annotations

import pytest

from blocks.addresses import MALFORMED, shown_address, without_logins
from blocks.http import CallRefused
from blocks.http.client import http_client
from blocks.http.limiter import SlidingWindow
from blocks.hub import Hub
from flows.cli.failure import redacted
from flows.doors.on_server import NoServer, ask_server
from flows.server.prefect_internals.content_policy import content_policy
from flows.server.prefect_server import dialect_of
from ledger.errors import TasmaError, TerminalError

PASSWORD = "hemligt"  # noqa: S105 - it opens nothing
BAD = [
    f"postgresql+asyncpg://u:{PASSWORD}@h:abc/db",
    f"postgresql+asyncpg://u:a@{PASSWORD}:{PASSWORD}@h/db",
    f"postgresql:/u:{PASSWORD}@h/db",
    f"u:{PASSWORD}@h/db",
    f"nosuch://u:{PASSWORD}@h/db",
    f"https://u:{PASSWORD}@h:{PASSWORD}/api",
    f"https:/u:{PASSWORD}@h/api",
    f"http://u:a/{PASSWORD}@h/api?x={PASSWORD}#{PASSWORD}",
    PASSWORD,
]


def told(problem):
    """Return all that a traceback would print of an error."""
    texts = []
    while problem is not None:
        texts.append(f"{type(problem).__name__}: {problem}")
        before = None if problem.__suppress_context__ else problem.__context__
        problem = problem.__cause__ or before
    return "\n".join(texts)


@pytest.mark.parametrize("url", BAD)
def test_the_hubs_address_is_refused_without_being_repeated(url):
    with pytest.raises(TasmaError) as refused:
        Hub(url)

    assert PASSWORD not in told(refused.value)
    assert "sqlite:////folder/hub.sqlite" in str(refused.value)


@pytest.mark.parametrize("url", BAD)
def test_the_address_of_prefects_database_is_refused_without_being_repeated(url):
    with pytest.raises(TerminalError, match="PREFECT_SERVER_DATABASE_CONNECTION_URL") as refused:
        dialect_of(url)

    assert PASSWORD not in told(refused.value)


@pytest.mark.parametrize("url", BAD)
def test_the_address_of_prefects_server_is_not_repeated(url, monkeypatch):
    async def question():
        from prefect.client.orchestration import get_client  # noqa: PLC0415 - for this test alone

        async with get_client() as client:
            await client.read_deployment_by_name("a/b")

    monkeypatch.setenv("PREFECT_API_URL", url)
    with pytest.raises(NoServer) as refused:
        ask_server(question(), wanted="anything")

    assert PASSWORD not in redacted(str(refused.value))


@pytest.mark.parametrize("url", [url for url in BAD if url.startswith(("https:/u", "u:"))])
def test_a_vendors_address_is_refused_without_being_repeated(url):
    with pytest.raises(CallRefused) as refused:
        http_client(url, lambda *_: None, window=SlidingWindow(calls=1, period_s=1.0))

    assert PASSWORD not in told(refused.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://127.0.0.1:4200/api", "http://127.0.0.1:4200/api"),
        (f"http://user:{PASSWORD}@h:1/api", "http://h:1/api"),
        (f"http://u:a/b?c@{PASSWORD}@h/api?token={PASSWORD}", "http://h/api"),
        ("http://[::1]:4200/api", "http://[::1]:4200/api"),
        (f"https:/u:{PASSWORD}@h", MALFORMED),
        (f"https://u:{PASSWORD}/api", MALFORMED),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(address, shown):
    assert shown == shown_address(address)


def test_a_message_of_others_loses_the_logins_of_its_addresses():
    text = f"cannot reach http://u:{PASSWORD}@h/api, see https://docs.example/x or a@b"

    assert text.replace(f"u:{PASSWORD}", "***") == without_logins(text)


def test_the_policy_names_the_api_and_nobody_else():
    policy = content_policy("https://books.example/api")

    assert "connect-src 'self' https://books.example data: blob:;" in policy
    assert "default-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
