"""`tasma deploy`, `ready` and `hosts`: an installation's parts, and whether they do their work."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import open_hub
from flows.cli.output import age, next_steps, say, show_json, show_table
from flows.doors.on_server import ask_server, server_chosen
from flows.server import pool, readiness
from ledger.errors import TerminalError

MIN_AT_ONCE: Final = 6
"""The watch, two shards of a night and two backfills wait for others, which need a place."""

ADDRESS: Final = "at all: perhaps its address lacks /api"
SERVER: Final = (
    "See that it runs (`systemctl status tasma-server`, say) and that PREFECT_API_URL leads to it, "
    "then run again; `tasma up` makes all of this by itself."
)
"""To whoever deploys, for whom a server is meant to be there."""


class UnknownHost(TerminalError):
    """A host was named that never worked on this hub, or was forgotten."""

    sentence = "The hub knows no host {host}; it knows {known}."


@command("deploy", examples=("tasma deploy", "tasma deploy --at-once 32"))
def deploy(
    *,
    at_once: Annotated[
        int | None,
        typer.Option(
            min=MIN_AT_ONCE,
            help="Runs at a time, of the pool and of what does tenants' work; as it is.",
        ),
    ] = None,
) -> None:
    """Make pool, queues, deployments and block types on Prefect's server, or bring them up.

    Once before the first worker starts, and again after each update. `tasma up` needs none of it.
    """
    ask_server(pool.require_answer(), wanted=ADDRESS, remedy=SERVER)
    say("Making pool, queues and deployments; it takes about 20 s ...")
    with server_chosen():
        names = asyncio.run(pool.deploy(at_once=at_once))
    say(f"The pool {pool.POOL} has {len(names)} deployments.")
    worker = f"python -m flows.worker --pool {pool.POOL}"
    next_steps(f"{worker}   (or start its unit)", "tasma ready")


@command("ready", examples=("tasma ready", "tasma ready --json"))
def ready(*, as_json: AsJson = False) -> None:
    """See by its effects whether work gets done; end with 1 if it does not.

    That a run of each schedule lies ahead, that what was due has begun, and that the clocks of
    server, hub and hosts agree. For probes: a server can answer while nothing is ever started.
    """
    with server_chosen():
        found = asyncio.run(readiness.look())
    if as_json:
        show_json(found)
    else:
        show_table(("light", "what", "seen"), [(one.light, one.what, one.seen) for one in found])
    if any(one.light == "red" for one in found):
        raise typer.Exit(ExitCode.FAILED)


@command("hosts", examples=("tasma hosts", "tasma hosts --forget old-machine"))
def hosts(
    *,
    forget: Annotated[
        str, typer.Option(metavar="HOST", help="First take one that is no more off the list.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the machines that work on this hub, and when each was last heard of.

    With a hub in a file there are none: one machine has it. The others enter themselves when a
    worker or the portal starts, and are refused unless they share lake, inbox and warehouse.
    """
    with open_hub() as hub:
        if forget and not hub.hosts.forget(forget):
            known = ", ".join(host.name for host in hub.hosts.every()) or "none"
            raise UnknownHost(host=forget, known=known)
        found, now = hub.hosts.every(), hub.database.now()
    if as_json:
        show_json(found)
        return
    if not found:
        say("No host has entered itself: one machine has the hub, and needs none (docs/hosts.md).")
        return
    rows = [
        (
            "green" if host.is_live(now) else "grey",
            host.name,
            age(now - host.seen_at),
            f"{host.clock_ahead_s:+.0f} s",
            host.release,
            host.warehouse,
            host.lake,
        )
        for host in found
    ]
    headings = ("light", "host", "heard of", "clock", "release", "warehouse", "lake")
    show_table(headings, rows, spare=("lake", "warehouse"))
