"""Whether what was received is all there, as it was received: every byte of it is read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from blocks.lake.landed import MANIFEST, NOTED, PLAIN, find_landed, hash_of, is_whole, read_landing
from blocks.lake.manifest import read_manifest
from blocks.lake.parts import landed_part
from ledger.errors import TerminalError


def damaged_landings(folder: Path, expected: Iterable[str]) -> Iterator[tuple[Path, str]]:
    """Yield what is gone or damaged in a source's folder, with what is wrong with it.

    `expected`: hashes that have to lie there.
    """
    for sha256 in sorted(set(expected)):
        if not any((folder / f"{sha256}{ending}").exists() for ending in (PLAIN, MANIFEST)):
            yield folder / f"{sha256}{PLAIN}", "is gone"
    parts: set[Path] = set()
    for manifest in sorted(folder.glob(f"*{MANIFEST}")):
        if finding := _finding(manifest, MANIFEST):
            yield manifest, finding
            continue
        named = _parts_of(folder, manifest)
        parts.update(named)
        for gone in sorted(path for path in named if not path.exists()):
            yield gone, f"is gone, a part of the extract {hash_of(manifest)[:16]}"
    for path in sorted(folder.glob(f"*{PLAIN}")):
        if not path.name.endswith(MANIFEST) and (finding := _finding(path, PLAIN, of=parts)):
            yield path, finding


def gone_landings(folder: Path, known: Container[str]) -> list[Path]:
    """Return what is gone of a tenant's landing, as what was noted beside each shows.

    `known`: hashes of what was landed to its end. What goes by right takes its note along, and what
    was killed while it landed leaves one of what nobody knows.
    """
    return [
        landed
        for note in sorted(folder.glob(f"*/*{NOTED}"))
        if hash_of(note) in known and not (landed := note.with_suffix(PLAIN)).exists()
    ]


def _finding(path: Path, ending: str, *, of: Iterable[Path] = ()) -> str:
    """Say what is wrong with a landing; only a part of an extract has nothing noted beside it."""
    if not is_whole(path):
        return "no longer has the bytes that were received"
    if path in of:
        return ""
    try:
        find_landed(path.parent, hash_of(path), ending)
    except TerminalError as problem:
        return f"is whole, but what is noted beside it {problem.values['finding']}"
    return ""


def _parts_of(folder: Path, manifest: Path) -> list[Path]:
    landed = find_landed(folder, hash_of(manifest), MANIFEST)
    parts = read_manifest(read_landing(landed)) if landed else []
    return [landed_part(folder, part).path for part in parts]
