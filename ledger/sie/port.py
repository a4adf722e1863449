"""SIE as one of the formats: what its types may replace, and what its header says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.account_class import AccountClass
from ledger.coverage import BALANCES, VOUCHERS, WHOLE_YEAR, Coverage
from ledger.sie.reader import SieFile, open_sie
from ledger.sie.records.header import SieHeader
from ledger.source import LedgerFile, LedgerReader, Part, SourceFacts

VERSION: Final = 2

COVERAGE: Final[dict[str, Coverage]] = {"4E": WHOLE_YEAR, "4I": VOUCHERS}
"""What a SIE type may replace; types 1 to 3 have no vouchers and are evidence."""

ACCOUNT_CLASSES: Final = {
    "1": AccountClass.BALANCE,
    "2": AccountClass.BALANCE,
    "20": AccountClass.EQUITY,
    **dict.fromkeys("345678", AccountClass.RESULT),
}
"""The classes of BAS, whatever #KTYP says: most programs write none, one writes T for income."""

LINES: Final = {"#ORGNR": "organisation_number", "#RAR": "fiscal_year", "#VALUTA": "currency"}
"""Records whose lines are noted, with the facts that they state."""


def open_file(parts: Sequence[Part]) -> LedgerFile:
    """Open the one part of which a SIE source consists."""
    (part,) = parts
    file = open_sie(part.read(), suffix=part.suffix)
    return LedgerFile(
        facts=facts_of(file),
        tables=file.tables,
        diagnostics=file.diagnostics,
        path_counts=file.path_counts,
        batches=file.batches,
        piece_count=file.piece_count,
        refusal=file.refusal and f"no SIE file of type 1 to 4. {file.refusal}",
    )


def facts_of(file: SieFile) -> SourceFacts:
    """Return what a file says of itself.

    Source:
        SIE file format 4B, #RAR: required in files of every type but 4I; some 4E files lack it. A
        4I file without it is a pre-system's, which need not know the receiver's years.
    """
    header = file.header
    year = header.fiscal_years.get(0)
    return SourceFacts(
        kind=header.sie_type,
        coverage=coverage_of(header),
        year=year,
        is_of_several_years=header.sie_type == "4I" and year is None,
        organisation_number=header.organisation_number,
        company_name=header.company_name,
        currency=header.currency,
        program=f"{header.program} {header.program_version}".strip(),
        program_name=header.program.strip(),
        encoding=file.encoding,
        balances_up_to=header.balances_up_to,
        generated_on=header.generated_on,
        account_classes=ACCOUNT_CLASSES,
        lines={LINES[label]: line for label, line in header.lines.items() if label in LINES},
    )


def coverage_of(header: SieHeader) -> Coverage:
    """Return what a file may replace: a whole year only if it says which."""
    coverage = COVERAGE.get(header.sie_type, BALANCES)
    is_nameless = coverage == WHOLE_YEAR and 0 not in header.fiscal_years
    return VOUCHERS if is_nameless else coverage


READER: Final = LedgerReader(
    version=VERSION,
    open_parts=open_file,
    says_year="a line such as #RAR 0 20240101 20241231 with readable dates",
    says_company='lines such as #ORGNR 556000-1234 and #FNAMN "Acme AB"',
)
