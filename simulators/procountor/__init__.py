"""A stand-in for Procountor's API: it refuses what Procountor refuses, and fails as it fails.

Over HTTP, or in this process without sockets::

    from simulators.procountor import Company, Fault, InProcess, ProcountorSimulator, World

    with ProcountorSimulator([Company(1001)]) as simulator:      # simulator.url ends with /api
        simulator.faults.add("POST invoices", Fault.LOST_DONE)
        simulator.company(1001).circulation = True
        simulator.world.matching("invoices", method="POST")      # what was asked

    world = World.of([Company(1001)], clock=lambda: moment)      # key-1001 opens it
    client = httpx.AsyncClient(transport=InProcess(world), base_url="https://any.invalid/api")
    Acts(world, 1001).edit_posting(receipt_id, account="7230")   # what a person does there

What a person or the bank does there is in `acts`; what Procountor does one way or another in
`habits.Habits`; what a user may do in `rights`.
"""

from simulators.procountor.acts import Acts
from simulators.procountor.company import Company, FiscalYear, User
from simulators.procountor.faults import Fault
from simulators.procountor.habits import Habits
from simulators.procountor.server import ProcountorSimulator
from simulators.procountor.transport import InProcess
from simulators.procountor.world import CLIENT_ID, CLIENT_SECRET, World

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "Acts",
    "Company",
    "Fault",
    "FiscalYear",
    "Habits",
    "InProcess",
    "ProcountorSimulator",
    "User",
    "World",
]
