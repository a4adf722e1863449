"""The simulated Fennoa as a server of its own, in a thread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulators.fennoa.app import App
from simulators.fennoa.company import Company
from simulators.fennoa.faults import Faults
from simulators.fennoa.habits import Habits
from simulators.fennoa.world import World
from simulators.serving import Serving


class FennoaSimulator(Serving):
    """Fennoa's API over real HTTP on this machine, for invented companies.

    Use as a context manager; `url` is what a client needs beside a company's user and key.
    """

    def __init__(self, companies: Iterable[Company], *, port: int = 0, **habits: Any) -> None:
        """Prepare a simulator; ``habits`` are fields of `habits.Habits`, port 0 any free one."""
        self.world = World({item.user: item for item in companies}, Habits(**habits))
        super().__init__(App(self.world), port=port)

    @property
    def url(self) -> str:
        """The address that paths are added to."""
        return f"{self.base}/api"

    @property
    def faults(self) -> Faults:
        """What goes wrong next."""
        return self.world.faults

    def reset(self) -> None:
        """Forget whatever the companies hold, what goes wrong and what was called."""
        for company in self.world.companies.values():
            company.empty()
        self.world.faults.waiting.clear()
        self.world.faults.late_s = 1.0
        self.world.late.clear()
        self.world.calls.clear()
        self.world.heads.clear()
        self.world.recent.clear()

    def company(self, user: str) -> Company:
        """Return a company, to look at or to change."""
        return self.world.companies[user]
