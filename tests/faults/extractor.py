"""What the fault tests do with one extract of many parts: land it, or die on the way."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from blocks.lake import Lake, Landed
from blocks.steps import KILL_AT
from ledger.source import Part


def land(folder: Path, texts: Sequence[str]) -> Landed:
    """Land an extract of one part per text."""
    parts = [Part(f"slip {text}", text.encode) for text in texts]
    lake = Lake(folder)
    return lake.land_extract("acme", "slips", parts, file_name="slips", format_name="slips")


def land_or_die(folder: Path, texts: Sequence[str], kill_at: str) -> None:
    """Be a child process that lands, and dies by SIGKILL at the step named."""
    os.environ[KILL_AT] = kill_at
    land(folder, texts)
