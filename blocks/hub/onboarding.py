"""What is recorded of a tenant's opening: the form that was handed out, and what came back.

The stage is not recorded: `tasks.onboarding` derives it from these facts and from what was loaded.
A tenant without a row here was made before there were forms, and no gate holds it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import Row, exists, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import Refused, UnknownTenant
from blocks.hub.events import Events
from blocks.hub.opening_facts import OpeningFacts, opening_facts
from blocks.hub.tenants import Tenant, require
from ledger.onboarding import Stage
from ledger.onboarding_form import OnboardingForm

MAX_AT_ONCE: Final = 1_000
"""Tenants of which the facts are gathered at once."""


@dataclass(frozen=True)
class Opening:
    """A tenant's opening. `form`: None until a right one came back.

    `is_trial`: made by an import, so that somebody can look at a file; no gate holds it.
    """

    tenant: str
    is_trial: bool
    form: OnboardingForm | None
    delivered_at: dt.datetime | None
    filed_at: dt.datetime | None
    filed_by: str


class NotOpened(Refused):
    """A tenant that was made before there were forms has no opening to work on."""

    sentence = (
        "{tenant} was made without an onboarding form. `tasma tenant form {tenant}` begins its "
        "opening; what is loaded stays."
    )


class Openings:
    """The openings of tenants."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def find(self, tenant: str) -> Opening | None:
        """Return a tenant's opening; None for one that was made before there were forms."""
        table = models.onboarding
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.tenant == tenant)).one_or_none()
        return None if row is None else _opening(row)

    def known(
        self, tenants: Iterable[str]
    ) -> Iterator[tuple[Tenant, Opening | None, OpeningFacts]]:
        """Yield each of some tenants with its opening and the facts of it.

        A few questions for each `MAX_AT_ONCE` of them.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        asked = iter(tenants)
        while batch := list(islice(asked, MAX_AT_ONCE)):
            yield from self._known(batch)

    def _known(self, asked: list[str]) -> Iterator[tuple[Tenant, Opening | None, OpeningFacts]]:
        ours, table = models.tenant, models.onboarding
        with self._database.reading() as connection:
            tenants = connection.execute(select(ours).where(ours.c.id.in_(asked))).all()
            found = {row.id: Tenant(**row._asdict()) for row in tenants}
            rows = connection.execute(select(table).where(table.c.tenant.in_(asked))).all()
            facts = opening_facts(connection, asked)
        openings = {row.tenant: _opening(row) for row in rows}
        for tenant in asked:
            if tenant not in found:
                raise UnknownTenant(tenant)
            yield found[tenant], openings.get(tenant), facts[tenant]

    def settled(self, tenant: str = "") -> dict[str, Stage | None]:
        """Return the stage of each tenant, or of one, where few facts tell it: live or a trial.

        One question, however many tenants there are; None where the opening is under way, so that
        its stage has to be derived.
        """
        ours, opening, approval = models.tenant.c, models.onboarding.c, models.approval.c
        is_approved = exists().where(approval.tenant == ours.id)
        query = select(
            ours.id, ours.has_schedule, opening.is_trial, is_approved.label("is_approved")
        ).select_from(models.tenant.outerjoin(models.onboarding, opening.tenant == ours.id))
        if tenant:
            query = query.where(ours.id == tenant)
        with self._database.reading() as connection:
            return {row.id: _settled(row) for row in connection.execute(query)}

    def begin(self, tenant: str, *, is_trial: bool = False) -> None:
        """Begin a tenant's opening by handing out its form, or note that it is a trial.

        An opening that was begun stays as it is; a trial becomes one when its form is handed out.

        Raises:
            UnknownTenant: The hub has no such tenant.
        """
        table = models.onboarding
        with self._database.writing() as connection:
            require(connection, tenant)
            row = connection.execute(select(table).where(table.c.tenant == tenant)).one_or_none()
            if row is not None and (is_trial or not row.is_trial):
                return
            delivered = None if is_trial else self._database.now()
            values = {"is_trial": is_trial, "delivered_at": delivered}
            if row is None:
                connection.execute(insert(table).values(tenant=tenant, **values))
            else:
                connection.execute(update(table).where(table.c.tenant == tenant).values(**values))
            message = "made as a trial" if is_trial else "onboarding form delivered"
            self._events.record(connection, "onboarding", message, tenant=tenant)

    def file(self, tenant: str, form: OnboardingForm, *, who: str) -> None:
        """Keep a filled form; it replaces an earlier one.

        Raises:
            NotOpened: No form was ever handed out.
        """
        table = models.onboarding
        with self._database.writing() as connection:
            require(connection, tenant)
            values = {
                "form": form.model_dump_json(),
                "filed_at": self._database.now(),
                "filed_by": who,
                "is_trial": False,
            }
            statement = update(table).where(table.c.tenant == tenant).values(**values)
            if not connection.execute(statement).rowcount:
                raise NotOpened(tenant=tenant)
            years = ", ".join(map(str, form.fiscal_years))
            message = f"onboarding form filed by {who}: {form.source_system}, {years}"
            self._events.record(connection, "onboarding", message, tenant=tenant)


def _opening(row: Row[Any]) -> Opening:
    form = OnboardingForm.model_validate_json(row.form) if row.form else None
    return Opening(
        row.tenant, row.is_trial, form, row.delivered_at, row.filed_at, filed_by=row.filed_by
    )


def _settled(row: Row[Any]) -> Stage | None:
    was_live = row.is_trial is None and row.has_schedule
    if row.is_approved or was_live:
        return Stage.LIVE
    return None if row.is_trial is False else Stage.TRIAL
