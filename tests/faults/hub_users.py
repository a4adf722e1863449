"""A child process of the fault tests: works with the hub of a folder, or dies on the way."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import event

from blocks.hub import Hub, HubUnusable, LeaseLost, LeaseTaken, Tenant, UnitState
from blocks.hub.consent_states import ConsentState, ConsentTaken, ForeignAnswer
from ledger.fiscal_year import FiscalYear
from tasks.new_tenant import tenant_of

YEAR = FiscalYear.parse("2024")
SAID = "said"
"""File in the folder to which children add their answers, one a line."""


def compete(folder: Path, number: int) -> None:
    """Ask for the lease when the others do, say what came of it, and stay: it goes with us."""
    with hub_in(folder) as hub:
        wait_for_go(folder, number)
        try:
            say(folder, f"won {hub.leases.acquire('acme/2024', holder=str(number)).token}")
        except LeaseTaken:
            say(folder, "taken")
        wait_for(folder / "end")


def connect(folder: Path, number: int, state: str, browser: str) -> None:
    """Take the consent when the others do, and say what came of it."""
    with hub_in(folder) as hub:
        wait_for_go(folder, number)
        try:
            link = hub.consents.take(SecretStr(state), browser=SecretStr(browser))
        except (ForeignAnswer, ConsentTaken):
            say(folder, "refused")
        else:
            hub.consents.answered(link, ConsentState.CONNECTED, detail="{}")
            say(folder, "connected")


def count_up(folder: Path, rounds: int) -> None:
    """Add one to the folder's number so many times, each time under the lease."""
    with hub_in(folder) as hub:
        done = 0
        while done < rounds:
            try:
                lease = hub.leases.acquire("acme/2024", holder=str(os.getpid()))
            except LeaseTaken:
                time.sleep(0.005)
                continue
            add_one(folder, lease.token)
            hub.leases.release(lease)
            done += 1


def add_one(folder: Path, token: int) -> None:
    """Add one to the folder's number, slowly enough for another to come between."""
    number = int((folder / "number").read_text())
    time.sleep(0.005)
    (folder / "number").write_text(str(number + 1))
    with (folder / "tokens").open("a") as tokens:
        tokens.write(f"{token}\n")


def hold(folder: Path) -> None:
    """Keep a unit's lease until it was renewed once, then until told to go on."""
    with hub_in(folder) as hub:
        try:
            with hub.unit_lease("acme", YEAR, holder="child", run_id="r1", ttl_s=4.0) as kept:
                hub.units.set_status("acme", YEAR, UnitState.STAGED, run_id="r1", token=kept.token)
                first = kept.lease.expires_at
                while kept.lease.expires_at == first:
                    time.sleep(0.01)
                (folder / "held").touch()
                wait_for(folder / "go")
                say(folder, f"late word was {late_word(hub, kept.token)}")
        except LeaseLost:
            say(folder, "loss was noticed")


def late_word(hub: Hub, token: int) -> str:
    """Set the unit's status under a token that may have passed on."""
    try:
        hub.units.set_status("acme", YEAR, UnitState.FAILED, token=token)
    except LeaseLost:
        return "refused"
    return "taken"


def migrate(folder: Path, number: int) -> None:
    """Migrate when the others do, and add a tenant."""
    with hub_in(folder) as hub:
        wait_for_go(folder, number)
        hub.migrate().tenants.add(Tenant(f"t{number}", "Some AB"))


def migrate_and_die(folder: Path, statements: int) -> None:
    """Die by SIGKILL after so many of a migration's statements."""
    with hub_in(folder) as hub:
        die_after(statements, hub)
        hub.migrate()


def publish_and_die(folder: Path, statements: int) -> None:
    """Die by SIGKILL after so many of the statements that set a status."""
    with hub_in(folder) as hub:
        die_after(statements, hub)
        hub.units.set_status("acme", YEAR, UnitState.PUBLISHED, voucher_count=3)


def fill_disk(folder: Path) -> None:
    """Add events until there is no room, and say how many were added and what went wrong."""
    with hub_in(folder) as hub:
        hub.tenants.get("acme")
        limit = max(path.stat().st_size for path in folder.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        written = 0
        try:
            while written < 10_000:
                hub.events.add("run", "x" * 2_000)
                written += 1
        except HubUnusable as problem:
            say(folder, f"{written} {problem}")


def hub_in(folder: Path) -> Hub:
    """Open the hub of a folder."""
    return Hub(f"sqlite:///{folder}/hub.sqlite")


def say(folder: Path, answer: str) -> None:
    """Add a line to the folder's answers."""
    with (folder / SAID).open("a") as said:
        said.write(f"{answer}\n")


def wait_for_go(folder: Path, number: int) -> None:
    """Say that child `number` is ready, and wait for the word that all of them wait for."""
    (folder / f"ready{number}").touch()
    wait_for(folder / "go")


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    while not path.exists():
        time.sleep(0.005)


def die_after(statements: int, hub: Hub) -> None:
    """Let this process kill itself after so many SQL statements that write."""
    left = statements

    @event.listens_for(hub.database.storage._engine, "after_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        nonlocal left
        if statement.split(maxsplit=1)[0].lower() not in {"select", "begin", "pragma"}:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)


def make_tenant(folder: Path, number: int, path: str) -> None:
    """Make a tenant of what a file says when the others do, and say which it is."""
    with hub_in(folder) as hub:
        wait_for_go(folder, number)
        tenant, is_new = tenant_of(hub, Path(path))
        say(folder, f"{tenant.id} {'made' if is_new else 'found'}")
