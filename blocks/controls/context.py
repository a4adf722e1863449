"""What is known of a tenant beside the source: the other side of several controls."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from blocks.controls.control import OwnControl
from ledger.account_map import AccountMap
from ledger.controls import Severity
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import StatementKind
from ledger.statement.matching import Figures


class UnitContext(BaseModel):
    """The tenant as the hub has it on record.

    `organisation_number` and `currency` are empty when unknown. `locked_until`: last day of the
    tenant's locked periods. `tightened` and `tolerances` (unit's currency, >= 0), both by control,
    can make a control of `data/reference/controls.csv` stricter, never laxer. `account_map`: None
    while nobody has set one. `dated`, `published_dated`: when the books of the load, and of what it
    would replace, are of (`ledger.file_order`). `published_before`: the day when the very books of
    the load came that were published, and were replaced since; empty of any others. `statements`:
    what the customer's say of the year, None for one that is waited for; empty when none is asked
    for. `neighbours`: the staged vouchers (Parquet file) of other years that are to be published in
    one with this. `own`: the operator's own controls, as the tenant has them.
    """

    model_config = ConfigDict(frozen=True)

    organisation_number: str = ""
    currency: str = "SEK"
    defined_years: tuple[FiscalYear, ...] = ()
    locked_until: dt.date | None = None
    dated: str = ""
    published_dated: str = ""
    published_before: str = ""
    tightened: dict[str, Severity] = {}
    tolerances: dict[str, Decimal] = {}
    account_map: AccountMap | None = None
    statements: dict[StatementKind, Figures | None] = {}
    neighbours: dict[FiscalYear, Path] = {}
    own: tuple[OwnControl, ...] = ()
