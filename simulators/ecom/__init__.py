"""A stand-in for Ecom: invoices that people approve, send and pay, and the feed of it."""

from simulators.ecom.company import Company
from simulators.ecom.faults import Fault
from simulators.ecom.server import EcomSimulator

__all__ = ["Company", "EcomSimulator", "Fault"]
