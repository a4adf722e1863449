"""The simulated Spotilla as a server of its own, in a thread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulators.procountor.answers import Answer, Request, json_answer
from simulators.procountor.app import App
from simulators.serving import Serving
from simulators.spotilla.service import serve
from simulators.spotilla.world import Tenant, World


class SpotillaSimulator(Serving):
    """Spotilla's API over real HTTP, for invented tenants; `url` ends with ``/api/v3``."""

    def __init__(self, tenants: Iterable[Tenant], *, port: int = 0, **settings: Any) -> None:
        """Prepare a simulator; ``settings`` are fields of `world.World`."""
        world = World.of(tenants, **settings)
        super().__init__(App(world, serve, _shown), crashes=world.crashes, port=port)
        self.world = world

    @property
    def url(self) -> str:
        """The address that paths are added to."""
        return f"{self.base}/api/v3"


def _shown(world: World, _: Request) -> Answer:
    """Show what is held, for whoever looks with a browser."""
    with world.lock:
        return json_answer(
            {
                name: {
                    "customers": list(tenant.customers.values()),
                    "products": list(tenant.products.values()),
                    "tasks": list(tenant.tasks.values()),
                }
                for name, tenant in world.tenants.items()
            }
        )
