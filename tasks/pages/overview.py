"""The overview of tenants as a table that a person reads for what is wrong."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Final

from blocks.hub.overview import Light, OverviewRow
from ledger.fiscal_year import year_in_words
from ledger.text import visible

SYMBOL: Final = {Light.GREEN: "✓", Light.GREY: "○", Light.RED: "✗"}

REASON_CHARS: Final = 140
"""The UI does not wrap the cells of a table, and reads no Markdown in them; the unit's own page
says all."""


def overview_table(rows: Sequence[OverviewRow]) -> list[dict[str, str]]:
    """Return one line per unit, red first, then grey, then green (R-X-12)."""
    order = list(Light)
    ordered = sorted(rows, key=lambda row: (order.index(row.light), row.tenant, row.fiscal_year))
    return [
        {
            "Light": f"{SYMBOL[row.light]} {row.light}",
            "Tenant": row.tenant,
            "Fiscal year": year_in_words(row.fiscal_year),
            "Status": row.status or "no data",
            "Age": age_in_words(row.age),
            "Reason": _reason(row),
            "Last good load (UTC)": _moment(row.last_published_at),
            "Vouchers": f"{row.voucher_count:,}" if row.last_published_at else "",
        }
        for row in ordered
    ]


def overview_summary(rows: Sequence[OverviewRow]) -> str:
    """Count tenants by their worst light, in a sentence."""
    if not rows:
        return "There are no tenants yet. Add one with `tasma tenant add`."
    order = list(Light)
    worst: dict[str, Light] = {}
    for row in rows:
        worst[row.tenant] = min(worst.get(row.tenant, Light.GREEN), row.light, key=order.index)
    counts = Counter(worst.values())
    counted = ", ".join(f"{counts[light]} {light}" for light in order if counts[light])
    return f"{len(worst)} {'tenant' if len(worst) == 1 else 'tenants'}: {counted}."


def age_in_words(age: dt.timedelta | None) -> str:
    """Say an age the way a person would: minutes, hours or days."""
    if age is None:
        return "never"
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def _reason(row: OverviewRow) -> str:
    """Return the reason, and of a tenant that is cut off what to do; that is never cut."""
    step = f" Next: {row.look_with}" if row.look_with else ""
    room, reason = REASON_CHARS - len(step), visible(row.reason)
    return f"{reason if len(reason) <= room else f'{reason[: room - 1]}…'}{step}"


def _moment(at: dt.datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
