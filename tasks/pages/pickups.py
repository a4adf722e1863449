"""The page of a shard: the tenants of whom there is something to say, and how many are idle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.text import joined, number_of
from tasks.pages.markdown import document, filled
from tasks.pickup.polled import End, Polled

HEADS: Final = ("Tenant", "Taken", *(str(end).capitalize() for end in End), "Left alone", "Why")


COUNTED: Final = (End.FILED, End.PUT_ASIDE, End.WAITING)
"""How files are left that a summary counts too."""


def pickups_page(title: str, polls: Sequence[Polled]) -> str:
    """Lay out each tenant that is not idle; what is 0 of all of them is left out."""
    busy = [polled for polled in sorted(polls, key=_tenant) if not polled.is_idle]
    rows = filled(HEADS, map(_row, busy), right=HEADS[1:-1]) if busy else ""
    return document(f"# {title}", pickups_summary(polls), rows)


def pickups_summary(polls: Sequence[Polled]) -> str:
    """Count the tenants that were polled, by what there is to say of them."""
    failed = sum(bool(polled.problem) for polled in polls)
    idle = sum(polled.is_idle for polled in polls)
    taken = sum(polled.taken for polled in polls)
    ends = {end: sum(polled.ends[end] for polled in polls) for end in COUNTED}
    also = "".join(f", {count:,} {end}" for end, count in ends.items() if count)
    return (
        f"{number_of(len(polls), 'tenant')} polled: {idle:,} idle, {failed:,} failed; "
        f"{number_of(taken, 'file')} taken{also}."
    )


def _row(polled: Polled) -> tuple[str, ...]:
    counts = (polled.taken, *(polled.ends[end] for end in End), polled.left.left_count)
    return (polled.tenant, *(f"{count:,}" if count else "" for count in counts), _why(polled))


def _why(polled: Polled) -> str:
    left = (str(item) for item in polled.left.left.values())
    return joined(polled.problem, polled.waits_for, *left)


def _tenant(polled: Polled) -> str:
    return polled.tenant
