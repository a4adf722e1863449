"""`tasma sftp`: what was agreed on pickups from SFTP servers, how they go, and whether they can."""

from __future__ import annotations

import datetime as dt
import getpass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table

if TYPE_CHECKING:
    from blocks.hub.pickups import Pickup
    from blocks.pickup.account import SftpAccount

SWEEP: Final = "sftp-sweep/sftp-sweep"


@command(
    "sftp",
    "set",
    examples=(
        "tasma sftp set acme --block sftp-account/acme --folder /out --pattern 'acme-*.se'",
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
    from dataclasses import replace  # noqa: PLC0415 - for this command alone

    from blocks.hub.pickups import Pickup  # noqa: PLC0415 - as above

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
        new = hub.pickups.agree(replace(old, **given), who=who)  # type: ignore[arg-type]
    say(f"{tenant}: every {new.poll_minutes} minutes from {new.folder}, login {new.block}.")
    next_steps(f"tasma sftp test {tenant}")


@command("sftp", "status", examples=("tasma sftp status", "tasma sftp status acme --json"))
def status(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="All unless given.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Show with whom a pickup is agreed, when it was last polled, and what is in its way."""
    with open_hub() as hub:
        if tenant:
            known_tenant(hub, tenant)
        found = [hub.pickups.get(tenant)] if tenant else hub.pickups.every()
        files = [item for pickup in found for item in hub.pickups.files(pickup.tenant).values()]
        now = hub.database.now()
    if as_json:
        show_json({"pickups": found, "files": files})
        return
    headings = ("tenant", "every", "next", "polled (UTC)", "last file (UTC)", "problem", "folder")
    show_table(headings, [_row(item, now) for item in found], spare=("folder", "polled (UTC)"))
    if tenant and files:
        rows = [(item.name, str(item.state), item.size_bytes, item.seen_at) for item in files]
        show_table(("file", "state", "bytes", "seen (UTC)"), rows, spare=("seen (UTC)",))
    if any(item.problem for item in found):
        next_steps("tasma sftp test TENANT")


@command("sftp", "test", examples=("tasma sftp test acme", "tasma sftp test acme --json"))
def try_pickup(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """Connect to a tenant's server, show its host key, and look into the folder; write nothing.

    A server whose key is not pinned is shown no login.
    """
    from blocks.pickup.connection import connected, shown_key  # noqa: PLC0415 - brings paramiko
    from blocks.pickup.host_keys import read_host_keys  # noqa: PLC0415 - as above
    from blocks.pickup.sftp import RemoteFolder  # noqa: PLC0415 - as above
    from blocks.settings import settings  # noqa: PLC0415 - as above
    from tasks.pickup.sweep import agreed_of  # noqa: PLC0415 - as above

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
            say(
                f"{account.server} shows the host key {key.fingerprint}, which is not pinned.",
                "Compare it with what the server's owner says. If it is the same, write this line "
                f"into host_keys of the block {pickup.block}:",
                str(key),
            )
        raise typer.Exit(ExitCode.FAILED)
    with connected(account) as connection:
        place = RemoteFolder(connection, agreed_of(pickup, every), settings().lake / "temporary")
        seen = place.look()
    names = sorted(file.name for file in seen.files)
    left = [str(item) for item in seen.left.values()]
    if as_json:
        show_json(found | {"pinned": True, "files": names, "left_alone": left})
        return
    say(
        f"{account.server} shows the pinned host key {key.fingerprint} and takes the login.",
        f"{len(names):,} files wait in {pickup.folder}. {', '.join(names[:5])}".rstrip(),
        *left,
    )
    next_steps(f"tasma sftp poll {tenant}")


@command("sftp", "poll", examples=("tasma sftp poll acme",))
def poll(tenant: TenantId) -> None:
    """Have the server poll a tenant now, whether or not it is due."""
    from flows.cli.on_server import start_run  # noqa: PLC0415 - brings Prefect

    with open_hub() as hub:
        known_tenant(hub, tenant)
        hub.pickups.get(tenant)
    started = start_run(SWEEP, {"tenant": tenant}, name=f"sftp {tenant}", tags=[f"tenant:{tenant}"])
    say(f"Its run: {started.url}")
    next_steps(f"tasma sftp status {tenant}")


def _account(block: str) -> SftpAccount:
    from blocks.pickup.account import sftp_account  # noqa: PLC0415 - brings Prefect
    from flows.cli.on_server import ask_server  # noqa: PLC0415 - as above

    return ask_server(sftp_account(block), wanted=f"the block {block}")


def _row(pickup: Pickup, now: dt.datetime) -> tuple[object, ...]:
    wait = pickup.due_at - now
    return (
        pickup.tenant,
        f"{pickup.poll_minutes} min",
        "now" if wait <= dt.timedelta(0) else wait,
        pickup.polled_at,
        pickup.last_file_at,
        pickup.problem,
        pickup.folder,
    )
