"""What lies in a landing, found and read again: its bytes are proven whenever they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa

from blocks.durable import sync
from blocks.lake.landed import (
    NOTED,
    Landed,
    LandedFileGone,
    LandedFileSpoiled,
    LandingUndescribed,
    described,
    hash_of,
    missing,
    note_of,
    spoiled,
    too_large,
)
from blocks.lake.places.port import LandingPlace

PIECE_BYTES: Final = 1 << 20
"""Bytes that are read, hashed and compressed at once."""

Opened = Callable[[], pa.NativeFile]


def find_landed(place: LandingPlace, key: str) -> Landed | None:
    """Return what has a name in the landing, or None.

    Raises:
        LandingUndescribed: What is noted beside it is gone or damaged.
    """
    return read_note(place, key) if place.find(key) else None


def read_note(place: LandingPlace, key: str) -> Landed:
    """Return what a landing is by what is noted beside it; raises as `find_landed`."""
    note = note_of(key)
    try:
        content = place.read(note)
    except FileNotFoundError:
        content = None
    return described(key, content, place=f"{place.address}/{note}")


def pack(file: BinaryIO, packed: Path, *, file_name: str, max_bytes: int) -> tuple[str, int]:
    """Compress what a file gives into a new one, piece by piece; return its hash and size.

    Raises:
        FileRefused: It gives more than `max_bytes`.
    """
    size_bytes, digest = 0, hashlib.sha256()
    with pa.OSFile(str(packed), "wb") as raw, pa.CompressedOutputStream(raw, "zstd") as out:
        while piece := file.read(PIECE_BYTES):
            size_bytes += len(piece)
            if size_bytes > max_bytes:
                raise too_large(file_name, size_bytes, max_bytes=max_bytes)
            digest.update(piece)
            out.write(piece)
    sync(packed)
    return digest.hexdigest(), size_bytes


def read_landing(place: LandingPlace, landed: Landed) -> bytes:
    """Return the bytes as they were received.

    Raises:
        TerminalError: They are gone, or the place gives back others than were landed.
    """
    return b"".join(stream_landing(place, landed))


def stream_landing(place: LandingPlace, landed: Landed) -> Iterator[bytes]:
    """Give the bytes as they were received, piece by piece; the last one once all are proven.

    Raises:
        TerminalError: They are gone, or the place gives back others than were landed.
    """
    return _stream(lambda: place.open(landed.key), landed)


def is_intact(place: LandingPlace, landed: Landed) -> bool:
    """Return whether the place still gives back the bytes that were landed."""
    return _ends(stream_landing(place, landed))


def is_whole(place: LandingPlace, key: str) -> bool:
    """Return whether a file of the landing is what its name stands for.

    That is the bytes, whatever is noted of them, or what is noted beside them (``.json``).
    """
    return _is_whole(key, place.open)


def is_whole_file(path: Path) -> bool:
    """Return the same of a file in a folder of the landing's layout, such as a copy of one."""
    tenant, source = path.parent.parent.name, path.parent.name
    return _is_whole(f"{tenant}/{source}/{path.name}", lambda _: pa.OSFile(str(path)))


def _is_whole(key: str, open_: Callable[[str], pa.NativeFile]) -> bool:
    if key.endswith(NOTED):
        try:
            with open_(key) as file:
                described(key, file.read(), place=key)
        except (LandingUndescribed, OSError):
            return False
        return True
    tenant, source, name = key.split("/")
    return _ends(_stream(lambda: open_(key), Landed(tenant, source, hash_of(name), 0, name)))


def _ends(pieces: Iterator[bytes]) -> bool:
    """Return whether a stream comes to its end, where all of it is proven."""
    try:
        for _ in pieces:
            pass
    except (LandedFileGone, LandedFileSpoiled):
        return False
    return True


def _stream(opened: Opened, landed: Landed) -> Iterator[bytes]:
    digest, held = hashlib.sha256(), b""
    try:
        with opened() as raw, pa.CompressedInputStream(raw, "zstd") as stream:
            while piece := stream.read(PIECE_BYTES):
                if held:
                    yield held
                digest.update(piece)
                held = piece
    except FileNotFoundError:
        raise missing(landed.tenant, landed.sha256) from None
    except (OSError, ValueError) as problem:
        raise spoiled(landed) from problem
    if digest.hexdigest() != landed.sha256:
        raise spoiled(landed)
    if held:
        yield held
