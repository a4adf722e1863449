"""A journal file of a million rows, from its bytes to published, beside dlt's readers of CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Results, Step, cpu_ratio

VOUCHERS: Final = 500_000
"""Two rows each."""

OURS: Final = "ours: land, read, stage, reconcile, publish"
PEER: Final = "dlt 1.31.0, read_csv"
ARROW: Final = "dlt 1.31.0, read_csv_duckdb"
RATIO: Final = 5.0
"""How many times less CPU ours takes than the peer, with all controls."""


def journal(folder: Path) -> Benchmark:
    """One step; the file is about 50 MB, the peer's the same rows without our sections."""
    file, rows = _written(folder)

    def steps(number: int) -> Sequence[Step]:
        home = folder / "runs" / f"journal-{number}"
        ours = {"path": str(file), "home": str(home / "ours")}
        peers = {name: {"path": str(rows), "home": str(home / name[-7:])} for name in (PEER, ARROW)}
        return [
            Step(
                title=f"{2 * VOUCHERS:,} rows, {file.stat().st_size / 1e6:.0f} MB of CSV",
                contenders=(
                    Contender(OURS, "journal_ours:take_in", ours),
                    Contender(PEER, "journal_dlt:load", peers[PEER], needs="dlt"),
                    Contender(
                        ARROW,
                        "journal_dlt:load",
                        {**peers[ARROW], "reader": "duckdb"},
                        needs="dlt",
                    ),
                ),
                goals=(Goal("CPU, peer ÷ ours", cpu_ratio, (PEER, OURS), RATIO),),
                megabytes=file.stat().st_size / 1e6,
                check=_check,
            )
        ]

    return Benchmark("journal", steps, rounds_at_most=1)


def _check(results: Results) -> None:
    assert {2 * VOUCHERS} == {result.facts["postings"] for result in results.values()}


def _written(folder: Path) -> tuple[Path, Path]:
    file, rows = folder / f"journal-{VOUCHERS}.csv", folder / f"journal-rows-{VOUCHERS}.csv"
    if not file.exists():
        with rows.open("w", encoding="utf-8") as out:
            out.writelines(f"{row}\n" for row in (_HEADING, *_rows()))
        head = _HEAD.format(rows=2 * VOUCHERS, debit=f"{_debit():.2f}")
        with file.open("w", encoding="utf-8") as out:
            out.write(head)
            out.writelines(f"{row}\n" for row in (_HEADING, *_rows()))
    return file, rows


def _rows() -> Iterator[str]:
    for number in range(1, VOUCHERS + 1):
        day = f"2025-{1 + number % 12:02}-{1 + number % 28:02}"
        amount = f"{number % 9_000}.{number % 100:02}"
        yield f"A,{number},{day},Invoice {number},1510,{amount},,,"
        yield f"A,{number},{day},Invoice {number},3000,-{amount},,10,"


def _debit() -> Decimal:
    cents = sum(number % 9_000 * 100 + number % 100 for number in range(1, VOUCHERS + 1))
    return Decimal(cents).scaleb(-2)


_HEADING: Final = "series,number,date,text,account,amount,row_text,cost_centre,project"
_HEAD: Final = """\
[journal]
key,value
layout,1
organisation_number,5599900015
company,Provkund AB
program,Benchmark 1
currency,SEK
year_first_day,2025-01-01
year_last_day,2025-12-31
covers_first_day,2025-01-01
covers_last_day,2025-12-31
row_count,{rows}
debit_total,{debit}
[accounts]
account,name,type
1510,Kundfordringar,asset
3000,Sales,income
[opening]
account,amount
[vouchers]
"""
