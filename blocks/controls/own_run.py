"""Running the operator's own controls, in a process that can be lost.

DuckDB cannot stop a single long call, nor bound what it takes; the operating system can, by ending
the process. `blocks.controls.own_process` is what runs in it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from blocks.controls.breaks import broken
from blocks.controls.control import OwnControl
from blocks.controls.evidence import ControlFailed
from blocks.home import PROJECT
from blocks.staging import StagedUnit
from blocks.warehouse import Warehouse
from ledger.controls import Break, BreakKind, ControlResult


@dataclass(frozen=True)
class Limits:
    """What one control may take: seconds until it is stopped, and MB of memory.

    `grace`: seconds more, until its process ends if it does not stop.
    """

    seconds: float = 30
    grace: float = 5
    memory_mb: int = 500


@dataclass(frozen=True)
class Asked:
    """What the process is asked: about a staged unit, beside what lies in a warehouse."""

    staged: StagedUnit
    warehouse: Path
    controls: list[OwnControl]
    limits: Limits


ASKED: Final = TypeAdapter(Asked)
RESULT: Final = TypeAdapter(ControlResult)
READY: Final = b"ready"
"""The first line of the answer; behind it comes one result a line."""

LIMITS: Final = Limits()


def run_own(
    staged: StagedUnit,
    controls: Sequence[OwnControl],
    *,
    warehouse: Warehouse,
    limits: Limits = LIMITS,
) -> list[ControlResult]:
    """Ask the operator's controls about a staged unit; reads only.

    Returns:
        One result per control. One that cannot be asked, or that fails, is broken and says why.

    Raises:
        ControlFailed: The process could not begin, which is no control's fault.
    """
    results = {item.name: failing(item, item.problem) for item in controls if item.problem}
    rest = [item for item in controls if not item.problem]
    while rest:
        with warehouse.folder_of(staged.facts.tenant) as folder:
            answers, ended = _ask(Asked(staged, folder, rest, limits))
        results |= {answer.control: answer for answer in answers}
        if lost := rest[len(answers) : len(answers) + 1]:
            results[lost[0].name] = failing(lost[0], ended)
        rest = rest[len(answers) + 1 :]
    return [results[item.name] for item in controls]


def failing(control: OwnControl, problem: str) -> ControlResult:
    """Return the result of a control that gave no answer: broken, and why."""
    kind = BreakKind.ATTRIBUTE if control.sql else BreakKind.MISSING
    return broken(control, [Break(control.name, kind, detail=f"{control.path} {problem}")])


def too_slow(limits: Limits) -> str:
    """Say in what time a control did not end."""
    return f"it took longer than {limits.seconds:g} s"


def _ask(asked: Asked) -> tuple[list[ControlResult], str]:
    """Return the answers that came, and why no more did."""
    ended = subprocess.run(
        [sys.executable, "-m", "blocks.controls.own_process"],
        input=ASKED.dump_json(asked),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=PROJECT,
        env={},  # nothing secret is there to be found
        check=False,
    )
    first, *lines = ended.stdout.split(b"\n")
    if first != READY:
        problem = f"its process ended with {ended.returncode}"
        raise ControlFailed(control=asked.controls[0].name, problem=problem)
    answers = [RESULT.validate_json(line) for line in lines[:-1]]  # behind the last line's end
    if ended.returncode == -signal.SIGALRM:
        return answers, f"was ended with its process: {too_slow(asked.limits)}"
    memory = f"most likely for want of memory ({asked.limits.memory_mb} MB)"
    return answers, f"ended its process ({ended.returncode}), {memory}"
