"""`tasma import`: files into the books, here or on the server."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from blocks.hub import Tenant
from flows.cli.app import AsJson, command
from flows.cli.exits import worst
from flows.cli.files import STANDARD_INPUT, ledger_files, with_standard_input
from flows.cli.imported import as_dict, code, show_many, show_one
from flows.cli.local import import_here
from flows.cli.opening import known_tenant
from flows.cli.output import next_steps, remark, say, show_json
from flows.cli.progress import progress
from flows.cli.result import LoadResult
from flows.doors.on_server import start_import
from ledger.errors import TasmaError
from tasks.new_tenant import SWEDEN, is_known, tenant_of, trial_stores
from tasks.stores import Stores, open_stores

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE|FOLDER",
        help="SIE or journal files, or folders of them; - is what is piped in.",
    ),
]
ForTenant = Annotated[
    str, typer.Option("--tenant", "-t", metavar="TENANT", help="Whose books the files are.")
]


@command(
    "import",
    examples=(
        "tasma import acme-2024.se --tenant acme",
        "tasma import ~/sie-files --new-tenant",
        "tasma import acme-2024.se --tenant acme --dry-run",
        "tasma import acme-2024.se --tenant acme --on-server",
        "tasma import - --tenant acme --name acme-2024.se",
    ),
)
def import_files(
    files: Files,
    *,
    tenant: ForTenant = "",
    new_tenant: Annotated[
        bool,
        typer.Option(
            "--new-tenant", help="Take the tenant from each file's own number and name; make it."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change; publish nothing.")
    ] = False,
    on_server: Annotated[
        bool, typer.Option("--on-server", help="Start a run on Prefect's server for each file.")
    ] = False,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="What to call the file that is piped in.")
    ] = "standard-input.se",
    as_json: AsJson = False,
) -> None:
    """Read ledger files, check them, and publish what nothing holds.

    They are SIE files, or journal files as `tasma template` prints one. A file replaces the fiscal
    year it is of; loading it again changes nothing. What does not pass is held, and the last good
    data stays. No server is needed.
    """
    if bool(tenant) == new_tenant:
        raise typer.BadParameter("say whose the files are: --tenant ID, or --new-tenant.")
    if on_server and new_tenant and dry_run:
        raise typer.BadParameter("a dry run on the server needs a tenant that is there: --tenant.")
    if on_server and STANDARD_INPUT in files:
        raise typer.BadParameter("the server reads files of its own machine: not what is piped in.")

    with with_standard_input(files, name=name) as given, open_stores() as stores:
        paths = ledger_files(given)
        if tenant:
            known_tenant(stores.hub, tenant)
        if on_server:
            _start_runs(stores, paths, tenant=tenant, dry_run=dry_run, as_json=as_json)
            return
        found = _import_all(stores, paths, tenant=tenant, dry_run=dry_run)
    loads = [load for file in found for load in file.loads]
    if as_json:
        show_json([as_dict(load) for load in loads])
    elif len(found) == 1:
        for load in loads:
            show_one(load)
    else:
        show_many(loads)
    raise typer.Exit(worst(code(load) for load in loads))


def _import_all(
    stores: Stores, paths: list[Path], *, tenant: str, dry_run: bool
) -> list[LoadResult]:
    with progress(len(paths)) as watch:
        return [
            _import_one(stores, path, tenant=tenant, dry_run=dry_run, watch=watch(path.name))
            for path in paths
        ]


def _import_one(
    stores: Stores, path: Path, *, tenant: str, dry_run: bool, watch: Callable[[str], None]
) -> LoadResult:
    try:
        if tenant:
            return import_here(stores, tenant, path, dry_run=dry_run, watch=watch)
        with _stores_for(stores, path, dry_run=dry_run) as chosen:
            owner = _owner(chosen, path, dry_run=dry_run)
            found = import_here(chosen, owner, path, dry_run=dry_run, watch=watch)
            found.is_trial = chosen is not stores
            if found.is_trial:
                found.made_with = _making(chosen.hub.tenants.get(owner))
            return found
    except (TasmaError, OSError) as problem:
        return LoadResult(tenant, path, message=str(problem), problem=problem)


def _stores_for(stores: Stores, path: Path, *, dry_run: bool) -> AbstractContextManager[Stores]:
    """Return where a file that names its own tenant is loaded: a dry run makes no tenant."""
    if dry_run and not is_known(stores.hub, path):
        return trial_stores()
    return nullcontext(stores)


def _owner(stores: Stores, path: Path, *, dry_run: bool = False) -> str:
    """Return the tenant that the file itself names, made if it is new."""
    found, is_new = tenant_of(stores.hub, path)
    if is_new:
        verb = "It would be a new tenant" if dry_run else "New tenant"
        number = found.organisation_number or "no number"
        remark(f"{verb} {found.id}: {found.name}, {number}, {found.country}.")
    return found.id


def _making(tenant: Tenant) -> str:
    """Return the command that makes the tenant that a file would make."""
    number = tenant.organisation_number
    return shlex.join(
        [
            *("tasma", "tenant", "add", tenant.id, "--trial", "--name", tenant.name),
            *(["--org-number", number] if number else []),
            *(["--country", tenant.country] if tenant.country != SWEDEN else []),
            *("--currency", tenant.currency),
        ]
    )


def _start_runs(
    stores: Stores, paths: list[Path], *, tenant: str, dry_run: bool, as_json: bool
) -> None:
    links, owners = {}, []
    for path in paths:
        owner = tenant or _owner(stores, path)
        owners.append(owner)
        links[str(path)] = start_import(owner, path.absolute(), dry_run=dry_run)
        if not as_json:
            say(f"{path.name}: started, see {links[str(path)]}")
    if as_json:
        show_json(links)
    else:
        next_steps(*(f"tasma tenant status {owner}" for owner in dict.fromkeys(owners)))
