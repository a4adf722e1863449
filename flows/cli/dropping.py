"""`tasma drop-in`: files by hand, at any time of the day, and what became of those that came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import worst
from flows.cli.files import ledger_files
from flows.cli.importing import Files, open_stores, progress
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, remark, say, show_json, show_table
from flows.cli.pull import is_attended

if TYPE_CHECKING:
    from flows.cli.result import LoadResult
    from tasks.arrivals import Use
    from tasks.stores import Stores

Answer = Literal["refresh", "source"]

USES: Final[dict[Answer, Use]] = {"refresh": "refresh", "source": "source of this year"}

QUESTION: Final = (
    "{tenant} is asked for in its system every night. Is this file to be the source of its year, "
    "which the nights keep? Otherwise the next night replaces it"
)


@command(
    "drop-in",
    examples=(
        "tasma drop-in acme acme-2026.se",
        "tasma drop-in acme acme-2026.se --use source",
        "tasma drop-in acme july.csv august.csv --dry-run",
    ),
)
def drop_in(
    tenant: TenantId,
    files: Files,
    *,
    use: Annotated[
        Answer | None,
        typer.Option(
            help="Of a tenant whose system is asked every night: whether the next night replaces "
            "the file (refresh), or keeps it (source). Asked on a terminal, else refresh.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change; publish nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Load files of a tenant by hand, now, whatever else brings its books.

    They pass the same reader, gates and controls as any other file. Several are taken in the order
    of their dates; one that is older than what is published is held. Who dropped what, and when, is
    kept: `tasma tenant files TENANT`.
    """
    paths = ledger_files(files)
    from flows.cli.imported import as_dict, code, show_many, show_one  # noqa: PLC0415 - Prefect

    with open_stores() as stores:
        known_tenant(stores.hub, tenant)
        chosen = _use(stores, tenant, use)
        found = _take(stores, tenant, paths, use=chosen, dry_run=dry_run)
    loads = [load for file in found for load in file.loads]
    if as_json:
        show_json([as_dict(load) for load in loads])
    elif len(found) == 1:
        for load in loads:
            show_one(load)
    else:
        show_many(loads)
    raise typer.Exit(worst(code(load) for load in loads))


def _use(stores: Stores, tenant: str, answer: Answer | None) -> Use:
    """Return what a file is to the nights; asks where somebody is there, and says what it means."""
    from tasks.arrivals import is_pulled  # noqa: PLC0415 - brings DuckDB

    if not is_pulled(stores.hub, tenant):
        return USES["source"]
    if answer is None and is_attended():
        is_source = typer.confirm(QUESTION.format(tenant=tenant), default=False, err=True)
        answer = "source" if is_source else "refresh"
    chosen: Answer = answer or "refresh"
    does = "replaces" if chosen == "refresh" else "keeps"
    remark(f"As {USES[chosen]}: the next night {does} it.")
    return USES[chosen]


def _take(
    stores: Stores, tenant: str, paths: list[Path], *, use: Use, dry_run: bool
) -> list[LoadResult]:
    from flows.cli.local import import_here  # noqa: PLC0415 - brings Prefect
    from tasks.waiting_files import in_order  # noqa: PLC0415 - brings DuckDB

    with progress(len(paths)) as watch:
        return [
            import_here(
                stores, tenant, file.path, dry_run=dry_run, use=use, watch=watch(file.path.name)
            )
            for file in in_order(stores.hub, tenant, paths)
        ]


@command("tenant", "files", examples=("tasma tenant files acme", "tasma tenant files acme --json"))
def files(
    tenant: TenantId,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Most files shown.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show which files came, who brought them, when, and what became of each; newest first."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = hub.files.recent(tenant, limit=limit)
    if as_json:
        show_json(found)
    elif found:
        headings = ("at (UTC)", "file", "by", "outcome", "bytes", "why")
        rows = [(i.seen_at, i.file_name, i.who, i.outcome, i.size_bytes, i.reason) for i in found]
        show_table(headings, rows, spare=("bytes", "why"))
    else:
        say(f"No file of {tenant} has come yet.")
        next_steps(f"tasma drop-in {tenant} FILE")
