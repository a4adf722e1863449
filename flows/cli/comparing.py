"""`tasma statements add` and `compare`: customers' statements held against the books."""

from __future__ import annotations

import getpass
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from blocks.hub.customer_statements import CustomerStatement
from blocks.received import read_received
from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode, worst
from flows.cli.files import there
from flows.cli.imported import code, waits_for_statements
from flows.cli.kept_statements import kept_as_dict, show_kept
from flows.cli.local import publish_here
from flows.cli.opening import TenantId, YearOrLatest, known_tenant, known_year
from flows.cli.output import next_steps, remark, say, show_json, show_table
from flows.cli.progress import progress
from flows.cli.result import LoadResult
from flows.cli.statement_options import (
    AmountsOption,
    ColumnOption,
    DateOption,
    DecimalSign,
    KindOption,
    StartOption,
    StatementPath,
    answers_of,
)
from ledger.controls import ControlResult
from ledger.fiscal_year import FiscalYear, short_year
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.customer_statements import (
    Decisions,
    Taken,
    add_statements,
    compare_published,
    is_judged_anew,
)
from tasks.stores import Stores, open_stores

MAX_SHOWN = 200
"""Differing rows that are printed; ``--json`` has them all."""


@command(
    "statements",
    "add",
    examples=(
        "tasma statements add acme tulos-2025.xlsx",
        "tasma statements add acme tase.csv --label Hallintokulut=other_funds",
    ),
)
def add(
    tenant: TenantId,
    file: StatementPath,
    *,
    kind: KindOption = None,
    date: DateOption = "",
    start: StartOption = "",
    amounts: AmountsOption = None,
    decimal_sign: DecimalSign = None,
    column: ColumnOption = "",
    label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LABEL=LINE", help="Which line a label of the file is; may be given again."
        ),
    ] = None,
    accept_unit: Annotated[
        bool, typer.Option("--accept-unit", help="Compare amounts in thousands to half of one.")
    ] = False,
    from_source: Annotated[
        bool,
        typer.Option(
            "--from-source",
            help="A report of the source's own report service; a customer's file goes before it.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Keep a customer's income statement, balance sheet or trial balance, and compare it.

    The year is the one that its day lies in. What is held of that year is judged anew, and
    published if nothing else holds it; what is published is compared as it is. Ends with 3 when a
    row differs or the year stays held.
    """
    decisions = Decisions(
        answers_of(kind, date, start, amounts, decimal_sign, column=column),
        _labels(label or []),
        accepts_unit=accept_unit,
    )
    with open_stores() as stores:
        known_tenant(stores.hub, tenant)
        taken = _taken(stores, tenant, there(file), decisions, is_from_source=from_source)
        years = {item.year for item in (*taken.kept, *taken.passed_over)}
        judged = [_compare(stores, Unit(tenant, year)) for year in sorted(years)]
        known = stores.hub.customer_statements.of_tenant(tenant)
        published = {year for year in years if stores.warehouse.load_record(tenant, year)}
    for note in taken.notes:
        remark(note)
    for item in taken.passed_over:
        title = item.kind.replace("_", " ")
        remark(f"The {title} of {short_year(item.year.key)} is the customer's own file: it counts.")
    kept = [item for item in known if item.year in years]
    if not as_json:
        _show_added(kept, published)
    _conclude(tenant, kept, [found for found in judged if found], as_json=as_json)


@command(
    "statements",
    "compare",
    examples=("tasma statements compare acme", "tasma statements compare acme 2025 --json"),
)
def compare(tenant: TenantId, year: YearOrLatest = "", *, as_json: AsJson = False) -> None:
    """Hold a published year against the customer's statements of it, row by row.

    At any period close, or whenever figures are asked about. Nothing is changed. Ends with 3 when a
    row differs.
    """
    with open_stores() as stores:
        known_tenant(stores.hub, tenant)
        unit = Unit(tenant, known_year(stores.hub, tenant, year))
        results, _rows = compare_published(stores, unit)
    if as_json:
        show_json([_as_dict(result) for result in results])
    else:
        _show(unit, results)
    if any(result.breaks for result in results):
        raise typer.Exit(ExitCode.HELD)


def _taken(
    stores: Stores, tenant: str, file: Path, decisions: Decisions, *, is_from_source: bool
) -> Taken:
    return add_statements(
        stores,
        tenant,
        read_received(file),
        file_name=file.name,
        decisions=decisions,
        who=getpass.getuser(),
        is_from_source=is_from_source,
    )


def _compare(stores: Stores, unit: Unit) -> LoadResult | None:
    """Judge what is held of a year anew; compare what is published when nothing is held."""
    if is_judged_anew(stores, unit):
        with progress(1) as watch:
            found = publish_here(stores, unit, watch=watch(str(unit)))
        remark(f"{unit}: {found.outcome}: {found.message}")
        return found
    if stores.warehouse.load_record(unit.tenant, unit.year):
        compare_published(stores, unit)
    return None


def _show_added(kept: Sequence[CustomerStatement], published: Collection[FiscalYear]) -> None:
    show_kept(kept)
    for item in kept:
        if item.differing:
            say(f"{item.kind.replace('_', ' ')} {short_year(item.year.key)}: {item.differing}")
    for year in sorted({item.year for item in kept if item.differing and item.year in published}):
        say(f"{short_year(year.key)} stays published as it is: a statement takes nothing away.")


def _conclude(
    tenant: str,
    kept: Sequence[CustomerStatement],
    judged: Sequence[LoadResult],
    *,
    as_json: bool,
) -> None:
    if as_json:
        show_json([kept_as_dict(item) for item in kept])
    else:
        next_steps(*_next(tenant, kept, judged), f"tasma tenant open {tenant}")
    differs = any(item.outcome == "differs" for item in kept)
    raise typer.Exit(worst([ExitCode.HELD] * differs + [code(found) for found in judged]))


def _next(
    tenant: str, kept: Sequence[CustomerStatement], judged: Sequence[LoadResult]
) -> Iterator[str]:
    """Yield where to look: what holds a year, what it waits for, which rows differ."""
    held = {found.fiscal_year: found for found in judged if found.outcome is Outcome.HELD}
    differing = {item.year.key for item in kept if item.outcome == "differs"}
    for year in sorted({*held, *differing}):
        if year not in held:
            yield f"tasma statements compare {tenant} {short_year(year)}"
        elif waits_for_statements(held[year]):
            yield f"tasma statements add {tenant} FILE"
        else:
            yield f"tasma ledger breaks {tenant} {short_year(year)}"


def _show(unit: Unit, results: Sequence[ControlResult]) -> None:
    if not results:
        say(f"No statement of {unit} has come yet.")
        next_steps(f"tasma statements add {unit.tenant} FILE")
        return
    for result in results:
        title = result.control.removeprefix("customer_").replace("_", " ")
        if not result.breaks:
            say(f"{unit}: the books agree with the {title}.")
            continue
        rows = [
            (item.account_number or "-", item.expected, item.actual, item.difference, item.detail)
            for item in result.breaks[:MAX_SHOWN]
        ]
        headings = ("account", "statement", "books", "difference", "where")
        show_table(headings, rows, title=f"{unit}: {title}", spare=())
    next_steps(f"tasma ledger report {unit.tenant} {short_year(unit.year.key)}")


def _labels(given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found = {}
    for text in given:
        label, sign, lines = text.rpartition("=")
        if not sign or not label or not lines:
            raise typer.BadParameter(f"{text[:80]!r}: expected LABEL=LINE.")
        found[label] = tuple(lines.split(","))
    return found


def _as_dict(result: ControlResult) -> dict[str, object]:
    return {
        "statement": result.control.removeprefix("customer_"),
        "agrees": not result.breaks,
        "differences": [vars(item) for item in result.breaks],
    }
