"""`tasma backup` and `tasma restore`: a copy of the home, and a home from it."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path
from typing import Annotated, Final

import typer

from blocks.backup import BackupFolder
from blocks.settings import Settings, settings
from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import require_utf8
from flows.cli.output import next_steps, remark, say, show_json
from tasks.backing_up import back_up
from tasks.restoring import restore
from tasks.stores import open_stores

NOT_IN_IT: Final = (
    "Not in it: secrets and the history of runs, which Prefect keeps in its own database "
    "(runbook, Backup), and what waits in inbox and uploads."
)


IN_BUCKET: Final = (
    "Not in it either: what was received lies at {}. Versions and copies of that bucket are its "
    "owner's matter; a restored home needs it as it is now, or as it was at this backup."
)


@command(
    "backup",
    examples=(
        "tasma backup /mnt/backup/tasma",
        "tasma backup /mnt/backup/tasma --verify",
        "tasma backup /mnt/backup/tasma --keep 14 --json",
    ),
)
def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Of this home's backups.")],
    *,
    keep: Annotated[int, typer.Option(min=1, max=1_000, help="Backups that stay.")] = 3,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Hash all copies that lie there, not a sixteenth of them."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy hub, warehouse and what was received into a folder; only what is new is copied.

    Forms and own controls of the home come along. Copies of what was received that lie there are
    held against their hashes, each day another sixteenth of them; one that was damaged is made
    anew. Loads go on meanwhile, prunes and erasing wait. Ends with 1 if something is damaged here
    and so not in the backup; earlier ones stay then.
    """
    require_utf8(folder)
    with open_stores() as stores:
        made = back_up(stores, folder, keep=keep, verify=verify)
    if as_json:
        show_json(
            {
                "folder": made.backup.folder,
                "files": len(made.backup.files),
                "copied": made.copied,
                "copied_bytes": made.copied_bytes,
                "lacking": made.lacking,
                "mended": made.renewed,
                "elsewhere": made.elsewhere,
            }
        )
    else:
        say(
            f"Backed up to {made.backup.folder}: {len(made.backup.files):,} files, of which "
            f"{made.copied:,} of {made.copied_bytes:,} bytes were copied now.",
            NOT_IN_IT,
            *([IN_BUCKET.format(made.elsewhere)] if made.elsewhere else []),
        )
        remark(*(f"Not in the backup: {lacking}" for lacking in made.lacking))
        remark(
            *(f"Was damaged or gone there, and was copied anew: {path}" for path in made.renewed)
        )
    if made.lacking:
        raise typer.Exit(ExitCode.FAILED)
    if not as_json:
        next_steps(f"tasma restore {folder} --into NEW_HOME")


@command(
    "restore",
    examples=(
        "tasma restore /mnt/backup/tasma",
        "tasma restore /mnt/backup/tasma --into /srv/tasma-new",
        "tasma restore /mnt/backup/tasma --replace",
    ),
)
def restore_home(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Of backups (the last one), or of one backup.")
    ],
    *,
    into: Annotated[
        Path | None, typer.Option(metavar="HOME", help="Another home than that of the settings.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Keep what is there under another name.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a home from a backup, each file held against its hash.

    The home has to be empty and open to nobody; forms and own controls that are there stay. Ends
    with 1 if some of the backup is damaged; all else is restored then.
    """
    for path in filter(None, (folder, into)):
        require_utf8(path)
    if not folder.is_dir():
        raise typer.BadParameter(f"there is no folder {folder}.")
    there = BackupFolder(folder)
    home = settings() if into is None else _home(into.resolve())
    made = restore(there.last(), home, replace=replace, now=dt.datetime.now(dt.UTC))
    unfinished = [path for path in there.unfinished() if path > made.backup.folder]
    if as_json:
        show_json(
            {
                "home": made.home,
                "backup": made.backup.folder,
                "made_at": made.backup.made_at,
                "files": made.files,
                "lacking": made.lacking,
                "set_aside": made.aside,
                "later_but_unfinished": unfinished,
            }
        )
    else:
        say(
            f"Restored {made.files:,} files of {made.backup.made_at:%Y-%m-%d %H:%M} UTC into "
            f"{made.home}. Fencing tokens go on above {made.above:,}.",
            *(f"What was there is kept as {path}." for path in made.aside),
        )
        remark(*(f"Begun later, and never ended: {path}" for path in unfinished))
        remark(*(f"Damaged in the backup, and left out: {lacking}" for lacking in made.lacking))
        home_of = f" --home {shlex.quote(str(made.home))}" if into else ""
        looks = ("doctor", "ledger verify --all", "lake verify", "connect list")
        next_steps(*(f"tasma{home_of} {look}" for look in looks))
    if made.lacking:
        raise typer.Exit(ExitCode.FAILED)


def _home(folder: Path) -> Settings:
    """Return the settings of a home in which everything lies where it lies by default."""
    return Settings(
        home=folder,
        hub_url=f"sqlite:///{folder / 'hub' / 'hub.sqlite'}",
        lake=folder / "lake",
        warehouse=folder / "warehouse",
        lake_url="",
        warehouse_url="",
        inbox=folder / "inbox",
    )
