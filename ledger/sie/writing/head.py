"""Flag, identification, chart of accounts and register of objects (SIE 4B §5.12, groups 1-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger.fiscal_year import FiscalYear
from ledger.sie.records.header import SieHeader
from ledger.sie.writing.fields import TEXT, Strings, code, record, records, strings, text

KTYP: Final = {"asset": "T", "liability": "S", "equity": "S", "expense": "K", "income": "I"}
"""SIE 4 has no type for equity, which goes with liabilities, and none for statistical accounts."""


def write_identification(header: SieHeader, years: pa.Table) -> Iterator[Strings]:
    """Write who made the file, of whom and for which years; what is unknown is left out.

    A year that the header does not name comes from `years`, the reported fiscal years.
    """
    yield records("#PROGRAM", _text(header.program), _text(header.program_version))
    yield record("#FORMAT", "PC8")
    if header.generated_on:
        yield record("#GEN", f"{header.generated_on:%Y%m%d}")
    yield record("#SIETYP", "4")
    if header.company_code:
        yield records("#FNR", _text(header.company_code))
    if header.organisation_number:
        yield record("#ORGNR", hyphenated(header.organisation_number))
    yield records("#FNAMN", _text(header.company_name))
    yield from _fiscal_years(_reported(years) | header.fiscal_years)
    if header.balances_up_to:
        yield record("#OMFATTN", f"{header.balances_up_to:%Y%m%d}")
    if header.chart_type:
        yield record("#KPTYP", header.chart_type)
    yield record("#VALUTA", header.currency)


def _text(value: str) -> Strings:
    return text(strings([value]))


def _reported(years: pa.Table) -> dict[int, FiscalYear]:
    return {
        row["year_offset"]: FiscalYear(row["start_date"], row["end_date"])
        for row in years.to_pylist()
    }


def _fiscal_years(years: Mapping[int, FiscalYear]) -> Iterator[Strings]:
    for number in sorted(years, reverse=True):
        year = years[number]
        yield record("#RAR", str(number), f"{year.start_date:%Y%m%d}", f"{year.end_date:%Y%m%d}")


def hyphenated(organisation_number: str) -> str:
    """Write ``5566778899`` as ``556677-8899`` (#ORGNR); other lengths as they are."""
    if len(organisation_number) != 10:
        return organisation_number
    return f"{organisation_number[:6]}-{organisation_number[6:]}"


def write_chart(accounts: pa.Table) -> Iterator[Strings]:
    """Write #KONTO with #KTYP, #ENHET and #SRU."""
    yield records(
        "#KONTO", code(strings(accounts["account_number"])), text(strings(accounts["name"]))
    )
    letters = pa.array([KTYP.get(kind) for kind in accounts["account_type"].to_pylist()], TEXT)
    yield _of_accounts("#KTYP", accounts["account_number"], letters)
    yield _of_accounts("#ENHET", accounts["account_number"], strings(accounts["quantity_unit"]))
    yield _sru(accounts)


def _of_accounts(label: str, numbers: pa.ChunkedArray, values: Strings) -> Strings:
    known = pc.is_valid(values)
    return records(label, code(strings(numbers).filter(known)), code(values.filter(known)))


def _sru(accounts: pa.Table) -> Strings:
    """Write one record per tax code; an account may have several."""
    known = accounts.filter(pc.is_valid(accounts["sru_code"]))
    codes = pc.split_pattern(strings(known["sru_code"]), " ")
    owners = strings(known["account_number"]).take(pc.list_parent_indices(codes))
    return records("#SRU", code(owners), code(pc.list_flatten(codes)))


def write_register(dimensions: pa.Table, objects: pa.Table) -> Iterator[Strings]:
    """Write #DIM, #UNDERDIM and #OBJEKT."""
    is_top = pc.is_null(dimensions["parent_number"])
    top, under = dimensions.filter(is_top), dimensions.filter(pc.invert(is_top))
    yield records("#DIM", code(strings(top["dimension_number"])), text(strings(top["name"])))
    yield records(
        "#UNDERDIM",
        code(strings(under["dimension_number"])),
        text(strings(under["name"])),
        code(strings(under["parent_number"])),
    )
    yield records(
        "#OBJEKT",
        code(strings(objects["dimension_number"])),
        text(strings(objects["object_number"])),
        text(strings(objects["name"])),
    )
