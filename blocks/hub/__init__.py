"""The hub: what the project remembers about tenants and their books, other than the books.

One door, `Hub`, with one store per topic::

    from blocks.hub import Hub

    hub = Hub(settings().hub_url).migrate()
    hub.tenants        who the tenants are
    hub.tightened      which controls are stricter for a tenant than for others
    hub.years          which fiscal years each has: defined, locked, retired
    hub.units          the status of each (tenant, fiscal year)
    hub.kept_years     which years are kept as of an earlier load until a person lets them go
    hub.loads          each attempt to load a unit, and what the controls said about it
    hub.later          what was found of a published year after it was loaded
    hub.holds          which of them is held and waits for a person, who may reject it
    hub.side_loads         what loads of less than a year came to, beside their unit
    hub.acceptances    what a person has let pass, and what is still open
    hub.files          which files were seen, and what became of them
    hub.connections    which vendor's system each tenant is connected to, without its secrets
    hub.consents       links by which customers approve, and the clicks on them under way
    hub.nights         what each night came to for each tenant and system, exactly once
    hub.leases         who works on what, with fencing tokens; `hub.unit_lease` holds one
    hub.events         what happened, in plain words
    hub.overview()     all of it in one listing of green, grey and red
    hub.repair()       mends the status from the warehouse's load records
    hub.erase_tenant() removes a tenant wholly

It holds no secret, no voucher and no amount but those of breaks that a person has to judge.
"""

from blocks.hub.connection_states import ConnectionState, Method
from blocks.hub.connections import Connection, UnusableCompanyId, check_company_id
from blocks.hub.errors import (
    HubBusy,
    HubUnusable,
    LeaseLost,
    LeaseTaken,
    PublishedMeanwhile,
    Refused,
    UnknownTenant,
)
from blocks.hub.events import Event
from blocks.hub.files import FileSeen
from blocks.hub.hub import Hub
from blocks.hub.kept_lease import KeptLease
from blocks.hub.later import LaterFinding
from blocks.hub.leases import Lease, unit_resource
from blocks.hub.load_ids import new_load_id
from blocks.hub.loads import Load
from blocks.hub.lost import LOST, lost_hubs, opened
from blocks.hub.nights import Member, NightRow
from blocks.hub.overview import Light, OverviewRow
from blocks.hub.states import NightState, UnitState
from blocks.hub.tenants import Tenant, checked_tenant_id
from blocks.hub.units import UnitStatus
from blocks.hub.years import DefinedYear, YearOverlap

__all__ = [
    "LOST",
    "Connection",
    "ConnectionState",
    "DefinedYear",
    "Event",
    "FileSeen",
    "Hub",
    "HubBusy",
    "HubUnusable",
    "KeptLease",
    "LaterFinding",
    "Lease",
    "LeaseLost",
    "LeaseTaken",
    "Light",
    "Load",
    "Member",
    "Method",
    "NightRow",
    "NightState",
    "OverviewRow",
    "PublishedMeanwhile",
    "Refused",
    "Tenant",
    "UnitState",
    "UnitStatus",
    "UnknownTenant",
    "UnusableCompanyId",
    "YearOverlap",
    "check_company_id",
    "checked_tenant_id",
    "lost_hubs",
    "new_load_id",
    "opened",
    "unit_resource",
]
