"""The parts of a year: what came anew, and what lies in the lake already."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from blocks.lake import ExtractPart
from ledger.source import Part


def new_names(parts: Mapping[str, bytes], known: Sequence[ExtractPart]) -> set[str]:
    """Return the names of parts that are not among the known ones as they are."""
    there = {(part.name, part.sha256) for part in known}
    return {name for name, content in parts.items() if (name, _sha256(content)) not in there}


def sent_or_named(
    parts: Mapping[str, bytes], known: Sequence[ExtractPart]
) -> list[Part | ExtractPart]:
    """Return the parts, each that lies in the lake already by its name alone."""
    there = {(part.name, part.sha256): part for part in known}
    return [
        there.get((name, _sha256(content))) or part_of(name, content)
        for name, content in parts.items()
    ]


def part_of(name: str, content: bytes) -> Part:
    """Return a part that came."""
    return Part(name, lambda: content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
