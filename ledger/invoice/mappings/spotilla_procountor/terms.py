"""What is agreed with a tenant whose Spotilla leads to Procountor: settings of the route."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from ledger.invoice.fields import Day, Line, Percent
from ledger.invoice.pushed.cards import MAX_TERM_DAYS
from ledger.invoice.pushed.parts import WholeCode
from ledger.spotilla.judge import Chosen

SOURCE: Final = "spotilla"
MAX_CREATES: Final = 500


class Terms(BaseModel):
    """The settings.

    `tasks`: which become invoices. `needs_acceptance`: tasks are accepted after they are finished.
    `start_date`: from which day on finished tasks are sent although they were finished before the
    switch-on. `max_creates`: cards made in one cycle, in both systems together. `vat_status`: of
    sales in Procountor's list. `vat_rate`: of products that name none. `units`: other spellings of
    Spotilla's units, where Procountor's table does not know them. `payment_term_days`, `language`:
    of customers whose card says nothing.
    `has_contract`: the extra is in the contract, which changes nothing here. `names`: spellings of
    Spotilla's fields that differ from the table's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tasks: Chosen = Chosen.WITH_ORDER_NUMBER
    needs_acceptance: bool = False
    start_date: Day | None = None
    max_creates: Annotated[int, Field(gt=0, le=MAX_CREATES)] = 50
    vat_status: WholeCode = "1"
    vat_rate: Percent | None = None
    units: dict[str, Line] = Field(default_factory=dict)
    payment_term_days: Annotated[int, Field(ge=0, le=MAX_TERM_DAYS)] = 14
    language: Annotated[str, Field(pattern="^(fi|sv|en|et|no|da)$")] = "fi"
    has_contract: bool = False
    names: dict[str, str] = Field(default_factory=dict)

    def since(self, switched_on_at: dt.datetime | None, zone: dt.tzinfo) -> dt.datetime | None:
        """Return from which moment on finished tasks are sent."""
        if self.start_date is None:
            return switched_on_at
        return dt.datetime.combine(self.start_date, dt.time(), tzinfo=zone)


def terms_of(settings: Mapping[str, Any]) -> Terms:
    """Return the terms of a route's settings.

    Raises:
        ValueError: A setting is unknown or not as expected.
    """
    return Terms.model_validate(dict(settings))
