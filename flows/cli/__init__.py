"""The command line, `tasma`: what a person or a script asks for at a prompt.

What commands there are stands in `flows.cli.commands`; each module is imported when one of its own
is called, so that help and the listings of the hub come at once.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType

__all__ = ["main"]

INTERRUPTED = 130
"""As `flows.cli.exits` has it, which is not there yet when this is needed."""


def main() -> None:
    """Run one command and end the process with its exit code."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        _run()
    except KeyboardInterrupt:  # while it was still starting: later, a command says what it did
        sys.stderr.write("Interrupted.\n")
        sys.exit(INTERRUPTED)


def _run() -> None:
    # What takes longest is imported here, where Ctrl-C ends it without a traceback.
    from flows.cli import app  # noqa: PLC0415
    from flows.cli.failure import explain, is_debugging, show_traceback  # noqa: PLC0415
    from flows.cli.heard import hear_warnings  # noqa: PLC0415

    hear_warnings()
    try:
        app.app()
    except Exception as problem:  # noqa: BLE001 - whatever it is, a person reads a paragraph
        sys.exit(show_traceback(problem) if is_debugging() else explain(problem))


def _stop(_number: int, frame: FrameType | None) -> None:
    """End on SIGTERM as on Ctrl-C, so that what the command holds is freed."""
    act = signal.getsignal(signal.SIGINT)
    if not callable(act):  # a shell's background job ignores Ctrl-C, and is stopped nevertheless
        raise KeyboardInterrupt
    act(signal.SIGINT, frame)
