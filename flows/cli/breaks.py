"""`tasma ledger breaks`: what the controls found in a year, beside it, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

import typer

from blocks.controls import Control, UnitContext, controls_for, own_controls
from blocks.hub import LaterFinding, Load, UnitState, UnitStatus
from blocks.hub.kept_years import let_go_with
from flows.cli.app import AsJson, command
from flows.cli.break_rows import HEADINGS, break_row, show_breaks_csv
from flows.cli.opening import TenantId, YearOrLatest, known_tenant, known_year, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from flows.cli.switches import is_given
from ledger.acceptance import is_foreign, letting_pass, open_part
from ledger.account_map import UNMAPPED
from ledger.controls import ControlResult, apart
from ledger.coverage import Coverage
from ledger.fiscal_year import FiscalYear, short_year
from ledger.readers import FORMATS
from tasks.findings import Findings, awaited, findings_of, findings_of_year
from tasks.recheck import RECHECKED

CUT: Final = "file_cut"
"""The diagnostic of a source that ends in the middle of something."""

OLDER: Final = "older_than_published"
"""The control that holds what would replace newer books: mostly nothing is to be corrected."""

UNDEFINED: Final = "year_defined"
"""The control that holds books of a year that the tenant does not have."""

SEND_STATEMENT: Final = "Take in what the customer exported from the source; nothing differs yet"
"""What to do about a statement that has not come."""

REASONED: Final = frozenset({"failed", "rejected"})
"""Statuses whose reason is not among the findings."""


@command(
    "ledger",
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
    """Show what the controls found in what is held of a year, else in what is published.

    Differences are actual - expected, debit positive. What files of less than a year (SIE 1-3, 4I)
    came to stands below, beside the year.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        wanted = known_year(hub, tenant, year)
        unit = hub.units.find(tenant, wanted)
        found = findings_of_year(hub, unit) if unit else None
        side_loads = [findings_of(hub, load) for load in hub.side_loads.of_unit(tenant, wanted)]
        later = hub.later.open_findings(tenant, wanted)
    if as_json:
        show_json(_as_dict(tenant, wanted, unit, found=found, side_loads=side_loads, later=later))
    elif unit is None or (found is None and not side_loads and not later):
        say(f"{tenant} {wanted} has no load that came as far as the controls.")
        next_steps(f"tasma events {tenant}")
    elif is_given("--csv"):
        listed = _listed(found, side_loads, later)
        show_breaks_csv(listed, everything=everything, limit=limit)
    else:
        _show(unit, found, side_loads, later=later, everything=everything, limit=limit)


def _listed(
    found: Findings | None, side_loads: list[Findings], later: list[LaterFinding]
) -> Iterator[tuple[str, ControlResult]]:
    """Yield all that controls found of the year, of what came later and beside it, by load."""
    for load in [found] if found else []:
        yield from ((load.load.load_id, result) for result in load.results)
    yield from ((one.asked_by_load_id, one.result) for one in later if one.is_break)
    for side_load in side_loads:
        yield from ((side_load.load.load_id, result) for result in side_load.results)


def _show(
    unit: UnitStatus,
    found: Findings | None,
    side_loads: list[Findings],
    *,
    later: list[LaterFinding],
    everything: bool,
    limit: int,
) -> None:
    place = f"{unit.tenant} {short_year(unit.fiscal_year)}"
    say(f"{place}: {unit.status}{f': {unit.reason}' if unit.status in REASONED else ''}")
    if found:
        if found.load.is_open and unit.status != "held":
            say(f"Still held: {found.load.reason}")
        elif not unit.load_id:
            say(f"Still published, load {found.load.load_id}:")
        _show_findings(found, everything=everything, limit=limit, later=later)
    known = _catalogue(found.load) if found and later else {}
    at_load = found.results if found else []
    for answer in later:
        control = known.get(answer.result.control)
        _show_later(answer, control, limit=limit, is_shown=_is_among(answer.result, at_load))
    if found:
        _show_next(place, unit, found)
    for item in side_loads:
        load = item.load
        what = Coverage.parse(load.coverage).in_words
        say("")
        why = f": {load.reason}" if load.reason else ""
        say(
            f"Beside the year, the {what} ({load.source} {load.source_kind}, load "
            f"{load.load_id}) is {load.status}{why}"
        )
        _show_findings(item, everything=everything, limit=limit)
        if load.is_open:
            next_steps(*_ways_out(place, item, option=f" --load {load.load_id}"))
    if side_loads and not found and not any(item.load.is_open for item in side_loads):
        next_steps(f"{_reload_command(side_loads[0].load)}   (a whole year)")


def _show_findings(
    found: Findings, *, everything: bool, limit: int, later: Sequence[LaterFinding] = ()
) -> None:
    speaks = found.load.status == UnitState.PUBLISHED
    gone = {one.result.control: one for one in later if speaks and not one.is_break}
    known = _catalogue(found.load)
    held_by = {item.control for item in found.holding}
    for result in found.results:
        if result.break_count:
            mark = _mark(found, result, is_holding=result.control in held_by)
            until = _until(gone.get(result.control))
            _show_breaks(result, known.get(result.control), limit=limit, mark=mark + until)
            if mark:
                _show_accepted(found, result)
    if everything and found.results:
        _show_controls(found.results, known)
    elif not any(result.break_count for result in found.results):
        say(_nothing_broke(found.results))


def _nothing_broke(results: list[ControlResult]) -> str:
    """Say so without a table; with no results at all, nobody knows."""
    if not results:
        return "What the controls found is kept no longer; load the books again to ask them anew."
    passed = sum(result.outcome == "passed" for result in results)
    skipped = len(results) - passed
    counts = f"{passed} controls passed, {skipped} do not apply" if skipped else f"{passed} passed"
    return f"Nothing broke: {counts} (--all lists them)."


def _until(answer: LaterFinding | None) -> str:
    """Say of breaks at the load that they are gone, by the later answer that says so."""
    return f", no longer so since {answer.found_at:%Y-%m-%d}" if answer else ""


def _is_among(result: ControlResult, shown: list[ControlResult]) -> bool:
    """Return whether a control said the same, down to each row that is shown of it."""
    return any(
        (one.control, one.severity, one.break_count)
        == (result.control, result.severity, result.break_count)
        and [*map(break_row, one.breaks)] == [*map(break_row, result.breaks)]
        for one in shown
    )


def _show_later(item: LaterFinding, control: Control | None, *, limit: int, is_shown: bool) -> None:
    """Show what was found after the year was loaded, with what gave rise to the question.

    `is_shown`: the same breaks stand above, as they were found at the load.
    """
    say("")
    when = f"{item.found_at:%Y-%m-%d}, when {short_year(item.asked_by_year)} was loaded"
    if not item.is_break:
        say(f"Later: {item.result.control} agrees since {when} (load {item.asked_by_load_id}).")
        return
    say(f"Later: found on {when} (load {item.asked_by_load_id}).")
    if is_shown:
        say(f"{item.result.control}: the same as above.")
        return
    _show_breaks(item.result, control, limit=limit, mark="")


def _mark(found: Findings, result: ControlResult, *, is_holding: bool) -> str:
    """Say what became of a break that would hold a load."""
    if not result.holds or is_holding:
        return ""
    if found.load.status == "rejected":
        return ", rejected"
    given = letting_pass(result, found.accepted)
    if open_part(result, given) is None:
        return ", accepted"
    return f", {'in part ' if given else ''}by an acceptance that has ended"


def _show_breaks(result: ControlResult, control: Control | None, *, limit: int, mark: str) -> None:
    own, common = apart(result.breaks)
    rows = [break_row(item) for item in own[:limit]]
    say("")
    title = f"{result.control}: {result.break_count:,} found, {result.severity}{mark}"
    show_table(HEADINGS, rows, title=title)
    if result.break_count > len(rows):
        say(f"... and {result.break_count - len(rows):,} more.")
    if common:
        say(f"Of all of them: {common}.")
    if control:
        advice = SEND_STATEMENT if awaited([result]) else control.what_to_do
        say(f"Should hold: {control.meaning}.", f"What to do:  {advice}.")


def _show_accepted(found: Findings, result: ControlResult) -> None:
    """Say who let breaks of a control pass, when and why; a decision on many is said once."""
    given = letting_pass(result, found.accepted)
    decisions = dict.fromkeys((it.accepted_by, it.accepted_at, it.reason) for it in given)
    for who, at, reason in decisions:
        say(f"Accepted by {who} on {at:%Y-%m-%d}: {reason}")


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


def _show_next(place: str, unit: UnitStatus, found: Findings) -> None:
    say("")
    if not found.load.is_open:
        wants_file = unit.status in {"rejected", "failed"}
        reload = let_go_with(place) if found.is_kept else _reload_command(found.load)
        next_steps(reload if wants_file else f"tasma ledger report {place}")
        return
    if found.holding:
        names = ", ".join(result.control for result in found.holding)
        say(f"Held by {names}. {_untouched(unit)}")
    else:
        say("Everything that held it has been accepted.")
    next_steps(*_ways_out(place, found))


def _untouched(unit: UnitStatus) -> str:
    if unit.last_published_at:
        return "What was published before is untouched."
    return "Nothing of the year is published."


def _ways_out(place: str, found: Findings, *, option: str = "") -> tuple[str, ...]:
    """Return what a person may do about a hold; another company's books are never accepted."""
    reject = _reject(place, option)
    number = f"tasma tenant correct {found.load.tenant} --org-number NUMBER"
    correct = _correct(found)
    if found.load.status == "failed" and found.load.coverage != "whole_year":
        return correct, f"or, if it is not wanted: {reject}"
    if found.load.status in {"partial", "evidence"}:
        return (f"when it has been looked into: {reject}",)
    if not found.holding:
        return (f"tasma publish {place}{option}",)
    if is_foreign(found.holding):
        return (
            f"these are another company's books: {reject}",
            f"or, if the tenant's number is wrong: {number}, then import the file again",
        )
    of_breaks = _ways_out_of_kept if found.is_kept else _ways_out_of_breaks
    return of_breaks(place, found, option=option)


def _ways_out_of_breaks(place: str, found: Findings, *, option: str) -> tuple[str, ...]:
    reject = _reject(place, option)
    correct = _correct(found)
    names = [result.control for result in found.holding]
    check = f"tasma accounts check {found.load.tenant}"
    first = [correct]
    if awaited(found.holding):
        add = f"tasma statements add {found.load.tenant} FILE"
        return add, f"or, {_accept(place, option)}", f"or, if it is a wrong file: {reject}"
    if UNMAPPED in names:
        first = [f"give the accounts a place: {check}, then load again", f"or {correct}"]
    if UNDEFINED in names:
        define = f"tasma tenant year add {place}"
        first = [f"if it is a year of the tenant's: {define}, then load again", f"or {correct}"]
    statement = [
        f"or, if the statement is wrong: tasma statements add {found.load.tenant} FILE"
        for name in names
        if name.startswith("customer_")
    ]
    accept = f"or, {_accept(place, option)}"
    if names == [OLDER]:
        return f"a file that came back or came late: {reject}", accept
    return (
        *first,
        *statement[:1],
        *([] if _is_cut(found) else [accept]),
        f"or, if {_why_rejected(found)}: {reject}",
    )


def _why_rejected(found: Findings) -> str:
    is_asked_anew = found.load.reason.startswith(RECHECKED)
    return "the control asks too much here" if is_asked_anew else "it is a wrong file"


def _ways_out_of_kept(place: str, found: Findings, *, option: str) -> tuple[str, ...]:
    """Return what a person may do about a hold of a year that is kept, and takes no other load."""
    ways = (
        *([] if _is_cut(found) else [_accept(place, option)]),
        f"if a later load is to replace the year: {let_go_with(place)}",
        f"if what is held is not wanted: {_reject(place, option)}",
    )
    return (ways[0], *(f"or, {way}" for way in ways[1:]))


def _correct(found: Findings) -> str:
    return f"correct it at the source, then {_reload_command(found.load)}"


def _reject(place: str, option: str) -> str:
    return f'tasma ledger reject {place}{option} --reason "..."'


def _accept(place: str, option: str) -> str:
    return f'if it is right as it is: tasma accept {place}{option} --reason "..."'


def _is_cut(found: Findings) -> bool:
    """Return whether the source breaks off: what did not come is never right as it is."""
    breaks = (item for result in found.holding for item in result.breaks)
    return any(CUT in item.detail for item in breaks)


def _reload_command(load: Load) -> str:
    """Return the command that brings the corrected books, the way they came."""
    if load.source in FORMATS:
        return f"tasma import FILE --tenant {load.tenant}"
    return f"tasma ledger pull {load.tenant} --year {short_year(load.fiscal_year)}"


def _catalogue(load: Load) -> dict[str, Control]:
    context = UnitContext(own=own_controls(load.tenant))
    found = controls_for(load.source, load.source_kind, context=context)
    return {control.name: control for control in found}


def _as_dict(
    tenant: str,
    year: FiscalYear,
    unit: UnitStatus | None,
    *,
    found: Findings | None,
    side_loads: list[Findings],
    later: list[LaterFinding],
) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "fiscal_year": year.key,
        "status": unit.status if unit else "",
        "reason": unit.reason if unit else "",
        **_findings_as_dict(found),
        "beside": [_findings_as_dict(item) for item in side_loads],
        "later": later,
    }


def _findings_as_dict(found: Findings | None) -> dict[str, Any]:
    return {
        "load": found.load if found else None,
        "held_by": [result.control for result in found.holding] if found else [],
        "controls": found.results if found else [],
        "accepted": found.accepted if found else [],
    }
