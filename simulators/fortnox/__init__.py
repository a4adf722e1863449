"""A stand-in for Fortnox: its REST and OAuth endpoints over real HTTP, and what can go wrong.

::

    from simulators.fortnox import FortnoxSimulator, SimulatedTenant

    with FortnoxSimulator([SimulatedTenant(503072, Company(seed=7))]) as simulator:
        code = simulator.authorize(503072, scopes=["companyinformation", "bookkeeping"])
        simulator.faults.add("cut_body", tenant=503072, path="/3/sie/", share=0.3)
        simulator.tenant(503072).edit(removed=[("B", 17)], changed=[("L", 3)])
        simulator.count(503072, "/3/sie/")

``python -m simulators.fortnox`` serves a few demo tenants; docs/systems/fortnox-simulator.md lists
the faults, the switches and what is refused.
"""

from simulators.fortnox.faults import FAULTS
from simulators.fortnox.server import FortnoxSimulator
from simulators.fortnox.tenant import (
    ALL_SCOPES,
    DOCUMENT_SCOPES,
    LEDGER_SCOPES,
    SWITCHES,
    SimulatedTenant,
    Tenant,
)
from simulators.fortnox.world import ConsentRefused, Habits

__all__ = [
    "ALL_SCOPES",
    "DOCUMENT_SCOPES",
    "FAULTS",
    "LEDGER_SCOPES",
    "SWITCHES",
    "ConsentRefused",
    "FortnoxSimulator",
    "Habits",
    "SimulatedTenant",
    "Tenant",
]
