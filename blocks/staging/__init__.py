"""Staging: a unit's canonical tables as Parquet files, with the digest that is their version.

``<lake>/stage/<tenant>/<fiscal year>/<sha256[:16]>-r<reader version>/`` holds one file per
canonical table, ``voucher_digest.parquet``, ``diagnostic.parquet`` and ``manifest.json``. The
folder is written under a temporary name and renamed, so it is there in full or not at all, and it
never changes: the manifest lists each file's sha256, which is checked whenever files are bound.
"""

from __future__ import annotations

from blocks.staging.facts import UnitFacts
from blocks.staging.folder import (
    DIAGNOSTIC,
    StagedUnit,
    StageUnusable,
    find_staged,
    noted_evidence,
    read_folder,
    read_staged,
    staged_folder,
)
from blocks.staging.stage import stage_unit

__all__ = [
    "DIAGNOSTIC",
    "StageUnusable",
    "StagedUnit",
    "UnitFacts",
    "find_staged",
    "noted_evidence",
    "read_folder",
    "read_staged",
    "stage_unit",
    "staged_folder",
]
