"""The simulated Fennoa's calls, a module for each part of its API.

A module has `ROUTES`: method, pattern of the path, and what is done. What is done is given `Asked`
and the groups of the pattern, and returns what stands in the answer beside ``status``.
"""

from __future__ import annotations

from simulators.fennoa.resources import accounting, customers, ledger, sales
from simulators.fennoa.resources.route import Route

ROUTES: tuple[Route, ...] = (*sales.ROUTES, *customers.ROUTES, *accounting.ROUTES, *ledger.ROUTES)
"""All calls that there are."""
