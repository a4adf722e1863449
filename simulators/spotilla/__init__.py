"""A stand-in for Spotilla's API v3: a log-in, registers of customers and products, tasks.

What is public of Spotilla's API is the log-in and the three headers; paths, field names and states
are made up here and can be others (`Names`), so that a client keeps them as data.
"""

from simulators.spotilla.server import SpotillaSimulator
from simulators.spotilla.service import serve
from simulators.spotilla.world import Names, Tenant, User, World

__all__ = ["Names", "SpotillaSimulator", "Tenant", "User", "World", "serve"]
