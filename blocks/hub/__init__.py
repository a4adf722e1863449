"""The hub: what the project remembers about tenants and their books, other than the books.

One door, `Hub`, with one store per topic::

    from blocks.hub import Hub

    hub = Hub(settings().hub_url).migrate()
    hub.tenants        who the tenants are
    hub.years          which fiscal years each has: defined, locked, retired
    hub.units          the status of each (tenant, fiscal year)
    hub.leases         who works on what, with fencing tokens; `hub.unit_lease` holds one
    hub.events         what happened, in plain words

It holds no secret, no voucher and no amount but those of breaks that a person has to judge.
"""

from blocks.hub.errors import (
    HubBusy,
    HubUnusable,
    LeaseLost,
    LeaseTaken,
    Refused,
    UnknownTenant,
)
from blocks.hub.hub import Hub
from blocks.hub.leases import Lease, unit_resource
from blocks.hub.states import UnitState
from blocks.hub.tenants import Tenant, checked_tenant_id
from blocks.hub.units import UnitStatus
from blocks.hub.years import DefinedYear, YearOverlap

__all__ = [
    "DefinedYear",
    "Hub",
    "HubBusy",
    "HubUnusable",
    "Lease",
    "LeaseLost",
    "LeaseTaken",
    "Refused",
    "Tenant",
    "UnitState",
    "UnitStatus",
    "UnknownTenant",
    "YearOverlap",
    "checked_tenant_id",
    "unit_resource",
]
