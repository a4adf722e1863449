"""Opening a tenant: the facts of the hub, the stage that they come to, and what it lets through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from blocks.client_names import base_of
from blocks.hub import ConnectionState, Hub, Tenant
from blocks.hub.errors import Refused
from blocks.hub.onboarding import NotOpened, Opening
from blocks.hub.opening_facts import OpeningFacts, YearFacts
from blocks.hub.pickups import Pickup, require_fit
from blocks.onboarding_form import write_form
from blocks.settings import settings
from blocks.systems.registry import systems_with
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import (
    Access,
    Facts,
    Onboarding,
    Stage,
    Transfer,
    TransferredYear,
    onboarding,
    stage_of,
)
from ledger.onboarding_form import OnboardingForm
from ledger.organisation import is_same
from tasks.overview import Targets

FORMS: Final = "forms"
"""Folder of the home in which empty forms are put."""

ACCESS: Final = {
    ConnectionState.CONNECTED: Access.READY,
    ConnectionState.YEARS_DIFFER: Access.READY,
    ConnectionState.UNREACHABLE: Access.READY,
    ConnectionState.LICENCE_MISSING: Access.NOT_ALLOWED,
    ConnectionState.PERMISSION_MISSING: Access.NOT_ALLOWED,
    ConnectionState.RECONNECT_REQUIRED: Access.BAD_CREDENTIALS,
    ConnectionState.WRONG_COMPANY: Access.BAD_CREDENTIALS,
}
"""Where in the customer's three steps a connection stops (R-FIN-6); what is ours stops none."""


class ManualTenant(TerminalError):
    """A pickup was to be agreed with a tenant whose files are always dropped in by hand."""

    sentence = (
        "The form of {tenant} says manual: its files are dropped in by hand, and none is fetched. "
        "If they are to be fetched, say transfer: sftp in the form and take it in again with "
        "`tasma tenant open {tenant} FORM`."
    )


class PickupStays(Refused):
    """A form that says manual came from somebody who may not end the tenant's pickup."""

    sentence = (
        "The form of {tenant} cannot say manual while a pickup is agreed, which only an operator "
        "ends. Nothing was changed: say transfer: sftp, or let an operator take the form in with "
        "`tasma tenant open {tenant} FORM`."
    )


class FormOfAnother(Refused):
    """A form names another company's number than the tenant's."""

    sentence = (
        "The form names the business id {came}, but {tenant} is {expected}. Nothing was taken from "
        "it. Correct business_id in the form or hand in the right form; if the tenant's number is "
        "what is wrong, `tasma tenant correct {tenant} --org-number {came}`."
    )


class NoSuchApi(Refused):
    """A form says that the books come by the API of a system to which nothing connects."""

    sentence = (
        "The form says api, and no API of {system} is connected to here. Nothing was taken from "
        "it. Name one of {known} as the source system, or say manual where somebody sends files."
    )


class NotOpen(TerminalError):
    """A transfer was asked for before the tenant's opening has come that far."""

    sentence = (
        "{tenant} is not open for transfers yet: {missing}. Nothing was loaded, and a file in the "
        "inbox stays there. `tasma tenant open {tenant}` shows what is left to do."
    )


def onboarding_of(hub: Hub, tenant: str) -> Onboarding:
    """Return where a tenant's opening stands.

    Raises:
        UnknownTenant: The hub has no such tenant.
    """
    ((known, opening, facts),) = hub.openings.known([tenant])
    return onboarding(_with_documents(known, opening, facts, Targets(hub, tenant)))


def stages(hub: Hub, tenant: str = "") -> dict[str, Stage]:
    """Return the stage of every tenant, or of one; only openings under way are looked into."""
    settled = hub.openings.settled(tenant)
    under_way = [name for name, stage in settled.items() if stage is None]
    targets = Targets(hub, tenant)
    derived = {
        known.id: stage_of(_with_documents(known, opening, facts, targets))
        for known, opening, facts in hub.openings.known(under_way)
    }
    return {name: stage or derived[name] for name, stage in settled.items()}


def facts_of(hub: Hub, tenant: str) -> Facts:
    """Gather what the hub knows of a tenant's opening.

    Raises:
        UnknownTenant: The hub has no such tenant.
    """
    ((known, opening, facts),) = hub.openings.known([tenant])
    return _facts(known, opening, facts)


def _facts(known: Tenant, opening: Opening | None, facts: OpeningFacts) -> Facts:
    if opening is None:
        # Made before there were forms: approved then, or held by no gate.
        return Facts(is_trial=not known.has_schedule, was_live=known.has_schedule)
    form = opening.form
    return Facts(
        transfer=form.transfer if form else None,
        is_trial=opening.is_trial,
        form_delivered=opening.delivered_at is not None,
        form_filed=form is not None,
        access=_access(form, facts.connections),
        missing_prerequisites=tuple(_missing(known, form, facts)),
        years=tuple(_year(year, facts.years[year.key]) for year in form.fiscal_years)
        if form
        else (),
        approved=frozenset(facts.approved),
    )


def _with_documents(
    known: Tenant, opening: Opening | None, facts: OpeningFacts, targets: Targets
) -> Facts:
    """Gather the facts, with whether documents alone go through here."""
    found = _facts(known, opening, facts)
    if found.form_filed or facts.years or not targets.of(known.id):
        return found
    return replace(found, has_documents_alone=True)


def transferred_years(hub: Hub, tenant: str) -> tuple[FiscalYear, ...]:
    """Return the years of a tenant's form; none while it has not come back."""
    opening = hub.openings.find(tenant)
    return opening.form.fiscal_years if opening and opening.form else ()


def require_open(hub: Hub, tenant: str, *, by_api: bool) -> None:
    """Make sure that a tenant's opening has come as far as a first transfer.

    Args:
        hub: Knows the facts.
        tenant: Whose.
        by_api: Whether the books are to be pulled; else a file was dropped in, which every tenant
            may do (R-FIN-1).

    Raises:
        NotOpen: The form, a prerequisite or the access is missing; all that is missing is named.
        UnknownTenant: The hub has no such tenant.

    Source:
        R-FIN-2, R-FIN-5, R-FIN-18, R-FIN-24.
    """
    facts = facts_of(hub, tenant)
    found = onboarding(facts)
    if found.stage in {Stage.TRIAL, Stage.LIVE}:
        return
    if not facts.form_filed:
        raise NotOpen(tenant=tenant, missing="the onboarding form has not come back")
    if facts.missing_prerequisites:
        raise NotOpen(tenant=tenant, missing=f"{', '.join(facts.missing_prerequisites)} missing")
    if by_api and facts.transfer is not Transfer.API:
        missing = f"its form says {facts.transfer}, so nothing is pulled"
        raise NotOpen(tenant=tenant, missing=missing)


def takes_files(hub: Hub, tenant: str) -> bool:
    """Return whether a tenant's opening has come so far that a file of books is taken."""
    try:
        require_open(hub, tenant, by_api=False)
    except NotOpen:
        return False
    return True


def awaits_statements(hub: Hub, tenant: str, year: FiscalYear) -> bool:
    """Return whether a year is a first transfer that nobody has approved yet (R-FIN-12)."""
    facts = facts_of(hub, tenant)
    if facts.is_trial or facts.was_live or year in facts.approved:
        return False
    return any(item.year == year for item in facts.years)


def deliver_form(hub: Hub, tenant: str) -> Path:
    """Write a tenant's empty form into the home, unless there is one, and begin its opening.

    Raises:
        UnknownTenant: The hub has no such tenant.

    Source:
        R-FIN-36: whoever is new is given the form.
    """
    hub.openings.begin(tenant)
    folder = settings().home / FORMS
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{tenant}.yaml"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(write_form(tenant), encoding="utf-8")
    return path


def file_form(
    hub: Hub, tenant: str, form: OnboardingForm, *, who: str, by_operator: bool = True
) -> Onboarding:
    """Keep a filled form, and define its years: those and no others are transferred.

    All is checked first: of a form that is refused nothing is kept.

    Args:
        hub: Keeps it.
        tenant: Whose form.
        form: As it was filled in.
        who: Files it.
        by_operator: Whether an operator does; what is agreed on a pickup stays as it is otherwise.

    Raises:
        FormOfAnother: It is another company's.
        NoSuchApi: It says that the books come by an API, of a system that has none here.
        NotOpened: No form was ever handed out.
        PickupStays: It says manual, and would end a pickup that only an operator may end.
        PickupUnfit: Folder or names of the pickup cannot be so.
        UnknownTenant: The hub has no such tenant.
        YearOverlap: A year of the form shares days with one that is defined otherwise.

    Source:
        R-FIN-3, R-FIN-4: the first transfer covers exactly the years that the form names.
        R-FIN-19: nothing is fetched for a tenant whose files are dropped in by hand.
    """
    for year in form.fiscal_years:
        hub.years.require_definable(tenant, year)
    if hub.openings.find(tenant) is None:
        raise NotOpened(tenant=tenant)
    _refuse_other_company(hub, tenant, form)
    form = _by_known_api(form)
    ends = form.transfer is Transfer.MANUAL and hub.pickups.find(tenant) is not None
    if ends and not by_operator:
        raise PickupStays(tenant=tenant)
    agreed = _pickup(tenant, form) if by_operator else None
    if agreed:
        require_fit(agreed)
    for year in form.fiscal_years:
        if hub.years.find(tenant, year) is None:
            hub.years.define(tenant, year)
    hub.tenants.update(tenant, years_from_source=False)
    hub.openings.file(tenant, form, who=who)
    if agreed:
        hub.pickups.agree(agreed, who=who)
    if ends:
        hub.pickups.stop(tenant, who=who)
    return onboarding_of(hub, tenant)


def _refuse_other_company(hub: Hub, tenant: str, form: OnboardingForm) -> None:
    known = hub.tenants.get(tenant).organisation_number
    if form.business_id and known and not is_same(form.business_id, known):
        raise FormOfAnother(tenant=tenant, came=form.business_id, expected=known)


def _by_known_api(form: OnboardingForm) -> OnboardingForm:
    """Return the form with its system called as it is here, in case it is to be asked by an API."""
    if form.transfer is not Transfer.API:
        return form
    known, name = systems_with("ledger"), form.source_system.lower()
    if base_of(name) not in known:
        raise NoSuchApi(system=form.source_system, known=", ".join(known))
    return form.model_copy(update={"source_system": name})


def agree_pickup(hub: Hub, pickup: Pickup, *, who: str) -> Pickup:
    """Keep what was agreed on a pickup, unless the tenant's files are dropped in by hand.

    Raises:
        ManualTenant: Its form says so (R-FIN-19).
        IntervalUnfit, PickupUnfit: It cannot be as given.
        UnknownTenant: The hub has no such tenant.
    """
    opening = hub.openings.find(pickup.tenant)
    if opening and opening.form and opening.form.transfer is Transfer.MANUAL:
        raise ManualTenant(tenant=pickup.tenant)
    return hub.pickups.agree(pickup, who=who)


def _pickup(tenant: str, form: OnboardingForm) -> Pickup | None:
    """Return the pickup that a form agrees; None when it names no login or is no SFTP."""
    if form.transfer is not Transfer.SFTP or not form.credentials_block:
        return None
    return Pickup(
        tenant,
        form.credentials_block,
        form.pickup_path,
        file_pattern=form.file_pattern,
        poll_minutes=form.poll_minutes,
    )


def excluded_dimensions(hub: Hub, tenant: str) -> tuple[str, ...]:
    """Return the names of the dimensions that a tenant's form leaves out (R-FIN-P4)."""
    opening = hub.openings.find(tenant)
    return opening.form.excluded_dimensions if opening and opening.form else ()


def _access(form: OnboardingForm | None, connections: Mapping[str, ConnectionState]) -> Access:
    if form is None or form.transfer is not Transfer.API:
        return Access.UNTESTED
    state = connections.get(form.source_system)
    return ACCESS.get(state, Access.UNTESTED) if state else Access.UNTESTED


def _missing(known: Tenant, form: OnboardingForm | None, facts: OpeningFacts) -> list[str]:
    """Name what of company, accounts, fiscal years and account map is not there (R-FIN-24)."""
    is_api = form is not None and form.transfer is Transfer.API
    there = {
        "organisation number": bool(known.organisation_number),
        # Accounts of an API tenant come through the API.
        "ledger accounts": is_api or facts.has_chart,
        "fiscal years": form is not None and facts.defined.issuperset(form.fiscal_years),
        "account map": facts.has_account_map,
    }
    return [name for name, is_there in there.items() if not is_there]


def _year(year: FiscalYear, facts: YearFacts) -> TransferredYear:
    """Return how a year stands; a control of the statements is a step of its own."""
    return TransferredYear(
        year,
        is_staged=bool(facts.hold),
        is_published=facts.is_published,
        holding=tuple(name for name in facts.holding if not name.startswith("customer_")),
        statements={kind: outcome for kind, (outcome, _, _) in facts.statements.items()},
        differing={kind: text for kind, (_, text, _) in facts.statements.items()},
        as_of={kind: day for kind, (_, _, day) in facts.statements.items()},
    )
