"""The parts of extracts: found again by what their manifest says.

A part has no file beside it that says what it is, since its manifest does.
"""

from __future__ import annotations

import hashlib

from blocks.lake.landed import Landed, too_large
from blocks.lake.manifest import ExtractPart
from ledger.source import Part


def landed_part(tenant: str, source: str, part: ExtractPart) -> Landed:
    """Return the landing of a part, there or not."""
    return Landed(tenant, source, part.sha256, part.size_bytes, part.name)


def received_part(part: Part, *, max_bytes: int) -> tuple[bytes, ExtractPart]:
    """Read a part that came; return its bytes, and what an extract names it by.

    Raises:
        FileRefused: It is too large.
    """
    content = part.read()
    if len(content) > max_bytes:
        raise too_large(part.name, len(content), max_bytes=max_bytes)
    sha256 = hashlib.sha256(content).hexdigest()
    return content, ExtractPart(name=part.name, sha256=sha256, size_bytes=len(content))
