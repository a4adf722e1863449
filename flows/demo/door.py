"""What the demo offers to those who open it (`flows.doors.demo.Demo`)."""

from flows.demo.demo import run_demo
from flows.demo.simulators import simulators_of_server

__all__ = ["run_demo", "simulators_of_server"]
