"""A stand-in for Fennoa's API: sales invoices, customers, locks; and what goes wrong with them."""

from simulators.fennoa.faults import Fault
from simulators.fennoa.server import FennoaSimulator
from simulators.fennoa.world import Company, Habits

__all__ = ["Company", "Fault", "FennoaSimulator", "Habits"]
