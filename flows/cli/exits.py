"""What the exit code of a `tasma` command says to the script that called it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from textwrap import wrap
from typing import Final

from ledger.errors import TasmaError, TransientError
from ledger.outcome import Outcome


class ExitCode(IntEnum):
    """One number per kind of ending; `MEANING` says each in a sentence."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    HELD = 3
    NOT_PUBLISHED = 4
    BUSY = 75
    """EX_TEMPFAIL of sysexits.h: mail and cron programs know it as "try again later"."""
    INTERRUPTED = 130


MEANING: Final = {
    ExitCode.DONE: "done; what was asked for is true now",
    ExitCode.FAILED: "failed; the message says why and what to do",
    ExitCode.USAGE: "the command was not understood: an option, a tenant, a year or a path",
    ExitCode.HELD: "held: a control is broken, the last good data stay; a person must look",
    ExitCode.NOT_PUBLISHED: "checked and kept, but no whole year to publish (SIE 1-3, 4I)",
    ExitCode.BUSY: "busy: somebody else works on it, or it may work later; run it again",
    ExitCode.INTERRUPTED: "interrupted with Ctrl-C",
}

RULE: Final = (
    "A command that only shows ends with 0, whatever it shows. Those that say who is needed "
    "(`tenant status`, `push status`, `ecom list`, `spotilla skipped`) take `--exit-code`, and "
    "then end with 3 when somebody is. What loads, sends, compares or checks ends by what it "
    "found. What only the work itself finds wrong, such as what a file says, ends with 1."
)
"""What a script may take an exit code for."""

_WORST_FIRST: Final = (
    ExitCode.INTERRUPTED,
    ExitCode.USAGE,
    ExitCode.FAILED,
    ExitCode.HELD,
    ExitCode.BUSY,
    ExitCode.NOT_PUBLISHED,
    ExitCode.DONE,
)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that speaks for several files: the one a person must hear of first."""
    return min(codes, key=_WORST_FIRST.index, default=ExitCode.DONE)


def outcome_of(problem: BaseException) -> Outcome:
    """Return what a problem comes to: what may work later is busy."""
    return Outcome.BUSY if isinstance(problem, TransientError) else Outcome.FAILED


def code_of(problem: TasmaError) -> ExitCode:
    """Return the exit code of a promise that was broken."""
    if problem.is_misuse:
        return ExitCode.USAGE
    return ExitCode(outcome_of(problem).exit_code)


def rule() -> list[str]:
    """Return what a script may take an exit code for, in lines for help texts."""
    return wrap(RULE.replace("`", ""), 78)


def table() -> str:
    """Return the codes and their meanings, one a line, for help texts."""
    return "\n".join(f"{code.value:>4}  {meaning}" for code, meaning in MEANING.items())
