"""Which process did something, named so that another one on the same machine can see if it lives.

A number alone does not tell: the system gives it to somebody else later. With the time at which the
process began, the machine's start and the space of process numbers (a container has its own), it
does.
"""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Final, NamedTuple

PROC: Final = Path("/proc")
HOST_NAME: Final = "TASMA_HOST_NAME"
"""Names the machine where the system's own name of it does not tell it from others."""

DEAD: Final = frozenset("ZXx")
"""States of a process that has ended and only waits to be forgotten."""


class Place(NamedTuple):
    """A machine since its start, and a space of process numbers on it."""

    host: str
    boot: str
    space: str


def this_process() -> str:
    """Name this process in one word group; empty where the system does not tell (no ``/proc``)."""
    place, began = _here(), _began(os.getpid())
    if place is None or began is None:
        return ""
    return " ".join((*place, str(os.getpid()), began))


def is_here(process: str) -> bool:
    """Return whether a process is at work on this machine; False also when that is not known."""
    named, here = _read(process), _here()
    return named is not None and named[0] == here and _began(named[1]) == named[2]


def is_elsewhere(process: str) -> bool:
    """Return whether a process is another machine's; False also when that is not known."""
    named, here = _read(process), _here()
    return named is not None and here is not None and named[0].host != here.host


def is_gone(process: str) -> bool:
    """Return whether a process has surely ended; False also when that is not known.

    Another machine's, or another container's, cannot be seen from here.
    """
    named, here = _read(process), _here()
    if named is None or here is None or named[0].host != here.host:
        return False
    if named[0].boot != here.boot:
        return True
    return named[0].space == here.space and _began(named[1]) != named[2]


def machine_start() -> str:
    """Name this start of this machine; empty where the system does not tell."""
    here = _here()
    return here.boot if here else ""


def _read(process: str) -> tuple[Place, int, str] | None:
    parts = process.split()
    if len(parts) != 5 or not parts[3].isdigit():
        return None
    return Place(*parts[:3]), int(parts[3]), parts[4]


def _here() -> Place | None:
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = os.stat(PROC / "self/ns/pid").st_ino  # noqa: PTH116 - what the link leads to has no path
    except OSError:
        return None
    name = os.environ.get(HOST_NAME) or platform.node()
    return Place(name.replace(" ", "-")[:64] or "-", boot, str(space))


def _began(pid: int) -> str | None:
    """Return when a process began, in ticks since the machine's start; None when it has ended."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name in the second field is the process's own choice, brackets and blanks among it.
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in DEAD else fields[19]
