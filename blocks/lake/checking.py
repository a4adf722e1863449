"""Whether what was received is all there, as it was received: every byte of it is read."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from functools import partial

from blocks.lake.landed import MANIFEST, NOTED, PLAIN, LandingUndescribed, hash_of
from blocks.lake.manifest import read_manifest
from blocks.lake.parts import landed_part
from blocks.lake.places.port import LandingPlace
from blocks.lake.reading import is_whole, read_landing, read_note


def damaged_landings(
    place: LandingPlace, tenant: str, source: str, expected: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield the keys of what is gone or damaged of a source, with what is wrong with it.

    `expected`: hashes that have to lie there.
    """
    found = {item.key for item in place.kept(tenant, source)}
    for sha256 in sorted(set(expected)):
        key = f"{tenant}/{source}/{sha256}"
        if not found & {key + PLAIN, key + MANIFEST}:
            yield key + PLAIN, "is gone"
    parts: set[str] = set()
    for manifest in sorted(key for key in found if key.endswith(MANIFEST)):
        if finding := _finding(place, manifest):
            yield manifest, finding
            continue
        named = _parts_of(place, manifest)
        parts.update(named)
        for gone in sorted(named - found):
            yield gone, f"is gone, a part of the extract {hash_of(manifest)[:16]}"
    plain = sorted(key for key in found if key.endswith(PLAIN) and not key.endswith(MANIFEST))
    findings = place.each(partial(_finding, place, of=parts), plain)
    yield from (item for item in zip(plain, findings, strict=True) if item[1])


def gone_landings(place: LandingPlace, tenant: str, known: Container[str]) -> list[str]:
    """Return the keys of what is gone of a tenant's landing, as what was noted beside each shows.

    `known`: hashes of what was landed to its end. What goes by right takes its note along, and what
    was killed while it landed leaves one of what nobody knows.
    """
    found = {item.key for item in place.kept(tenant)}
    notes = sorted(key for key in found if key.endswith(NOTED) and hash_of(key) in known)
    landed = [key.removesuffix(NOTED) + PLAIN for key in notes]
    return [key for key in landed if key not in found]


def _finding(place: LandingPlace, key: str, *, of: Collection[str] = ()) -> str:
    """Say what is wrong with a landing; only a part of an extract has nothing noted beside it."""
    if not is_whole(place, key):
        return "no longer has the bytes that were received"
    if key in of:
        return ""
    try:
        read_note(place, key)
    except LandingUndescribed as problem:
        return f"is whole, but what is noted beside it {problem.values['finding']}"
    return ""


def _parts_of(place: LandingPlace, manifest: str) -> set[str]:
    landed = read_note(place, manifest)
    parts = read_manifest(read_landing(place, landed))
    return {landed_part(landed.tenant, landed.source, part).key for part in parts}
