"""The command line in this very process, as its tests and those of the server run it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from unittest.mock import patch

from typer import main, testing

from flows.cli.app import app


class Reading(io.RawIOBase):
    """A person who reads what the command has said on the terminal before they type."""

    def __init__(self, answer: Callable[[str], str]) -> None:
        self._answer, self._typed = answer, b""

    def readable(self) -> bool:
        """Return that it is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Type the answer, once."""
        if len(buffer) and not self._typed:
            sys.stderr.flush()
            shown = sys.stderr.buffer.getvalue().decode()  # type: ignore[attr-defined]
            self._typed = f"{self._answer(shown)}\n".encode()
            buffer[: len(self._typed)] = self._typed
            return len(self._typed)
        return 0


def invoke(
    *arguments: str | Path, answer: str | bytes | Callable[[str], str] | None = None
) -> testing.Result:
    """Run one command; `answer` is what the person types, or makes of what stands on the screen."""
    with ExitStack() as patches:
        # Typer's runner would make all commands anew, which takes longer than most of them.
        patches.enter_context(patch.object(testing, "_get_command", _command))
        if callable(answer):
            typed = Reading(answer)
            patches.enter_context(patch.object(testing, "make_input_stream", lambda *_: typed))
            answer = None
        return testing.CliRunner().invoke(
            app, [str(argument) for argument in arguments], input=answer
        )


_command = cache(main.get_command)
