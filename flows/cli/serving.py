"""`tasma up` and `tasma demo`: Prefect's server and the deployments, on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Annotated, Final

import typer

from blocks.home import is_demo_home
from blocks.settings import PORTAL_HOST, PORTAL_PORT, listening_at, settings
from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import open_hub
from flows.cli.output import is_terminal, next_steps, remark, say, show_json, show_table
from flows.doors import demo as door
from flows.doors import demo_home as home
from flows.doors import portal as portal_door
from flows.doors.demo import DemoResult, Seen
from flows.server import processes
from flows.server.environment import ServerSettings
from ledger.errors import TerminalError
from ledger.fiscal_year import short_year
from tasks import people

SIMULATOR_PORT: Final = 4302
"""Unless told otherwise; commands with --demo look there (`flows.doors.demo_home`)."""

USUAL_PORTAL: Final = listening_at(PORTAL_HOST, PORTAL_PORT)
"""Where the portal is unless told otherwise; links that a command makes lead there."""

MAX_HOSTS: Final = 8
"""Of one machine; each has a worker and its runs."""


class HostsOfDemo(TerminalError):
    """Several hosts were asked for on one machine, for books of one's own."""

    sentence = (
        "Several hosts on one machine are for looking at: tasma --demo up --hosts 2. For books of "
        "your own each host is a machine (docs/hosts.md)."
    )


@command("up", examples=("tasma up", "tasma --demo up", "tasma --demo up --hosts 2"))
def up(
    *,
    simulator_port: Annotated[
        int, typer.Option(min=1, max=65_535, help="Where the demo's simulated Fortnox listens.")
    ] = SIMULATOR_PORT,
    hosts: Annotated[
        int,
        typer.Option(
            min=0,
            max=MAX_HOSTS,
            help="With --demo: a night on so many hosts, on PostgreSQL, Redis and two servers.",
        ),
    ] = 0,
) -> None:
    """Start Prefect's server, its UI and the deployments, and stop them with Ctrl-C.

    TASMA_HOST and TASMA_PORT say where it listens; 127.0.0.1:4200 unless set. The portal is beside
    it, at 127.0.0.1:4300 unless TASMA_PORTAL_HOST and TASMA_PORTAL_PORT say otherwise. With
    --demo there is a simulated Fortnox, too, with three companies that are connected as tenants
    and one to connect: into a home of your own no invented company comes.
    """
    if hosts:
        raise typer.Exit(_hosts(hosts))
    # Links and what a vendor leads back to are made of it, here and in the processes below.
    os.environ.setdefault("TASMA_PORTAL_ADDRESS", portal_door.portal().public_address())
    portal_door.portal().require_startable()
    here = settings().home
    is_demo = is_demo_home(here)
    with home.used_alone(here) if is_demo else nullcontext():
        if is_demo and not here.exists():
            home.reset(here)
        with _simulators(simulator_port) if is_demo else nullcontext():
            raise typer.Exit(processes.up(say, also=[_portal()]))


def _hosts(hosts: int) -> int:
    """Run several hosts in a folder of the demo's home."""
    here = settings().home
    if not is_demo_home(here):
        raise HostsOfDemo
    with home.used_alone(here):
        if not here.exists():
            home.reset(here)
        own = here / "hosts"
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir()
        port = ServerSettings().port
        return door.demo().run_hosts(say, home=own, hosts=hosts, port=port)


def _portal() -> processes.Also:
    """Return the portal as a process beside the server."""
    found = portal_door.portal()
    return processes.Also(
        portal_door.MODULE, "portal.log", found.health_address(), says=partial(_try_portal, found)
    )


def _try_portal(found: portal_door.PortalDoor) -> list[str]:
    """Say where the portal is and, while nobody has ever signed in, give a link to try it by."""
    lines = [f"Portal         {found.public_address()}/"]
    with open_hub() as hub:
        if any(user.has_password for user, _tenants in hub.portal_users.listed()):
            return lines
        # As with Prefect's password: a link that opens everything goes into no log. In the demo
        # everything is invented.
        if is_terminal() or is_demo_home(settings().home):
            link = found.invitation_link(people.first_link(hub))
            return [*lines, "To try it, set your password, as an operator, at this link:", link]
    return [*lines, "Nobody can sign in yet: `tasma portal invite EMAIL --role operator`"]


@contextmanager
def _simulators(port: int) -> Iterator[None]:
    """Serve the simulated Fortnox, connect its companies, and say where it is."""
    with open_hub() as hub, door.demo().simulators_of_server(hub, port=port) as simulated:
        say(f"Fortnox        {simulated.url}/_simulator/ (simulated)")
        tenants = (f"{tenant} ({number})" for tenant, number in simulated.tenants.items())
        say(f"Its tenants    {', '.join(tenants)}")
        free = (f"{number}, organisation number {org}" for number, org in simulated.free.items())
        say(f"To connect     {'; '.join(free)}")
        if not any(hub.units.published_of(tenant) for tenant in simulated.tenants):
            say(
                "None of them has books yet. `tasma --demo ledger pull TENANT` fetches those of "
                "one; `make demo`, once this is stopped, loads the demo's fourteen companies."
            )
        say("In another terminal, `tasma --demo tenant status` and the like lead here.")
        if ports := _ports_of_their_own(simulated.variables, port=port):
            say("They have to know of the ports there:")
            say(*(f"  export {name}={value}" for name, value in ports.items()))
        yield


def _ports_of_their_own(variables: Mapping[str, str], *, port: int) -> dict[str, str]:
    """Return the settings that lead to what is at other addresses than the usual."""
    own = {name: os.environ[name] for name in ("TASMA_PORT",) if os.environ.get(name)}
    address = portal_door.portal().public_address()
    if address != USUAL_PORTAL:
        own["TASMA_PORTAL_ADDRESS"] = address
    # The simulated Fortnox leads back to the portal, wherever that is.
    is_usual = port == SIMULATOR_PORT and address == USUAL_PORTAL
    return own if is_usual else {**variables, **own}


@command("demo", examples=("tasma demo",))
def demo(*, as_json: AsJson = False) -> None:
    """Load invented companies end to end through a Prefect server, and check the outcome.

    SIE files by import, ledgers from a simulated Fortnox by pull, and one night. Ends with 1 unless
    exactly the planted breaks are found and all other books are right to the öre.
    It works in a home of its own, which it empties first; nothing else is touched.
    """
    outcome = door.demo().run_demo(remark)
    if as_json:
        show_json({"took_s": round(outcome.took_s), "complaints": outcome.complaints})
    else:
        _show(outcome)
    if outcome.complaints:
        raise typer.Exit(ExitCode.FAILED)


HEADINGS: Final = (
    "light",
    "tenant",
    "year",
    "status",
    "vouchers",
    "postings",
    "breaks",
    "source",
    "why",
)


def _show(outcome: DemoResult) -> None:
    _show_seen(outcome.seen)
    for complaint in outcome.complaints:
        remark(f"Wrong: {complaint}")
    if outcome.complaints:
        remark(f"The demo failed after {outcome.took_s:.0f} s. Logs: {outcome.home}/prefect/*.log")
        return
    say(
        f"As it must be: what was planted is held, and all else is right to the öre "
        f"({outcome.took_s:.0f} s). Home: {outcome.home}"
    )
    held = next(unit for unit in outcome.seen if unit.blocking_count)
    place = f"{held.tenant} {short_year(held.fiscal_year)}"
    next_steps(
        f"tasma --demo ledger breaks {place}   (why it is held)",
        "tasma --demo tenant status   (every company: its light, why, and what comes next)",
        "tasma --demo up   (the same in Prefect's UI and in the portal)",
        "tasma import FILE --new-tenant --dry-run   (your own SIE file; writes nothing)",
    )


def _show_seen(seen: Sequence[Seen]) -> None:
    """Print a row for each year; on a terminal why it is held stands below the table."""
    rows = [
        (
            "red" if unit.blocking_count else "green",
            unit.tenant,
            short_year(unit.fiscal_year),
            unit.status,
            unit.voucher_count,
            unit.posting_count,
            unit.blocking_count,
            unit.source,
            "; ".join(str(item) for item in unit.blocking),
        )
        for unit in seen
    ]
    if not is_terminal():
        show_table(HEADINGS, rows)
        return
    show_table(HEADINGS[:-1], [row[:-1] for row in rows], spare=("postings", "source", "vouchers"))
    for unit in seen:
        if unit.blocking:
            more = f"; and {unit.blocking_count - 1:,} more" if unit.blocking_count > 1 else ""
            say(f"{unit.tenant} {short_year(unit.fiscal_year)}: {unit.blocking[0]}{more}")
