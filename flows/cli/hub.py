"""`tasma hub`: where the hub is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from blocks.hub.database import Database
from flows.cli.app import AsJson, command
from flows.cli.opening import open_hub
from flows.cli.output import next_steps, say, show_json
from tasks.moving_hub import move_hub


@command(
    "hub",
    "move",
    examples=("tasma hub move --to postgresql+psycopg://tasma@db.example/tasma",),
)
def move(
    *,
    to: Annotated[
        str,
        typer.Option(
            metavar="URL",
            envvar="TASMA_HUB_TO",
            help="Of the database; with a password rather in TASMA_HUB_TO, where others see none.",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Move the hub from its file into an empty PostgreSQL database, all of it or nothing.

    Everything has to be stopped. Each table is counted there and compared by a digest; the file is
    kept under another name. Then TASMA_HUB_URL has to name the database, wherever it is set.
    """
    target = Database(to)
    try:
        with open_hub() as hub:
            moved = move_hub(hub, target)
    finally:
        target.close()
    if as_json:
        show_json({"address": moved.address, "kept": moved.kept, "tables": moved.tables})
        return
    say(
        f"Moved {moved.rows:,} rows of {len(moved.tables)} tables to {moved.address}, each table "
        f"with the same rows by count and digest. The file is kept as {moved.kept}.",
        "Set TASMA_HUB_URL to that address, wherever flows and commands run, before anything "
        "starts.",
    )
    next_steps("tasma doctor", "tasma tenant list")
