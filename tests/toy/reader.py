"""The format of the toy's parts: JSON, one part with the year and one for each month."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from ledger.coverage import WHOLE_YEAR
from ledger.diagnostics import Diagnostic
from ledger.fiscal_year import FiscalYear
from ledger.readers import Format
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.source import Batch, LedgerFile, LedgerReader, Part, SourceFacts

FORMAT: Final = Format("toy-parts", "Toy", frozenset({".toy"}), port="tests.toy.reader")


@dataclass
class _Log:
    items: list[Diagnostic] = field(default_factory=list)
    errors: int = 0


@dataclass
class _Counts:
    fast_rows: int = 0
    exact_rows: int = 0
    set_aside_rows: int = 0


def open_parts(parts: Sequence[Part]) -> LedgerFile:
    """Open the parts; that of the year comes first by its name."""
    head = _read(parts[0])
    days = FiscalYear(*map(dt.date.fromisoformat, head["days"]))
    return LedgerFile(
        facts=SourceFacts(
            kind="books",
            coverage=WHOLE_YEAR,
            year=days,
            organisation_number=head["organisation_number"],
            currency="EUR",
            program_name="Toy",
        ),
        tables={
            "ledger_account": _table("ledger_account", head["accounts"]),
            "opening_balance": _table("opening_balance", head["opening"]),
            "reported_fiscal_year": _table(
                "reported_fiscal_year",
                [{"year_offset": 0, "start_date": days.start_date, "end_date": days.end_date}],
            ),
        },
        diagnostics=_Log(),
        path_counts=_Counts(),
        batches=lambda: _batches(parts[1:]),
    )


def _batches(months: Sequence[Part]) -> Iterator[Batch]:
    for month in months:
        vouchers = _read(month)
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in VOUCHER_TABLES}
        for voucher in vouchers:
            key, day = f"toy:{voucher['id']}", dt.date.fromisoformat(voucher["day"])
            rows["voucher"].append(
                {
                    "voucher_key": key,
                    "voucher_series": "",
                    "voucher_number": voucher["id"],
                    "voucher_date": day,
                }
            )
            rows["posting"] += [
                {
                    "voucher_key": key,
                    "row_number": number,
                    "account_number": account,
                    "amount": Decimal(amount),
                    "posting_date": day,
                }
                for number, (account, amount) in enumerate(voucher["rows"], start=1)
            ]
        yield {
            name: _table(name, found).combine_chunks().to_batches()[0]
            if found
            else pa.RecordBatch.from_pylist([], CANONICAL[name])
            for name, found in rows.items()
        }


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, CANONICAL[name])


def _read(part: Part) -> Any:
    return json.loads(part.read(), parse_float=Decimal)


READER: Final = LedgerReader(
    version=1,
    open_parts=open_parts,
    says_year="its first part",
    says_company="its first part",
)
