"""Opening a tenant: the facts of the hub, the stage that they come to, and what it lets through."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from blocks.hub import ConnectionState, Hub
from blocks.hub.onboarding import Opening
from blocks.hub.pickups import Pickup
from blocks.hub.states import WHOLE_YEAR
from blocks.onboarding_form import write_form
from blocks.settings import settings
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import (
    Access,
    Comparison,
    Facts,
    Onboarding,
    Stage,
    Transfer,
    TransferredYear,
    onboarding,
)
from ledger.onboarding_form import OnboardingForm

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
    return onboarding(facts_of(hub, tenant))


def stages(hub: Hub, tenant: str = "") -> dict[str, Stage]:
    """Return the stage of every tenant, or of one; only openings under way are looked into."""
    return {
        name: stage or onboarding_of(hub, name).stage
        for name, stage in hub.openings.settled(tenant).items()
    }


def facts_of(hub: Hub, tenant: str) -> Facts:
    """Gather what the hub knows of a tenant's opening.

    Raises:
        UnknownTenant: The hub has no such tenant.
    """
    known = hub.tenants.get(tenant)
    opening = hub.openings.find(tenant)
    approved = frozenset(item.year for item in hub.approvals.of_tenant(tenant))
    if opening is None:
        # Made before there were forms: approved then, or held by no gate.
        return Facts(is_trial=not known.has_schedule, was_live=known.has_schedule)
    form = opening.form
    return Facts(
        transfer=form.transfer if form else None,
        is_trial=opening.is_trial,
        form_delivered=opening.delivered_at is not None,
        form_filed=form is not None,
        access=_access(hub, tenant, form),
        missing_prerequisites=tuple(_missing(hub, opening)),
        years=tuple(_year(hub, tenant, year) for year in form.fiscal_years) if form else (),
        approved=approved,
    )


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


def file_form(hub: Hub, tenant: str, form: OnboardingForm, *, who: str) -> Onboarding:
    """Keep a filled form, and define its years: those and no others are transferred.

    Raises:
        YearOverlap: A year of the form shares days with one that is defined otherwise.
        PickupUnfit: Folder or names of the pickup cannot be so.
        UnknownTenant: The hub has no such tenant.

    Source:
        R-FIN-3, R-FIN-4: the first transfer covers exactly the years that the form names.
        R-FIN-19: nothing is fetched for a tenant whose files are dropped in by hand.
    """
    for year in form.fiscal_years:
        if hub.years.find(tenant, year) is None:
            hub.years.define(tenant, year)
    hub.tenants.update(tenant, years_from_source=False)
    hub.openings.file(tenant, form, who=who)
    if form.transfer is Transfer.SFTP and form.credentials_block:
        hub.pickups.agree(_pickup(tenant, form), who=who)
    if form.transfer is Transfer.MANUAL and hub.pickups.find(tenant):
        hub.pickups.stop(tenant, who=who)
    return onboarding_of(hub, tenant)


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


def _pickup(tenant: str, form: OnboardingForm) -> Pickup:
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


def _access(hub: Hub, tenant: str, form: OnboardingForm | None) -> Access:
    if form is None or form.transfer is not Transfer.API:
        return Access.UNTESTED
    connection = hub.connections.find(tenant, form.source_system)
    return ACCESS.get(connection.status, Access.UNTESTED) if connection else Access.UNTESTED


def _missing(hub: Hub, opening: Opening) -> list[str]:
    """Name what of company, accounts, fiscal years and account map is not there (R-FIN-24)."""
    tenant, form = opening.tenant, opening.form
    years = {item.year for item in hub.years.active(tenant)}
    is_api = form is not None and form.transfer is Transfer.API
    there = {
        "organisation number": bool(hub.tenants.get(tenant).organisation_number),
        # Accounts of an API tenant come through the API.
        "ledger accounts": is_api or bool(hub.charts.of(tenant)),
        "fiscal years": form is not None and years.issuperset(form.fiscal_years),
        "account map": hub.account_maps.find(tenant) is not None,
    }
    return [name for name, is_there in there.items() if not is_there]


def _year(hub: Hub, tenant: str, year: FiscalYear) -> TransferredYear:
    status = hub.units.find(tenant, year)
    hold = hub.holds.find(tenant, year)
    statements = hub.customer_statements.of_year(tenant, year)
    is_staged = hold is not None and hold.coverage == WHOLE_YEAR
    return TransferredYear(
        year,
        is_staged=is_staged,
        is_published=bool(status and status.last_published_at),
        holding=_holding(hub, hold.load_id) if hold is not None else (),
        statements={kind: item.outcome for kind, item in statements.items()},
        differing=next(
            (i.differing for i in statements.values() if i.outcome is Comparison.DIFFERS), ""
        ),
    )


def _holding(hub: Hub, load_id: str) -> tuple[str, ...]:
    """Return the controls that hold a load, but those that the checklist has of their own."""
    results = hub.loads.results(load_id)
    return tuple(
        item.control for item in results if item.holds and not item.control.startswith("customer_")
    )
