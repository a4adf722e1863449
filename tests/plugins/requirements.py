"""pytest plugin: tests say which clauses they prove, and how each test ended is recorded.

``@pytest.mark.requirement("R-FIN-26a")`` takes one to three ids of `docs/requirements.csv`; any
other use is refused while tests are collected. Works under pytest-xdist: the ids travel with the
reports of the workers, and only the process that started the session writes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from string import ascii_lowercase

import pytest

from tests.plugins.requirement_results import (
    CATALOGUE,
    MAX_CLAUSES_PER_TEST,
    NOT_RUN,
    PASSED,
    Claim,
    fingerprint,
    read_catalogue,
    record_claims,
)

MARKER = "requirement"


def pytest_configure(config: pytest.Config) -> None:
    """Watch this session, unless it has no catalogue to answer to."""
    if (config.rootpath / CATALOGUE).is_file():
        config.pluginmanager.register(Requirements(config), "requirements")


class Requirements:
    """Checks the claims of one session and remembers how the claiming tests ended."""

    def __init__(self, config: pytest.Config) -> None:
        self.root: Path = config.rootpath
        self.known = read_catalogue(self.root)
        self.is_worker = hasattr(config, "workerinput")
        self.tree = "" if self.is_worker else fingerprint(self.root)
        self.ids: dict[str, tuple[str, ...]] = {}
        self.outcomes: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.changed = False

    @pytest.hookimpl(wrapper=True)
    def pytest_pycollect_makeitem(self) -> Generator[None, object, object]:
        """Refuse a test whose claim is no claim, and let its ids travel with its reports."""
        made = yield
        for item in made if isinstance(made, list) else [made]:
            if isinstance(item, pytest.Item):
                ids = self._claimed(item)
                item.user_properties.extend((MARKER, one) for one in ids)
        return made

    def _claimed(self, item: pytest.Item) -> list[str]:
        marks = list(item.iter_markers(MARKER))
        ids = list(dict.fromkeys(one for mark in marks for one in mark.args))
        if problem := self._problem(ids) if marks else "":
            raise pytest.Collector.CollectError(f"{item.nodeid}: {problem}")
        return ids

    def _problem(self, ids: list[str]) -> str:
        if not 1 <= len(ids) <= MAX_CLAUSES_PER_TEST:
            return (
                f"{len(ids)} requirement ids, expected 1 to {MAX_CLAUSES_PER_TEST}. Split the "
                "test, or claim only what its asserts would notice."
            )
        return " ".join(self._unknown(one) for one in ids if one not in self.known)

    def _unknown(self, claimed: str) -> str:
        """Say what to claim instead of an id that is none, or no longer."""
        whole = claimed.rstrip(ascii_lowercase)
        clauses = [one for one in self.known.values() if one.requirement == whole]
        if not clauses:
            return f"unknown requirement {claimed}: see {CATALOGUE}."
        choice = "".join(f"\n    {one.id}: {one.acceptance}" for one in clauses)
        return (
            f"{claimed} is no clause of {whole}. Claim those that the asserts would notice:{choice}"
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note every claim before tests are deselected: a test left out proves nothing."""
        for item in items:
            self._note(item.nodeid, item.user_properties)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Let the worst phase of a test decide: an error after it passed is no proof."""
        self._note(report.nodeid, report.user_properties)
        if report.nodeid in self.ids:
            before = self.outcomes.get(report.nodeid, PASSED)
            self.outcomes[report.nodeid] = _outcome(report) if before == PASSED else before
            if report.skipped and isinstance(report.longrepr, tuple):
                self.reasons[report.nodeid] = str(report.longrepr[2]).removeprefix("Skipped: ")

    def _note(self, test: str, properties: Iterable[tuple[str, object]]) -> None:
        if ids := tuple(str(value) for name, value in properties if name == MARKER):
            self.ids[test] = ids

    def pytest_sessionfinish(self) -> None:
        """Record what this session showed, if what it tested is still what is there."""
        if self.is_worker or not self.ids:
            return
        self.changed = fingerprint(self.root) != self.tree
        if not self.changed:
            claims = {
                test: Claim(ids, self.outcomes.get(test, NOT_RUN), self.reasons.get(test, ""))
                for test, ids in self.ids.items()
            }
            record_claims(self.root, tree=self.tree, claims=claims)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say so when the session's outcomes count for nothing."""
        if self.changed:
            terminalreporter.write_line(
                "requirements: sources changed while the tests ran, so nothing was recorded."
            )


def _outcome(report: pytest.TestReport) -> str:
    """Name how one phase ended; an expected failure is no pass."""
    return "expected to fail" if hasattr(report, "wasxfail") else str(report.outcome)
