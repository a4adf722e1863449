"""The pages of a unit: what the controls said, and what a load changes. Readable without code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from blocks.controls import Control
from blocks.hub import LaterFinding
from blocks.staging import StagedUnit
from blocks.translated import control_title
from blocks.warehouse.records import AccountChange, ChangePlan, VoucherChange
from ledger.controls import Answer, Break, ControlResult
from ledger.fiscal_year import year_in_words
from ledger.text import number_of
from ledger.unit import Unit
from tasks.ledger_sources import origin_of
from tasks.pages.break_months import months_of_breaks
from tasks.pages.markdown import amount, and_more, document, escaped, filled, table
from tasks.reconcile import Judgement

BREAKS_SHOWN: Final = 50
"""Breaks of one control on a page; the hub keeps up to `MAX_BREAKS_KEPT`."""

CHANGES_SHOWN: Final = 100
"""Vouchers, and accounts, on a page; the warehouse keeps them all."""

HELD_ADVICE: Final = (
    "What was published before stays. Mend the source and load it again; or, if the figures are "
    "right as they are, run *accept-hold* with a reason, which publishes it too. A wrong file is "
    "put away by *reject-hold*."
)

FOREIGN_ADVICE: Final = (
    "What was published before stays. These are another company's books, which nobody can accept: "
    "run *reject-hold* with a reason and load the right file. If the tenant's organisation number "
    "is what is wrong, correct it (`tasma tenant correct TENANT --org-number NUMBER`) and load the "
    "file again."
)

SIDE_LOAD_ADVICE: Final = (
    "The file is of less than a year: it stands beside the year, whose status and figures stay as "
    "they are. Correct it at its source and load it again; or run *accept-hold* or *reject-hold* "
    "with `load_id` {} and a reason."
)

MARK: Final = {
    Answer.PASSED: "✓ passed",
    Answer.BROKEN: "✗ broken",
    Answer.NOT_APPLICABLE: "○ not applicable",
}


def reconciliation_page(
    unit: Unit,
    staged: StagedUnit,
    judgement: Judgement,
    *,
    verdict: str,
    load_id: str = "",
) -> str:
    """Return whether the load agrees with itself and its source, control by control (R-X-8)."""
    known = {control.name: control for control in judgement.controls}
    holding = [_control_breaks(result, known) for result in judgement.holding]
    names = {result.control for result in judgement.holding}
    others = [
        _control_breaks(result, known)
        for result in judgement.results
        if result.outcome is Answer.BROKEN and result.control not in names
    ]
    return document(
        f"# {unit}: {verdict}",
        _advice(staged, judgement, load_id) if holding else "Nothing holds the load.",
        _accepted(unit, judgement),
        "## What holds the load" if holding else "",
        *holding,
        months_of_breaks(judgement.results),
        "## What was loaded",
        _source_table(staged, load_id),
        "## All controls",
        _control_table(judgement.results, known),
        "## Other findings" if others else "",
        *others,
    )


def _accepted(unit: Unit, judgement: Judgement) -> str:
    """Name what passes by an acceptance; whose it is stands on no page of Prefect's (R-X-3c)."""
    if not judgement.passing:
        return ""
    names = escaped(", ".join(judgement.passing))
    command = f"tasma ledger acceptances {unit.tenant}"
    return f"Passes, since somebody accepted it: {names}. Who, and why: `{command}`."


def _advice(staged: StagedUnit, judgement: Judgement, load_id: str) -> str:
    if judgement.is_foreign:
        return FOREIGN_ADVICE
    if staged.facts.coverage.may_replace:
        return HELD_ADVICE
    return SIDE_LOAD_ADVICE.format(load_id or "of its load")


def changes_page(unit: Unit, plan: ChangePlan, *, verdict: str) -> str:
    """Say what a load adds, changes and removes, by voucher and by account."""
    accounts = plan.accounts[:CHANGES_SHOWN]
    vouchers = plan.vouchers[:CHANGES_SHOWN]
    changed = plan.added + plan.changed + plan.removed
    return document(
        f"# {unit}: changes ({verdict})",
        changes_in_words(plan),
        "## Accounts" if accounts else "",
        _balance_table(accounts) if plan.first_load else _account_table(accounts),
        and_more(len(accounts), plan.account_count or 0, "account"),
        "## Vouchers" if vouchers else "",
        _voucher_table(vouchers),
        and_more(len(vouchers), changed, "voucher") if vouchers else "",
    )


def later_page(unit: Unit, finding: LaterFinding) -> str:
    """Say what a control says of a published year after it was loaded."""
    asked_by = f"{finding.asked_by_year} was loaded (load {finding.asked_by_load_id})"
    if not finding.is_break:
        return document(
            f"# {unit}: found later",
            f"{escaped(finding.result.control)} agrees since {finding.found_at:%Y-%m-%d %H:%M} UTC,"
            f" when {asked_by}.",
        )
    return document(
        f"# {unit}: found later",
        f"Found on {finding.found_at:%Y-%m-%d %H:%M} UTC, when {asked_by}. What is published stays "
        "as it is, and so does what was found when the year itself was loaded.",
        _control_breaks(finding.result, {}),
    )


def later_in_words(finding: LaterFinding) -> str:
    """Say in a line what a control says of a published year since another was loaded."""
    count = finding.result.break_count
    found = f"{count:,} {'break' if count == 1 else 'breaks'}" if finding.is_break else "agrees"
    return f"{finding.result.control}: {found} since {finding.asked_by_year} was loaded"


def answered_page(unit: Unit) -> str:
    """Say that the year was loaded again since something was found of it."""
    return document(
        f"# {unit}: found later",
        "Nothing: the year was loaded again since, and its page *reconciliation* has the answers.",
    )


def changes_in_words(plan: ChangePlan) -> str:
    """Count the changes in a sentence."""
    if plan.is_empty:
        return "Unchanged: vouchers and balances are as they were published before."
    known = plan.account_count is not None
    if plan.first_load:
        counted = number_of(plan.account_count or 0, "account")
        accounts = f", {counted} with a balance or movement" if known else ""
        return f"First load of the year: {number_of(plan.added, 'voucher')}{accounts}."
    accounts = f" Accounts whose balance changes: {plan.account_count:,}." if known else ""
    other = (
        f" Also changed: {', '.join(name.replace('_', ' ') for name in plan.tables)}."
        if plan.tables
        else ""
    )
    return (
        f"Vouchers added: {plan.added:,}, changed: {plan.changed:,}, removed: {plan.removed:,}."
        f"{accounts}{other}"
    )


def reconciliation_in_words(judgement: Judgement, *, verdict: str) -> str:
    """Say in a line how a load was judged: what holds it, else how many controls it passed."""
    if judgement.holding:
        return f"{verdict.capitalize()}: {judgement.reason}"
    outcomes = [result.outcome for result in judgement.results]
    warns = outcomes.count(Answer.BROKEN)
    found = f", {warns} with findings" if warns else ""
    passed = number_of(outcomes.count(Answer.PASSED), "control")
    return f"{verdict.capitalize()}: {passed} passed{found}"


def is_page_of(text: str, load_id: str) -> bool:
    """Return whether a reconciliation page is the one of a load."""
    return _load_row(load_id) in text


def _load_row(load_id: str) -> str:
    return f"| Load | {escaped(load_id)} |"


def _source_table(staged: StagedUnit, load_id: str) -> str:
    facts = staged.facts
    rows = [
        ("Source", origin_of(facts)),
        ("Organisation number", facts.organisation_number or "not stated"),
        ("Fiscal year", year_in_words(facts.fiscal_year.key)),
        ("Currency", facts.currency),
        ("Vouchers", f"{staged.tables['voucher'].row_count:,}"),
        ("Postings", f"{staged.tables['posting'].row_count:,}"),
        ("File (sha256)", facts.landed_sha256[:16]),
        ("Version of the rows", staged.digest[:16]),
        *([("Load", load_id)] if load_id else []),
    ]
    return table(("Fact", "Value"), rows)


def _control_table(results: Sequence[ControlResult], known: Mapping[str, Control]) -> str:
    rows = [
        (
            MARK[result.outcome],
            result.control,
            str(result.severity),
            f"{result.break_count:,}" if result.break_count else "",
            result.reason or (known[result.control].meaning if result.control in known else ""),
        )
        for result in results
    ]
    heads = ("Answer", "Control", "If broken", "Breaks", "What holds when it passes")
    return table(heads, rows, right=("Breaks",))


BREAK_HEADS: Final = (
    "Account",
    "Month",
    "Voucher",
    "Expected",
    "Actual",
    "Difference",
    "Kind",
    "Detail",
)


def _control_breaks(result: ControlResult, known: Mapping[str, Control]) -> str:
    control = known.get(result.control)
    shown = result.breaks[:BREAKS_SHOWN]
    return document(
        f"### {escaped(_title(result))}",
        f"Should hold: {control.meaning}. What to do: {control.what_to_do}." if control else "",
        filled(
            BREAK_HEADS,
            [_break_cells(item) for item in shown],
            right=("Expected", "Actual", "Difference"),
        ),
        and_more(len(shown), result.break_count, "break"),
    )


def _title(result: ControlResult) -> str:
    """Return what a broken control is about, and the name by which it is accepted."""
    title = control_title(result.control, "en")
    named = (result.control, result.severity) if title != result.control else (result.severity,)
    return f"{title} ({', '.join(named)})"


def _break_cells(item: Break) -> tuple[str, ...]:
    return (
        item.account_number,
        item.period,
        item.voucher_key,
        amount(item.expected),
        amount(item.actual),
        amount(item.difference),
        item.kind.replace("_", " "),
        item.detail,
    )


def _balance_table(accounts: Sequence[AccountChange]) -> str:
    """List what a first load brings: there is nothing to compare with."""
    rows = [
        (
            item.account_number,
            item.name,
            amount(item.opening_after),
            amount(item.movement_after),
            amount(item.difference),
        )
        for item in accounts
    ]
    heads = ("Account", "Name", "Opening", "Movement", "Closing")
    return table(heads, rows, right=heads[2:]) if rows else ""


def _account_table(accounts: Sequence[AccountChange]) -> str:
    rows = [
        (
            item.account_number,
            item.name,
            amount(item.opening_before),
            amount(item.opening_after),
            amount(item.movement_before),
            amount(item.movement_after),
            amount(item.difference),
        )
        for item in accounts
    ]
    heads = (
        "Account",
        "Name",
        "Opening before",
        "Opening after",
        "Movement before",
        "Movement after",
        "Difference of closing",
    )
    return table(heads, rows, right=heads[2:]) if rows else ""


def _voucher_table(vouchers: Sequence[VoucherChange]) -> str:
    rows = [
        (
            item.change,
            item.voucher_key,
            str(item.date_before or ""),
            str(item.date_after or ""),
            amount(item.debit_before),
            amount(item.debit_after),
        )
        for item in vouchers
    ]
    heads = ("Change", "Voucher", "Date before", "Date after", "Debit before", "Debit after")
    return table(heads, rows, right=heads[4:]) if rows else ""
