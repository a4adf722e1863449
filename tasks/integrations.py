"""What a tenant's books come by: each connected system with a ledger, and the pickup of its files.

Source:
    R-FIN-P3: one company may have several integrations, each a row of its own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from blocks.client_names import base_of
from blocks.hub import Connection, ConnectionState, Hub
from blocks.hub.errors import Refused
from blocks.hub.pickups import Pickup
from blocks.systems.registry import SYSTEMS, systems_with

PICKUP: Final = "sftp"
"""The name of the integration that fetches files."""


class NoIntegration(Refused):
    """A tenant has nothing that its books come by."""

    sentence = (
        "{tenant} has no integration: no connected system has its books, and no pickup of files "
        "was agreed. `tasma connect SYSTEM {tenant}` connects a system, `tasma sftp set {tenant}` "
        "agrees on a pickup; a file is loaded with `tasma drop-in {tenant} FILE`."
    )


@dataclass(frozen=True)
class Integration:
    """One way by which a tenant's books come. `name`: the system's, or `PICKUP`.

    `state`: of its connection, in words. `reason`: why nothing comes; empty when something does.
    `proved_at`: when it last worked, None while it never has.
    """

    tenant: str
    name: str
    title: str
    state: str
    reason: str = ""
    proved_at: dt.datetime | None = None

    @property
    def is_pickup(self) -> bool:
        """Whether files are fetched from a folder, rather than books from a system."""
        return self.name == PICKUP


def integrations(hub: Hub, tenant: str) -> list[Integration]:
    """Return the integrations of a tenant: its systems in the registry's order, then its pickup.

    Raises:
        NoIntegration: It has none.
        UnknownTenant: The hub has no such tenant.
    """
    hub.tenants.get(tenant)
    connections = (hub.connections.find(tenant, name) for name in systems_with("ledger"))
    found = [of_connection(item) for item in connections if item]
    if pickup := hub.pickups.find(tenant):
        found.append(of_pickup(pickup))
    if not found:
        raise NoIntegration(tenant=tenant)
    return found


def of_connection(connection: Connection) -> Integration:
    """Return how a connected system stands."""
    is_well = connection.status is ConnectionState.CONNECTED
    return Integration(
        connection.tenant,
        connection.system,
        SYSTEMS[base_of(connection.system)].title,
        connection.status.replace("_", " "),
        "" if is_well else connection.reason,
        connection.checked_at,
    )


def of_pickup(pickup: Pickup) -> Integration:
    """Return how the pickup of files stands."""
    return Integration(
        pickup.tenant,
        PICKUP,
        f"files in {pickup.folder}",
        "troubled" if pickup.problem else "agreed",
        pickup.problem,
        None if pickup.problem else pickup.polled_at,
    )
