"""Copying a landing from a folder into a bucket, as often as it takes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

from blocks.lake.copied import Copied
from blocks.lake.landed import MANIFEST, NOTED, PLAIN
from blocks.lake.places.bucket.connection import Thing, sums_of_file
from blocks.lake.places.bucket.place import LANDING, BucketPlace, Sent
from blocks.lake.reading import is_whole_file

IN_ORDER: Final = (NOTED, PLAIN, MANIFEST)
"""What is noted goes first, and lists of parts last, as when it was received."""


def copy_into(place: BucketPlace, files: Iterable[tuple[str, Path]]) -> Copied:
    """Put each file of a landing's folder that does not lie in the bucket yet, and see it there.

    What is noted there already stays, whoever noted it. ``files``: by address.

    Raises:
        PutUnproven: A file is not there as it was sent.
    """
    there = {f"{item.key}": item for item in place.bucket.listed(LANDING)}
    by_ending: dict[str, list[tuple[str, Path]]] = {ending: [] for ending in IN_ORDER}
    for address, path in files:
        ending = next((of for of in (MANIFEST, NOTED, PLAIN) if address.endswith(of)), "")
        if ending:
            by_ending[ending].append((address, path))
    came = [
        (address, path, answer)
        for ending in IN_ORDER
        for (address, path), answer in zip(
            by_ending[ending],
            place.each(partial(_copy, place, there), by_ending[ending]),
            strict=True,
        )
    ]
    copied = [path for _, path, answer in came if answer]
    damaged = tuple(address for address, _, answer in came if answer is None)
    return Copied(len(came), len(copied), sum(path.stat().st_size for path in copied), damaged)


def _copy(place: BucketPlace, there: dict[str, Thing], file: tuple[str, Path]) -> bool | None:
    """Return whether a file was copied now; None if it is damaged."""
    address, path = file
    found = there.get(address)
    key = address.removeprefix(LANDING)
    if found and (address.endswith(NOTED) or Sent(*sums_of_file(path)).is_as(found)):
        return False
    if not is_whole_file(path):
        return None
    if not address.endswith(NOTED):
        place.put(key, path)
        return True
    return place.note(key, path.read_bytes())
