"""What a real schedule plays: the plan of each document, faults by path, how each process ends."""

from __future__ import annotations

import os
import random
import signal
from dataclasses import dataclass, field
from typing import Final

from blocks.steps import PUSH_STEPS
from ledger.push.steps import Step
from simulators.fennoa import Fault

FEW, ALL = 12, 200
DOCUMENTS: Final = 3
LATE_S: Final = 0.8
"""How late a commit comes: within what the target promises (`PATIENT`); seconds."""

PLANS: Final = (
    (Step.CREATE, Step.CHECK),
    (Step.CREATE, Step.CHECK, Step.APPROVE, Step.NUMBER),
    (Step.CREATE, Step.CHECK, Step.APPROVE, Step.NUMBER, Step.SEND),
)
FAULTS: Final = {
    "sales_api/add": (
        Fault.LOST_DONE,
        Fault.LOST,
        Fault.LATE,
        Fault.FAULT_DONE,
        Fault.FAULT,
        Fault.HTML,
        Fault.HTML_OK,
        Fault.NO_ID,
        Fault.CUT,
        Fault.BUSY,
    ),
    "sales_api/do/approve": (Fault.LOST_DONE, Fault.LOST, Fault.FAULT_DONE, Fault.FAULT),
    "sales_api/do/send": (Fault.LOST_DONE, Fault.LOST, Fault.FAULT_DONE),
}


@dataclass(frozen=True)
class Life:
    """How a process ends: the how many-th time at which step, and by which signal."""

    step: str
    times: int
    signal: signal.Signals


@dataclass
class Living:
    """A process that counts the steps which it reaches, and sends itself its signal at one."""

    life: Life | None
    reached_so_far: int = field(default=0, init=False)

    def reached(self, step: str, **_: object) -> None:
        """Note that a step was reached."""
        if self.life is None or step != self.life.step:
            return
        self.reached_so_far += 1
        if self.reached_so_far == self.life.times:
            os.kill(os.getpid(), self.life.signal)


@dataclass(frozen=True)
class Schedule:
    """What is played: the plan of each document, faults by path, and how each process ends."""

    seed: int
    plans: tuple[tuple[Step, ...], ...]
    faults: tuple[tuple[str, Fault | None], ...]
    lives: tuple[Life, ...]

    @classmethod
    def drawn(cls, seed: int) -> Schedule:
        """Draw one."""
        draws = random.Random(seed)  # noqa: S311 - a schedule, never a key
        faults = [
            (path, draws.choice((None, *kinds)))
            for path, kinds in FAULTS.items()
            for _ in range(draws.randint(0, 2))
        ]
        lives = [
            Life(
                draws.choice(PUSH_STEPS),
                draws.randint(1, 5),
                draws.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP)),
            )
            for _ in range(draws.randint(1, 3))
        ]
        plans = tuple(draws.choice(PLANS) for _ in range(DOCUMENTS))
        return cls(seed, plans, tuple(faults), tuple(lives))
