"""What the demo offers to those who open it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.demo.demo import run_demo
from flows.demo.hosts.up import run_hosts
from flows.demo.simulators import simulators_of_server

if TYPE_CHECKING:  # whoever opens it loads it by name, so its types are held to the protocol here
    import flows.demo.door  # noqa: PLW0406 - for its type
    from flows.doors.demo import Demo

    DOOR: Demo = flows.demo.door

__all__ = ["run_demo", "run_hosts", "simulators_of_server"]
