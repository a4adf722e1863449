"""What `tasma doctor` sees of Prefect's server: whether it answers us, and reads its blocks."""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import Final

import httpx

from blocks.addresses import shown_address
from flows.server.environment import own_api_url
from flows.server.own_secrets import UNREADABLE, WRONG_LOGIN
from ledger.errors import TasmaError

ANSWER_LIMIT: Final = httpx.Timeout(10.0, connect=2.0)
"""Seconds that Prefect's server may take to answer, and its host to take the call."""

NEEDS_DATABASE: Final = "flows/count"
"""What the server answers with its database alone: nothing of it is encrypted."""

WITHOUT_DATABASE: Final = (
    " is up, and fails whatever it is asked: its database does not answer, most likely. Its log "
    "says (`journalctl -u tasma-server`, or prefect/server.log of its home)"
)

NAME: Final = "Prefect's server"
ADDRESS: Final = "PREFECT_API_URL"

Finding = tuple[str, str, str]
"""As of `flows.cli.doctor`."""


def prefect_server() -> Finding:
    """Ask the server whether it is well, and for its blocks, as everything asks that uses one."""
    try:
        url = os.environ.get(ADDRESS) or own_api_url()
    except TasmaError as problem:
        return NAME, "red", str(problem)
    try:
        answer = httpx.get(f"{url}/health", timeout=ANSWER_LIMIT)
        if answer.raise_for_status().json() is not True:
            return NAME, "red", shown_address(url)
        return NAME, *_blocks(url)
    except httpx.ReadTimeout:
        slow = f"is there, and did not answer in {ANSWER_LIMIT.read:g} s: too busy"
        return NAME, "red", f"{shown_address(url)} {slow}"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        silent = f"no answer at {shown_address(url)}"
        if ADDRESS in os.environ:  # then one is meant to be there: without it no night, no inbox
            return NAME, "red", f"{silent}; is it up, and {ADDRESS} right?"
        return NAME, "grey", f"{silent}; `tasma up` starts one"


def _blocks(url: str) -> tuple[str, str]:
    # Prefect's client is loaded where there is a server to ask.
    from flows.doors.on_server import login_for  # noqa: PLC0415 - reason above

    user, _, password = (login := login_for(url) or "").partition(":")

    def asked(what: str) -> int:
        auth = (user, password) if user else None
        return httpx.post(f"{url}/{what}", json={}, auth=auth, timeout=ANSWER_LIMIT).status_code

    status = asked("block_documents/filter")
    shown = shown_address(url)
    if status == HTTPStatus.UNAUTHORIZED and not login and ADDRESS not in os.environ:
        return "grey", f"the one at {shown} wants a password that this home has not: another home's"
    if status == HTTPStatus.UNAUTHORIZED:
        return "red", f"{shown} wants another password than the one given: {WRONG_LOGIN}"
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        # Only what is decrypted fails of another key; who is told of one may throw blocks away.
        fails_wholly = asked(NEEDS_DATABASE) >= HTTPStatus.INTERNAL_SERVER_ERROR
        return "red", f"{shown}{WITHOUT_DATABASE}" if fails_wholly else f"{shown}: {UNREADABLE}"
    is_well = status < HTTPStatus.BAD_REQUEST
    return ("green", shown) if is_well else ("red", f"{shown} refuses what is asked ({status})")
