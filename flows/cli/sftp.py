"""`tasma sftp`: agree on pickups from a tenant's SFTP server, try them, and poll at once."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Final

import typer

from blocks.hub.pickups import Pickup
from blocks.pickup.account import SftpAccount, sftp_account
from blocks.pickup.agreed import Agreed
from blocks.pickup.connection import connected, shown_key
from blocks.pickup.host_keys import HostKey, read_host_keys
from blocks.pickup.sftp import RemoteFolder
from blocks.settings import settings
from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json
from flows.doors.on_server import ask_server, start_run
from ledger.text import number_of
from tasks.onboarding import agree_pickup
from tasks.pickup.sweep import agreed_of

SWEEP: Final = "sftp-sweep/sftp-sweep"


@command(
    "sftp",
    "set",
    examples=(
        "tasma sftp set acme --block sftp-account/acme --pattern 'acme-*.se'",
        "tasma sftp set acme --minutes 10",
        "tasma sftp set acme --stop",
    ),
)
def set_pickup(
    tenant: TenantId,
    *,
    block: Annotated[str | None, typer.Option(help="Block with the login, type/name.")] = None,
    folder: Annotated[str | None, typer.Option(help="Folder on the server.")] = None,
    pattern: Annotated[str | None, typer.Option(help="Agreed name, with * and ?.")] = None,
    minutes: Annotated[
        int | None, typer.Option(help="Whole minutes between two polls, 1 to 20; 5 unless agreed.")
    ] = None,
    done_suffix: Annotated[
        str | None, typer.Option(help="Ending of the file that says another is whole: .done")
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Fetch nothing any more.")] = False,
) -> None:
    """Keep what was agreed with a tenant; what is not named stays as it was."""
    who = getpass.getuser()
    with open_hub() as hub:
        known_tenant(hub, tenant)
        if stop:
            hub.pickups.stop(tenant, who=who)
            say(f"{tenant}: nothing is fetched any more.")
            return
        old = hub.pickups.find(tenant) or Pickup(tenant, block="", folder="")
        named = {
            "block": block,
            "folder": folder,
            "file_pattern": pattern,
            "poll_minutes": minutes,
            "done_suffix": done_suffix,
        }
        given = {name: value for name, value in named.items() if value is not None}
        new = agree_pickup(hub, replace(old, **given), who=who)  # type: ignore[arg-type]
    say(f"{tenant}: every {new.poll_minutes} minutes from {new.folder}, login {new.block}.")
    next_steps(f"tasma sftp test {tenant}")


@command("sftp", "test", examples=("tasma sftp test acme", "tasma sftp test acme --json"))
def try_pickup(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """Connect to a tenant's server, show its host key, and look into the folder; write nothing.

    A server whose key is not pinned is shown no login.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        pickup, every = hub.pickups.get(tenant), hub.pickups.every()
    account = _account(pickup.block)
    key = shown_key(account)
    is_pinned = key in read_host_keys(account.host_keys)
    found = {"server": account.server, "fingerprint": key.fingerprint, "host_key": str(key)}
    if not is_pinned:
        if as_json:
            show_json(found | {"pinned": False})
        else:
            say(*_not_pinned(account, key, block=pickup.block))
            next_steps(f"tasma sftp test {tenant}")
        raise typer.Exit(ExitCode.FAILED)
    with connected(account) as connection:
        agreed = agreed_of(pickup, every)
        seen = RemoteFolder(connection, agreed, settings().lake / "temporary").look()
    names = sorted(file.name for file in seen.files)
    unlike = [name for name in names if not agreed.claimants(name)]
    left = [str(item) for item in seen.left.values()]
    if as_json:
        seen_there = {"files": names, "names_not_agreed": unlike, "left_alone": left}
        show_json(found | {"pinned": True} | seen_there)
        return
    say(
        f"{account.server} shows the pinned host key {key.fingerprint} and takes the login.",
        f"{_waiting(names)} in {pickup.folder}{': ' if names else '.'}{', '.join(names[:5])}",
        *([_put_aside(unlike, agreed)] if unlike else []),
        *left,
    )
    next_steps(f"tasma sftp poll {tenant}")


def _waiting(names: list[str]) -> str:
    return f"{number_of(len(names), 'file')} {'waits' if len(names) == 1 else 'wait'}"


def _put_aside(names: list[str], agreed: Agreed) -> str:
    shown = ", ".join(names[:5])
    return f"A poll puts aside what is not named as agreed ({agreed.names}): {shown}"


@command("sftp", "poll", examples=("tasma sftp poll acme",))
def poll(tenant: TenantId) -> None:
    """Have the server poll a tenant now, whether or not it is due."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        hub.pickups.get(tenant)
    started = start_run(SWEEP, {"tenant": tenant}, name=f"sftp {tenant}", tags=[f"tenant:{tenant}"])
    say(f"Its run: {started.url}")
    next_steps(f"tasma sftp status {tenant}")


def _not_pinned(account: SftpAccount, key: HostKey, *, block: str) -> Iterator[str]:
    """Yield what a person does about a host key; another one in its place is an alarm."""
    shown = f"{account.server} shows the host key {key.fingerprint}"
    if pinned := ", ".join(one.fingerprint for one in read_host_keys(account.host_keys)):
        yield f"{shown}, none of those pinned ({pinned})."
        yield "Either the server's key was changed, or somebody is in between."
    else:
        yield f"{shown}, which is not pinned."
    yield (
        "Compare it with what the server's owner says. If it is the same, write this line "
        f"into host_keys of the block {block}:"
    )
    yield str(key)


def _account(block: str) -> SftpAccount:
    return ask_server(sftp_account(block), wanted=f"the block {block}")
