"""`tasma accept`, `tasma publish`, `tasma ledger reject`: a person's decision about a hold."""

from __future__ import annotations

import getpass
from typing import Annotated, Final

import typer

from blocks.hub import UnitState
from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.imported import as_dict, code, show_one
from flows.cli.local import publish_here
from flows.cli.opening import KnownYear, TenantId, known_tenant, known_year, parse_day
from flows.cli.output import next_steps, remark, say, show_json
from flows.cli.progress import progress
from ledger.fiscal_year import short_year
from ledger.unit import Unit
from tasks.accept import accept_breaks, reject_hold
from tasks.stores import Stores, open_stores

LET_GO: Final = " It is kept no longer: the next load replaces it, if the controls let it pass."
"""Of a year that was kept for the load that a person refused."""

OfLoad = Annotated[
    str,
    typer.Option(
        "--load",
        metavar="ID",
        help="A held file of less than a year (SIE 1-3, 4I), by the id that breaks shows.",
    ),
]


@command(
    "accept",
    examples=(
        'tasma accept acme 2024 --reason "corrected in January, see voucher A12"',
        'tasma accept acme 2024 --control mass_removal --reason "X was moved"',
    ),
)
def accept(
    tenant: TenantId,
    year: KnownYear,
    *,
    reason: Annotated[str, typer.Option(help="Why it is right nevertheless; kept with the data.")],
    control: Annotated[
        list[str] | None,
        typer.Option(help="Only the breaks of this control; may be given again."),
    ] = None,
    by: Annotated[str, typer.Option(help="Who decides; else this machine's user.")] = "",
    expires: Annotated[
        str,
        typer.Option(metavar="YYYY-MM-DD", help="Its last day; else until a break changes."),
    ] = "",
    publish_too: Annotated[
        bool, typer.Option("--publish/--no-publish", help="Publish at once if nothing else holds.")
    ] = True,
    load: OfLoad = "",
    as_json: AsJson = False,
) -> None:
    """Let the breaks pass that hold a year, and publish it.

    An acceptance speaks of these very breaks, as `tasma ledger breaks` shows them; when one
    changes, it holds again. It is kept with reason, person and time. Another company's books are
    never accepted: `tasma ledger reject`.
    """
    who = by or getpass.getuser()
    with open_stores() as stores:
        unit = _unit(stores, tenant, year)
        before = stores.hub.acceptances.of_tenant(tenant)
        left = accept_breaks(
            stores,
            unit,
            controls=control or [],
            reason=reason,
            accepted_by=who,
            expires_on=parse_day(expires) if expires else None,
            load_id=load,
        )
        if not as_json:
            say(f"Accepted for {unit} by {who}.")
            given = (
                item for item in stores.hub.acceptances.of_tenant(tenant) if item not in before
            )
            if not all(item.fiscal_year for item in given):
                remark(
                    "That this program's files name no organisation number is accepted for every "
                    "year (for this one alone if the file names no program), until it is "
                    f"withdrawn: `tasma ledger acceptances {tenant}`"
                )
        if publish_too and not left:
            raise typer.Exit(_publish(stores, unit, load_id=load, as_json=as_json))
    names = [result.control for result in left]
    if as_json:
        show_json({"tenant": tenant, "fiscal_year": unit.year.key, "still_held_by": names})
    elif names:
        say(f"Still held by {', '.join(names)}.")
        next_steps(f"tasma ledger breaks {tenant} {short_year(unit.year.key)}")
    else:
        next_steps(f"tasma publish {tenant} {short_year(unit.year.key)}")
    raise typer.Exit(ExitCode.HELD if names else ExitCode.DONE)


@command("publish", examples=("tasma publish acme 2024",))
def publish(
    tenant: TenantId, year: KnownYear, *, load: OfLoad = "", as_json: AsJson = False
) -> None:
    """Publish a held load whose breaks were accepted.

    The controls run anew against what is published now; what changed since holds it again.
    """
    with open_stores() as stores:
        unit = _unit(stores, tenant, year)
        raise typer.Exit(_publish(stores, unit, load_id=load, as_json=as_json))


@command(
    "ledger",
    "reject",
    examples=('tasma ledger reject acme 2024 --reason "the file is of another company"',),
)
def reject(
    tenant: TenantId,
    year: KnownYear,
    *,
    reason: Annotated[str, typer.Option(help="Why it is wrong; kept in the event log.")],
    by: Annotated[str, typer.Option(help="Who decides; else this machine's user.")] = "",
    load: OfLoad = "",
    as_json: AsJson = False,
) -> None:
    """Refuse what is held of a year, such as a wrong file; it is never published.

    The year is then as the last good load left it. The right file, or the next pull, is judged by
    itself; the same file again is held again.
    """
    with open_stores() as stores:
        unit = _unit(stores, tenant, year)
        was_kept = stores.hub.kept_years.find(tenant, unit.year)
        status = reject_hold(
            stores, unit, reason=reason, rejected_by=by or getpass.getuser(), load_id=load
        )
        is_let_go = was_kept and not stores.hub.kept_years.find(tenant, unit.year)
    is_now = status.status if status else ""
    if as_json:
        show_json({"tenant": tenant, "fiscal_year": unit.year.key, "status": is_now})
        return
    if is_now == UnitState.HELD:
        say(f"Rejected for {unit}. What was held before it is held still.")
        next_steps(f"tasma ledger breaks {tenant} {short_year(unit.year.key)}")
        return
    say(f"Rejected for {unit}. The year is {is_now or 'as it was'}.{LET_GO if is_let_go else ''}")
    next_steps(f"tasma tenant status {tenant}")


def _publish(stores: Stores, unit: Unit, *, load_id: str, as_json: bool) -> int:
    with progress(1) as watch:
        found = publish_here(stores, unit, load_id=load_id, watch=watch(str(unit)))
    if as_json:
        show_json(as_dict(found))
    else:
        show_one(found)
    return code(found)


def _unit(stores: Stores, tenant: str, year: str) -> Unit:
    known_tenant(stores.hub, tenant)
    return Unit(tenant, known_year(stores.hub, tenant, year))
