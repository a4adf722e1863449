"""The answers of which a year consists, as columns of text; amounts never pass through a float.

Source:
    docs/systems/fennoa.md: which keys are documented, and which spellings are read beside them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger.money import MONEY

FORMAT: Final = "fennoa-ledger"
"""The name of the format in the lake; no system's, since those are sources."""

ASKED: Final = "0 asked.json"
PERIODS: Final = "1 periods.json"
ACCOUNTS: Final = "2 accounts.json"
OPENING: Final = "3 opening balances.json"
PAGE: Final = "4 ledger {:06d}.json"
PAGES_BEGIN: Final = "4 ledger "
"""Names of the parts, in the order in which they are read. `ASKED` is ours: what was asked."""

NUMBER: Final = ("code", "account", "number")
NAME: Final = ("name", "name_fi", "name_sv", "name_en")
BALANCE: Final = ("balance", "opening", "opening_balance")
"""Spellings of a key, the first that a row has counts: the documentation shows none."""

TEXTS: Final = (
    "statement_id",
    "account",
    "date",
    "series",
    "number",
    "debit",
    "credit",
    "opening",
    "closing",
    "description",
)
ROWS: Final = pa.schema([*((name, pa.string()) for name in TEXTS), ("dimensions", pa.string())])
"""A row of the ledger as text; `dimensions`: as JSON, empty for none."""

AMOUNT: Final = r"^-?[0-9]{1,16}(\.[0-9]{1,2}0*)?$"
"""Amounts have two decimals; more of them are zeros."""


class Unreadable(Exception):
    """An answer is not what Fennoa answers. The message says what came and what was expected."""


def read_json(content: bytes, what: str) -> dict[str, Any]:
    """Read an answer; numbers stay the text that came.

    Raises:
        Unreadable: It is no JSON object.
    """
    try:
        body = json.loads(content, parse_float=str, parse_int=str)
    except ValueError:
        raise Unreadable(f"{what} is no JSON") from None
    if not isinstance(body, dict):
        raise Unreadable(f"{what} is no JSON object")
    return body


def records(body: Mapping[str, Any], what: str) -> list[dict[str, Any]]:
    """Return the rows under ``data``.

    Raises:
        Unreadable: There is no list of objects.
    """
    rows = body.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(f"{what} has no list of objects under data")
    return rows


def first_of(row: Mapping[str, Any], names: Iterable[str], what: str) -> str:
    """Return the value under the first of these keys that the row has, as text.

    Raises:
        Unreadable: It has none of them.
    """
    for name in names:
        value = row.get(name)
        if value is not None and value != "" and not isinstance(value, dict | list):
            return str(value)
    raise Unreadable(f"{what} has a row without {' or '.join(names)}")


def pages_count(body: Mapping[str, Any], what: str) -> int:
    """Return how many pages the ledger has.

    Raises:
        Unreadable: The page does not say.
    """
    pagination = body.get("pagination")
    count = pagination.get("pagesCount") if isinstance(pagination, dict) else None
    if not str(count).isdigit():
        raise Unreadable(f"{what} does not say pagination.pagesCount")
    return int(str(count))


def page_number(body: Mapping[str, Any]) -> int | None:
    """Return which page it says that it is; None when it does not."""
    pagination = body.get("pagination")
    number = pagination.get("page") if isinstance(pagination, dict) else None
    return int(str(number)) if str(number).isdigit() else None


def ledger_rows(bodies: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return the rows of all pages; `ROWS`, in the order in which they came.

    Raises:
        Unreadable: A row is none, or a value is no text or number.
    """
    tables = [ROWS.empty_table()]
    for place, body in enumerate(bodies, start=1):
        what = f"page {place} of the ledger"
        rows = [{**row, "dimensions": _dimensions(row)} for row in records(body, what)]
        try:
            tables.append(pa.Table.from_pylist(rows, schema=ROWS))
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            raise Unreadable(f"{what} has a value that is no text or number") from None
    return pa.concat_tables(tables).combine_chunks()


def _dimensions(row: Mapping[str, Any]) -> str:
    found = row.get("dimensions")
    return json.dumps(found, sort_keys=True) if found else ""


def amounts(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of amounts; an absent or empty one is 0.00, one that is no amount is null."""
    given = pc.if_else(pc.equal(pc.fill_null(texts, ""), ""), "0", texts)
    is_amount = pc.match_substring_regex(given, AMOUNT)
    plain = pc.replace_substring_regex(given, r"(\.[0-9]{2})0+$", r"\1")
    return pc.if_else(is_amount, plain, None).cast(MONEY)


def movements(rows: pa.Table) -> pa.ChunkedArray:
    """Return debit less credit of each row, null where either is no amount."""
    return pc.subtract(amounts(rows["debit"]), amounts(rows["credit"])).cast(MONEY)


def totals(rows: pa.Table) -> pa.Table:
    """Return the sum of movements by account; columns account, amount."""
    moved = pa.table({"account": rows["account"], "amount": movements(rows)})
    summed = moved.group_by("account", use_threads=False).aggregate([("amount", "sum")])
    return pa.table({"account": summed["account"], "amount": summed["amount_sum"].cast(MONEY)})
