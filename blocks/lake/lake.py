"""The lake: where what was received is landed, found again, read and pruned."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from blocks.durable import checked_slug, clean_temporary, remove, space_checked, temporary_name
from blocks.lake.checking import damaged_landings, gone_landings
from blocks.lake.landed import (
    LANDED_MAX_BYTES,
    MANIFEST,
    PLAIN,
    Landed,
    LandingUndescribed,
    find_intact,
    find_landed,
    hash_of,
    missing,
    pack,
    read_landing,
    stream_landing,
    write_landing,
)
from blocks.lake.manifest import ExtractPart, read_manifest, write_manifest
from blocks.lake.parts import PartsWriter, read_part, reuse, usable
from blocks.lake.pruning import Prunable, Rule, tenants_with_old
from blocks.lake.removing import removing_alone
from blocks.names import shown_name
from blocks.weights import Held, weighed
from ledger.errors import TerminalError
from ledger.source import Part

KEPT: Final = ("landing", "stage")
"""Folders of a lake that hold something of each tenant."""


class NotAnAddress(TerminalError):
    """What should name something of the lake leads elsewhere."""

    sentence = (
        "{address!r} is no address in the lake: expected one such as stage/acme/... below it. "
        "Somebody changed the hub by hand; load the file again, which stores the right one."
    )


class TenantErased(TerminalError):
    """A tenant was erased while something of it was being landed."""

    sentence = (
        "{tenant} was erased while something of it was being received; what had come of it is "
        "removed as well."
    )


class Lake:
    """A folder with what was received (``landing``) and what was read from it (``stage``).

    `is_tenant`: whether a tenant is there. Who erases one takes it from the hub first and from the
    lake last, and whoever lands asks last: so one of the two removes what came in between.
    """

    def __init__(
        self,
        root: Path,
        *,
        landed_max_bytes: int = LANDED_MAX_BYTES,
        is_tenant: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self.root = root
        self._is_tenant = is_tenant
        self.temporary = root / "temporary"
        self._landed_max_bytes = landed_max_bytes

    def land(
        self, tenant: str, source: str, content: bytes, *, file_name: str, format_name: str = ""
    ) -> Landed:
        """Keep ``content`` for good, exactly as it is; the same bytes again are the same landing.

        Args:
            tenant: Slug of the tenant.
            source: Slug of the source, such as ``sie``.
            content: At most `LANDED_MAX_BYTES`.
            file_name: What the sender called it; its folders are dropped, and what is no text.
            format_name: The reader's (`ledger.readers`), for what is a ledger.

        Raises:
            FileRefused: Too large.
            TerminalError: A tenant or source unfit for a path.
            TenantErased: The tenant is gone by now, and so is what was landed.
            NoSpace: The disk is full; no torn file is left.
        """
        return self._land(
            tenant, source, BytesIO(content), file_name=file_name, format_name=format_name
        )

    def land_stream(
        self, tenant: str, source: str, file: BinaryIO, *, file_name: str, format_name: str = ""
    ) -> Landed:
        """Keep what a file gives, as `land` does, without ever holding it whole in memory."""
        return self._land(tenant, source, file, file_name=file_name, format_name=format_name)

    def land_extract(
        self,
        tenant: str,
        source: str,
        parts: Iterable[Part | ExtractPart],
        *,
        file_name: str,
        format_name: str,
    ) -> Landed:
        """Keep all that a source sent of one year; a part that came before is named, not sent.

        Args:
            tenant: Slug of the tenant.
            source: Slug of the source.
            parts: What came, and what lies here already (`parts_of` an earlier extract, `usable`).
            file_name: What an extract of several parts is called.
            format_name: The reader's.

        Returns:
            The landing of the one part, or that of a manifest which names several.

        Raises:
            FileRefused: A part is too large.
            TerminalError: A part that was not sent is not here, or two have one name.
            NoSpace: The disk is full. Parts that were landed stay, for the next attempt.
        """
        pieces = list(parts)
        folder = self._landing(tenant, source)
        if len(pieces) == 1:
            (part,) = pieces
            content = part.read() if isinstance(part, Part) else read_part(folder, part)
            return self.land(tenant, source, content, file_name=part.name, format_name=format_name)
        named = self._land_parts(folder, pieces)
        content = write_manifest(named, format_name=format_name)
        return self._land(
            tenant,
            source,
            BytesIO(content),
            file_name=file_name,
            format_name=format_name,
            ending=MANIFEST,
        )

    def find(self, tenant: str, source: str, sha256: str) -> Landed | None:
        """Return what was landed under this hash, a file or an extract.

        None when nothing was, or when what is noted beside it is damaged: it is to be landed again.
        """
        try:
            return self.described(tenant, source, sha256)
        except LandingUndescribed:
            return None

    def described(self, tenant: str, source: str, sha256: str) -> Landed | None:
        """Return what was landed under this hash, or None, for whoever cannot land it again.

        Raises:
            LandingUndescribed: What is noted beside it is gone or damaged.
        """
        folder = self._landing(tenant, source)
        return find_landed(folder, sha256, PLAIN) or find_landed(folder, sha256, MANIFEST)

    def read(self, landed: Landed) -> bytes:
        """Return the bytes as they were received; of an extract of several parts, its manifest.

        Raises:
            TerminalError: They are gone, or the disk gives back others than were landed.
        """
        return read_landing(landed)

    def parts_of(self, landed: Landed) -> list[ExtractPart]:
        """Return what an extract consists of, in order of name; a file consists of itself.

        Raises:
            TerminalError: Its manifest is gone or cannot be read.
        """
        if landed.is_manifest:
            return read_manifest(self.read(landed))
        name = landed.file_name or landed.sha256
        return [ExtractPart(name=name, sha256=landed.sha256, size_bytes=landed.size_bytes)]

    def open_parts(self, landed: Landed) -> list[Part]:
        """Return the parts of an extract for its reader, each read when that asks for it."""
        folder, parts = landed.path.parent, self.parts_of(landed)
        return [Part(part.name, partial(read_part, folder, part)) for part in parts]

    def read_part(self, tenant: str, source: str, part: ExtractPart) -> bytes:
        """Return a part of an extract as it was received.

        Raises:
            TerminalError: It is gone, or the disk gives back other bytes than were landed.
        """
        return read_part(self._landing(tenant, source), part)

    def usable(self, tenant: str, source: str, parts: Iterable[ExtractPart]) -> list[ExtractPart]:
        """Return which parts of an earlier extract lie here as they were received; reads them.

        The others have to be fetched again.
        """
        return list(usable(self._landing(tenant, source), parts))

    def gone(self, tenant: str, known: Container[str]) -> list[str]:
        """Return the addresses of what was landed of a tenant and is gone, though no prune took it.

        `known`: hashes of what loads were made of; what was killed while it landed is in none.
        """
        folder = self.root / "landing" / checked_slug(tenant)
        return [self.address_of(path) for path in gone_landings(folder, known)]

    def damaged(
        self, tenant: str, expected: Iterable[tuple[str, str]]
    ) -> Iterator[tuple[str, str]]:
        """Yield the addresses of what is gone or damaged of a tenant, and what is wrong; reads all.

        `expected`: sources and hashes of what has to lie there, whatever is noted of it.
        """
        wanted = sorted(expected)
        folder = self.root / "landing" / checked_slug(tenant)
        sources = {source for source, _ in wanted} | {path.name for path in folder.glob("*")}
        for source in sorted(sources):
            hashes = [sha256 for of, sha256 in wanted if of == source]
            for path, finding in damaged_landings(folder / source, hashes):
                yield self.address_of(path), finding

    def stage_folder(self, tenant: str, fiscal_year: str) -> Path:
        """Return the folder under which a unit's staged versions lie."""
        return self.root / "stage" / checked_slug(tenant) / fiscal_year

    def landed_of(self, tenant: str, source: str) -> list[str]:
        """Return the hashes of all that a source of a tenant sent."""
        return [hash_of(path) for path in self._landing(tenant, source).glob(f"*{PLAIN}")]

    def staged_of(self, tenant: str, fiscal_year: str) -> list[str]:
        """Return the addresses of all staged versions of a unit."""
        return [self.address_of(path) for path in self.stage_folder(tenant, fiscal_year).glob("*")]

    def address_of(self, path: Path) -> str:
        """Return where something lies below the lake, however that is kept: ``landing/acme/...``.

        Addresses are what others store: they stay true when the lake is moved.
        """
        return path.relative_to(self.root).as_posix()

    def stream(self, address: str) -> Iterator[bytes]:
        """Give the bytes of a file that was landed at an address, piece by piece.

        Raises:
            NotAnAddress: It leads out of the lake.
            LandedFileGone: Nothing lies there.
            LandedFileSpoiled: While they are read: they are others than were landed.
        """
        path = self.place_of(address)
        landed = find_landed(path.parent, hash_of(path), PLAIN)
        if landed is None:
            raise missing(path.parent.parent.name, hash_of(path))
        return stream_landing(landed)

    def place_of(self, address: str) -> Path:
        """Return where an address is on this machine; for blocks alone.

        Raises:
            NotAnAddress: It leads out of the lake.
        """
        path = PurePosixPath(address)
        if not address or path.is_absolute() or ".." in path.parts:
            raise NotAnAddress(address=address)
        return self.root / path

    def has(self, address: str) -> bool:
        """Return whether something lies at an address."""
        return self.place_of(address).exists()

    def held_of(self, tenant: str) -> dict[str, Held]:
        """Return what is kept of a tenant, by what it is: ``landing``, ``stage``."""
        folders = {name: self.root / name / checked_slug(tenant) for name in KEPT}
        return {name: weighed(path) for name, path in folders.items() if path.exists()}

    def tenants_with_old(self, older_than: dt.timedelta) -> set[str]:
        """Return the tenants of which `prune` may find something to remove."""
        return tenants_with_old(self.root, limit=time.time() - older_than.total_seconds())

    def prune(
        self,
        *,
        keep_landed: Collection[str],
        keep_staged: Collection[str],
        keep_sources: Collection[str] = (),
        older_than: dt.timedelta,
        dry_run: bool = True,
    ) -> list[Prunable]:
        """Remove, or with ``dry_run`` only list, what is old and not kept.

        The parts of an extract stay as long as its manifest does.

        Args:
            keep_landed: Hashes (sha256) of landed files and extracts to keep.
            keep_staged: Addresses of staged folders to keep.
            keep_sources: Sources of which everything that was landed is kept.
            older_than: Age, by the time of the last landing or staging, below which all is kept.
            dry_run: Remove nothing.

        Raises:
            LakeBusy: Something else removes from the lake, or a backup is made of it.
        """
        limit = time.time() - older_than.total_seconds()
        staged = {self.place_of(address) for address in keep_staged if address}
        rule = Rule(keep_landed, staged, keep_sources, limit=limit)
        found = [self._weigh(path) for path in rule.prunable(self.root)]
        if not dry_run:
            with self.removing("a prune of the lake"):
                for item in found:
                    self._discard(self.place_of(item.address), rule)
                clean_temporary(self.temporary)
        return found

    def removing(self, doing: str) -> AbstractContextManager[None]:
        """Be the only one who removes what is kept, or relies on nothing being removed.

        Raises:
            LakeBusy: Somebody else is.
        """
        return removing_alone(self.root, doing)

    def landed_files(self) -> list[Path]:
        """Return every file of the landing, oldest names first."""
        return sorted(path for path in self.root.glob("landing/*/*/*") if path.is_file())

    def erase(self, tenant: str) -> list[Prunable]:
        """Remove everything of a tenant: what was landed, staged, or left half-written."""
        checked_slug(tenant)
        folders = [self.root / name / tenant for name in KEPT]
        found = [self._weigh(folder) for folder in folders if folder.exists()]
        for path in (*folders, *self.temporary.glob(f"{tenant}.*.tmp")):
            remove(path)
        return found

    @contextmanager
    def _kept_while_tenant(self, tenant: str) -> Iterator[None]:
        try:
            yield
        finally:
            if not self._is_tenant(tenant):
                self.erase(tenant)
                raise TenantErased(tenant=tenant)

    def _weigh(self, path: Path) -> Prunable:
        return Prunable(self.address_of(path), weighed(path).size_bytes)

    def _landing(self, tenant: str, source: str) -> Path:
        return self.root / "landing" / checked_slug(tenant) / checked_slug(source, what="source")

    def _land(
        self,
        tenant: str,
        source: str,
        file: BinaryIO,
        *,
        file_name: str,
        format_name: str,
        ending: str = PLAIN,
    ) -> Landed:
        folder, name = self._landing(tenant, source), shown_name(Path(file_name).name)
        clean_temporary(self.temporary)
        packed = temporary_name(self.temporary, tenant)
        try:
            with (
                self._kept_while_tenant(tenant),
                space_checked(f"landing {name}", self.root),
            ):
                sha256, size_bytes = pack(
                    file, packed, file_name=file_name, max_bytes=self._landed_max_bytes
                )
                found = find_intact(folder, sha256, ending)
                if found is not None:
                    os.utime(found.path)  # as young as if it had come now: a prune leaves it alone
                    return found
                path = folder / f"{sha256}{ending}"
                landed = Landed(tenant, source, sha256, size_bytes, name, path, format_name)
                write_landing(landed, packed, temporary=self.temporary)
        finally:
            remove(packed)
        return landed

    def _land_parts(self, folder: Path, parts: Iterable[Part | ExtractPart]) -> list[ExtractPart]:
        writer = PartsWriter(folder, temporary=self.temporary, max_bytes=self._landed_max_bytes)
        clean_temporary(self.temporary)
        try:
            with (
                self._kept_while_tenant(folder.parent.name),
                space_checked(f"landing {folder.name} of {folder.parent.name}", self.root),
            ):
                named = [
                    writer.write(part) if isinstance(part, Part) else reuse(folder, part)
                    for part in parts
                ]
                writer.finish()
        finally:
            writer.abandon()
        return named

    def _discard(self, path: Path, rule: Rule) -> None:
        if not rule.is_old(path):
            return  # it came again since it was listed
        # The new name goes first: a process that dies here leaves no half of a landing or folder.
        self.temporary.mkdir(parents=True, exist_ok=True)
        doomed = temporary_name(self.temporary, "pruned")
        path.rename(doomed)
        path.with_suffix(".json").unlink(missing_ok=True)
        remove(doomed)
