"""The overview of tenants: what needs somebody first, then every year in a grid."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from blocks.hub import UnitState
from blocks.hub.overview import Light, OverviewRow
from blocks.translated import with_titles
from ledger.fiscal_year import FiscalYear, short_year, year_in_words
from ledger.text import number_of
from ledger.unit import Unit
from tasks.overview import waits
from tasks.pages.grid import grid
from tasks.pages.links import run_page
from tasks.pages.markdown import (
    Markup,
    and_more,
    below_each_other,
    document,
    escaped,
    linked,
    table,
)

SYMBOL: Final = {Light.GREEN: "✓", Light.GREY: "○", Light.RED: "✗"}

ROWS_SHOWN: Final = 200
"""Red rows with their reasons on the page; `tasma tenant status` has them all."""

HEADS: Final = ("Tenant", "Fiscal year", "Status", "Age", "Why")

KEPT_HEADS: Final = ("Tenant", "Fiscal year", "How")


def overview_page(rows: Sequence[OverviewRow], *, at: dt.datetime) -> str:
    """Lay out all tenants as of a moment: red ones with why, what is kept, every year (R-X-12).

    A cell says how old the last good load is, or what the year is instead; it leads to the run
    that worked on the year last.
    """
    red = [row for row in rows if row.light is Light.RED]
    kept = [row for row in rows if row.kept]
    order = list(dict.fromkeys(row.tenant for row in [*red, *rows] if row.fiscal_year))
    cells = {
        Unit(row.tenant, FiscalYear.parse(row.fiscal_year)): _cell(row)
        for row in rows
        if row.fiscal_year
    }
    without = [row for row in rows if not row.fiscal_year and not row.has_years]
    return document(
        "# Tenants",
        f"{overview_summary(rows)} As of {at:%Y-%m-%d %H:%M} UTC.",
        "## What needs somebody" if red else "",
        table(HEADS, map(_red, red[:ROWS_SHOWN])) if red else "",
        and_more(min(len(red), ROWS_SHOWN), len(red), "year"),
        "## Kept as an earlier load left them" if kept else "",
        table(KEPT_HEADS, map(_kept, kept[:ROWS_SHOWN])) if kept else "",
        and_more(min(len(kept), ROWS_SHOWN), len(kept), "year"),
        "## All years" if cells else "",
        grid(cells, order) if cells else "",
        _named("Without books yet", [row for row in without if not _has_documents(row)]),
        _named("Their documents alone go through here", filter(_has_documents, without)),
    )


def _has_documents(row: OverviewRow) -> bool:
    return row.light is Light.GREEN or bool(row.waiting_documents)


def _named(what: str, rows: Iterable[OverviewRow]) -> str:
    names = ", ".join(row.tenant for row in rows)
    return f"{what}: {escaped(names)}" if names else ""


def overview_summary(rows: Sequence[OverviewRow]) -> str:
    """Count tenants by their worst light, in a sentence."""
    if not rows:
        return "There are no tenants yet. Add one with `tasma tenant add TENANT --name NAME`."
    order = list(Light)
    worst: dict[str, Light] = {}
    for row in rows:
        worst[row.tenant] = min(worst.get(row.tenant, Light.GREEN), row.light, key=order.index)
    counts = Counter(worst.values())
    counted = ", ".join(f"{counts[light]} {light}" for light in order if counts[light])
    documents = sum(row.waiting_documents for row in rows)
    waiting = f" {waits(documents)}." if documents else ""
    return f"{number_of(len(worst), 'tenant')}: {counted}.{waiting}"


def age_in_words(age: dt.timedelta | None) -> str:
    """Say an age the way a person would: minutes, hours or days."""
    if age is None:
        return "never"
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def _red(row: OverviewRow) -> tuple[str, ...]:
    step = f"Next: {command}" if (command := row.look_with or _breaks(row)) else ""
    year = year_in_words(row.fiscal_year) if row.fiscal_year else ""
    says_nothing = row.has_years or row.waiting_documents
    status = linked(row.status or ("" if says_nothing else "no data"), run_page(row.run_id))
    why = below_each_other(with_titles(row.reason), step)
    return (row.tenant, year, status, "" if says_nothing else age_in_words(row.age), why)


def _breaks(row: OverviewRow) -> str:
    is_held = row.hold or row.side_loads or row.later
    return f"tasma ledger breaks {row.tenant} {short_year(row.fiscal_year)}" if is_held else ""


def _kept(row: OverviewRow) -> tuple[str, ...]:
    return (row.tenant, year_in_words(row.fiscal_year), row.kept)


def _cell(row: OverviewRow) -> Markup:
    is_at_rest = row.status == UnitState.PUBLISHED
    parts = ("" if is_at_rest else row.status, age_in_words(row.age) if row.age else "")
    text = " ".join(filter(None, (SYMBOL[row.light], *parts)))
    return linked(text, run_page(row.run_id))
