"""A stand-in for Fennoa's API: sales invoices, customers, locks; and what goes wrong with them."""

from simulators.fennoa.company import Company, Surcharge
from simulators.fennoa.faults import Fault
from simulators.fennoa.habits import BeyondEnd, Habits, Order
from simulators.fennoa.server import FennoaSimulator

__all__ = ["BeyondEnd", "Company", "Fault", "FennoaSimulator", "Habits", "Order", "Surcharge"]
