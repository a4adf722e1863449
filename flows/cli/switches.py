"""Switches of the whole program: they are the same wherever on the line they stand.

They are read from the line as it was typed, since what prints does not know which command runs.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

ALONE: Final = ("--debug", "--demo", "--quiet", "--csv")
HOME: Final = "--home"
"""The one that takes a value."""


def is_given(switch: str) -> bool:
    """Return whether a switch stands on the line that was typed."""
    return switch in _before_end(sys.argv[1:])


def given_home() -> str:
    """Return the home that was named on the line, empty when none was."""
    line = _before_end(sys.argv[1:])
    for word in line:
        if word == HOME:
            return next(line, "")
        if word.startswith(f"{HOME}="):
            return word.partition("=")[2]
    return ""


def kept() -> str:
    """Return the switches that the next command needs too, to work on the same books."""
    home = given_home()
    return " --demo" if is_given("--demo") else f" {HOME} {shlex.quote(home)}" if home else ""


def in_front(words: Sequence[str]) -> list[str]:
    """Move the switches before the command, where the parser looks for them; in their order."""
    front: list[str] = []
    rest: list[str] = []
    line = iter(words)
    for word in line:
        if word == "--":
            rest += [word, *line]
        elif word == HOME:
            front += [word, *islice(line, 1)]
        elif word in ALONE or word.startswith(f"{HOME}="):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


def _before_end(words: Sequence[str]) -> Iterator[str]:
    """Yield the words before ``--``, behind which nothing is a switch."""
    for word in words:
        if word == "--":
            return
        yield word
