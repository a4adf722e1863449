"""Reconciliation: whether a staged unit agrees with itself, its source and what is published."""

from blocks.controls.catalogue import (
    Control,
    UnknownSource,
    catalogue_version,
    controls_for,
)
from blocks.controls.context import UnitContext
from blocks.controls.evidence import ControlFailed
from blocks.controls.runner import ask_published, reconcile, run_controls

__all__ = [
    "Control",
    "ControlFailed",
    "UnitContext",
    "UnknownSource",
    "ask_published",
    "catalogue_version",
    "controls_for",
    "reconcile",
    "run_controls",
]
