"""What became of pulled years, in words, as a table and for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.cli.exits import ExitCode
from flows.cli.failure import refusal
from flows.cli.imported import decision, in_words, show_breaks
from flows.cli.output import next_steps, remark, say, show_table
from flows.cli.pulling import Pulled, why
from ledger.fiscal_year import short_year
from ledger.outcome import Outcome


def code(found: Pulled) -> ExitCode:
    """Return the exit code of one year; a dry run is worth what it would be."""
    return ExitCode((found.work.would_be or found.work.outcome).exit_code)


def place(found: Pulled) -> str:
    """Name tenant and year as the commands take them: ``acme 2024``."""
    return f"{found.unit.tenant} {short_year(found.unit.year.key)}"


def show_one(found: Pulled) -> None:
    """Say what became of one year, why, and what to do next."""
    if code(found) in {ExitCode.FAILED, ExitCode.BUSY}:
        remark(f"{place(found)}: {found.outcome}. {found.message}")
        next_steps(*_next(found))
        return
    say(f"{place(found)}: {in_words(found.work)}")
    if found.work.load:
        tables = found.work.load.staged.tables
        counts = ", ".join(f"{tables[name].row_count:,} {name}s" for name in ("voucher", "posting"))
        say(f"From {found.title}: {counts}, in {found.calls} calls and {found.took_s:.1f} s.")
    for result in found.work.judgement.holding if found.work.judgement else []:
        show_breaks(f"Held by {result.control}", result)
    next_steps(*_next(found))


def show_many(years: Sequence[Pulled]) -> None:
    """Show a table of what became of each year, and count the outcomes."""
    headings = ("tenant", "fiscal year", "outcome", "rows", "calls", "seconds", "what")
    rows = [
        (
            found.unit.tenant,
            short_year(found.unit.year.key),
            found.outcome,
            found.rows,
            found.calls,
            f"{found.took_s:.1f}",
            why(found),
        )
        for found in years
    ]
    show_table(headings, rows, spare=("seconds", "calls", "rows"))
    outcomes = [found.outcome for found in years]
    counted = ", ".join(f"{outcomes.count(name)} {name}" for name in dict.fromkeys(outcomes))
    say(f"{len(years)} years: {counted}.")
    others = [found for found in years if code(found) and not found.in_its_place]
    steps = [*_corrected_years(years), *(step for found in others for step in _next(found)[:1])]
    planned = dict.fromkeys(it.unit.tenant for it in years if it.outcome == "planned")
    steps = steps or [f"tasma ledger pull {tenant}" for tenant in planned]
    next_steps(*dict.fromkeys(steps or ("tasma tenant status",)))


def as_dict(found: Pulled) -> dict[str, Any]:
    """Return what a script wants to know of one year."""
    work = found.work
    return {
        "tenant": found.unit.tenant,
        "fiscal_year": found.unit.year.key,
        "outcome": found.outcome,
        "would_be": work.would_be or "",
        "exit_code": int(code(found)),
        "message": found.message,
        **refusal(found.problem),
        "load_id": work.load.load_id if work.load else "",
        "digest": work.load.staged.digest if work.load else "",
        "rows": found.rows,
        "calls": found.calls,
        "held_by": work.judgement.holding if work.judgement else [],
    }


def _corrected_years(years: Sequence[Pulled]) -> tuple[str, ...]:
    """Return how years of other dates in the source are corrected here, if those are right.

    What has to go goes first: two years of a tenant share no day.
    """
    return (
        *(f"tasma tenant year retire {place(found)}" for found in years if found.in_its_place),
        *(
            f"tasma tenant year add {found.unit.tenant} {short_year(year.key)}"
            for found in years
            for year in found.in_its_place
        ),
    )


def _after_failure(found: Pulled) -> tuple[str, ...]:
    if found.in_its_place:
        return _corrected_years([found])
    if "those it has: " in found.message:
        return (f"tasma tenant year list {found.unit.tenant}",)
    if "--define" in found.message:
        return (f"tasma tenant year add {place(found)}",)
    return (f"tasma connect check {found.unit.tenant}",)


def _next(found: Pulled) -> tuple[str, ...]:
    tenant = found.unit.tenant
    if found.work.would_be:
        return (f"tasma ledger pull {tenant} --year {short_year(found.unit.year.key)}",)
    if found.outcome is Outcome.HELD:
        return (
            f"tasma ledger breaks {place(found)}",
            decision(found.work, place(found)),
        )
    if found.outcome is Outcome.KEPT:
        year = short_year(found.unit.year.key)
        return (f"tasma ledger pull {tenant} --year {year} --overwrite-uploaded",)
    if code(found):
        return _after_failure(found)
    return (f"tasma ledger report {place(found)}", f"tasma tenant status {tenant}")
