"""Reconciliation: whether a staged unit agrees with itself, its source and what is published."""

from blocks.controls.catalogue import (
    UnknownSource,
    catalogue_version,
    controls_for,
)
from blocks.controls.context import UnitContext
from blocks.controls.control import Control, OwnControl
from blocks.controls.evidence import ControlFailed
from blocks.controls.own import OwnControlsUnreadable, own_controls
from blocks.controls.runner import ask_published, reconcile, run_controls

__all__ = [
    "Control",
    "ControlFailed",
    "OwnControl",
    "OwnControlsUnreadable",
    "UnitContext",
    "UnknownSource",
    "ask_published",
    "catalogue_version",
    "controls_for",
    "own_controls",
    "reconcile",
    "run_controls",
]
