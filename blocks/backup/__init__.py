"""Backups: a folder with the last few states of a home, which share what was received.

``<folder>/<time>/`` holds the hub, the warehouse and, written last, the manifest of one backup;
``<folder>/landing`` the bytes as received of all of them, under the names that they have in the
lake. Those are hashes, so that what lies there is not copied again.
"""

from __future__ import annotations

from blocks.backup.copying import Unlike, copy_as_noted, copy_landed, copy_noted, is_as_noted
from blocks.backup.folder import Backup, BackupFolder, Draft
from blocks.backup.manifest import BackupUnusable

__all__ = [
    "Backup",
    "BackupFolder",
    "BackupUnusable",
    "Draft",
    "Unlike",
    "copy_as_noted",
    "copy_landed",
    "copy_noted",
    "is_as_noted",
]
