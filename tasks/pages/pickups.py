"""The page of a shard: the tenants of whom there is something to say, and how many are idle."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.text import joined, visible
from tasks.pickup.polled import End, Polled


def pickups_table(polls: Sequence[Polled]) -> list[dict[str, object]]:
    """Return a row for each tenant that is not idle."""
    return [_row(polled) for polled in sorted(polls, key=_tenant) if not polled.is_idle]


def pickups_summary(polls: Sequence[Polled]) -> str:
    """Count the tenants that were polled, by what there is to say of them."""
    failed = sum(bool(polled.problem) for polled in polls)
    idle = sum(polled.is_idle for polled in polls)
    taken = sum(polled.taken for polled in polls)
    return (
        f"{len(polls):,} tenants polled: {idle:,} idle, {failed:,} failed; {taken:,} files taken."
    )


def _row(polled: Polled) -> dict[str, object]:
    return {
        "tenant": polled.tenant,
        "taken": polled.taken,
        **{str(end): polled.ends[end] for end in End},
        "left alone": polled.left.left_count,
        "why": visible(_why(polled)),
    }


def _why(polled: Polled) -> str:
    left = (str(item) for item in polled.left.left.values())
    return joined(polled.problem, polled.waits_for, *left)


def _tenant(polled: Polled) -> str:
    return polled.tenant
