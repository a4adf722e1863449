"""A first transfer beside its two statements, and many sheets in one workbook."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from blocks.controls import UnitContext, controls_for, reconcile
from blocks.lake import Lake
from blocks.staging import stage_unit
from blocks.statement_lines import lines_of
from blocks.warehouse import FileWarehouse
from blocks.workbooks.reader import read_workbook
from ledger.account_map import AccountMap
from ledger.onboarding import StatementKind
from ledger.sie.reader import open_sie
from ledger.statement.answers import Answers
from ledger.statement.matching import Figures, figures
from ledger.statement.reader import read_book
from tests.benchmarks.clock import Clock
from tests.benchmarks.units import facts_of
from tests.made_workbooks.sheet import Made
from tests.made_workbooks.xlsx import make_xlsx

CONTROLS = {f"customer_{kind}" for kind in StatementKind}


def compare(path: str, home: str) -> Callable[[], dict[str, Any]]:
    """Stage a file, then hold it against a trial balance that is 0.01 off on one account."""
    lake, warehouse = Lake(Path(home) / "lake"), FileWarehouse(Path(home) / "warehouse")
    content = Path(path).read_bytes()
    sie = open_sie(content, suffix=".se")
    staged = stage_unit(
        lake,
        facts_of(sie, content, tenant="opening"),
        tables=sie.tables,
        batches=sie.batches(),
        diagnostics=sie.diagnostics,
        path_counts=sie.path_counts,
    )
    said = _trial_balance(sie.tables["reported_balance"].to_pylist(), staged.facts.end_date)

    def work() -> dict[str, Any]:
        clock = Clock()
        with clock.phase("read"):
            context = UnitContext(
                currency=staged.facts.currency,
                account_map=AccountMap("BAS", lines_of("BAS")),
                statements=_figures(said),
            )
            known = controls_for("sie", staged.facts.source_kind, context=context)
        asked = [control for control in known if control.name in CONTROLS]
        with clock.phase("compare"):
            results = reconcile(staged, controls=asked, context=context, warehouse=warehouse)
        return {
            "vouchers": staged.tables["voucher"].row_count,
            "differing": sum(result.break_count for result in results),
            "compare_s": clock.facts["compare_wall_s"],
            **clock.facts,
        }

    return work


def sheets(count: int) -> Callable[[], dict[str, Any]]:
    """Read a workbook with a balance sheet of forty accounts on each of its sheets."""
    rows = [[str(1900 + place), f"Konto {place}", 100 + place] for place in range(40)]
    head = [["Balansrapport 2024-12-31"], ["Konto", "Benämning", "2024-12-31"]]
    content = make_xlsx(*(Made(f"Bolag {number}", [*head, *rows]) for number in range(count)))

    def work() -> dict[str, Any]:
        return {"statements": len(read_book(read_workbook(content), Answers()).statements)}

    return work


def _trial_balance(reported: list[dict[str, Any]], end: Any) -> bytes:
    rows = [
        (row["account_number"], row["amount"])
        for row in reported
        if row["year_offset"] == 0 and row["balance_kind"] in {"closing", "result"}
    ]
    (number, amount), *rest = [row for row in rows if row[1]]
    lines = [f"{account};Konto;{value}" for account, value in [(number, amount + _OFF), *rest]]
    return "\n".join([f"Saldobalans {end}", f"Konto;Benämning;{end}", *lines]).encode()


def _figures(content: bytes) -> dict[StatementKind, Figures | None]:
    (statement,) = read_book(read_workbook(content), Answers()).statements
    return {kind: figures(statement, kind, lines_of("BAS"), {}) for kind in StatementKind}


_OFF = Decimal("0.01")
