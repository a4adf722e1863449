"""How far a tenant's opening has come: derived from facts, so that no flag can say otherwise.

A first transfer ends when a person has approved the years of the form; until then no schedule runs.
An approval never lapses: years added to the form later ask for one of their own, and the nights of
the years before go on meanwhile.

Source:
    R-FIN-2 to R-FIN-15, R-FIN-18, R-FIN-19, R-FIN-24, R-FIN-36.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ledger.fiscal_year import FiscalYear, short_year, year_in_words


class Stage(StrEnum):
    """Where the opening of a tenant stands; `TITLES` says each in words."""

    TRIAL = "trial"
    DOCUMENTS = "documents"
    FORM_MISSING = "form_missing"
    WAITING_CUSTOMER = "waiting_customer"
    READY = "ready"
    STAGED = "staged"
    WAITING_STATEMENTS = "waiting_statements"
    MISMATCH = "mismatch"
    RECONCILED = "reconciled"
    LIVE = "live"


class Actor(StrEnum):
    """Who has to do the next thing."""

    CUSTOMER = "customer"
    OPERATOR = "operator"
    NOBODY = "nobody"


class Transfer(StrEnum):
    """How a tenant's books come; there is no fourth way (R-FIN-18, R-FIN-19)."""

    API = "api"
    SFTP = "sftp"
    MANUAL = "manual"


class Access(StrEnum):
    """What the last test of an API connection came to (R-FIN-6)."""

    UNTESTED = "untested"
    NOT_ALLOWED = "not_allowed"
    BAD_CREDENTIALS = "bad_credentials"
    READY = "ready"


class StatementKind(StrEnum):
    """The two statements that a first transfer is held against."""

    INCOME_STATEMENT = "income_statement"
    BALANCE_SHEET = "balance_sheet"


class Comparison(StrEnum):
    """What became of one statement of one year. A missing one proves nothing (R-FIN-12).

    Accepted: it differs, and a person has let exactly these differences pass.
    """

    MISSING = "missing"
    AGREES = "agrees"
    DIFFERS = "differs"
    ACCEPTED = "accepted"


SETTLED: Final = frozenset({Comparison.AGREES, Comparison.ACCEPTED})
"""What a statement has come to when nothing of it stands in the way of the approval."""

TITLES: Final[Mapping[Stage, str]] = {
    Stage.TRIAL: "trial: no opening was begun, and no gate holds",
    Stage.DOCUMENTS: "its documents alone go through here; books would need the form",
    Stage.FORM_MISSING: "the onboarding form has not come back",
    Stage.WAITING_CUSTOMER: "waiting for the customer",
    Stage.READY: "ready for the first transfer",
    Stage.STAGED: "first transfer begun",
    Stage.WAITING_STATEMENTS: "waiting for the customer's statements",
    Stage.MISMATCH: "the books differ from the customer's statements",
    Stage.RECONCILED: "reconciled; waiting for approval",
    Stage.LIVE: "live",
}

STATEMENTS: Final[Mapping[StatementKind, str]] = {
    StatementKind.INCOME_STATEMENT: "income statement",
    StatementKind.BALANCE_SHEET: "balance sheet",
}


@dataclass(frozen=True)
class TransferredYear:
    """One year of the form. `is_staged`: something of it came; `is_published`: nothing holds it.

    `holding`: the controls that hold it, by name. `statements`: what each came to that was sent;
    with books that were rejected since, it was compared in vain.
    `differing`: of each statement, the first line that differs, in words. `as_of`: its last day; of
    the year's days behind it, it says nothing.
    """

    year: FiscalYear
    is_staged: bool = False
    is_published: bool = False
    holding: tuple[str, ...] = ()
    statements: Mapping[StatementKind, Comparison] = field(default_factory=dict)
    differing: Mapping[StatementKind, str] = field(default_factory=dict)
    as_of: Mapping[StatementKind, dt.date] = field(default_factory=dict)

    @property
    def is_here(self) -> bool:
        """Whether there are books of it to compare with."""
        return self.is_staged or self.is_published

    def of(self, kind: StatementKind) -> Comparison:
        """Return what became of one of the two statements; without books to compare, nothing."""
        if not self.is_here:
            return Comparison.MISSING
        return self.statements.get(kind, Comparison.MISSING)

    def differing_of(self, kind: StatementKind) -> str:
        """Return the first line of a statement that differs, in words."""
        return self.differing.get(kind, "") or "see the page"

    @property
    def is_reconciled(self) -> bool:
        """Whether the year is published, and both statements agree or were accepted."""
        return self.is_published and all(self.of(kind) in SETTLED for kind in StatementKind)


@dataclass(frozen=True)
class Facts:
    """What the hub knows of a tenant's opening; nothing here is an opinion.

    `is_trial`: made without a form by an import, so that somebody can look at a file. `was_live`:
    approved before there were forms. `form_problems`: of the form that came, each naming a field.
    `missing_prerequisites`: those of company, accounts, fiscal years, account map that are not
    there (R-FIN-24; accounts of an API tenant come through the API). `years`: those of the form.
    `approved`: the years of all approvals. `has_documents_alone`: its documents go through here to
    another system, and none of its books ever came.
    """

    transfer: Transfer | None = None
    is_trial: bool = False
    was_live: bool = False
    form_delivered: bool = False
    form_filed: bool = False
    form_problems: tuple[str, ...] = ()
    access: Access = Access.UNTESTED
    missing_prerequisites: tuple[str, ...] = ()
    years: tuple[TransferredYear, ...] = ()
    approved: frozenset[FiscalYear] = frozenset()
    has_documents_alone: bool = False

    @property
    def waits_for_no_form(self) -> bool:
        """Whether nothing of an opening is left, since nobody has said that books are to come."""
        return self.has_documents_alone and not (self.form_filed or self.form_problems)


@dataclass(frozen=True)
class Step:
    """One line of the checklist. `what`: what is to be done, or what was."""

    name: str
    owner: Actor
    is_done: bool
    what: str


@dataclass(frozen=True)
class Onboarding:
    """Where a tenant stands, what is left, and who acts next.

    `unapproved`: years of the form that nobody has approved yet.
    """

    stage: Stage
    checklist: tuple[Step, ...]
    unapproved: tuple[FiscalYear, ...] = ()

    @property
    def missing(self) -> tuple[Step, ...]:
        """The steps that are left, in order."""
        return tuple(step for step in self.checklist if not step.is_done)

    @property
    def who_acts(self) -> Actor:
        """Whose the first step is that is left."""
        return self.missing[0].owner if self.missing else Actor.NOBODY

    @property
    def may_run_by_itself(self) -> bool:
        """Whether schedules may pull or poll for the tenant (R-FIN-10)."""
        return self.stage is Stage.LIVE


def onboarding(facts: Facts) -> Onboarding:
    """Return the stage of a tenant, with its checklist; the same facts give the same stage."""
    checklist = tuple(_checklist(facts))
    unapproved = tuple(item.year for item in facts.years if item.year not in facts.approved)
    return Onboarding(_stage(facts, checklist), checklist, unapproved)


def stage_of(facts: Facts) -> Stage:
    """Return the stage alone; of the checklist no more is made than that takes."""
    return _stage(facts, _checklist(facts))


def _stage(facts: Facts, checklist: Iterable[Step]) -> Stage:
    if facts.was_live or facts.approved:
        return Stage.LIVE
    if facts.is_trial:
        return Stage.TRIAL
    if facts.waits_for_no_form:
        return Stage.DOCUMENTS
    if not facts.form_filed or facts.form_problems:
        return Stage.FORM_MISSING
    staged = [item.is_here for item in facts.years]
    if not any(staged):
        waits = any(not step.is_done for step in checklist if step.name in _BEFORE)
        return Stage.WAITING_CUSTOMER if waits else Stage.READY
    return _stage_of_transfer(facts, staged)


def _stage_of_transfer(facts: Facts, staged: list[bool]) -> Stage:
    found = {item.of(kind) for item in facts.years for kind in StatementKind}
    if Comparison.DIFFERS in found:
        return Stage.MISMATCH
    if not all(staged):
        return Stage.STAGED
    if Comparison.MISSING in found:
        return Stage.WAITING_STATEMENTS
    is_reconciled = all(item.is_reconciled for item in facts.years)
    return Stage.RECONCILED if is_reconciled else Stage.STAGED


ALLOW: Final = "allow the API"
CREDENTIALS: Final = "make credentials"
DELIVER: Final = "deliver credentials"
PREREQUISITES: Final = "prerequisites"
APPROVAL: Final = "approval"
_BEFORE: Final = frozenset({ALLOW, CREDENTIALS, DELIVER, PREREQUISITES})


def _checklist(facts: Facts) -> Iterator[Step]:
    if facts.is_trial or (facts.was_live and not facts.form_filed) or facts.waits_for_no_form:
        return
    yield _form(facts)
    if facts.transfer is Transfer.API:
        yield from _access(facts.access)
    yield _prerequisites(facts)
    for item in facts.years:
        yield _transfer(item, is_approved=item.year in facts.approved)
    for item in facts.years:
        yield from _statements(item)
    yield _approval(facts)


def _form(facts: Facts) -> Step:
    if facts.form_problems:
        what = f"correct the form: {'; '.join(facts.form_problems)}"
        return Step("form", Actor.CUSTOMER, is_done=False, what=what)
    if facts.form_filed:
        return Step("form", Actor.CUSTOMER, is_done=True, what="the filled form is on file")
    if facts.form_delivered:
        what = "fill in the onboarding form and send it back"
        return Step("form", Actor.CUSTOMER, is_done=False, what=what)
    return Step("form", Actor.OPERATOR, is_done=False, what="hand the customer the form")


def _access(access: Access) -> Iterator[Step]:
    """Yield the three steps that are always the customer's (R-FIN-6, R-FIN-7)."""
    allowed = access in {Access.BAD_CREDENTIALS, Access.READY}
    ready = access is Access.READY
    for name, is_done, what in (
        (ALLOW, allowed, "allow the use of the API in the source system, by its guide"),
        (CREDENTIALS, ready, "make credentials in the source system, by its guide"),
        (DELIVER, ready, "deliver them: name the block that holds them, or approve by the link"),
    ):
        yield Step(name, Actor.CUSTOMER, is_done=is_done, what=what)


def _prerequisites(facts: Facts) -> Step:
    missing = facts.missing_prerequisites
    what = f"missing: {', '.join(missing)}" if missing else "company, accounts, years, account map"
    return Step(PREREQUISITES, Actor.OPERATOR, is_done=not missing, what=what)


def _transfer(item: TransferredYear, *, is_approved: bool) -> Step:
    """Say whether a year came; a load that is held after its approval is no first transfer."""
    held = f"held by {', '.join(item.holding)}" if item.holding else "transfer the year"
    is_done = is_approved or (item.is_here and not item.holding)
    what = "the year came" if is_done else held
    name = f"first transfer {short_year(item.year.key)}"
    return Step(name, Actor.OPERATOR, is_done=is_done, what=what)


def _statements(item: TransferredYear) -> Iterator[Step]:
    for kind in StatementKind:
        title, found = STATEMENTS[kind], item.of(kind)
        waits = kind in item.statements and not item.is_here
        what = {
            Comparison.MISSING: f"send the {title} of {year_in_words(item.year.key)} "
            "from the source system",
            Comparison.DIFFERS: f"{title} differs: {item.differing_of(kind)}",
            Comparison.AGREES: _agreeing(title, item.as_of.get(kind), item.year),
            Comparison.ACCEPTED: f"{title} differs, as was accepted: {item.differing_of(kind)}",
        }[found]
        yield Step(
            f"{title} {short_year(item.year.key)}",
            Actor.OPERATOR if found is Comparison.DIFFERS else Actor.CUSTOMER,
            is_done=waits or found in SETTLED,
            what=f"the {title} came; it is compared when the year is read in" if waits else what,
        )


def _agreeing(title: str, as_of: dt.date | None, year: FiscalYear) -> str:
    """Say that the books agree with a statement, and up to when, if the year goes on behind it."""
    if as_of is None or as_of >= year.end_date:
        return f"the books agree with the {title}"
    return f"the books agree with the {title} up to {as_of}, and nothing behind it was compared"


def _approval(facts: Facts) -> Step:
    left = [year_in_words(item.year.key) for item in facts.years if item.year not in facts.approved]
    if facts.years and not left:
        return Step(APPROVAL, Actor.OPERATOR, is_done=True, what="approved")
    what = (
        f"look at the comparison and approve the first transfer of {', '.join(left)}"
        if left
        else "approve the first transfer once it has come"
    )
    return Step(APPROVAL, Actor.OPERATOR, is_done=False, what=what)
