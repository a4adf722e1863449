"""The parts of extracts: found again by what their manifest says.

A part has no file beside it that says what it is, since its manifest does.
"""

from __future__ import annotations

from blocks.lake.landed import Landed
from blocks.lake.manifest import ExtractPart


def landed_part(tenant: str, source: str, part: ExtractPart) -> Landed:
    """Return the landing of a part, there or not."""
    return Landed(tenant, source, part.sha256, part.size_bytes, part.name)
