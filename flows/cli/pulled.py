"""What became of pulled years, in words, as a table and for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blocks.hub.kept_years import let_go_with
from flows.cli.exits import ExitCode
from flows.cli.failure import refusal
from flows.cli.imported import (
    after_hold,
    code,
    in_words,
    is_of_kept_year,
    place,
    show_breaks,
)
from flows.cli.output import next_steps, remark, say, show_table
from flows.cli.result import LoadResult
from ledger.fiscal_year import short_year
from ledger.outcome import Outcome
from ledger.text import number_of
from tasks.onboarding import NotOpen


def show_one(found: LoadResult) -> None:
    """Say what became of one year, why, and what to do next."""
    if code(found) in {ExitCode.FAILED, ExitCode.BUSY}:
        remark(f"{place(found)}: {found.outcome}. {found.message}")
        next_steps(*_next(found))
        return
    say(f"{place(found)}: {in_words(found)}")
    if found.load:
        counts = ", ".join(number_of(found.count(one), one) for one in ("voucher", "posting"))
        say(f"From {found.title}: {counts}, in {found.calls} calls and {found.took_s:.1f} s.")
    for result in found.judgement.holding if found.judgement else []:
        show_breaks(f"Held by {result.control}", result)
    next_steps(*_next(found))


def show_many(years: Sequence[LoadResult]) -> None:
    """Show a table of what became of each year, and count the outcomes."""
    headings = ("tenant", "fiscal year", "outcome", "rows", "calls", "seconds", "what")
    rows = [
        (
            found.tenant,
            short_year(found.fiscal_year),
            found.outcome,
            found.rows,
            found.calls,
            f"{found.took_s:.1f}",
            " ".join(found.message.split()),
        )
        for found in years
    ]
    show_table(headings, rows, spare=("seconds", "calls", "rows"))
    outcomes = [found.outcome for found in years]
    counted = ", ".join(f"{outcomes.count(name)} {name}" for name in dict.fromkeys(outcomes))
    say(f"{number_of(len(years), 'year')}: {counted}.")
    others = [found for found in years if code(found) and not found.in_its_place]
    steps = [*_corrected_years(years), *(step for found in others for step in _next(found)[:1])]
    planned = dict.fromkeys(it.tenant for it in years if it.would_be)
    steps = steps or [f"tasma ledger pull {tenant}" for tenant in planned]
    next_steps(*dict.fromkeys(steps or ("tasma tenant status",)))


def as_dict(found: LoadResult) -> dict[str, Any]:
    """Return what a script wants to know of one year."""
    return {
        "tenant": found.tenant,
        "fiscal_year": found.fiscal_year,
        "outcome": found.outcome,
        "would_be": found.would_be or "",
        "exit_code": int(code(found)),
        "message": found.message,
        **refusal(found.problem),
        "load_id": found.load.load_id if found.load else "",
        "digest": found.load.staged.digest if found.load else "",
        "rows": found.rows,
        "calls": found.calls,
        "held_by": found.judgement.holding if found.judgement else [],
    }


def _corrected_years(years: Sequence[LoadResult]) -> tuple[str, ...]:
    """Return how years of other dates in the source are corrected here, if those are right.

    What has to go goes first: two years of a tenant share no day.
    """
    return (
        *(f"tasma tenant year retire {place(found)}" for found in years if found.in_its_place),
        *(
            f"tasma tenant year add {found.tenant} {short_year(year.key)}"
            for found in years
            for year in found.in_its_place
        ),
    )


def _after_failure(found: LoadResult) -> tuple[str, ...]:
    if found.in_its_place:
        return _corrected_years([found])
    if isinstance(found.problem, NotOpen):
        return (f"tasma tenant open {found.tenant}",)
    if "those it has: " in found.message:
        return (f"tasma tenant year list {found.tenant}",)
    if "--define" in found.message:
        return (f"tasma tenant year add {place(found)}",)
    return (f"tasma connect check {found.tenant}",)


def _next(found: LoadResult) -> tuple[str, ...]:
    tenant = found.tenant
    if found.would_be:
        return (f"tasma ledger pull {tenant} --year {short_year(found.fiscal_year)}",)
    if found.outcome is Outcome.HELD:
        return after_hold(found, place(found))
    if found.outcome is Outcome.KEPT:
        year = short_year(found.fiscal_year)
        if is_of_kept_year(found):
            return (let_go_with(place(found)),)
        return (f"tasma ledger pull {tenant} --year {year} --overwrite-uploaded",)
    if code(found):
        return _after_failure(found)
    return (f"tasma ledger report {place(found)}", f"tasma tenant status {tenant}")
