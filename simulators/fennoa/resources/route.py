"""What a call is given, and what it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from simulators.fennoa.company import Company
from simulators.fennoa.faults import Fault
from simulators.fennoa.world import World


@dataclass(frozen=True)
class Asked:
    """One call. `fault`: what goes wrong with it, for those that know how themselves."""

    world: World
    company: Company
    request: Request
    body: bytes
    fault: Fault | None = None


Act = Callable[..., dict[str, Any]]
Route = tuple[str, str, Act]
"""Method, pattern of the path without ``/api/``, and what is done with `Asked` and the groups."""
