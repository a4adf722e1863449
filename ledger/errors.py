"""Promises that were broken, told apart by who has to act.

A finding about the data is a value (`ledger.controls.Break`), never one of these.
"""

from __future__ import annotations

from ledger.text import visible


class TasmaError(Exception):
    """Everything this project raises on purpose.

    The message says what came, what was expected and what to do next. It never holds a
    secret, a payload or a person's name. It goes to screens, pages and logs, so what it quotes from
    outside is written out where it would act there (`ledger.text.visible`).
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(visible(message))


class TransientError(TasmaError):
    """It may work next time: the step is retried."""


class TerminalError(TasmaError):
    """Trying again changes nothing: a person has to act."""
