"""What became of imported files, in words, as a table and for scripts."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from blocks.hub.kept_years import KEPT, let_go_with, tells_of_kept
from flows.cli.exits import ExitCode
from flows.cli.failure import refusal
from flows.cli.output import next_steps, remark, say, show_table
from flows.cli.result import LoadResult
from ledger.controls import Answer, ControlResult, apart
from ledger.coverage import WHOLE_YEAR
from ledger.fiscal_year import short_year
from ledger.outcome import Outcome
from ledger.readers import JOURNAL
from ledger.text import number_of
from tasks.findings import awaited
from tasks.ledger_files import NotALedger
from tasks.ledger_sources import origin_of
from tasks.reconcile import Judgement

UNFINISHED: Final = {
    Outcome.FAILED: "mend what the message says, then run the command again",
    Outcome.BUSY: "wait as the message says, then run the command again",
}
"""What to do after outcomes of which nothing is known but the message."""

SAMPLES_ALONE: Final = (
    "It holds no voucher of its own: the template's sample rows are nobody's books. Put your own "
    "in their place."
)

TRIED: Final = "(dry run: nothing was published)"

MISSING: Final = "identity_missing"
"""The control of a source that names no company; it is not asked of a tenant that has no number."""

STEPS_SHOWN: Final = 5
"""Steps to take after many files; most of what is left is of one kind."""

BREAKS_SHOWN: Final = 5
"""Breaks of a control that are shown at once; `tasma ledger breaks` shows more."""


def code(found: LoadResult) -> ExitCode:
    """Return the exit code of one file; a dry run is worth what it would be.

    A file that a kept year leaves aside waits for a person who lets the year go.
    """
    if is_of_kept_year(found) and found.path != Path():
        return ExitCode.HELD
    return ExitCode((found.would_be or found.outcome).exit_code)


def place(found: LoadResult) -> str:
    """Name tenant and year as the commands take them: ``acme 2024``."""
    return f"{found.tenant} {short_year(found.fiscal_year) if found.fiscal_year else ''}".strip()


def show_one(found: LoadResult, *, real_run: str = "") -> None:
    """Say what became of one file, why, and what to do next.

    `real_run`: the command that does what a dry run showed, where it is no import.
    """
    if found.outcome in UNFINISHED:
        remark(f"{found.outcome.state_name}: {found.message}")
        next_steps(*([real_run] if real_run and found.would_be else _next(found)))
        return
    say(f"{place(found)}: {in_words(found)}")
    if found.facts and found.load:
        say(f"{_source(found)}, in {found.took_s:.1f} s.")
        if found.facts.source == JOURNAL.name and not found.count("voucher"):
            say(SAMPLES_ALONE)
    if found.judgement:
        for result in found.judgement.holding:
            show_breaks(f"Held by {result.control}", result)
        for result in found.judgement.compared:
            show_breaks(f"Beside the published year, {result.control}", result)
        say(*(f"Passes {line}" for line in found.judgement.accepted))
        if remarks := _remarks(found.judgement):
            say(f"Not in the way, but worth a look: {remarks}.")
        if _proves_nobody(found.judgement.results) and not found.is_trial:
            number = f"`tasma tenant correct {found.tenant} --org-number NUMBER`"
            say(f"Nothing proves whose books these are: the tenant has no number ({number}).")
    next_steps(*([real_run] if real_run and found.would_be else _next(found)))


def show_many(files: list[LoadResult]) -> None:
    """Show a table of what became of each load of each file, and count the outcomes."""
    headings = ("file", "tenant", "fiscal year", "outcome", "vouchers", "postings", "what")
    rows = [
        (
            found.path.name,
            found.tenant,
            short_year(found.fiscal_year) or "-",
            _outcome(found),
            found.count("voucher"),
            found.count("posting"),
            _in_brief(found),
        )
        for found in files
    ]
    show_table(headings, rows, spare=("postings", "vouchers", "fiscal year"))
    outcomes = [_outcome(found) for found in files]
    counted = ", ".join(f"{outcomes.count(name)} {name}" for name in dict.fromkeys(outcomes))
    say(f"{number_of(len({found.path for found in files}), 'file')}: {counted}.")
    next_steps(*(_open_ends(files) or ("tasma tenant status",)))


def _open_ends(files: list[LoadResult]) -> list[str]:
    """Return the first steps of what came to no good end: the worst first, anothers' files last."""
    # Of a year its last file counts; what could not be read, and what is another's, is of none.
    last = {
        place(found) if found.fiscal_year and not _is_anothers(found) else str(found.path): found
        for found in files
    }
    left = [found for found in last.values() if code(found)]
    steps = dict.fromkeys(_next(found)[0] for found in sorted(left, key=_urgency))
    shown = list(steps)[:STEPS_SHOWN]
    more = len(steps) - len(shown)
    return [*shown, *([f"... and {more:,} more: each file alone says its own"] if more else [])]


def _urgency(found: LoadResult) -> tuple[bool, int]:
    return _is_anothers(found), (found.would_be or found.outcome).goodness


def _is_anothers(found: LoadResult) -> bool:
    return bool(found.judgement and found.judgement.is_foreign)


def show_breaks(title: str, result: ControlResult) -> None:
    """Show the first breaks of a control; what all of them say is said once."""
    say(f"{title} ({result.break_count:,}):")
    own, common = apart(result.breaks)
    for item in own[:BREAKS_SHOWN]:
        say(f"  {item}")
    if result.break_count > BREAKS_SHOWN:
        say(f"  ... and {result.break_count - BREAKS_SHOWN:,} more")
    if common:
        say(f"  Of all of them: {common}")


def as_dict(found: LoadResult) -> dict[str, Any]:
    """Return what a script wants to know of one file."""
    holding = found.judgement.holding if found.judgement else []
    return {
        "file": found.path,
        "tenant": found.tenant,
        "fiscal_year": found.fiscal_year,
        "outcome": found.outcome,
        "would_be": found.would_be or "",
        "exit_code": int(code(found)),
        "message": found.message,
        **refusal(found.problem),
        "load_id": found.load.load_id if found.load else "",
        "digest": found.load.staged.digest if found.load else "",
        "vouchers": found.count("voucher"),
        "postings": found.count("posting"),
        "held_by": holding,
        "refused": found.refused.vouchers.to_pylist() if found.refused else [],
    }


def after_hold(found: LoadResult, where: str) -> tuple[str, ...]:
    """Return what a person does about a hold: sees it, and is told there what ways out there are.

    Another company's books have one way out. To accept breaks that nobody has looked at is none.
    """
    look = f"tasma ledger breaks {where}   (each break, and what may be done about it)"
    if found.judgement is None or not found.judgement.is_foreign:
        return (look,)
    is_whole = found.facts is None or found.facts.coverage == WHOLE_YEAR
    of_load = "" if is_whole or not found.load else f" --load {found.load.load_id}"
    return look, f'tasma ledger reject {where}{of_load} --reason "..."'


def _next(found: LoadResult) -> tuple[str, ...]:
    where = place(found)
    if found.refused:
        retry = f"{_import_command(found)} --tenant {found.tenant}"
        return (*filter(None, [found.made_with]), *found.refused.commands, retry)
    if is_of_kept_year(found):
        return (f"{let_go_with(where)}   (then load the file again)",)
    if found.would_be:
        return (_after_dry_run(found),)
    if found.outcome in {Outcome.HELD, Outcome.PARTIAL, Outcome.EVIDENCE}:
        return _next_of_open(found, where)
    if found.outcome in UNFINISHED:
        return (_after_failure(found),)
    return (f"tasma ledger report {where}", f"tasma tenant status {found.tenant}")


def _after_failure(found: LoadResult) -> str:
    problem = found.problem
    if isinstance(problem, NotALedger) and problem.values["statement"]:
        return f"tasma statements add {found.tenant or 'TENANT'} {_path(found)}"
    return UNFINISHED[found.outcome]


def _path(found: LoadResult) -> str:
    return shlex.quote(str(found.path))


def _import_command(found: LoadResult) -> str:
    return f"tasma import {_path(found)}"


def _after_dry_run(found: LoadResult) -> str:
    file = _import_command(found)
    if _is_anothers(found):
        return f"{file} --new-tenant --dry-run   (it is another company's)"
    real_run = f"{file} {'--new-tenant' if found.is_trial else f'--tenant {found.tenant}'}"
    if code(found) is not ExitCode.HELD:
        return real_run
    return f"{real_run} --dry-run   (once what holds it was mended where the file was made)"


def _next_of_open(found: LoadResult, where: str) -> tuple[str, ...]:
    if found.outcome is not Outcome.HELD:
        return (f"tasma ledger breaks {where}",)
    if waits_for_statements(found):
        return (f"tasma statements add {found.tenant} FILE", f"tasma tenant open {found.tenant}")
    return after_hold(found, where)


def waits_for_statements(found: LoadResult) -> bool:
    """Return whether nothing but the customer's statements holds a first transfer."""
    return bool(found.judgement and awaited(found.judgement.holding))


def in_words(found: LoadResult) -> str:
    """Say what became of a load, or would become of it; what holds it is listed below that."""
    is_held = bool(found.judgement and found.judgement.holding)
    why = "" if is_held else f". {found.why}"
    if is_of_kept_year(found):
        return _left_as_it_is(found)
    if found.would_be:
        return f"would be {found.would_be}{why} {TRIED}"
    return f"{found.outcome}{why}"


def is_of_kept_year(found: LoadResult) -> bool:
    """Return whether a person keeps the year, so that this load takes no place in it."""
    return Outcome.KEPT in {found.outcome, found.would_be} and tells_of_kept(found.message)


def _left_as_it_is(found: LoadResult) -> str:
    # What would hold it is listed below.
    held_by = found.judgement.reason if found.would_be and found.judgement else ""
    why = found.why.removesuffix(held_by).rstrip(". ")
    why = f"the year is {why}" if why.startswith(KEPT) else why
    if not found.would_be:
        return f"not loaded: {why}"
    return f"would not be loaded: {why} {TRIED}"


def _outcome(found: LoadResult) -> str:
    return f"would be {found.would_be}" if found.would_be else str(found.outcome)


def _in_brief(found: LoadResult) -> str:
    if found.plan is None or (found.judgement and found.judgement.holding):
        return found.message
    plan = found.plan
    first = "first load" if plan.first_load else f"+{plan.added:,} -{plan.removed:,}"
    return first if plan.first_load else f"{first} changed {plan.changed:,}"


def _source(found: LoadResult) -> str:
    facts = found.facts
    if facts is None:
        return ""
    counts = ", ".join(number_of(found.count(one), one) for one in ("voucher", "posting"))
    return f"{origin_of(facts)}: {counts}"


def _proves_nobody(results: Sequence[ControlResult]) -> bool:
    """Return whether the tenant has no organisation number to hold a source's against."""
    return any(
        result.control == MISSING and result.outcome is Answer.NOT_APPLICABLE for result in results
    )


def _remarks(judgement: Judgement) -> str:
    found = [
        item
        for item in judgement.results
        if item.outcome is Answer.BROKEN and not item.holds and item not in judgement.compared
    ]
    return ", ".join(f"{item.control} ({item.break_count:,}, {item.severity})" for item in found)
