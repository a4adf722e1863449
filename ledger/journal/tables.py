"""The small tables of a file: chart, opening balances, the year, dimensions."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from ledger.fiscal_year import FiscalYear
from ledger.journal.cells import Block
from ledger.journal.layout import DIMENSIONS, TYPES
from ledger.schemas import (
    DIMENSION,
    DIMENSION_OBJECT,
    LEDGER_ACCOUNT,
    OPENING_BALANCE,
    REPORTED_BALANCE,
    REPORTED_FISCAL_YEAR,
)


def read_chart(block: Block) -> pa.Table:
    """Read section accounts; an account that is there twice is noted."""
    number = block.text("account", required=True)
    kind = block.text("type")
    _check_once(block, number)
    is_known = pc.is_in(kind, value_set=pa.array(sorted(TYPES)))
    expected = ", ".join(sorted(TYPES - {""}))
    block.note("type", pc.invert(is_known), f"unknown; expected {expected} or nothing")
    return pa.Table.from_pydict(
        {
            "account_number": number,
            "name": block.text("name"),
            "account_type": pc.if_else(pc.equal(kind, ""), None, kind),
            "quantity_unit": pa.nulls(len(number), pa.string()),
            "sru_code": pa.nulls(len(number), pa.string()),
        },
        schema=LEDGER_ACCOUNT,
    )


def read_opening(block: Block, accounts: pa.Array) -> pa.Table:
    """Read section opening; one row for an account that the chart knows."""
    number = block.text("account", required=True)
    _check_once(block, number)
    block.note("account", pc.invert(pc.is_in(number, value_set=accounts)), "not in [accounts]")
    amounts = block.amounts("amount")
    quantity = pa.nulls(len(number), OPENING_BALANCE.field("quantity").type)
    columns = {"account_number": number, "amount": amounts, "quantity": quantity}
    return pa.table(columns)


def reported(opening: pa.Table) -> pa.Table:
    """Return the opening balances as what the source reports of them."""
    columns = {
        "year_offset": pa.repeat(0, len(opening)),
        "balance_kind": pa.repeat("opening", len(opening)),
        "account_number": opening["account_number"],
        "amount": opening["amount"],
    }
    empty = {name: pa.nulls(len(opening)) for name in REPORTED_BALANCE.names if name not in columns}
    return pa.table(columns | empty).select(REPORTED_BALANCE.names).cast(REPORTED_BALANCE)


def year_table(year: FiscalYear) -> pa.Table:
    """Return the one year that a file is of."""
    row = {"year_offset": 0, "start_date": year.start_date, "end_date": year.end_date}
    return pa.Table.from_pylist([row], schema=REPORTED_FISCAL_YEAR)


def dimension_tables(objects: Mapping[str, set[str]]) -> dict[str, pa.Table]:
    """Return the dimensions that are used and their objects, which the layout does not name."""
    used = {column: sorted(found) for column, found in objects.items() if found}
    dimensions = [
        {"dimension_number": DIMENSIONS[column][0], "name": DIMENSIONS[column][1]}
        for column in used
    ]
    rows = [
        {"dimension_number": DIMENSIONS[column][0], "object_number": number, "name": number}
        for column, found in used.items()
        for number in found
    ]
    return {
        "dimension": pa.Table.from_pylist(dimensions, schema=DIMENSION),
        "dimension_object": pa.Table.from_pylist(rows, schema=DIMENSION_OBJECT),
    }


def _check_once(block: Block, numbers: pa.ChunkedArray) -> None:
    counted = pc.value_counts(numbers)
    repeated = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    if len(repeated):
        is_repeated = pc.is_in(numbers, value_set=repeated)
        block.note("account", is_repeated, "is there more than once; expected once")
