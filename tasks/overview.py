"""Every tenant and year with its light, and what of a tenant's documents waits for a person.

A document that no system takes is nobody's year: it stands in the tenant's own row, beside what
cuts the tenant off from its source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Final

from blocks.client_names import base_of
from blocks.hub import Hub, Light, OverviewRow
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from blocks.systems.registry import SYSTEMS
from ledger.text import joined, number_of

LISTS: Final = {"ecom": "tasma ecom list {tenant}", "spotilla": "tasma spotilla skipped {tenant}"}
"""The command that names what of a source needs a person."""


@dataclass(frozen=True)
class Waiting:
    """Documents of a tenant that wait for a person. `look_with`: the command that names them."""

    count: int
    system: str
    look_with: str

    def __str__(self) -> str:
        """Say it in a sentence without its end."""
        title = SYSTEMS[base_of(self.system)].title
        return f"{waits(self.count)} ({title})"


def waits(count: int) -> str:
    """Say how many documents wait for a person."""
    return f"{number_of(count, 'document waits', 'documents wait')} for a person"


def whole_overview(
    hub: Hub, *, tenant: str = "", among: Collection[str] = ()
) -> Iterator[OverviewRow]:
    """Go through all tenants and years, or those of one or of some tenants (R-X-12)."""
    waiting, targets = _waiting(hub, tenant), Targets(hub, tenant)
    found = hub.whole_overview(tenant=tenant, among=among)
    for name, rows in groupby(found, key=lambda row: row.tenant):
        yield from _of_tenant(list(rows), waiting.get(name, ()), targets)


def lights_of(hub: Hub, tenants: Collection[str]) -> dict[str, Light]:
    """Return the worst light of each of some tenants: of its years, and of what is its own."""
    lights: dict[str, Light] = {}
    order = list(Light)
    for row in whole_overview(hub, among=tenants) if tenants else ():
        lights[row.tenant] = min(lights.get(row.tenant, row.light), row.light, key=order.index)
    return lights


def refused_of(hub: Hub, tenant: str) -> dict[str, list[Transfer]]:
    """Return what a tenant's routes refuse and a person has to see, by source."""
    sources = [source for _, source in hub.transfers.refused(tenant)]
    found = {source: _refused_by(hub, tenant, source) for source in sources}
    return {source: things for source, things in found.items() if things}


def retried_of(hub: Hub, tenant: str) -> dict[str, list[Transfer]]:
    """Return what a tenant's routes refused and the next run decides anew, by source."""
    if (tenant, "ecom") not in hub.transfers.refused(tenant):
        return {}
    from tasks.ecom.overview import retried  # noqa: PLC0415 - few tenants have such

    return {"ecom": retried(hub, tenant)}


class Targets:
    """Where the documents of each tenant go; read once, when the first tenant is asked for."""

    def __init__(self, hub: Hub, tenant: str) -> None:
        self._hub, self._tenant = hub, tenant

    def of(self, tenant: str) -> set[str]:
        """Return the systems that a tenant's documents go to."""
        return self._known.get(tenant, set())

    @cached_property
    def _known(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for tenant, target in self._hub.outbox.targets_of(self._tenant):
            found[tenant].add(target)
        for route in self._hub.routes.listed(tenant=self._tenant):
            if route.is_attached:
                found[route.tenant].add(route.target)
        return found


def _of_tenant(
    rows: list[OverviewRow], waiting: Sequence[Waiting], targets: Targets
) -> Iterator[OverviewRow]:
    own, *years = rows if not rows[0].fiscal_year else (rows[0].of_tenant, *rows)
    if waiting:
        yield _with_waiting(own, waiting)
    elif not own.has_years:
        yield _without_books(own, targets)
    elif own is rows[0]:
        yield own
    yield from years


def _with_waiting(own: OverviewRow, waiting: Sequence[Waiting]) -> OverviewRow:
    """Say what waits: with what cuts the tenant off, but not that there are no books either."""
    cut_off = own.reason if own.look_with else ""
    return replace(
        own,
        light=Light.RED,
        reason=joined(cut_off, *map(str, waiting)),
        look_with=own.look_with or waiting[0].look_with,
        documents_with=waiting[0].look_with,
        waiting_documents=sum(one.count for one in waiting),
    )


def _without_books(own: OverviewRow, targets: Targets) -> OverviewRow:
    """Say of a tenant whose documents alone go through here that it is as it should be."""
    if own.light is not Light.GREY or not (found := targets.of(own.tenant)):
        return own
    titles = sorted({SYSTEMS[base_of(target)].title for target in found})
    reason = f"no books are kept here; its documents go to {' and '.join(titles)}"
    return replace(own, light=Light.GREEN, reason=reason)


def _waiting(hub: Hub, tenant: str) -> dict[str, list[Waiting]]:
    found: dict[str, list[Waiting]] = defaultdict(list)
    for (of, target), count in hub.outbox.for_people(tenant).items():
        found[of].append(Waiting(count, target, f"tasma push status {of} --to {target}"))
    for (of, source), count in hub.transfers.refused(tenant).items():
        if left := _still_refused(hub, of, source, count):
            found[of].append(Waiting(left, source, LISTS[source].format(tenant=of)))
    return found


def _still_refused(hub: Hub, tenant: str, source: str, count: int) -> int:
    return count if source != "ecom" else len(_refused_by(hub, tenant, source))


def _refused_by(hub: Hub, tenant: str, source: str) -> list[Transfer]:
    """Leave out what Ecom refused of a period closed by now, or decides anew: nobody has to act."""
    if source != "ecom":
        return hub.transfers.listed(tenant, source, states=(TransferState.REFUSED,))
    from tasks.ecom.overview import refused  # noqa: PLC0415 - few tenants have such

    return refused(hub, tenant)
