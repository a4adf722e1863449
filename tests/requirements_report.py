"""``make requirements``: every requirement, what proves it, and what is not yet proven.

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
from pathlib import Path
from typing import TextIO

import pytest

from tests.plugins.requirement_results import (
    NOT_RUN,
    PASSED,
    Claim,
    Requirement,
    fingerprint,
    read_catalogue,
    read_claims,
)

PARAMETERS = re.compile(r"\[.*\]$", re.DOTALL)
SILENT = frozenset({PASSED, "skipped", NOT_RUN, "expected to fail"})
"""Outcomes that do not speak against a requirement; any other does."""


@dataclass(frozen=True)
class Evidence:
    """A requirement and, by test, how many of its cases ended how."""

    requirement: Requirement
    tests: Mapping[str, Counter[str]]

    @property
    def outcomes(self) -> Counter[str]:
        """All cases of all tests that claim the requirement."""
        return sum(self.tests.values(), Counter())

    @property
    def proven(self) -> bool:
        """At least one test passed and none spoke against it."""
        return self.outcomes[PASSED] > 0 and set(self.outcomes) <= SILENT

    @property
    def status(self) -> str:
        """One word for the listing."""
        if self.proven:
            return "proven"
        return "not proven" if set(self.outcomes) <= SILENT else "FAILED"

    def as_json(self) -> dict[str, object]:
        """The same for a script."""
        return {
            "id": self.requirement.id,
            "optional": self.requirement.optional,
            "acceptance": self.requirement.acceptance,
            "status": self.status.lower(),
            "tests": {test: dict(cases) for test, cases in self.tests.items()},
        }


def weigh(catalogue: Iterable[Requirement], claims: Mapping[str, Claim]) -> list[Evidence]:
    """Set the claims of all tests against the requirements, in the order of the catalogue."""
    tests: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for test, claim in sorted(claims.items()):
        for requirement_id in claim.requirements:
            tests[requirement_id][PARAMETERS.sub("", test)][claim.outcome] += 1
    return [Evidence(one, dict(tests.get(one.id, {}))) for one in catalogue]


def totals(evidence: Iterable[Evidence]) -> str:
    """Count what is proven, the optional requirements apart."""
    counts = Counter((one.requirement.optional, one.proven) for one in evidence)
    required, optional = (counts[kind, True] + counts[kind, False] for kind in (False, True))
    return (
        f"{counts[False, True]} of {required} requirements proven, {counts[False, False]} not yet; "
        f"{counts[True, True]} of {optional} optional ones proven."
    )


def print_listing(evidence: list[Evidence], out: TextIO) -> None:
    """Print each requirement with its sentence and its tests, then the totals."""
    for one in evidence:
        optional = " (optional)" if one.requirement.optional else ""
        out.write(f"{one.requirement.id}{optional}: {one.status}\n")
        out.write(f"    {one.requirement.acceptance}\n")
        for test, cases in one.tests.items():
            counted = ", ".join(f"{count} {outcome}" for outcome, count in cases.items())
            out.write(f"    - {test}: {counted}\n")
    out.write(f"\n{totals(evidence)}\n")


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
    evidence = weigh(read_catalogue(root).values(), claims)
    if options.json:
        json.dump([one.as_json() for one in evidence], sys.stdout, indent=1)
    else:
        print_listing(evidence, sys.stdout)
    return int(any(one.status == "FAILED" for one in evidence))


if __name__ == "__main__":
    sys.exit(main())
