"""How a load, a year or a run ends: one vocabulary for pages, states, scripts and the prompt."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Outcome(StrEnum):
    """What became of a piece of work; its members stand from worst to best.

    Several are called by the worst of them; among good ones, by the one that changed something.
    The value is the word for people and for scripts. `state_name`: what Prefect's UI calls a run
    that ended so. `exit_code`: what a command that ended so returns (`flows.cli.exits`).
    """

    state_name: str
    exit_code: int

    FAILED = "failed", "Failed", 1
    HELD = "held", "Held", 3
    """A control that blocks is broken; a person has to look."""
    WOULD_HOLD = "would hold", "Would hold", 3
    """What is published would be held, were another load of its year not held already."""
    DIFFERS = "differs", "Differs", 3
    """What is published is not what the customer's statements say; nothing was changed."""
    BUSY = "busy", "Busy", 75
    """Somebody else works on it, or it may work later."""
    PLANNED = "planned", "Planned", 0
    """A dry run: nothing was published. A script is told what it would be."""
    PUBLISHED = "published", "Published", 0
    UNCHANGED = "unchanged", "Unchanged", 0
    KEPT = "kept", "Kept", 0
    """The ledger was left as it is, as asked for or because a person brought it."""
    PARTIAL = "partial", "Partial", 4
    EVIDENCE = "evidence", "Evidence", 4
    AGREES = "agrees", "Agrees", 0
    """What is published passes the controls of today."""
    READY = "ready", "Ready", 0
    SKIPPED = "skipped", "Skipped", 0
    DONE = "done", "Done", 0

    def __new__(cls, word: str, state_name: str, exit_code: int) -> Self:
        """Make a member of its word, and of what others call it."""
        made = str.__new__(cls, word)
        made._value_ = word
        made.state_name, made.exit_code = state_name, exit_code
        return made

    @classmethod
    def of_state(cls, name: str | None) -> Outcome | None:
        """Return the outcome that a run's state stands for; None for a state of Prefect's own."""
        return next((item for item in cls if item.state_name == name), None)

    @property
    def goodness(self) -> int:
        """How good it is: of several, the one of the least speaks for all."""
        return list(type(self)).index(self)

    @property
    def is_red(self) -> bool:
        """Whether somebody has to look, or it has to be done again."""
        return self.goodness <= type(self).BUSY.goodness
