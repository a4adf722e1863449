"""A tenant's route from Spotilla: settings, and how far it is taken into use.

Source:
    R-SPO-5, -31 to -35.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from blocks.hub import Hub
from blocks.hub.routes import Route
from ledger.invoice.mappings.spotilla_procountor.terms import SOURCE, Terms, terms_of
from ledger.spotilla.judge import Choice
from tasks.route_settings import checked_terms as checked

KIND: Final = "invoicing"
"""What the route carries: customers, products, and tasks as invoices."""
CLIENT: Final = "spotilla"
"""Client identifier for which the customer makes the key in Procountor."""
TARGET: Final = f"procountor@{CLIENT}"
"""Where the route leads unless another is named."""
ZONE: Final = ZoneInfo("Europe/Helsinki")


class Stage(StrEnum):
    """How far it is taken into use; the word is the route's mode."""

    REQUESTED = "requested"
    """Asked for at the helpdesk."""
    KEY_RECEIVED = "key_received"
    """Procountor is connected by the key that the customer made."""
    ON = "on"
    OFF = "off"


STAGES_IN_WORDS: Final[Mapping[str, str]] = {
    Stage.REQUESTED: "asked for; waits for Procountor's key",
    Stage.KEY_RECEIVED: "Procountor is connected; waits to be switched on",
    Stage.ON: "switched on",
    Stage.OFF: "switched off: nothing goes",
}
"""As people read them."""


@dataclass(frozen=True)
class SpotillaRoute:
    """One tenant's route, as of the moment in which it was read."""

    hub: Hub
    route: Route

    @classmethod
    def of(cls, hub: Hub, tenant: str) -> SpotillaRoute:
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
    def target(self) -> str:
        """The connection that it leads to."""
        return self.route.target

    @property
    def stage(self) -> Stage:
        """How far it is taken into use."""
        return Stage(self.route.mode or Stage.REQUESTED)

    @property
    def is_on(self) -> bool:
        """Return whether cycles run."""
        return self.route.is_attached and self.stage is Stage.ON

    @cached_property
    def terms(self) -> Terms:
        """Return its settings.

        Raises:
            WrongSetting: One is unknown or not as expected.
        """
        return checked_terms(self.tenant, dict(self.route.settings))

    @cached_property
    def switched_on_at(self) -> dt.datetime | None:
        """Return the moment of the last switch-on."""
        modes = self.hub.routes.modes(self.route)
        return next((one.since for one in reversed(modes) if one.mode == Stage.ON), None)

    @property
    def choice(self) -> Choice:
        """Return which tasks become invoices."""
        terms = self.terms
        since = terms.since(self.switched_on_at, ZONE)
        return Choice(terms.tasks, terms.needs_acceptance, since)

    @property
    def today(self) -> dt.date:
        """Return the day in Europe/Helsinki."""
        return self.hub.database.now().astimezone(ZONE).date()


def checked_terms(tenant: str, settings: dict[str, object]) -> Terms:
    """Return the terms of settings; raises as `tasks.route_settings.checked_terms`."""
    known = Terms.model_fields
    return checked(terms_of, settings, known=known, tenant=tenant, source=SOURCE, kind=KIND)
