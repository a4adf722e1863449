"""Units made for tests of lake, staging and warehouse: straight to Arrow, without any reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from blocks.lake import Lake
from blocks.staging import StagedUnit, UnitFacts, stage_unit
from ledger.diagnostics import Diagnostic
from ledger.schemas import CANONICAL, VOUCHER_TABLES

Rows = Mapping[str, list[dict[str, object]]]


@dataclass(frozen=True)
class Log:
    items: list[Diagnostic] = field(default_factory=list)
    errors: int = 0


@dataclass(frozen=True)
class Paths:
    fast_rows: int = 0
    exact_rows: int = 0
    set_aside_rows: int = 0


def facts(tenant: str = "acme", *, year: int = 2024, **more: object) -> UnitFacts:
    said: dict[str, object] = {
        "tenant": tenant,
        "start_date": dt.date(year, 1, 1),
        "end_date": dt.date(year, 12, 31),
        "source": "sie",
        "source_kind": "4E",
        "coverage": "whole_year",
        "organisation_number": "5560000001",
        "currency": "SEK",
        "program": "Testbok",
        "encoding": "cp437",
        "landed_sha256": "0" * 64,
    }
    return UnitFacts.model_validate(said | more)


def voucher(key: str, *postings: tuple[str, str], day: int = 1, text: str = "Faktura") -> Rows:
    """One voucher with (account, amount) postings; the first posting carries a cost centre."""
    series, number = key.split(":")
    date = dt.date(2024, 3, day)
    return {
        "voucher": [
            {
                "voucher_key": key,
                "voucher_series": series,
                "voucher_number": number,
                "voucher_date": date,
                "voucher_text": text,
                "source_line": 17,
            }
        ],
        "posting": [
            {
                "voucher_key": key,
                "row_number": row,
                "account_number": account,
                "amount": Decimal(amount),
                "posting_date": date,
            }
            for row, (account, amount) in enumerate(postings, start=1)
        ],
        "posting_dimension": [
            {"voucher_key": key, "row_number": 1, "dimension_number": "1", "object_number": "10"}
        ],
    }


def joined(*parts: Rows) -> Rows:
    return {name: [row for part in parts for row in part.get(name, [])] for name in CANONICAL}


def batches(rows: Rows, *, size: int = 1000) -> Iterator[dict[str, pa.RecordBatch]]:
    """The voucher tables, cut wherever ``size`` says (staging does not care)."""
    for name in VOUCHER_TABLES:
        some = rows.get(name, [])
        for start in range(0, len(some), size):
            piece = some[start : start + size]
            yield {name: pa.RecordBatch.from_pylist(piece, schema=CANONICAL[name])}


def tables(rows: Rows) -> dict[str, pa.Table]:
    small = CANONICAL.keys() - set(VOUCHER_TABLES) - {"fiscal_year"}
    return {
        name: pa.Table.from_pylist(list(rows.get(name, [])), schema=CANONICAL[name])
        for name in small
    }


def stage(lake: Lake, rows: Rows, *, said: UnitFacts | None = None, size: int = 1000) -> StagedUnit:
    return stage_unit(
        lake,
        said or facts(),
        tables=tables(rows),
        batches=batches(rows, size=size),
        diagnostics=Log(),
        path_counts=Paths(),
    )


def lake_in(folder: Path) -> Lake:
    return Lake(folder / "lake")
