"""A light for each integration of a tenant: green active, grey not activated, red broken.

Source:
    R-SEN-25: green when the integration is active; red, with the reason, once it is not any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from blocks.client_names import base_of
from blocks.hub import Connection, ConnectionState, Hub, Tenant
from blocks.hub.overview import Light
from blocks.systems.registry import SYSTEMS
from tasks.integrations import Integration, of_connection, of_pickup

NOT_ACTIVATED: Final = "not_activated"
TROUBLED: Final = "troubled"


@dataclass(frozen=True)
class IntegrationLight:
    """How one integration stands. `name`: the system's in the hub, or `PICKUP`.

    `state`: a `ConnectionState`, or `NOT_ACTIVATED`; of a pickup also `TROUBLED`. `reason`: in
    English words, empty unless it is red. `worked_at`: when it last worked, None when it never did.
    `has_link`: whether a customer activates it by a link of ours.
    """

    name: str
    title: str
    light: Light
    state: str
    reason: str = ""
    worked_at: dt.datetime | None = None
    has_link: bool = False


def lights(hub: Hub, tenant: Tenant) -> list[IntegrationLight]:
    """Return a light for each connected system, each that could be, and an agreed pickup."""
    connections = hub.connections.all_of(tenant.id)
    known = {base_of(item.system) for item in connections}
    found = [_of_connection(item) for item in connections]
    found += _not_activated(tenant, known)
    if pickup := hub.pickups.find(tenant.id):
        state = TROUBLED if pickup.problem else ConnectionState.CONNECTED
        found.append(_light(of_pickup(pickup), state, title="SFTP"))
    return found


def _of_connection(connection: Connection) -> IntegrationLight:
    known = of_connection(connection)
    # A client of ours beside the one that fetches ledgers is connected by a block alone.
    has_link = connection.system in SYSTEMS and SYSTEMS[connection.system].connecting.has_page
    return _light(known, connection.status, title=known.title, has_link=has_link)


def _light(
    known: Integration, state: str, *, title: str, has_link: bool = False
) -> IntegrationLight:
    return IntegrationLight(
        known.name,
        title,
        Light.GREEN if state == ConnectionState.CONNECTED else Light.RED,
        str(state),
        known.reason,
        known.proved_at,
        has_link=has_link,
    )


def _not_activated(tenant: Tenant, known: Iterable[str]) -> list[IntegrationLight]:
    """Return the systems of the tenant's country that it is not connected to."""
    return [
        IntegrationLight(
            name, system.title, Light.GREY, NOT_ACTIVATED, has_link=system.connecting.has_page
        )
        for name, system in SYSTEMS.items()
        if tenant.country in system.countries and name not in known
    ]
