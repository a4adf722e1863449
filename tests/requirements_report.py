"""``make requirements``: every requirement, clause by clause: what proves it, what is not proven.

Only outcomes of the sources as they are now count. Claims without such an outcome are run first.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TextIO

import pytest

from tests.plugins.requirement_results import (
    NOT_RUN,
    PASSED,
    Claim,
    Clause,
    fingerprint,
    read_catalogue,
    read_claims,
)

PARAMETERS = re.compile(r"\[.*\]$", re.DOTALL)
SKIPPED = "skipped"
SILENT = frozenset({PASSED, SKIPPED, NOT_RUN, "expected to fail"})
"""Outcomes that do not speak against a clause; any other does."""

PROVEN, IN_PART, NOT_AT_ALL = "proven", "in part", "not at all"


@dataclass(frozen=True)
class Evidence:
    """A clause and, by test, how many of its cases ended how."""

    clause: Clause
    tests: Mapping[str, Counter[str]]

    @property
    def failed(self) -> bool:
        """Whether a case of any test speaks against the clause."""
        return any(set(cases) - SILENT for cases in self.tests.values())

    @property
    def proven(self) -> bool:
        """Whether one test passed in all its cases, and no test speaks against the clause."""
        return not self.failed and any(set(cases) == {PASSED} for cases in self.tests.values())

    @property
    def status(self) -> str:
        """One word for the listing."""
        return "FAILED" if self.failed else "proven" if self.proven else "not proven"

    def as_json(self) -> dict[str, object]:
        """The same for a script."""
        return {
            "id": self.clause.id,
            "acceptance": self.clause.acceptance,
            "status": self.status.lower(),
            "tests": {test: dict(cases) for test, cases in self.tests.items()},
        }


@dataclass(frozen=True)
class Weighed:
    """A requirement with the evidence for each of its clauses, at least one."""

    id: str
    clauses: tuple[Evidence, ...]

    @property
    def optional(self) -> bool:
        """Whether the requirement may be left out."""
        return self.clauses[0].clause.optional

    @property
    def failed(self) -> bool:
        """Whether a test speaks against any clause."""
        return any(one.failed for one in self.clauses)

    @property
    def extent(self) -> str:
        """How much of it is proven: all clauses, some, or none."""
        proven = {one.proven for one in self.clauses}
        return IN_PART if len(proven) == 2 else PROVEN if True in proven else NOT_AT_ALL

    @property
    def status(self) -> str:
        """One word or three for the listing."""
        return "FAILED" if self.failed else self.extent

    def as_json(self) -> dict[str, object]:
        """The same for a script."""
        return {
            "id": self.id,
            "optional": self.optional,
            "status": self.status.lower(),
            "clauses": [one.as_json() for one in self.clauses],
        }


def weigh(catalogue: Iterable[Clause], claims: Mapping[str, Claim]) -> list[Weighed]:
    """Set the claims of all tests against the clauses, in the order of the catalogue."""
    tests: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for test, claim in sorted(claims.items()):
        for clause_id in claim.clauses:
            tests[clause_id][PARAMETERS.sub("", test)][claim.outcome] += 1
    return [
        Weighed(id_, tuple(Evidence(one, dict(tests.get(one.id, {}))) for one in clauses))
        for id_, clauses in groupby(catalogue, key=lambda one: one.requirement)
    ]


def skips(claims: Mapping[str, Claim]) -> dict[str, str]:
    """Give the tests that were skipped in any of their cases, each with the reason."""
    return {
        PARAMETERS.sub("", test): claim.reason
        for test, claim in sorted(claims.items())
        if claim.outcome == SKIPPED
    }


def totals(weighed: Iterable[Weighed]) -> str:
    """Count by requirement what is proven, the optional ones apart; then the clauses."""
    found = list(weighed)
    counts = Counter((one.optional, one.extent) for one in found)
    required, optional = (sum(one.optional is kind for one in found) for kind in (False, True))
    clauses = [clause.proven for one in found for clause in one.clauses]
    failed = sum(one.failed for one in found)
    return (
        f"{counts[False, PROVEN]} of {required} requirements proven, "
        f"{counts[False, IN_PART]} in part, {counts[False, NOT_AT_ALL]} not at all; "
        f"{counts[True, PROVEN]} of {optional} optional ones proven. "
        f"Of {len(clauses)} clauses {sum(clauses)} are proven."
        + (f" {failed} requirements FAILED." if failed else "")
    )


def print_listing(weighed: list[Weighed], claims: Mapping[str, Claim], out: TextIO) -> None:
    """Print each requirement with its clauses and their tests, then the skips and the totals."""
    for one in weighed:
        out.write(f"{one.id}{' (optional)' if one.optional else ''}: {one.status}\n")
        for clause in one.clauses:
            out.write(f"    {clause.clause.id} {clause.status}: {clause.clause.acceptance}\n")
            for test, cases in clause.tests.items():
                counted = ", ".join(f"{count} {outcome}" for outcome, count in cases.items())
                out.write(f"        - {test}: {counted}\n")
    if skipped := skips(claims):
        out.write("\nSkipped, so these prove nothing:\n")
        out.writelines(f"    - {test}: {reason}\n" for test, reason in skipped.items())
    out.write(f"\n{totals(weighed)}\n")


def fresh_claims(root: Path, *, again: bool = False) -> dict[str, Claim]:
    """Collect every claim, run the tests if some have no outcome yet, return them all.

    Args:
        root: The project's folder.
        again: Run them even so.

    Raises:
        SystemExit: The tests cannot be collected, or changed while they ran.
    """
    collected = _pytest(root, "--collect-only", "-qqq")
    if collected not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise SystemExit("The tests cannot be collected. Mend what is named above.")
    tree = fingerprint(root)
    known = read_claims(root, tree=tree)
    if known and (again or any(claim.outcome == NOT_RUN for claim in known.values())):
        _pytest(root, "-q", "-m", "requirement")
    if fingerprint(root) != tree:
        raise SystemExit("The sources changed while the tests ran. Run this again.")
    return read_claims(root, tree=tree)


def _pytest(root: Path, *arguments: str) -> int:
    # The listing alone goes to standard output, so that --json can be piped.
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=root, stdout=sys.stderr, check=False).returncode


def main(arguments: list[str] | None = None) -> int:
    """Print the listing; 1 when a test that claims a requirement failed."""
    parser = argparse.ArgumentParser(prog="make requirements", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--again", action="store_true", help="run the tests even if outcomes exist")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    claims = fresh_claims(root, again=options.again)
    weighed = weigh(read_catalogue(root).values(), claims)
    if options.json:
        found = {"requirements": [one.as_json() for one in weighed], "skipped": skips(claims)}
        json.dump(found, sys.stdout, indent=1)
    else:
        print_listing(weighed, claims, sys.stdout)
    return int(any(one.failed for one in weighed))


if __name__ == "__main__":
    sys.exit(main())
