"""Runs on Prefect's server, started by a door: from the prompt, or by a page of the portal."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.context import SettingsContext, get_settings_context
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_AUTH_STRING
from pydantic import SecretStr

from blocks.addresses import shown_address
from blocks.held_block import FAILS
from blocks.settings import settings
from flows.runs import starting
from flows.server.environment import own_api_url
from flows.server.own_secrets import CLIENT_LOGIN, known_login
from flows.server.prefect_internals import is_plain
from ledger.errors import TransientError
from ledger.text import visible
from tasks.pages.links import run_page, ui_address

IMPORT: Final = "import-file/import-file"

Answer = TypeVar("Answer")

_ELSEWHERE: Final = "one at another port is found by TASMA_PORT, one elsewhere by PREFECT_API_URL."
START: Final = f"Start it with `tasma up` in another terminal; {_ELSEWHERE}"
WITHOUT: Final = (
    f"Start it with `tasma up` in another terminal, or leave out --on-server; {_ELSEWHERE}"
)
"""To whoever could have done without the server."""


class NoServer(TransientError):
    """Prefect's server does not answer, or does not know our deployments."""

    def __init__(self, url: str, *, why: str, remedy: str = START) -> None:
        super().__init__(
            f"Nothing was done: Prefect's server at {shown_address(url)} {why}. {remedy}",
            url=shown_address(url),
            why=why,
        )


@dataclass(frozen=True)
class Started:
    """A run that was asked for: its id, and its page in the UI."""

    run_id: UUID
    url: str


def start_import(tenant: str, path: Path, *, dry_run: bool) -> str:
    """Ask the server for an import of a file, and return the run's page in the UI.

    Raises:
        NoServer: The server does not answer or has no such deployment.
    """
    started = start_run(
        IMPORT,
        {"tenant": tenant, "path": str(path), "dry_run": dry_run},
        name=visible(f"{tenant} {path.name}"),
        tags=[f"tenant:{tenant}"],
        remedy=WITHOUT,
    )
    return started.url


def start_run(
    deployment: str,
    parameters: Mapping[str, Any],
    *,
    name: str,
    tags: Sequence[str] = (),
    remedy: str = START,
) -> Started:
    """Ask the server for a run of a deployment. `remedy`: what to do where none answers.

    Raises:
        NoServer: The server does not answer or has no such deployment.
    """
    made = _asked_for(deployment, parameters, name=name, tags=tags)
    run = ask_server(made, wanted=deployment, remedy=remedy)
    return Started(run.id, _page_of(run.id))


async def start(
    deployment: str, parameters: Mapping[str, Any], *, name: str, tags: Sequence[str] = ()
) -> Started:
    """Do what `start_run` does, from within an event loop.

    Raises:
        NoServer: As it does.
    """
    with server_chosen(), _explained(wanted=deployment):
        run = await _asked_for(deployment, parameters, name=name, tags=tags)
    return Started(run.id, _page_of(run.id))


async def look(run_id: UUID) -> FlowRun | None:
    """Return a run as it is now; None when there is none of that id.

    Raises:
        NoServer: The server does not answer.
    """
    with server_chosen(), _explained(wanted="such a run"):
        async with get_client() as client:
            try:
                return await client.read_flow_run(run_id)
            except ObjectNotFound:
                return None


def _asked_for(
    deployment: str, parameters: Mapping[str, Any], *, name: str, tags: Sequence[str]
) -> Coroutine[Any, Any, FlowRun]:
    return starting.start_run(
        deployment, parameters=dict(parameters), tags=list(tags), flow_run_name=name
    )


def _page_of(run_id: UUID) -> str:
    return ui_address(api_url()) + run_page(run_id)


def ask_server(
    question: Coroutine[Any, Any, Answer], *, wanted: str, remedy: str = START
) -> Answer:
    """Ask the server in an event loop of its own.

    Raises:
        NoServer: It does not answer, refuses, or lacks what is ``wanted``.
    """
    with server_chosen(), _explained(wanted=wanted, remedy=remedy):
        return asyncio.run(question)


@contextmanager
def _explained(*, wanted: str, remedy: str = START) -> Iterator[None]:
    """Say of a server that does not do what is asked what is the matter with it."""
    url = api_url()
    try:
        yield
    except httpx.InvalidURL:  # whose words repeat a part of it
        raise NoServer(url, why="has no address", remedy=remedy) from None
    except httpx.TransportError as problem:
        raise NoServer(url, why="does not answer", remedy=remedy) from problem
    except httpx.HTTPStatusError as problem:
        raise _refusal(url, problem.response.status_code, remedy=remedy) from problem
    except (ObjectNotFound, ValueError) as problem:
        raise NoServer(url, why=f"has no deployment {wanted}", remedy=remedy) from problem


def _refusal(url: str, status: int, *, remedy: str) -> NoServer:
    if status == HTTPStatus.UNAUTHORIZED:
        why = (
            f"wants another password than the one given ({CLIENT_LOGIN}, or the file "
            "prefect/password of this home)"
        )
        return NoServer(url, why=why, remedy=remedy)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NoServer(url, why=f"fails ({status})", remedy=FAILS)
    return NoServer(url, why=f"refuses ({status})", remedy=remedy)


@contextmanager
def server_chosen() -> Iterator[None]:
    """Have Prefect's client ask the server of `api_url`, with its password, and send no events."""
    url = api_url()
    with asking(url, login_for(url)), _without_events():
        yield


def asking(url: str, login: str | None) -> SettingsContext:
    """Have Prefect's client ask a server, by settings of which these two alone are changed.

    `temporary_settings` reads every setting from the environment again, 25 ms for each command.
    """
    now = get_settings_context()
    changed = {"url": url} | ({"auth_string": SecretStr(login)} if login else {})
    api = now.settings.api.model_copy(update=changed)
    return SettingsContext(
        profile=now.profile, settings=now.settings.model_copy(update={"api": api})
    )


def _without_events() -> AbstractContextManager[None]:
    if is_plain():
        return nullcontext()
    from flows.server.prefect_internals.no_events import without_events  # noqa: PLC0415 - switched

    return without_events()


def login_for(url: str) -> str | None:
    """Return the password given, or the one of `tasma up`, which is for its address alone."""
    given = os.environ.get(CLIENT_LOGIN) or PREFECT_API_AUTH_STRING.value()
    if not given and url.rstrip("/") == own_api_url():
        given = known_login(settings().home / "prefect")
    return given or None


def api_url() -> str:
    """Return the server's address: Prefect's own setting, or where `tasma up` listens."""
    return os.environ.get("PREFECT_API_URL") or own_api_url()
