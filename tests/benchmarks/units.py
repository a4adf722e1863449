"""From a SIE file to the facts of a unit, as the pull does."""

from __future__ import annotations

import hashlib

from blocks.staging import UnitFacts
from ledger.coverage import WHOLE_YEAR
from ledger.sie.port import ACCOUNT_CLASSES
from ledger.sie.reader import SieFile


def facts_of(sie: SieFile, content: bytes, *, tenant: str) -> UnitFacts:
    """Say of a file what the unit's manifest holds."""
    header, year = sie.header, sie.header.fiscal_years[0]
    return UnitFacts(
        tenant=tenant,
        start_date=year.start_date,
        end_date=year.end_date,
        source="sie",
        source_kind=header.sie_type,
        coverage=WHOLE_YEAR,
        organisation_number=header.organisation_number,
        currency=header.currency,
        program=header.program,
        encoding=sie.encoding,
        account_classes=ACCOUNT_CLASSES,
        landed_sha256=hashlib.sha256(content).hexdigest(),
    )
