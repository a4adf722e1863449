"""The customer's statements of a year: taken in, held against the books, and what came of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from blocks.controls import UnitContext
from blocks.controls.comparison import compare_record
from blocks.hub import Hub, Tenant
from blocks.hub.customer_statements import CustomerStatement
from blocks.statement_lines import labels_of
from blocks.warehouse.errors import NoLedger
from blocks.warehouse.records import LoadRecord
from blocks.workbooks.reader import read_workbook
from ledger.controls import Answer, ControlResult
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear, year_in_words
from ledger.onboarding import Comparison, StatementKind
from ledger.statement import sentences
from ledger.statement.answers import NO_ANSWERS, Answers
from ledger.statement.compared import ComparedLine
from ledger.statement.line_names import plain
from ledger.statement.matching import Figures, figures
from ledger.statement.own_reports import is_own_report
from ledger.statement.reader import read_book
from ledger.statement.values import Kind, Question, Remark, Statement, StatementFile
from ledger.unit import Unit
from tasks.account_map import account_map
from tasks.findings import STATEMENTS
from tasks.new_tenant import slug
from tasks.onboarding import awaits_statements
from tasks.stores import Stores

SOURCE: Final = "customer-statement"
"""Under this source the files lie in the lake; they are never pruned."""

Compared = tuple[list[ControlResult], list[ComparedLine]]
"""What the two controls find, and every row of the statements beside the books."""

CONTROLS: Final = {kind: control for control, kind in STATEMENTS.items()}
"""The control that holds each statement against the books."""


class NotDated(TerminalError):
    """A statement does not say its day, and nobody has."""

    sentence = (
        "{file_name} does not say of which day it is. Say it: --date 2025-12-31, and for an income "
        "statement that begins in the middle of the year --from as well."
    )


class NoSuchYear(TerminalError):
    """A statement is of no fiscal year of the tenant."""

    sentence = (
        "{file_name} is of {as_of}, which lies in no fiscal year of {tenant}. Define the year, or "
        "say the right day with --date."
    )


class InThousands(TerminalError):
    """A statement is in thousands, and nobody has accepted that precision."""

    sentence = (
        "{file_name} is in units of {unit}: it can be compared to half a unit only. Ask for whole "
        "amounts, or accept that precision with --accept-unit."
    )


class OwnFigures(TerminalError):
    """A statement was computed from the very books that it is to prove."""

    sentence = (
        "{file_name} was made from the books here, so it proves nothing of them. Give what the "
        "customer exported from the source system."
    )


class BeyondYear(TerminalError):
    """The amounts of an income statement begin before the year that they are to be held against."""

    sentence = (
        "{file_name} has amounts from {first} on, and the fiscal year {year} begins later. Ask for "
        "an income statement of that year, or say where its amounts begin: --from {begins}."
    )


PRECISION: Final = "unit_precision"
"""The question of a statement in thousands, which `Decisions.accepts_unit` answers."""


@dataclass(frozen=True)
class Taken:
    """What became of a file. `kept`: its statements that count from now on.

    `passed_over`: those that do not, since a customer's file of that kind and year is there.
    `notes`: what had to be decided or noticed while reading it, each in a sentence.
    """

    kept: tuple[CustomerStatement, ...]
    passed_over: tuple[CustomerStatement, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Decisions:
    """What a person has decided about a file. `labels`: our lines by label of the file."""

    answers: Answers = NO_ANSWERS
    labels: Mapping[str, Sequence[str]] | None = None
    accepts_unit: bool = False

    def as_json(self) -> str:
        """Return them as the hub keeps them."""
        found = {name: value for name, value in asdict(self.answers).items() if value is not None}
        return json.dumps(
            {
                "answers": found,
                "labels": {label: list(lines) for label, lines in (self.labels or {}).items()},
                "accepts_unit": self.accepts_unit,
            },
            default=str,
        )

    @classmethod
    def of_json(cls, text: str) -> Decisions:
        """Read what `as_json` wrote."""
        found = json.loads(text or "{}")
        return cls(
            _answers(found.get("answers", {})),
            found.get("labels", {}),
            accepts_unit=bool(found.get("accepts_unit")),
        )


def add_statements(
    stores: Stores,
    tenant: str,
    content: bytes,
    *,
    file_name: str,
    decisions: Decisions,
    who: str,
    is_from_source: bool = False,
) -> Taken:
    """Keep a customer's file, and note which statements of which years it holds.

    Args:
        stores: Where it is kept.
        tenant: Whose.
        content: The file.
        file_name: As the customer called it.
        decisions: What a person has decided about reading it.
        who: Gave it.
        is_from_source: Whether it is a report of the source's own report service, fetched without
            the customer: it is evidence too, and a customer's file goes before it.

    Raises:
        StatementRefused: It cannot be read as a statement.
        NotDated, NoSuchYear, BeyondYear, InThousands, OwnFigures: It cannot be held against the
            books.
        UnknownTenant: The hub has no such tenant.

    Source:
        R-FIN-11 to R-FIN-13.
    """
    owner = stores.hub.tenants.get(tenant)
    book = read_workbook(content)
    if is_own_report(book):
        raise OwnFigures(file_name=file_name)
    file = read_book(book, decisions.answers)
    landed = stores.lake.land(tenant, SOURCE, content, file_name=file_name)
    added = []
    for kind, statement in _sides(file):
        as_of = _day_of(statement, file_name)
        if statement.unit > 1 and not decisions.accepts_unit:
            raise InThousands(file_name=file_name, unit=statement.unit)
        added.append(
            CustomerStatement(
                tenant=tenant,
                year=_year_of(stores.hub, tenant, statement, file_name),
                kind=kind,
                sha256=landed.sha256,
                file_name=file_name,
                as_of=as_of,
                answers=decisions.as_json(),
                is_from_source=is_from_source,
                who=who,
            )
        )
    counts = [stores.hub.customer_statements.add(item) for item in added]
    kept = [item for item, is_kept in zip(added, counts, strict=True) if is_kept]
    passed_over = [item for item, is_kept in zip(added, counts, strict=True) if not is_kept]
    notes = (*_of_another(owner, file), *_notes(file, decisions))
    return Taken(tuple(kept), tuple(passed_over), notes)


def statement_figures(stores: Stores, unit: Unit) -> dict[StatementKind, Figures | None]:
    """Return what the customer's statements say of a year whose first transfer is under way.

    Of a year that is approved, or of a tenant without an opening, nothing is asked.
    """
    if not awaits_statements(stores.hub, unit.tenant, unit.year):
        return {}
    return dict.fromkeys(StatementKind) | all_figures(stores, unit)


def all_figures(stores: Stores, unit: Unit) -> dict[StatementKind, Figures | None]:
    """Return what the statements say that there are of a year."""
    found = stores.hub.customer_statements.of_year(unit.tenant, unit.year)
    return {kind: _figures(stores, item) for kind, item in found.items()}


def note_comparisons(
    stores: Stores, unit: Unit, results: Sequence[ControlResult], *, digest: str
) -> None:
    """Note in the hub what came of holding the statements of a year against its books."""
    by_control = {result.control: result for result in results}
    for kind, item in stores.hub.customer_statements.of_year(unit.tenant, unit.year).items():
        result = by_control.get(CONTROLS[kind])
        if result is None or result.outcome is Answer.NOT_APPLICABLE:
            continue
        outcome = _outcome(stores, unit, result)
        stores.hub.customer_statements.compared(
            item, outcome, differing=_first(result), digest=digest
        )


def _outcome(stores: Stores, unit: Unit, result: ControlResult) -> Comparison:
    """Return what a comparison came to; an acceptance speaks of the very breaks."""
    if result.outcome is Answer.PASSED:
        return Comparison.AGREES
    left = stores.hub.acceptances.unaccepted(unit.tenant, unit.year, [result])
    return Comparison.DIFFERS if left else Comparison.ACCEPTED


def is_judged_anew(stores: Stores, unit: Unit) -> bool:
    """Return whether a statement is held against what is held of its year.

    Of a year that is published and approved it is held against what is published: the hold is of
    something else, such as another company's file.
    """
    if stores.hub.holds.find(unit.tenant, unit.year) is None:
        return False
    is_published = stores.warehouse.load_record(unit.tenant, unit.year) is not None
    return not is_published or awaits_statements(stores.hub, unit.tenant, unit.year)


def compare_published(stores: Stores, unit: Unit) -> Compared:
    """Hold the statements of a year against what is published of it, at any time (R-FIN-P6).

    Raises:
        NoLedger: The year is not published.
    """
    record = _published(stores, unit)
    found = _ask_published(stores, record, unit)
    note_comparisons(stores, unit, found[0], digest=record.digest)
    return found


def compare_anew(stores: Stores, unit: Unit) -> None:
    """Hold the statements of a year that is being opened against what is published, if need be.

    A load that never became the books, or that is a part of them, was compared after them.
    """
    if not awaits_statements(stores.hub, unit.tenant, unit.year):
        return
    record = stores.warehouse.load_record(unit.tenant, unit.year)
    known = stores.hub.customer_statements.of_year(unit.tenant, unit.year)
    if record and any(item.digest != record.digest for item in known.values()):
        compare_published(stores, unit)


def look_at_published(stores: Stores, unit: Unit) -> Compared:
    """Return what `compare_published` finds, and note nothing.

    Raises:
        NoLedger: The year is not published.
    """
    return _ask_published(stores, _published(stores, unit), unit)


def compared_results(results: Sequence[ControlResult]) -> list[ControlResult]:
    """Return what came of the two statements of a judgement; nothing when none was asked for."""
    names = set(CONTROLS.values())
    asked = (item for item in results if item.outcome is not Answer.NOT_APPLICABLE)
    return [item for item in asked if item.control in names]


def compared_years(hub: Hub, tenant: str) -> list[FiscalYear]:
    """Return the years of which a statement has come, latest first."""
    years = {item.year for item in hub.customer_statements.of_tenant(tenant)}
    return sorted(years, reverse=True)


def comparison_of(
    stores: Stores,
    unit: Unit,
    *,
    compare: Callable[[Stores, Unit], Compared] = compare_published,
) -> Compared | None:
    """Return how a year stands beside the customer's statements; None when nothing of it came.

    What is held, and was compared, is as its last judgement found it; its rows are on the page of
    that run. `compare`: `look_at_published` to have nothing noted.
    """
    if results := held_comparison(stores.hub, unit):
        return results, []
    if stores.warehouse.load_record(unit.tenant, unit.year) is None:
        return None
    return compare(stores, unit)


def held_comparison(hub: Hub, unit: Unit) -> list[ControlResult]:
    """Return what the comparison found in books that are held, and not read in; nothing of others.

    Until somebody decides, it is what is shown of the year (`comparison_of`).
    """
    hold = hub.holds.find(unit.tenant, unit.year)
    return compared_results(hub.loads.results(hold.load_id)) if hold else []


def comparison_basis(stores: Stores, unit: Unit) -> Hashable:
    """Return all that `comparison_of` follows from: equal ones give equal answers.

    None where the warehouse does not tell one state of the books from another.
    """
    hub, version = stores.hub, stores.warehouse.version(unit.tenant)
    if version is None:
        return None
    hold = hub.holds.find(unit.tenant, unit.year)
    return (
        hold.load_id if hold else "",
        version,
        tuple(hub.customer_statements.of_year(unit.tenant, unit.year).values()),
        hub.account_maps.find(unit.tenant),
        hub.tenants.get(unit.tenant),
    )


def _ask_published(stores: Stores, record: LoadRecord, unit: Unit) -> Compared:
    return compare_record(record, context=_context(stores, unit), warehouse=stores.warehouse)


def _published(stores: Stores, unit: Unit) -> LoadRecord:
    record = stores.warehouse.load_record(unit.tenant, unit.year)
    if record is None:
        raise NoLedger(tenant=unit.tenant, fiscal_year=unit.year.key)
    return record


def _context(stores: Stores, unit: Unit) -> UnitContext:
    tenant = stores.hub.tenants.get(unit.tenant)
    return UnitContext(
        organisation_number=tenant.organisation_number,
        currency=tenant.currency,
        account_map=account_map(stores.hub, unit.tenant),
        statements=all_figures(stores, unit),
    )


def _figures(stores: Stores, item: CustomerStatement) -> Figures | None:
    landed = stores.lake.find(item.tenant, SOURCE, item.sha256)
    if landed is None:
        return None
    decisions = Decisions.of_json(item.answers)
    found = account_map(stores.hub, item.tenant)
    labels = labels_of(found.chart).get(item.kind, {})
    labels |= {plain(label): tuple(lines) for label, lines in (decisions.labels or {}).items()}
    file = read_book(read_workbook(stores.lake.read(landed)), decisions.answers)
    sides = (statement for kind, statement in _sides(file) if kind is item.kind)
    statement = next(sides, None)
    return figures(statement, item.kind, found.lines, labels) if statement else None


def _sides(file: StatementFile) -> list[tuple[StatementKind, Statement]]:
    """Return which side each statement speaks of; the first of a side counts."""
    found: dict[StatementKind, Statement] = {}
    for statement in file.statements:
        kinds = (
            list(StatementKind)
            if statement.kind is Kind.TRIAL_BALANCE
            else [StatementKind(statement.kind)]
        )
        for kind in kinds:
            found.setdefault(kind, statement)
    return list(found.items())


def _day_of(statement: Statement, file_name: str) -> dt.date:
    if statement.period is None:
        raise NotDated(file_name=file_name)
    return statement.period.end


def _year_of(hub: Hub, tenant: str, statement: Statement, file_name: str) -> FiscalYear:
    as_of = _day_of(statement, file_name)
    year = next((item.year for item in hub.years.active(tenant) if as_of in item.year), None)
    if year is None:
        raise NoSuchYear(file_name=file_name, as_of=as_of, tenant=tenant)
    first = statement.period.start if statement.period else None
    if statement.kind is Kind.INCOME_STATEMENT and first and first < year.start_date:
        begins = year.start_date
        named = year_in_words(year.key)
        raise BeyondYear(file_name=file_name, first=first, year=named, begins=begins)
    return year


def _of_another(owner: Tenant, file: StatementFile) -> Iterator[str]:
    """Name the companies that a file names by no word of the tenant's name."""
    own = {*slug(owner.name).split("-")}
    for name in dict.fromkeys(one.company for one in file.statements if one.company):
        named = {*slug(name).split("-")}
        if all(own) and all(named) and own.isdisjoint(named):
            yield (
                f"The file names {name}, the tenant is {owner.name}: make sure that the statement "
                "is this company's."
            )


def _notes(file: StatementFile, decisions: Decisions) -> Iterator[str]:
    notes: tuple[Question | Remark, ...] = (*file.questions, *file.remarks)
    for note in notes:
        if note.code == PRECISION and decisions.accepts_unit:
            continue  # that is the answer
        where = sentences.where(note.place)
        yield f"{where}: {sentences.say(note)}" if where else sentences.say(note)


def _first(result: ControlResult) -> str:
    if not result.breaks:
        return ""
    found = result.breaks[0]
    where = f"account {found.account_number}, " if found.account_number else ""
    if found.expected is None or found.actual is None:
        return f"{where}{found.detail}"
    return f"{where}{found.detail}: {found.expected:,} there, {found.actual:,} here"


def _answers(found: dict[str, Any]) -> Answers:
    return Answers(
        kind=Kind(found["kind"]) if "kind" in found else None,
        date=_day(found.get("date")),
        start=_day(found.get("start")),
        is_cumulative=found.get("is_cumulative"),
        decimal_sign=found.get("decimal_sign"),
        column=found.get("column"),
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
