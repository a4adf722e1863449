"""Reconciliation: whether a staged unit agrees with itself, its source and what is published."""

from blocks.controls.catalogue import Control, UnknownSourceError, controls_for
from blocks.controls.context import UnitContext
from blocks.controls.evidence import ControlFailedError
from blocks.controls.runner import reconcile, run_controls

__all__ = [
    "Control",
    "ControlFailedError",
    "UnitContext",
    "UnknownSourceError",
    "controls_for",
    "reconcile",
    "run_controls",
]
