"""A tenant's route from Ecom, with all by which its documents are decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from blocks.hub import Hub
from blocks.hub.routes import Route
from ledger.ecom.contract import COMPANY_SUBJECT, EVENT, account_of, event_of
from ledger.ecom.decide import day_of
from ledger.ecom.documents import EcomAccount
from ledger.ecom.modes import Mode, Since
from ledger.ecom.periods import Company, fold_company
from ledger.invoice.mappings.ecom_procountor.accounts import AccountRow, Table, table_of
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE, Terms, terms_of
from tasks.route_settings import checked_terms as checked

KIND: Final = "vouchers"
"""What goes by the route: invoices with their payments, and journals."""

CLIENT: Final = "ecom-jetClient"
"""Client identifier for which the customer makes the key in Procountor (R-ECO-4)."""

TARGET: Final = f"procountor@{CLIENT}"
"""Where the route leads unless another is named."""


@dataclass(frozen=True)
class EcomRoute:
    """One tenant's route. What is read from the hub is read once, and is of that moment."""

    hub: Hub
    route: Route

    @classmethod
    def of(cls, hub: Hub, tenant: str) -> EcomRoute:
        """Return a tenant's route.

        Raises:
            NoRoute: It has none.
        """
        return cls(hub, hub.routes.get(tenant, SOURCE, KIND))

    @property
    def tenant(self) -> str:
        """Whose it is."""
        return self.route.tenant

    @property
    def mode(self) -> Mode:
        """The mode that it is in now."""
        return Mode(self.route.mode or Mode.MEMO)

    @cached_property
    def modes(self) -> tuple[Since, ...]:
        """Return the history of its modes, oldest first."""
        return tuple(Since(Mode(one.mode), one.since) for one in self.hub.routes.modes(self.route))

    @cached_property
    def terms(self) -> Terms:
        """Return its settings.

        Raises:
            WrongSetting: One is not as expected.
        """
        return checked_terms(self.tenant, dict(self.route.settings))

    @cached_property
    def table(self) -> Table:
        """Return its account table."""
        rows = self.hub.route_accounts.of(self.tenant, SOURCE)
        return table_of(AccountRow(**vars(row)) for row in rows)

    @cached_property
    def company(self) -> Company:
        """Return what the company's events say."""
        for _, records in self.hub.feeds.of_subjects(self.tenant, SOURCE, [COMPANY_SUBJECT]):
            return fold_company(event_of(one.content) for one in records if one.kind == EVENT)
        return Company()

    @cached_property
    def chart(self) -> dict[str, EcomAccount]:
        """Return Ecom's chart by number."""
        records = self.hub.feeds.of_kind(self.tenant, SOURCE, "account")
        accounts = (account_of(one.content) for one in records)
        return {one.number: one for one in accounts}

    @property
    def today(self) -> dt.date:
        """Return the day in Europe/Helsinki."""
        return day_of(self.hub.database.now())


def checked_terms(tenant: str, settings: dict[str, object]) -> Terms:
    """Return the terms of settings; raises as `tasks.route_settings.checked_terms`."""
    known = Terms.model_fields
    return checked(terms_of, settings, known=known, tenant=tenant, source=SOURCE, kind=KIND)
