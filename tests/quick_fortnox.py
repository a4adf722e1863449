"""A simulated Fortnox that this process is led to, and asks without waiting."""

from __future__ import annotations

import pytest

from blocks.systems.fortnox import calls, connect, oauth
from flows.demo.ledgers import variables
from simulators.fortnox import FortnoxSimulator

PERIOD_S = 0.1
"""Both sides count their 25 calls in this window."""


def lead_to(simulator: FortnoxSimulator, patch: pytest.MonkeyPatch) -> None:
    """Have the settings of this process lead to a simulator."""
    for name, value in settings_of(simulator).items():
        patch.setenv(name, value)


def settings_of(simulator: FortnoxSimulator) -> dict[str, str]:
    """Return what leads a process to a simulator."""
    # Forty calls a year: asked where they are the point.
    return {**variables(simulator), "TASMA_FORTNOX_CLOSING_AT_FIRST": "false"}


def shorten_waits(patch: pytest.MonkeyPatch) -> None:
    """Shorten pace and pauses of this process; what happens between them is not touched."""
    patch.setattr(connect, "PERIOD_S", PERIOD_S)
    for module, name in ((calls, "PATIENT"), (calls, "ONCE"), (oauth, "SAFE_POST")):
        patch.setattr(module, name, getattr(module, name).copy_with(backoff_factor=0.001))
