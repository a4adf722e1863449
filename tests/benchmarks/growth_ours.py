"""A SIE file's whole way, phase by phase."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from blocks.controls import UnitContext, controls_for, reconcile
from blocks.lake import LANDED_MAX_BYTES, Lake
from blocks.staging import StagedUnit, stage_unit
from blocks.warehouse import FileWarehouse
from ledger.sie.limits import DEFAULT_LIMITS
from ledger.sie.reader import open_sie
from tests.benchmarks.child import peak_bytes
from tests.benchmarks.clock import Clock
from tests.benchmarks.units import facts_of

LIMITS: Final = replace(DEFAULT_LIMITS, file_bytes=LANDED_MAX_BYTES)
"""Ten million postings are 580 MB in one file: more than a reader takes unless it is told to."""


def take_in(path: str, home: str) -> Callable[[], dict[str, Any]]:
    """Land a file, read and stage it, reconcile and publish it."""
    lake, warehouse = Lake(Path(home) / "lake"), FileWarehouse(Path(home) / "warehouse")

    def work() -> dict[str, Any]:
        clock = Clock()
        staged = _staged(lake, Path(path), clock)
        after_stage = peak_bytes() >> 20
        context = UnitContext(
            organisation_number=staged.facts.organisation_number,
            defined_years=(staged.facts.fiscal_year,),
        )
        with clock.phase("reconcile"):
            controls = controls_for("sie", staged.facts.source_kind, context=context)
            results = reconcile(staged, controls=controls, context=context, warehouse=warehouse)
        assert not [result for result in results if result.holds]
        with clock.phase("publish"):
            published = warehouse.publish(
                staged,
                unit=staged.facts.unit,
                token=1,
                load_id="first",
                run_id="bench",
                results=results,
            )
        return {
            "vouchers": staged.tables["voucher"].row_count,
            "postings": staged.tables["posting"].row_count,
            "exact_rows": staged.facts.exact_rows,
            "written": published.written,
            "peak_after_stage_mib": after_stage,
            **clock.facts,
        }

    return work


def _staged(lake: Lake, path: Path, clock: Clock) -> StagedUnit:
    content = path.read_bytes()
    with clock.phase("land"):
        landed = lake.land("growth", "sie", content, file_name=path.name)
    del content
    with clock.phase("read_and_stage"):
        content = lake.read(landed)
        sie = open_sie(content, suffix=".se", limits=LIMITS)
        return stage_unit(
            lake,
            facts_of(sie, content, tenant="growth"),
            tables=sie.tables,
            batches=sie.batches(),
            diagnostics=sie.diagnostics,
            path_counts=sie.path_counts,
        )
