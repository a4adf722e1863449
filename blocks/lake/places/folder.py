"""A landing in a folder: files that get their names once the disk holds them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pyarrow as pa

from blocks.durable import (
    checked_slug,
    remove,
    rename_synced,
    temporary_name,
    write_synced,
)
from blocks.lake.landed import Landed
from blocks.lake.places.folder_parts import FolderParts
from blocks.lake.places.port import Kept, LandingPlace
from blocks.lake.reading import is_intact
from blocks.steps import reached
from blocks.weights import Held, weighed


class FolderPlace(LandingPlace):
    """``<root>/<tenant>/<source>/<sha256>.zst``; what is being written lies in ``temporary``.

    One process at a time removes anything (`blocks.lake.removing`), and looks at the age of a file
    once more before it does.
    """

    is_here = True

    def __init__(self, root: Path, *, temporary: Path) -> None:
        self.root = root
        self.address = str(root)
        self._temporary = temporary

    def answers(self) -> None:
        """Ask nothing: a folder is made when it is needed."""

    def find(self, key: str) -> Kept | None:
        """Return what has a name, None when nothing has."""
        try:
            found = (self.root / key).stat()
        except FileNotFoundError:
            return None
        return Kept(key, found.st_size, found.st_mtime)

    def kept(self, tenant: str = "", source: str = "") -> Iterator[Kept]:
        """Yield all there is; a file that goes meanwhile is left out."""
        for of in [tenant] if tenant else self.tenants():
            for name in [source] if source else _names(self.root / of):
                yield from _files(f"{self.root}/{of}/{name}", f"{of}/{name}")

    def tenants(self) -> list[str]:
        """Return whoever has a folder here."""
        return _names(self.root)

    def sources(self, tenant: str) -> set[str]:
        """Return the names of a tenant's folders."""
        return set(_names(self.root / tenant))

    def read(self, key: str) -> bytes:
        """Return the bytes of a small file."""
        return (self.root / key).read_bytes()

    def open(self, key: str) -> pa.NativeFile:
        """Open a file, to be read from its beginning."""
        return pa.OSFile(f"{self.root}/{key}")

    def put(self, key: str, packed: Path) -> None:
        """Rename ``packed``, which the disk has to hold already."""
        rename_synced(packed, self.root / key)

    def note(self, key: str, content: bytes) -> bool:
        """Write what is noted; the last one's word stays."""
        tenant = key.partition("/")[0]
        written = temporary_name(self._temporary, tenant)
        try:
            write_synced(written, content)
            reached("land.written")
            rename_synced(written, self.root / key)
        finally:
            remove(written)
        return True

    def renewed(self, landed: Landed, packed: Path) -> bool:  # noqa: ARG002 - a bucket needs it
        """Read what lies here, and touch it if it is whole."""
        if not is_intact(self, landed):
            return False
        os.utime(self.root / landed.key)
        return True

    def parts(self, tenant: str, source: str, *, max_bytes: int) -> FolderParts:
        """Return what writes many files, and waits for the disk now and then."""
        return FolderParts(self, tenant, source, temporary=self._temporary, max_bytes=max_bytes)

    def remove(self, key: str) -> None:
        """Take the name away first: a process that dies here leaves no half of a file."""
        self._temporary.mkdir(parents=True, exist_ok=True)
        doomed = temporary_name(self._temporary, "pruned")
        try:
            (self.root / key).rename(doomed)
        except FileNotFoundError:
            return
        remove(doomed)

    def erase(self, tenant: str) -> None:
        """Remove a tenant's folder."""
        remove(self.root / checked_slug(tenant))

    def held_of(self, tenant: str) -> Held | None:
        """Weigh a tenant's folder."""
        folder = self.root / checked_slug(tenant)
        return weighed(folder) if folder.exists() else None

    def landing(self) -> AbstractContextManager[Callable[[str], None]]:
        """Ask nothing: a prune looks at the age of each file in the moment in which it goes."""
        return nullcontext(_nothing)

    def pruning(self, doing: str) -> AbstractContextManager[Callable[[], None]]:  # noqa: ARG002 - as above
        """Ask nothing: the lake's own lock keeps others out."""
        return nullcontext(_nothing)

    def files(self) -> Iterator[tuple[str, Path]]:
        """Yield each file with its address, in order."""
        for path in sorted(self.root.glob("*/*/*")):
            if path.is_file():
                yield f"{self.root.name}/{path.relative_to(self.root).as_posix()}", path


def _nothing(*_: object) -> None:
    pass


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            return sorted(entry.name for entry in found if entry.is_dir())
    except FileNotFoundError:
        return []


def _files(folder: str, of: str) -> Iterator[Kept]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        try:
            if entry.is_file():
                about = entry.stat()
                yield Kept(f"{of}/{entry.name}", about.st_size, about.st_mtime)
        except FileNotFoundError:
            continue
