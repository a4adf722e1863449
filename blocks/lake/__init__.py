"""The lake: every byte that a source sent, as it came, found again by its hash.

``<lake>/landing/<tenant>/<source>/<sha256>.zst`` holds the bytes, a ``.json`` beside it says what
they are. An extract of several parts is a landing of its own, ``<sha256>.manifest.zst``, that names
its parts by their hashes (`blocks.lake.manifest`). Both files are written under a temporary name in
``<lake>/temporary``; the ``.zst`` gets its name last, so a landing is there in full or not at all.
``<lake>/stage`` holds what was read from them (`blocks.staging`).
"""

from __future__ import annotations

from blocks.lake.choice import copied_into_bucket, lake_of
from blocks.lake.copied import Copied
from blocks.lake.lake import Lake
from blocks.lake.landed import LANDED_MAX_BYTES, FileRefused, Landed, too_large
from blocks.lake.manifest import ExtractPart
from blocks.lake.pruning import Prunable

__all__ = [
    "LANDED_MAX_BYTES",
    "Copied",
    "ExtractPart",
    "FileRefused",
    "Lake",
    "Landed",
    "Prunable",
    "copied_into_bucket",
    "lake_of",
    "too_large",
]
