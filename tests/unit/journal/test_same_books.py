"""The same books as a SIE file and as a journal file give the same ledger."""

from __future__ import annotations

import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pytest

from ledger.journal.layout import SECTIONS
from ledger.readers import JOURNAL, SIE
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.source import Part
from simulators.books.company import Company
from simulators.books.years import calendar_years

SAME = {
    "ledger_account": ["account_number", "name"],
    "opening_balance": ["account_number", "amount"],
    "voucher": ["voucher_key", "voucher_series", "voucher_number", "voucher_date", "voucher_text"],
    "posting": ["voucher_key", "row_number", "account_number", "amount", "posting_text"],
    "posting_dimension": ["voucher_key", "row_number", "dimension_number", "object_number"],
}
"""What both formats have a place for."""


def tables(format_, content, name):
    file = format_.reader.open_parts([Part(name, lambda: content)])
    assert "" == file.refusal
    batches = list(file.batches())
    return file, dict(file.tables) | {
        table: pa.Table.from_batches([batch[table] for batch in batches], CANONICAL[table])
        for table in VOUCHER_TABLES
    }


def section(name, table):
    sink = io.BytesIO()
    columns = {heading: table[heading].cast(pa.string()) for heading in SECTIONS[name]}
    filled = {heading: pc.fill_null(column, "") for heading, column in columns.items()}
    pa_csv.write_csv(pa.table(filled), sink, pa_csv.WriteOptions(quoting_style="needed"))
    return f"[{name}]\n".encode() + sink.getvalue()


def journal(file, found):
    """Write what was read as a journal file."""
    vouchers = found["voucher"].select(SAME["voucher"])
    vouchers = vouchers.append_column("place", pa.array(range(len(vouchers))))
    rows = found["posting"].select(SAME["posting"]).join(vouchers, "voucher_key")
    for column, number in (("cost_centre", "1"), ("project", "6")):
        is_it = pc.equal(found["posting_dimension"]["dimension_number"], number)
        named = found["posting_dimension"].filter(is_it).drop_columns(["dimension_number"])
        named = named.rename_columns(["voucher_key", "row_number", column])
        rows = rows.join(named, ["voucher_key", "row_number"])
    rows = rows.sort_by([("place", "ascending"), ("row_number", "ascending")])
    renamed = {
        "voucher_series": "series",
        "voucher_number": "number",
        "voucher_date": "date",
        "voucher_text": "text",
        "account_number": "account",
        "posting_text": "row_text",
    }
    rows = rows.rename_columns([renamed.get(name, name) for name in rows.column_names])
    debit = pc.sum(rows["amount"].filter(pc.greater(rows["amount"], pa.scalar(Decimal(0))))).as_py()
    facts, year = file.facts, file.facts.year
    declared = {
        "layout": "1",
        "organisation_number": facts.organisation_number,
        "company": facts.company_name,
        "program": facts.program,
        "currency": facts.currency,
        "year_first_day": str(year.start_date),
        "year_last_day": str(year.end_date),
        "covers_first_day": str(year.start_date),
        "covers_last_day": str(year.end_date),
        "row_count": str(len(rows)),
        "debit_total": str(debit),
    }
    head = pa.table({"key": list(declared), "value": list(declared.values())})
    chart = found["ledger_account"].rename_columns(["account", "name", "type", "unit", "sru"])
    opening = found["opening_balance"].rename_columns(["account", "amount", "quantity"])
    parts = {"journal": head, "accounts": chart, "opening": opening, "vouchers": rows}
    return b"".join(section(name, table) for name, table in parts.items())


def alike(table, columns):
    return table.select(columns).sort_by([(name, "ascending") for name in columns[:3]]).to_pylist()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_formats_give_the_same_ledger(seed):
    content = Company(seed, calendar_years(2024, 2025), 60).sie()
    file, by_sie = tables(SIE, content, "books.se")

    other, by_journal = tables(JOURNAL, journal(file, by_sie), "books.csv")

    for name, columns in SAME.items():
        assert by_sie[name].num_rows
        assert alike(by_sie[name], columns) == alike(by_journal[name], columns)
    for fact in ("coverage", "year", "organisation_number", "company_name", "currency", "program"):
        assert getattr(file.facts, fact) == getattr(other.facts, fact)
