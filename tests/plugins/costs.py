"""pytest plugin: prints what the tests of a session cost, and what exceeds its budget.

A figure to act on, never a gate: no outcome depends on it.

CPU is what `os.times` counts during setup, call and teardown: this process with all its threads,
and its children from the moment they are *waited for*. So a child costs the test that waits for
its end. One that lives on counts nothing until then: a server that a session fixture keeps costs
the test in whose teardown it stops. One that nobody waits for never counts, nor does one whose
parent did not wait for it. Waiting is what a phase took beyond its CPU: sleeps, answers of other
processes that live on, and on a busy machine the turns of others, so only an idle one measures it.

A test's own seconds are setup and call, without fixtures of wider scope, since those would be
held against whichever test asks first; folders and systems count everything.

Under pytest-xdist the costs travel with the reports of the workers; the process that started the
session adds up and prints.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.plugins.cost_table import Cost, Costs, slowness

PROPERTY = "cost"
WORKER_CPU = "cost_cpu_s"
CONNECTIONS = Path("blocks/systems")
SIE = "sie"
"""A format rather than a connection, with a budget like one."""


def pytest_configure(config: pytest.Config) -> None:
    """Watch this session."""
    config.pluginmanager.register(CostOfTests(config), "cost-of-tests")


class CostOfTests:
    """Measures each phase of each test where it runs, and adds up where it is reported."""

    def __init__(self, config: pytest.Config) -> None:
        self.costs = Costs({SIE, *_connections(config.rootpath)})
        self.scale = 1.0 if hasattr(config, "workerinput") else slowness()
        self.workers_cpu_s: list[float] = []
        self.before_s = 0.0
        self.shared_s = 0.0

    def pytest_runtest_logstart(self) -> None:
        """Begin to count for a test."""
        self.before_s = _cpu_s(os.times())

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object]
    ) -> Generator[None, object, object]:
        """Count what fixtures of a wider scope take; one within another counts once."""
        start_s, earlier_s = time.perf_counter(), self.shared_s
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                self.shared_s = earlier_s + time.perf_counter() - start_s

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the cost of the phase that has ended travel with its report."""
        report = yield
        now_s = _cpu_s(os.times())
        cpu_s, self.before_s = now_s - self.before_s, now_s
        own_s = 0.0 if call.when == "teardown" else max(0.0, call.duration - self.shared_s)
        self.shared_s = 0.0
        waiting_s = max(0.0, call.duration - cpu_s)
        report.user_properties.append((PROPERTY, (cpu_s, waiting_s, own_s)))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up what came with the report."""
        for name, value in report.user_properties:
            if name == PROPERTY and isinstance(value, (tuple, list)):
                cpu_s, waiting_s, own_s = value
                self.costs.add(report.nodeid, Cost(cpu_s, waiting_s), own_s=own_s)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let the starter of this worker know what its whole life cost."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[WORKER_CPU] = _cpu_s(os.times())

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take what a worker's whole life cost; one that crashed does not tell it."""
        output = getattr(node, "workeroutput", {})
        self.workers_cpu_s += [output[WORKER_CPU]] if WORKER_CPU in output else []

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, if any test ran."""
        if self.costs.tests:
            title = f"cost (budgets x {self.scale:.1f}, for this machine)"
            terminalreporter.write_sep("-", title)
            lines = self.costs.lines(session_cpu_s=self._session_cpu_s(), scale=self.scale)
            for line in lines:
                terminalreporter.write_line(line)

    def _session_cpu_s(self) -> float:
        """Count every process once: what workers said of themselves is not counted as children."""
        times = os.times()
        if self.workers_cpu_s:
            return times.user + times.system + sum(self.workers_cpu_s)
        return _cpu_s(times)


def _cpu_s(times: os.times_result) -> float:
    return times.user + times.system + times.children_user + times.children_system


def _connections(root: Path) -> list[str]:
    return [path.name for path in (root / CONNECTIONS).glob("*") if path.is_dir()]
