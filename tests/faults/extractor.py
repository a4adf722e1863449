"""What the fault tests do with one extract of many parts: land it, or die on the way."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from blocks.lake import Lake, Landed, lake_of
from blocks.settings import Settings
from blocks.steps import KILL_AT
from ledger.source import Part


def land(folder: Path, texts: Sequence[str]) -> Landed:
    """Land an extract of one part per text."""
    return land_texts(Lake(folder), texts)


def land_texts(lake: Lake, texts: Sequence[str]) -> Landed:
    """Land the same into a lake that is open."""
    parts = [Part(f"slip {text}", text.encode) for text in texts]
    return lake.land_extract("acme", "slips", parts, file_name="slips", format_name="slips")


def land_or_die(folder: Path, texts: Sequence[str], kill_at: str) -> None:
    """Be a child process that lands, and dies by SIGKILL at the step named."""
    os.environ[KILL_AT] = kill_at
    land(folder, texts)


def land_in_bucket_or_die(
    home: Path, url: str, named: dict[str, str], texts: Sequence[str], kill_at: str
) -> None:
    """Be the same with a lake in a bucket, of a service that the environment names."""
    os.environ.update(named | {KILL_AT: kill_at})
    land_texts(lake_of(Settings(home=home, lake_url=url)), texts)
