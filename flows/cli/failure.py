"""How a command says that it failed: one clear paragraph, never a secret, no traceback."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, Final

from blocks.addresses import without_logins
from blocks.systems.registry import secret_variables
from flows.cli.exits import ExitCode, code_of
from flows.cli.output import remark
from flows.cli.switches import is_given
from ledger.errors import TasmaError
from ledger.text import json_text

SECRET_VARIABLES: Final = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "PREFECT_API_AUTH_STRING",
    "PREFECT_SERVER_API_AUTH_STRING",
    "PREFECT_SERVER_ENCRYPTION_KEY",
    "PREFECT_API_KEY",
)
"""Environment variables whose values must not be printed, whoever wrote the message; those of the
systems are known to the registry."""

MAX_CHARS: Final = 4_000
"""Longest message; the end of a longer one is cut off."""


def explain(problem: Exception) -> ExitCode:
    """Print why the command ended, and return its exit code."""
    below: Sequence[str] = getattr(problem, "lines", ())
    for line in (paragraph(problem), *below, *_of_demo(problem)):
        remark(redacted(line)[:MAX_CHARS])
    if is_for_script():
        fields = {"error": {**refusal(problem), "message": str(problem)}}
        sys.stderr.write(f"{redacted(json_text(fields))}\n")
    return code_of(problem) if isinstance(problem, TasmaError) else ExitCode.FAILED


def _of_demo(problem: Exception) -> list[str]:
    if not is_given("--demo"):
        return []
    from flows.doors import demo_home  # noqa: PLC0415 - for this switch alone

    return [demo_home.ENDED] if demo_home.has_ended(str(problem)) else []


def show_traceback(problem: Exception) -> ExitCode:
    """Print all that Python knows of it, and return the exit code."""
    text = "".join(traceback.format_exception(problem))
    remark(*redacted(text).splitlines())
    return ExitCode.FAILED


def is_debugging() -> bool:
    """Return whether the traceback is wanted in the place of the message."""
    return is_given("--debug")


def is_for_script() -> bool:
    """Return whether the command was asked for JSON."""
    return "--json" in sys.argv[1:]


def refusal(problem: BaseException | None) -> dict[str, Any]:
    """Return the code of a refusal and its values, as text where JSON has no such kind.

    What is not raised on purpose, and what did not fail, has neither.
    """
    if not isinstance(problem, TasmaError):
        return {"code": "", "values": {}}
    kinds = bool | int | str
    values = {
        name: value if isinstance(value, kinds) else str(value)
        for name, value in problem.values.items()
    }
    return {"code": problem.code or type(problem).code, "values": values}


def paragraph(problem: Exception) -> str:
    """Return the message for a person."""
    if isinstance(problem, TasmaError):
        kind = "Not now" if code_of(problem) is ExitCode.BUSY else "Error"
        return f"{kind}: {problem}"
    if isinstance(problem, OSError):
        place = f" ({problem.filename})" if problem.filename else ""
        return f"Error: {problem.strerror or problem}{place}. Check the path, its rights and space."
    what = f"{type(problem).__name__}: {problem}".rstrip(" .:")
    return (
        f"Error: this should not happen: {what}. "
        "It is a fault of the program, not of the books: a year is replaced as a whole or not at "
        "all. "
        "Run the command again as `tasma --debug ...` and send its output to the developers."
    )


def redacted(text: str) -> str:
    """Replace the value of each secret of the environment, and of each login in an address."""
    for name in SECRET_VARIABLES + secret_variables():
        if value := os.environ.get(name):
            text = text.replace(value, "***")
    return without_logins(text)
