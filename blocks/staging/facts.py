"""What a source says of itself and of the year it sent, as a staged unit keeps it."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field

from ledger.account_class import AccountClass
from ledger.coverage import Coverage
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit


class UnitFacts(BaseModel):
    """What a source says of itself and of the year it sent.

    `source_kind`: ``4E``, ``4I``, ``1`` ... for SIE. `coverage`: what of a published year it
    may replace. `program` has a version behind its name, `program_name` has not.
    `evidence_sha256`: hash of what the source was asked beside the ledger, empty
    when it was asked nothing; `unasked`: tables of it that this source is not asked for, joined by
    blanks. `balances_up_to`: day of the balances that it reports, at most the
    year's last. `error_count`: diagnostics of level error. The four counts of the
    reader are filled in by `stage_unit`. `is_year_told_by_dates`: the source names no year, and
    only its vouchers of this one are the unit's; `set_aside_rows` counts the others' lines.
    `excluded_dimensions`: names of those that are left out of the stage. The
    `account_classes`: what the source's numbers of accounts say.
    `reports_balances`: whether it says what its vouchers lead to. `balances_by`: voucher or month;
    `balanced_months`: of a source by the month those that have to sum to zero, joined by blanks.
    `outdated_months`: those whose summary of VAT is too old; `summed_vat`: of each month and side,
    a `ledger.source.SummedVat` joined by ``|``, joined by blanks.
    `keys_outlive_years`: whether a voucher keeps its key in another year; `moved_vouchers`: those
    that moved there, each as ``key>day``, joined by blanks. `unseen_vouchers`: keys of those that
    are not shown any more since one looks with less, `lost_rights`; both joined by blanks. The
    three lines say where in the source a fact stands; 0 where the source has no lines or does not
    say it.
    """

    model_config = ConfigDict(frozen=True)

    tenant: str
    start_date: dt.date
    end_date: dt.date
    source: str
    source_kind: str
    coverage: Coverage
    organisation_number: str
    currency: str
    program: str
    program_name: str = ""
    encoding: str
    landed_sha256: str
    balances_up_to: dt.date = dt.date.max
    is_year_told_by_dates: bool = False
    evidence_sha256: str = ""
    unasked: str = ""
    reader_version: int = 1
    fast_rows: int = 0
    exact_rows: int = 0
    set_aside_rows: int = 0
    error_count: int = 0
    excluded_dimensions: tuple[str, ...] = ()
    account_classes: dict[str, AccountClass] = Field(default_factory=dict)
    reports_balances: bool = True
    balances_by: str = "voucher"
    balanced_months: str = ""
    outdated_months: str = ""
    summed_vat: str = ""
    keys_outlive_years: bool = False
    moved_vouchers: str = ""
    unseen_vouchers: str = ""
    lost_rights: str = ""
    organisation_number_line: int = 0
    fiscal_year_line: int = 0
    currency_line: int = 0

    @property
    def fiscal_year(self) -> FiscalYear:
        """The unit's year."""
        return FiscalYear(self.start_date, self.end_date)

    @property
    def unit(self) -> Unit:
        """The unit that the source speaks of."""
        return Unit(self.tenant, self.fiscal_year)
