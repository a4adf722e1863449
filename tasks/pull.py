"""Pull: one fiscal year fetched from a vendor's system, landed with what it was asked beside it."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from blocks.settings import settings
from blocks.systems import FORTNOX
from blocks.systems.fortnox import FortnoxSession, SourceYear, YearExtract
from ledger.errors import TransientError
from ledger.fiscal_year import FiscalYear
from ledger.money import MONEY
from ledger.readers import SIE
from ledger.source import LedgerFile, Part
from tasks.evidence import pack
from tasks.fetch import Fetched
from tasks.from_landing import ASKED
from tasks.jobs import Job
from tasks.ledger_files import facts_of
from tasks.log import say, warn
from tasks.steps import step

SUFFIX: Final = ".se"


class NotTheYear(TransientError):
    """Fortnox answered with something else than the ledger of the year that it was asked for."""

    def __init__(self, *, asked: FiscalYear, came: FiscalYear | None, sie_type: str) -> None:
        what = f"a SIE file of type {sie_type or 'unknown'} for {came or 'no named year'}"
        super().__init__(
            f"Fortnox was asked for the SIE 4 file of {asked} and sent {what}. Nothing was loaded; "
            "it is asked again. If this stays, export the year in Fortnox by hand and look at it.",
            asked=asked,
            came=came,
            sie_type=sie_type,
        )


@step("pull", about="job.unit")
async def pull(
    job: Job, fortnox: FortnoxSession, source_year: SourceYear, *, asks_closing: bool = False
) -> Fetched:
    """Fetch a year's ledger and what it is held against, and land both.

    Args:
        job: The unit's.
        fortnox: Answers for the tenant's company.
        source_year: Which year.
        asks_closing: Ask for each balance account's closing balance too, which is one call each;
            a year that was never published from Fortnox is asked in any case, unless a setting
            says otherwise.

    Raises:
        NotTheYear: What came is no SIE 4 file of that year.
        TransientError: Fortnox did not answer, or the books kept changing while they were read.
        TerminalError: A licence, a scope or the consent is missing; the message says who acts.
    """
    company = await fortnox.company()
    extract = await fortnox.pull_year(source_year)
    file = await asyncio.to_thread(_opened, extract, source_year.year)
    closing = {}
    if asks_closing or await asyncio.to_thread(_is_first, job):
        closing = await fortnox.closing_balances(source_year, balance_accounts(file))
    answers = Answers(extract, closing, organisation_number=company.organisation_number)
    return await asyncio.to_thread(land_answers, job, file, answers)


@dataclass(frozen=True)
class Answers:
    """All that Fortnox said about a year. `closing`: per account, empty when it was not asked.

    `organisation_number`: the company's, used when the file is silent about it.
    """

    extract: YearExtract
    closing: dict[str, Decimal]
    organisation_number: str


def balance_accounts(file: LedgerFile) -> list[str]:
    """Return the accounts of assets, liabilities and equity (BAS 1 and 2) that have a balance.

    What an account of the income statement carries forward, Fortnox does not say.
    """
    reported = file.tables["reported_balance"]
    is_closing = pc.and_(
        pc.equal(reported["balance_kind"], "closing"), pc.equal(reported["year_offset"], 0)
    )
    accounts = reported.filter(is_closing)["account_number"]
    return sorted({number for number in accounts.to_pylist() if number[:1] in {"1", "2"}})


def land_answers(job: Job, file: LedgerFile, answers: Answers) -> Fetched:
    """Keep what came as it came."""
    extract, year = answers.extract, job.unit.year
    lake, tenant = job.stores.lake, job.unit.tenant
    name = f"fortnox {year.key}{SUFFIX}"
    landed = lake.land(tenant, FORTNOX, extract.sie, file_name=name, format_name=SIE.name)
    evidence = _evidence(answers)
    asked = lake.land(tenant, ASKED, pack(evidence), file_name=f"asked {year.key}.arrow")
    facts = facts_of(file, landed, year)
    number = facts.organisation_number or answers.organisation_number
    say(
        f"Fetched {year} from Fortnox in {extract.calls} calls: {len(extract.sie):,} bytes and a "
        f"list of {extract.voucher_headers.num_rows:,} vouchers",
        **job.where,
        calls=extract.calls,
        size_bytes=len(extract.sie),
        sha256=landed.sha256,
    )
    if unknown := extract.unknown_codes:
        listed = ", ".join(f"{code} ({count:,})" for code, count in unknown.items())
        warn(
            f"Codes of Fortnox that are not known here, kept as they came: {listed}",
            **job.where,
            unknown_codes=sum(unknown.values()),
        )
    known = {"evidence_sha256": asked.sha256, "organisation_number": number}
    return Fetched(
        landed,
        facts.model_copy(update=known),
        file,
        evidence=asked,
        evidence_sha256=hashlib.sha256(pack(_always_asked(evidence))).hexdigest(),
    )


def _opened(extract: YearExtract, year: FiscalYear) -> LedgerFile:
    file = SIE.reader.open_parts([Part(SUFFIX, lambda: extract.sie)])
    came, kind = file.facts.year, file.facts.kind
    if kind != "4E" or came != year:
        raise NotTheYear(asked=year, came=came, sie_type=kind)
    return file


def _is_first(job: Job) -> bool:
    status = job.stores.hub.units.find(job.unit.tenant, job.unit.year)
    is_known = status is not None and status.published_source == FORTNOX
    return settings().fortnox_closing_at_first and not is_known


def _evidence(answers: Answers) -> dict[str, pa.Table]:
    accounts = answers.extract.opening_balances
    # An account for which Fortnox gives no balance was not answered for.
    opening = accounts.filter(pc.is_valid(accounts["amount"])).select(["account_number", "amount"])
    closing = pa.table(
        {
            "account_number": pa.array(answers.closing.keys(), pa.string()),
            "amount": pa.array(answers.closing.values(), MONEY),
        }
    )
    return {
        "source_account": accounts,
        "source_balance": pa.concat_tables(
            [_of_kind("opening", opening.cast(closing.schema)), _of_kind("closing", closing)]
        ),
        "source_voucher": answers.extract.voucher_headers,
    }


def _always_asked(evidence: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Leave out what is asked only now and then."""
    balances = evidence["source_balance"]
    opening = balances.filter(pc.equal(balances["balance_kind"], "opening"))
    return {**evidence, "source_balance": opening}


def _of_kind(kind: str, balances: pa.Table) -> pa.Table:
    return balances.append_column("balance_kind", pa.repeat(kind, balances.num_rows))
