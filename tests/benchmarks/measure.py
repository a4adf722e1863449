"""One contender in a fresh process: CPU seconds, wall seconds, peak memory of its process tree."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil

PROJECT: Final = Path(__file__).resolve().parents[2]
SAMPLE_EVERY_S: Final = 0.01
"""How often the memory of the process tree is read."""

SHOWN: Final = ("PREFECT_API_URL", "TASMA_HOME")
"""What a printed command says of a contender's environment."""

TIMEOUT_S: Final = 7_200.0
"""The longest that one contender may run."""


@dataclass(frozen=True)
class Contender:
    """Something to time: ``target`` is ``module:function`` in this package.

    The function takes ``arguments`` and returns a function without arguments, which alone is
    timed; that one returns facts (counts, sizes), which prove what was done.
    """

    name: str
    target: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    needs: str = ""
    """A module that must be importable; without it the contender is left out, and said so."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment of the process."""

    @property
    def command(self) -> list[str]:
        """The command that runs this contender alone."""
        words = json.dumps(dict(self.arguments))
        return [sys.executable, "-m", "tests.benchmarks.child", self.target, words]

    @property
    def shown_command(self) -> str:
        """The same, to be typed in the project's folder."""
        # The rest of the environment holds Prefect's settings, and a key among them.
        words = [f"{name}={self.environment[name]}" for name in SHOWN if name in self.environment]
        return shlex.join([*words, "python", *self.command[1:]])


@dataclass(frozen=True)
class Run:
    """What one run took. `cpu_s` counts all threads and child processes of the timed part."""

    cpu_s: float
    wall_s: float
    peak_mib: float
    facts: dict[str, Any]


class ContenderError(Exception):
    """A contender's process ended with an error."""


def run(contender: Contender) -> Run:
    """Run a contender once in a process of its own.

    Raises:
        ContenderError: The process failed; the message holds the end of its output.
    """
    with subprocess.Popen(
        contender.command,
        cwd=PROJECT,
        env={**os.environ, **contender.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        watch = _Watch(process.pid)
        out, errors = process.communicate(timeout=TIMEOUT_S)
        peak = watch.stop()
    if process.returncode:
        raise ContenderError(f"{contender.shown_command}\n{errors[-3000:]}")
    said = json.loads(out.splitlines()[-1])
    peak_mib = max(peak, said["peak_bytes"]) / 2**20
    return Run(said["cpu_s"], said["wall_s"], peak_mib, said["facts"])


class _Watch:
    """A thread that reads the resident memory of a process and its descendants."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def stop(self) -> int:
        self._done.set()
        self._thread.join()
        return self._peak

    def _sample(self) -> None:
        while not self._done.wait(SAMPLE_EVERY_S):
            self._peak = max(self._peak, self._memory())

    def _memory(self) -> int:
        try:
            family = [self._process, *self._process.children(recursive=True)]
            return sum(member.memory_info().rss for member in family)
        except psutil.Error:
            return 0  # it ended between two looks
