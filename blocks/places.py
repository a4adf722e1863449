"""Where this machine keeps what others that share its hub have to see, named the same on each.

A folder that two machines mount may have two paths, so it is known by a mark that lies in it.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Final

from blocks.addresses import shown_address
from blocks.durable import space_checked
from blocks.hub.hosts import Places
from blocks.lake import lake_of
from blocks.settings import Settings
from blocks.warehouse import warehouse_of
from ledger.errors import TerminalError

MARK: Final = ".tasma-folder"
"""Holds the name of the folder that it lies in; goes with it wherever it is moved or copied."""

MARK_CHARS: Final = 32


class FolderMarkDamaged(TerminalError):
    """The file by which a shared folder is known holds something else."""

    sentence = (
        "{path} holds no name of a folder: expected {chars} characters. If no other machine uses "
        "the folder, take the file away, and the next start makes another; else put it back as it "
        "is in a backup of the folder."
    )


def places_of(chosen: Settings) -> Places:
    """Name the places of the settings; makes folders that are not there yet.

    Raises:
        FolderMarkDamaged: A folder's mark holds something else.
        NoSpace: The disk is full.
    """
    inbox = "" if chosen.leaves_out("inbox") else f"folder {mark_of(chosen.inbox)}"
    return Places(
        lake=bucket_of(chosen) or f"folder {mark_of(chosen.lake)}",
        warehouse=warehouse_of(chosen).identity() or f"files of {chosen.host_name}",
        inbox=inbox,
    )


def bucket_of(chosen: Settings) -> str:
    """Name the bucket that has what was received, and whose it is; empty where a folder has it."""
    if not chosen.lake_url:
        return ""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return f"{lake_of(chosen).landing_place} of {shown_address(endpoint) if endpoint else 'AWS'}"


def mark_of(folder: Path) -> str:
    """Return the mark of a folder, made with the first call; of several at once one wins."""
    path = folder / MARK
    with space_checked("marking a folder", folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
    mark = path.read_text(encoding="ascii", errors="replace").strip()
    if len(mark) != MARK_CHARS or not mark.isalnum():
        raise FolderMarkDamaged(path=path, chars=MARK_CHARS)
    return mark


def _make(path: Path) -> None:
    """Write a mark whole, unless somebody was quicker: a name is given to one file only."""
    written = path.with_name(f"{MARK}.{uuid.uuid4().hex}")
    written.write_text(f"{uuid.uuid4().hex}\n", encoding="ascii")
    try:
        os.link(written, path)
    except FileExistsError:
        pass
    finally:
        written.unlink()
