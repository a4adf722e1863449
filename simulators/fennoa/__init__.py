"""A stand-in for Fennoa's API: invoices, customers, locks, ledgers; and what goes wrong."""

from simulators.fennoa.company import Company, Surcharge
from simulators.fennoa.faults import Fault
from simulators.fennoa.habits import BeyondEnd, Habits, Order
from simulators.fennoa.ledger import Ledger, Manners
from simulators.fennoa.server import FennoaSimulator

__all__ = [
    "BeyondEnd",
    "Company",
    "Fault",
    "FennoaSimulator",
    "Habits",
    "Ledger",
    "Manners",
    "Order",
    "Surcharge",
]
