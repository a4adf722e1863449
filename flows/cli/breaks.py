"""`tasma ledger breaks`: what the controls found in the latest load of a year, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.app import AsJson, command
from flows.cli.ledger import ledger
from flows.cli.opening import TenantId, YearOrLatest, known_tenant, known_year, open_hub, short
from flows.cli.output import next_steps, say, show_json, show_table

if TYPE_CHECKING:
    from blocks.controls import Control
    from blocks.hub import Hub, Load, UnitStatus
    from ledger.controls import ControlResult

HEADINGS = ("account", "month", "voucher", "expected", "actual", "difference", "kind", "detail")


@command(
    ledger,
    "breaks",
    examples=(
        "tasma ledger breaks acme",
        "tasma ledger breaks acme 2024 --all",
        "tasma ledger breaks acme 2024 --json",
    ),
)
def breaks(
    tenant: TenantId,
    year: YearOrLatest = "",
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also the controls that passed or do not apply.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Most breaks of a control.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what the controls found in the latest load of a year, held or published.

    Differences are actual - expected, debit positive.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        wanted = known_year(hub, tenant, year)
        unit = hub.units.find(tenant, wanted)
        if unit is None or not unit.load_id:
            say(f"{tenant} {wanted} has no load that came as far as the controls.")
            next_steps(f"tasma events {tenant}")
            return
        load, results = _judged(hub, unit)
        holding = hub.acceptances.unaccepted(tenant, wanted, results)
    if as_json:
        show_json(_as_dict(unit, load, results=results, holding=holding))
        return
    say(f"{tenant} {short(wanted.key)}: {unit.status}")
    known = _catalogue(load)
    for result in results:
        if result.break_count:
            is_accepted = result.holds and result.control not in {item.control for item in holding}
            _show_breaks(result, known.get(result.control), limit=limit, is_accepted=is_accepted)
    if everything or not any(result.break_count for result in results):
        _show_controls(results, known)
    _show_next(unit, holding)


def _judged(hub: Hub, unit: UnitStatus) -> tuple[Load, list[ControlResult]]:
    """Return the load in hand with its findings; one that changed nothing has an earlier one's."""
    load = hub.loads.get(unit.load_id)
    for same in hub.loads.of_unit(unit.tenant, unit.year):
        if same.digest == load.digest and (results := hub.loads.results(same.load_id)):
            return same, results
    return load, []


def _show_breaks(
    result: ControlResult, control: Control | None, *, limit: int, is_accepted: bool
) -> None:
    rows = [
        (
            item.account_number,
            item.period,
            item.voucher_key,
            item.expected,
            item.actual,
            item.difference,
            item.kind.replace("_", " "),
            item.detail,
        )
        for item in result.breaks[:limit]
    ]
    say("")
    accepted = ", accepted" if is_accepted else ""
    title = f"{result.control}: {result.break_count:,} found, {result.severity}{accepted}"
    show_table(HEADINGS, rows, title=title)
    if result.break_count > len(rows):
        say(f"... and {result.break_count - len(rows):,} more.")
    if control:
        say(f"Should hold: {control.meaning}.\nWhat to do:  {control.what_to_do}.")


def _show_controls(results: list[ControlResult], known: dict[str, Control]) -> None:
    rows = [
        (
            result.outcome.replace("_", " "),
            result.control,
            result.severity,
            result.break_count,
            result.reason or (known[result.control].meaning if result.control in known else ""),
        )
        for result in results
    ]
    say("")
    show_table(("outcome", "control", "if broken", "breaks", "what holds when it passes"), rows)


def _show_next(unit: UnitStatus, holding: list[ControlResult]) -> None:
    place = f"{unit.tenant} {short(unit.fiscal_year)}"
    say("")
    if unit.status != "held":
        next_steps(f"tasma ledger report {place}")
    elif holding:
        names = ", ".join(result.control for result in holding)
        say(f"Held by {names}. What was published before is untouched.")
        next_steps(
            f"correct it at the source, then tasma import FILE --tenant {unit.tenant}",
            f'or, if it is right as it is: tasma accept {place} --reason "..."',
        )
    else:
        say("Everything that held it has been accepted.")
        next_steps(f"tasma publish {place}")


def _catalogue(load: Load) -> dict[str, Control]:
    from blocks.controls import UnitContext, controls_for  # noqa: PLC0415 - brings DuckDB

    found = controls_for(load.source, load.source_kind, context=UnitContext())
    return {control.name: control for control in found}


def _as_dict(
    unit: UnitStatus, load: Load, *, results: list[ControlResult], holding: list[ControlResult]
) -> dict[str, Any]:
    return {
        "tenant": unit.tenant,
        "fiscal_year": unit.fiscal_year,
        "status": unit.status,
        "reason": unit.reason,
        "load": load,
        "held_by": [result.control for result in holding],
        "controls": results,
    }
