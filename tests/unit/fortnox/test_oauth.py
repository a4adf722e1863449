"""What the token endpoint answers, read without a guess."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from blocks.http import CallFailed
from blocks.systems.fortnox.oauth import DEFAULT_LIFE_S, read_grant
from blocks.systems.fortnox.wire import UnexpectedShape

ANSWER = {"access_token": "planted-access", "refresh_token": "planted-refresh", "expires_in": 3600}


def grant(**change):
    return read_grant(json.dumps({**ANSWER, **change}).encode())


@pytest.mark.parametrize(
    ("value", "seconds"), [(3600, 3600), ("3600", 3600), (7200, 7200), (None, DEFAULT_LIFE_S)]
)
def test_life_of_a_token_is_read_and_an_hour_when_nothing_says_it(value, seconds):
    assert dt.timedelta(seconds=seconds) == grant(expires_in=value).known_life


@pytest.mark.parametrize(
    "value", ["soon", "", -1, 0, True, 3600.5, [], {}, 10**12, "9" * 30, "API_NORIGHT"]
)
def test_life_that_is_none_is_the_vendors_fault_and_loses_no_refresh_token(value):
    found = grant(expires_in=value)

    with pytest.raises(UnexpectedShape, match=r"Fortnox's token answer.*expires_in") as raised:
        found.known_life  # noqa: B018 - what it raises is the point
    assert found.refresh_token.get_secret_value() == "planted-refresh"
    assert "planted" not in str(raised.value)


@pytest.mark.parametrize("value", [None, "", 7, {}, [], "tökén", "a\r\nb"])
def test_answer_without_an_access_token_is_told(value):
    with pytest.raises(CallFailed, match="without access token"):
        grant(access_token=value)


@pytest.mark.parametrize("name", ["refresh_token", "scope"])
@pytest.mark.parametrize("value", [None, 7, ["bookkeeping"], {}])
def test_what_is_no_text_is_nothing(name, value):
    found = grant(**{name: value})

    assert (
        "" == {"refresh_token": found.refresh_token.get_secret_value(), "scope": found.scopes}[name]
    )
