"""`tasma hub`: where the hub is kept."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from blocks.hub.database import Database
from flows.cli.app import AsJson, command
from flows.cli.opening import open_hub
from flows.cli.output import next_steps, remark, say, show_json
from ledger.fiscal_year import short_year
from ledger.text import number_of
from tasks.moving_hub import move_hub
from tasks.restoring import take_into_use
from tasks.stores import open_stores

ONE_ON_ITS_WAY: Final = "document on its way to another system is"
ON_THEIR_WAY: Final = "documents on their way to other systems are"


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


@command("hub", "restored", examples=("tasma hub restored",))
def restored(*, as_json: AsJson = False) -> None:
    """Take a hub, or books, into use that a server's own tools brought back.

    Everything has to be stopped. Run it once after `pg_restore`, whichever of the two was restored:
    nobody is at work or signed in any more, tokens and ids go on above all that can have been
    given, years get the status of the books, and documents that were on their way to other systems
    wait for somebody to look. `tasma restore` does all of it by itself.
    """
    with open_stores() as stores:
        found = take_into_use(stores)
    if as_json:
        show_json(found)
        return
    say(
        f"Tokens go on above {found.above:,}. Leases, sessions and open links were ended.",
        f"{number_of(len(found.repaired), 'year')} had another status than the books say, and "
        f"{number_of(found.held, ONE_ON_ITS_WAY, ON_THEIR_WAY)} held.",
    )
    for unit in found.repaired:
        year = short_year(unit.fiscal_year)
        remark(f"{unit.tenant} {year} is now {unit.status}: {unit.reason or 'as its books say'}")
    next_steps(
        *(["tasma doctor --adopt"] if found.unknown else []),
        "tasma ledger verify --all",
        "tasma lake verify",
        "tasma doctor",
        *(["tasma push status TENANT --to SYSTEM"] if found.held else []),
    )
