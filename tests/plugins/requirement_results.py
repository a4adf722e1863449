"""The catalogue of requirements, and the outcomes of the tests that claim to prove them.

Outcomes lie in `build/requirements.json` with a fingerprint of everything that could change
them. An outcome of other sources proves nothing, so it is dropped, not shown as old.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from string import ascii_lowercase
from typing import Final

CATALOGUE: Final = Path("docs/requirements.csv")
RESULTS: Final = Path("build/requirements.json")
MAX_CLAUSES_PER_TEST: Final = 3
"""A test that claims more than this many clauses proves none of them well."""

PASSED: Final = "passed"
NOT_RUN: Final = "not run"

FOLDERS: Final = (
    "ledger",
    "blocks",
    "tasks",
    "flows",
    "simulators",
    "tests",
    "data/sql",
    "data/reference",
    "data/demo",
)
FILES: Final = ("pyproject.toml", "requirements.txt", "prefect.yaml", str(CATALOGUE))
VARIABLES: Final = ("SIE_SAMPLES", "STATEMENT_SAMPLES", "TASMA_CI")
"""Settings that decide whether a test is skipped."""


@dataclass(frozen=True)
class Clause:
    """What could be false by itself of one requirement, in one sentence.

    `R-FIN-26a` is the first clause of the requirement `R-FIN-26`. A requirement that is not split
    yet is its own only clause.
    """

    id: str
    optional: bool
    acceptance: str

    @property
    def requirement(self) -> str:
        """The id without its letter."""
        return self.id.rstrip(ascii_lowercase)


@dataclass(frozen=True)
class Claim:
    """What one test says it proves, how it ended, and why it was skipped if it was."""

    clauses: tuple[str, ...]
    outcome: str
    reason: str = ""


def read_catalogue(root: Path) -> dict[str, Clause]:
    """Read every clause, in the order of the file."""
    with (root / CATALOGUE).open(encoding="utf-8", newline="") as file:
        return {
            row["id"]: Clause(row["id"], row["optional"] == "yes", row["acceptance"])
            for row in csv.DictReader(file)
        }


def fingerprint(root: Path) -> str:
    """Hash whatever decides how a test ends: sources, reference data, locks, the interpreter.

    File times are left out: a checkout or an editor may touch a file without changing it.
    """
    settings = (f"{name}={os.environ.get(name, '')}" for name in VARIABLES)
    digest = hashlib.sha256("\0".join((sys.version, *settings)).encode())
    for path in _source_files(root):
        digest.update(f"\0{path.relative_to(root)}\0".encode())
        # A file that goes away under our hands makes another fingerprint, not a crash.
        with suppress(FileNotFoundError):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _source_files(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
    yield from (root / name for name in FILES if (root / name).is_file())


def read_claims(root: Path, *, tree: str) -> dict[str, Claim]:
    """Return the claims recorded for the sources `tree`, by test; none for any other sources."""
    path = root / RESULTS
    if not path.is_file():
        return {}
    stored = json.loads(path.read_text(encoding="utf-8"))
    if stored["tree"] != tree:
        return {}
    return {
        test: Claim(tuple(claim["clauses"]), claim["outcome"], claim["reason"])
        for test, claim in stored["tests"].items()
    }


def record_claims(root: Path, *, tree: str, claims: Mapping[str, Claim]) -> None:
    """Add the claims of one session to those of other sessions over the same sources.

    A test that was only collected keeps the outcome that an earlier session gave it. Sessions
    that end at the same time wait for each other.
    """
    (root / RESULTS).parent.mkdir(parents=True, exist_ok=True)
    with _locked(root / RESULTS):
        known = read_claims(root, tree=tree)
        for test, claim in claims.items():
            earlier = known.get(test)
            keeps = claim.outcome == NOT_RUN and earlier is not None
            known[test] = replace(earlier, clauses=claim.clauses) if keeps else claim
        _write(root / RESULTS, tree=tree, claims=known)


def _write(path: Path, *, tree: str, claims: Mapping[str, Claim]) -> None:
    tests = {test: asdict(claim) for test, claim in sorted(claims.items())}
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"tree": tree, "tests": tests}, indent=1), encoding="utf-8")
    draft.replace(path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
