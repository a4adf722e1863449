"""`tasma drop-in`: files by hand, at any time of the day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import worst
from flows.cli.files import ledger_files
from flows.cli.imported import as_dict, code, show_many, show_one
from flows.cli.importing import Files
from flows.cli.local import import_here
from flows.cli.opening import TenantId, known_tenant
from flows.cli.output import asked, remark, show_json
from flows.cli.progress import progress
from flows.cli.pull import is_attended
from flows.cli.result import LoadResult
from tasks.arrivals import Use
from tasks.ledger_sources import is_pulled
from tasks.stores import Stores, open_stores
from tasks.waiting_files import in_order

Answer = Literal["refresh", "source"]

USES: Final[dict[Answer, Use]] = {"refresh": "refresh", "source": "source of this year"}

QUESTION: Final = (
    "{tenant} is asked for in its system every night. Is this file to be the source of its year, "
    "which the nights keep? Otherwise the next night replaces it"
)
WITHOUT_NIGHTS: Final = (
    "{tenant} is connected to its system, and has no nights: it is pulled by hand alone. Is this "
    "file to be the source of its year, and a pull to ask before it replaces it? Otherwise the "
    "next pull replaces it"
)
DOES: Final = {
    ("refresh", True): "the next night replaces it",
    ("source", True): "the next night keeps it",
    ("refresh", False): "the next pull replaces it, and there are no nights",
    ("source", False): "a pull asks before it replaces it, and there are no nights",
}
"""What becomes of a file, by what it is and whether the tenant has nights."""


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
    if not is_pulled(stores.hub, tenant):
        return USES["source"]
    has_nights = stores.hub.tenants.get(tenant).has_schedule
    if answer is None and is_attended():
        question = QUESTION if has_nights else WITHOUT_NIGHTS
        is_source = typer.confirm(asked(question.format(tenant=tenant)), default=False, err=True)
        answer = "source" if is_source else "refresh"
    chosen: Answer = answer or "refresh"
    remark(f"As {USES[chosen]}: {DOES[chosen, has_nights]}.")
    return USES[chosen]


def _take(
    stores: Stores, tenant: str, paths: list[Path], *, use: Use, dry_run: bool
) -> list[LoadResult]:
    with progress(len(paths)) as watch:
        return [
            import_here(
                stores, tenant, file.path, dry_run=dry_run, use=use, watch=watch(file.path.name)
            )
            for file in in_order(stores.hub, tenant, paths)
        ]
