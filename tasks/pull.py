"""Pull: one fiscal year fetched from a vendor's system, landed with what it was asked beside it."""

from __future__ import annotations

import asyncio
from typing import Final

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from blocks.systems.fortnox import FortnoxSession, SourceYear, YearExtract
from ledger.errors import TransientError
from ledger.fiscal_year import FiscalYear
from ledger.sie.reader import SieFile, open_sie
from tasks.evidence import pack
from tasks.fetch import Fetched, facts_of
from tasks.jobs import Job
from tasks.log import say
from tasks.source_year import stated_year
from tasks.steps import RETRIES, RETRY_DELAYS_S, RETRY_JITTER, STEP_LIMIT_S, is_transient

FORTNOX: Final = "fortnox"
ASKED: Final = "fortnox-evidence"
"""Under this source lies what Fortnox was asked beside the ledger."""

SUFFIX: Final = ".se"


class NotTheYear(TransientError):
    """Fortnox answered with something else than the ledger of the year that it was asked for."""

    def __init__(self, *, asked: FiscalYear, came: FiscalYear | None, sie_type: str) -> None:
        what = f"a SIE file of type {sie_type or 'unknown'} for {came or 'no named year'}"
        super().__init__(
            f"Fortnox was asked for the SIE 4 file of {asked} and sent {what}. Nothing was loaded; "
            "it is asked again. If this stays, export the year in Fortnox by hand and look at it."
        )


@task(
    name="pull",
    task_run_name="pull {job.unit}",
    cache_policy=NO_CACHE,
    retries=RETRIES,
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_jitter_factor=RETRY_JITTER,
    retry_condition_fn=is_transient,
    timeout_seconds=STEP_LIMIT_S,
)
async def pull(job: Job, fortnox: FortnoxSession, source_year: SourceYear) -> Fetched:
    """Fetch a year's ledger and what it is held against, and land both.

    Raises:
        NotTheYear: What came is no SIE 4 file of that year.
        TransientError: Fortnox did not answer, or the books kept changing while they were read.
        TerminalError: A licence, a scope or the consent is missing; the message says who acts.
    """
    company = await fortnox.company()
    extract = await fortnox.pull_year(source_year)
    number = company.organisation_number
    return await asyncio.to_thread(
        land_extract, job, extract, year=source_year.year, organisation_number=number
    )


def land_extract(
    job: Job, extract: YearExtract, *, year: FiscalYear, organisation_number: str
) -> Fetched:
    """Keep what came as it came, once it is known to be the year that was asked for.

    Args:
        job: The unit's.
        extract: What Fortnox answered.
        year: The year that was asked for.
        organisation_number: The company's, used when the file is silent about it.
    """
    file = open_sie(extract.sie, suffix=SUFFIX)
    _refuse_other(file, year)
    lake, tenant = job.stores.lake, job.unit.tenant
    landed = lake.land(tenant, FORTNOX, extract.sie, file_name=f"fortnox {year.key}{SUFFIX}")
    asked = lake.land(tenant, ASKED, pack(_evidence(extract)), file_name=f"asked {year.key}.arrow")
    facts = facts_of(file, landed, year)
    number = facts.organisation_number or organisation_number
    say(
        f"Fetched {year} from Fortnox in {extract.calls} calls: {len(extract.sie):,} bytes and a "
        f"list of {extract.voucher_headers.num_rows:,} vouchers",
        **job.where,
        calls=extract.calls,
        size_bytes=len(extract.sie),
        sha256=landed.sha256,
    )
    told = {"evidence_sha256": asked.sha256, "organisation_number": number}
    return Fetched(landed, facts.model_copy(update=told), SUFFIX, evidence=asked)


def _refuse_other(file: SieFile, year: FiscalYear) -> None:
    came = stated_year(file)
    if file.header.sie_type != "4E" or came != year:
        raise NotTheYear(asked=year, came=came, sie_type=file.header.sie_type)


def _evidence(extract: YearExtract) -> dict[str, pa.Table]:
    accounts = extract.opening_balances
    kind = pa.repeat("opening", accounts.num_rows)
    return {
        "source_account": accounts,
        "source_balance": accounts.append_column("balance_kind", kind),
        "source_voucher": extract.voucher_headers,
    }
