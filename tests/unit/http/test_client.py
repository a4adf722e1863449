from __future__ import annotations

import asyncio
import gzip
import logging
import time
import traceback
from itertools import pairwise

import pytest

from blocks.http import ONCE, CallFailed, CallRefused, SlidingWindow, http_client
from blocks.http.bodies import MAX_JSON_BYTES
from blocks.http.client import BACKOFF_S, MAX_RETRIES, MAX_RETRY_PAUSE_S, PATIENT
from tests.unit.http.conftest import CLOSE, QUICK, answer, explain

SECRET = "planted-7f3a91c2"  # noqa: S105 - it opens nothing


@pytest.mark.requirement("R-X-4a", "R-X-4b", "R-X-4c")
@pytest.mark.parametrize(
    "trouble",
    [
        answer(status=429),
        answer(status=500),
        answer(status=502),
        answer(status=503),
        answer(status=504),
        CLOSE,
        answer(b'{"a": ', length=100),
        answer(b"no gzip at all", 200, "Content-Encoding: gzip"),
    ],
    ids=["429", "500", "502", "503", "504", "closed", "cut", "not gzip"],
)
@pytest.mark.parametrize("times", [1, MAX_RETRIES, MAX_RETRIES + 1])
def test_get_is_repeated_after_what_passes_by_itself_but_not_for_ever(serving, trouble, times):
    async def work():
        async with serving(*[trouble] * times, answer(b'"good"')) as (client, _server, tally):
            try:
                return (await client.get("/x")).content, tally.calls
            except CallFailed:
                return "failed", tally.calls

    expected = (b'"good"', times + 1) if times <= MAX_RETRIES else ("failed", MAX_RETRIES + 1)

    assert expected == asyncio.run(work())


def test_compression_is_not_asked_for_since_its_cuts_are_silent(serving):
    async def work():
        async with serving(answer()) as (client, server, _tally):
            await client.get("/x")
            return server.requests[0].lower()

    assert b"accept-encoding: identity" in asyncio.run(work())


@pytest.mark.parametrize("trouble", [answer(status=503), CLOSE, answer(b"x", length=9)])
def test_post_is_never_repeated(serving, trouble):
    async def work():
        methods = frozenset({"POST"})
        async with serving(trouble, answer(), methods=methods) as (client, server, _tally):
            with pytest.raises(CallFailed):
                await client.post("/token", data={"refresh_token": SECRET})
            return len(server.requests)

    assert asyncio.run(work()) == 1


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("POST", "got no whole answer to its only attempt"),
        ("GET", f"in {MAX_RETRIES + 1} attempts"),
    ],
)
def test_lost_answer_says_how_often_it_was_asked_for(serving, method, said):
    async def work():
        methods = frozenset({"GET", "POST"})
        async with serving(*[CLOSE] * (MAX_RETRIES + 1), methods=methods) as (client, server, _):
            with pytest.raises(CallFailed) as raised:
                await client.request(method, "/token")
            return str(raised.value), len(server.requests)

    told, attempts = asyncio.run(work())

    assert said in told
    assert "repet" not in told
    assert attempts == (1 if method == "POST" else MAX_RETRIES + 1)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_client_for_reading_sends_nothing_but_get(serving, method):
    async def work():
        async with serving(answer()) as (client, server, tally):
            with pytest.raises(CallRefused, match="stopped here"):
                await client.request(method, "/3/vouchers")
            return server.requests, tally.calls

    assert asyncio.run(work()) == ([], 0)


@pytest.mark.requirement("R-X-4f")
@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404, 405, 409, 410, 418, 422, 451])
def test_every_other_answer_is_explained_at_once(serving, status):
    async def work():
        async with serving(answer(status=status)) as (client, _server, tally):
            with pytest.raises(CallRefused, match=f"status {status}"):
                await client.get("/x")
            return tally.calls

    assert asyncio.run(work()) == 1


def test_call_may_look_at_its_500_at_once(serving):
    async def work():
        async with serving(answer(status=500)) as (client, _server, tally):
            with pytest.raises(CallFailed):
                await client.get("/x", extensions={"retry": ONCE})
            return tally.calls

    assert asyncio.run(work()) == 1


FIRST_PAUSE_S = 0.04


@pytest.mark.requirement("R-X-4d")
def test_each_pause_before_a_retry_is_twice_the_one_before(serving):
    """The client's own patience, only quicker."""
    retry = PATIENT.copy_with(backoff_factor=FIRST_PAUSE_S / 2, backoff_jitter=0)

    async def pauses_s():
        async with serving(answer(status=503), retry=retry) as (client, server, _tally):
            with pytest.raises(CallFailed):
                await client.get("/x")
            return [later - earlier for earlier, later in pairwise(server.came_at)]

    pauses = asyncio.run(pauses_s())

    # A busy machine may make a pause longer, and never shorter.
    assert [True] * MAX_RETRIES == [
        pause >= FIRST_PAUSE_S * 2**turn for turn, pause in enumerate(pauses)
    ]
    assert 0 < BACKOFF_S == PATIENT.backoff_factor


@pytest.mark.requirement("R-X-4e")
def test_retry_after_is_honoured_and_capped(serving):
    async def took_s(header, cap_s):
        retry = QUICK.copy_with(max_backoff_wait=cap_s)
        trouble = answer(b"", 503, f"Retry-After: {header}")
        async with serving(trouble, answer(), retry=retry) as (client, *_rest):
            began = time.monotonic()
            await client.get("/x")
            return time.monotonic() - began

    assert 1.0 <= asyncio.run(took_s("1", 30.0)) < 2.0
    assert 0.2 <= asyncio.run(took_s("3600", 0.2)) < 1.0
    assert PATIENT.max_backoff_wait == MAX_RETRY_PAUSE_S


@pytest.mark.requirement("R-X-4e")
def test_call_after_429_waits_as_long_as_the_server_asked_for(serving):
    trouble = answer(b"", 429, "Retry-After: 1")

    async def took_s():
        async with serving(trouble, answer(), period_s=0.01) as (client, *_rest):
            began = time.monotonic()
            await client.get("/x")
            return time.monotonic() - began

    assert 1.0 <= asyncio.run(took_s())


def test_call_after_429_waits_out_the_window(serving):
    async def work():
        async with serving(answer(status=429), answer(), period_s=0.5) as (client, *_rest):
            began = time.monotonic()
            await client.get("/x")
            return time.monotonic() - began

    assert 0.5 <= asyncio.run(work()) < 2.0


@pytest.mark.parametrize("size_bytes", [1_000, 1_001])
@pytest.mark.parametrize("is_packed", [False, True])
def test_body_is_read_up_to_its_limit(serving, size_bytes, is_packed):
    body = b"7" * size_bytes
    sent = gzip.compress(body) if is_packed else body
    headers = ["Content-Encoding: gzip"] if is_packed else []

    async def work():
        async with serving(answer(sent, 200, *headers)) as (client, *_rest):
            response = await client.get("/x", extensions={"max_body_bytes": 1_000})
            return response.content

    if size_bytes > 1_000:
        with pytest.raises(CallRefused, match="more than 1,000 bytes"):
            asyncio.run(work())
    else:
        assert body == asyncio.run(work())


def test_body_that_says_it_is_too_large_is_not_read(serving):
    """What never comes would else be taken for a lost answer, and asked for again."""

    async def work():
        async with serving(answer(b"", length=1_001)) as (client, *_rest):
            await client.get("/x", extensions={"max_body_bytes": 1_000})

    with pytest.raises(CallRefused, match="more than 1,000 bytes"):
        asyncio.run(work())


def test_body_has_a_limit_without_being_asked_for(serving):
    async def work():
        async with serving(answer(b" " * (MAX_JSON_BYTES + 1))) as (client, *_rest):
            await client.get("/x")

    with pytest.raises(CallRefused, match=f"{MAX_JSON_BYTES:,} bytes"):
        asyncio.run(work())


@pytest.mark.parametrize(
    "trouble",
    [answer(status=500), answer(status=401), CLOSE, answer(SECRET.encode() * 9, length=999)],
)
def test_no_secret_is_in_what_is_raised_or_logged(serving, trouble, caplog):
    caplog.set_level(logging.DEBUG)

    async def work():
        methods = frozenset({"GET", "POST"})
        async with serving(trouble, methods=methods) as (client, *_rest):
            headers = {"Authorization": f"Bearer {SECRET}"}
            told = [repr(client)]
            for call in (
                client.get("/x", headers=headers),
                client.post("/token", data={"refresh_token": SECRET}, auth=("id", SECRET)),
            ):
                with pytest.raises((CallFailed, CallRefused)) as raised:
                    await call
                problem = raised.value
                told += [repr(problem), *traceback.format_exception(problem), repr(vars(problem))]
                assert problem.__cause__ is None
            return told

    told = "\n".join([*asyncio.run(work()), caplog.text])

    assert "/token" in told
    assert SECRET not in told


@pytest.mark.parametrize(
    "address", ["http://api.example.test", "http://10.0.0.1:80", "ftp://127.0.0.1", "api.example"]
)
def test_address_that_would_send_secrets_in_clear_is_refused(address):
    with pytest.raises(CallRefused, match="in clear"):
        http_client(address, explain, window=SlidingWindow(calls=1, period_s=1))


@pytest.mark.parametrize(
    "address",
    ["https://api.example.test", "http://127.0.0.1:1", "http://localhost", "http://[::1]"],
)
def test_https_and_this_machine_are_fine(address):
    assert http_client(address, explain, window=SlidingWindow(calls=1, period_s=1))
