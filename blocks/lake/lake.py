"""The lake: where what was received is landed, found again, read and pruned."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
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
    hash_of,
    missing,
    note_of,
    noted,
)
from blocks.lake.manifest import ExtractPart, read_manifest, write_manifest
from blocks.lake.parts import landed_part
from blocks.lake.places.folder import FolderPlace
from blocks.lake.places.port import LandingPlace
from blocks.lake.pruning import Prunable, Rule
from blocks.lake.reading import (
    find_landed,
    is_intact,
    pack,
    read_landing,
    read_note,
    stream_landing,
)
from blocks.lake.removing import removing_alone
from blocks.lake.stages import STAGE, Stages
from blocks.names import shown_name
from blocks.steps import reached
from blocks.weights import Held, weighed
from ledger.errors import TerminalError
from ledger.source import Part

LANDING: Final = "landing"
"""The folder of a lake, and the first part of addresses, of what was received."""

PRUNE: Final = "a prune of the lake"

KEY_SLASHES: Final = 2
"""Of a key: ``<tenant>/<source>/<sha256>.zst``."""


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
    """What was received (`place`), and on a disk of this machine what was read from it.

    `root`: the folder with ``stage`` and ``temporary``, and ``landing`` unless another place is
    given. `is_tenant`: whether a tenant is there. Who erases one takes it from the hub first and
    from the lake last, and whoever lands asks last: so one of the two removes what came in between.
    """

    def __init__(
        self,
        root: Path,
        *,
        place: LandingPlace | None = None,
        landed_max_bytes: int = LANDED_MAX_BYTES,
        is_tenant: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self.root = root
        self.temporary = root / "temporary"
        self._place = place or FolderPlace(root / LANDING, temporary=self.temporary)
        self._stages = Stages(root / STAGE)
        self._is_tenant = is_tenant
        self._landed_max_bytes = landed_max_bytes

    @property
    def landing_place(self) -> str:
        """Where what was received lies, for people: a folder, or ``s3://bucket/prefix``."""
        return self._place.address

    @property
    def is_here(self) -> bool:
        """Whether what was received lies on a disk of this machine, and a backup can copy it."""
        return self._place.is_here

    def require_answer(self) -> None:
        """Ask the place of what was received whether it answers.

        Raises:
            TasmaError: It does not, or refuses; the message says why.
        """
        self._place.answers()

    def clean_scratch(self) -> int:
        """Remove what dead processes left here hours ago; return how many files and folders.

        Where several hosts share what was received, stages of tenants that were erased by another
        one go too.
        """
        erased = [
            folder.name
            for folder in self._stages.tenants()
            if not self.is_here and not self._is_tenant(folder.name)
        ]
        for tenant in erased:
            self._stages.erase(tenant)
        return len(erased) + clean_temporary(self.temporary)

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
        if len(pieces) == 1:
            (part,) = pieces
            content = (
                part.read() if isinstance(part, Part) else self.read_part(tenant, source, part)
            )
            return self.land(tenant, source, content, file_name=part.name, format_name=format_name)
        with self._place.landing() as came:
            named = self._land_parts(tenant, source, pieces)
            for part in named:
                came(landed_part(tenant, source, part).key)
            return self._land(
                tenant,
                source,
                BytesIO(write_manifest(named, format_name=format_name)),
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
        key = self._key(tenant, source, sha256)
        return find_landed(self._place, key + PLAIN) or find_landed(self._place, key + MANIFEST)

    def read(self, landed: Landed) -> bytes:
        """Return the bytes as they were received; of an extract of several parts, its manifest.

        Raises:
            TerminalError: They are gone, or the disk gives back others than were landed.
        """
        return read_landing(self._place, landed)

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
        parts = self.parts_of(landed)
        read = self.reader(landed.tenant, landed.source, parts)
        return [Part(part.name, partial(read, part)) for part in parts]

    def reader(
        self, tenant: str, source: str, parts: Sequence[ExtractPart]
    ) -> Callable[[ExtractPart], bytes]:
        """Return what reads parts as `read_part` does; it is quickest in the order given."""
        return self._place.ahead(partial(self.read_part, tenant, source), parts)

    def read_part(self, tenant: str, source: str, part: ExtractPart) -> bytes:
        """Return a part of an extract as it was received.

        Raises:
            TerminalError: It is gone, or the disk gives back other bytes than were landed.
        """
        self._key(tenant, source, part.sha256)
        return read_landing(self._place, landed_part(tenant, source, part))

    def usable(self, tenant: str, source: str, parts: Iterable[ExtractPart]) -> list[ExtractPart]:
        """Return which parts of an earlier extract lie here as they were received; reads them.

        The others have to be fetched again.
        """
        named = list(parts)
        landed = [landed_part(tenant, source, part) for part in named]
        intact = self._place.each(partial(is_intact, self._place), landed)
        return [part for part, is_so in zip(named, intact, strict=True) if is_so]

    def gone(self, tenant: str, known: Container[str]) -> list[str]:
        """Return the addresses of what was landed of a tenant and is gone, though no prune took it.

        `known`: hashes of what loads were made of; what was killed while it landed is in none.
        """
        gone = gone_landings(self._place, checked_slug(tenant), known)
        return [f"{LANDING}/{key}" for key in gone]

    def damaged(
        self, tenant: str, expected: Iterable[tuple[str, str]]
    ) -> Iterator[tuple[str, str]]:
        """Yield the addresses of what is gone or damaged of a tenant, and what is wrong; reads all.

        `expected`: sources and hashes of what has to lie there, whatever is noted of it.
        """
        wanted = sorted(expected)
        sources = {source for source, _ in wanted} | self._place.sources(checked_slug(tenant))
        for source in sorted(sources):
            hashes = [sha256 for of, sha256 in wanted if of == source]
            for key, finding in damaged_landings(self._place, tenant, source, hashes):
                yield f"{LANDING}/{key}", finding

    def stage_folder(self, tenant: str, fiscal_year: str) -> Path:
        """Return the folder under which a unit's staged versions lie."""
        return self._stages.folder(tenant, fiscal_year)

    def landed_of(self, tenant: str, source: str) -> list[str]:
        """Return the hashes of all that a source of a tenant sent."""
        checked_slug(source, what="source")
        found = self._place.kept(checked_slug(tenant), source)
        return [hash_of(item.key) for item in found if item.key.endswith(PLAIN)]

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
        key = self._landing_key(address)
        if self._place.find(key) is None:
            raise missing(key.partition("/")[0], hash_of(key))
        return stream_landing(self._place, read_note(self._place, key))

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
        return self.there([address]) == {address}

    def there(self, addresses: Collection[str]) -> set[str]:
        """Return at which of some addresses something lies.

        Raises:
            NotAnAddress: One leads out of the lake.
        """
        paths = {address: self.place_of(address) for address in addresses}
        received = {address for address in paths if address.startswith(f"{LANDING}/")}
        lacking = self._place.lacking({self._landing_key(address) for address in received})
        there = {address for address in received if self._landing_key(address) not in lacking}
        return there | {address for address in paths.keys() - received if paths[address].exists()}

    def held_of(self, tenant: str) -> dict[str, Held]:
        """Return what is kept of a tenant, by what it is: ``landing``, ``stage``."""
        checked_slug(tenant)
        held = {LANDING: self._place.held_of(tenant), STAGE: self._stages.held_of(tenant)}
        return {name: found for name, found in held.items() if found}

    def tenants_with_old(self, older_than: dt.timedelta) -> set[str]:
        """Return the tenants of which `prune` may find something to remove."""
        limit = time.time() - older_than.total_seconds()
        received = self._place.tenants_with_old(limit=limit)
        return {*received, *self._stages.tenants_with_old(limit=limit)}

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
        landed = Rule(keep_landed, keep_sources, limit=limit).prunable(self._place)
        keep = {self.place_of(address) for address in keep_staged if address}
        staged = self._stages.prunable(keep, limit=limit)
        found = [Prunable(f"{LANDING}/{item.key}", item.size_bytes) for item in landed]
        found += [Prunable(self.address_of(path), weighed(path).size_bytes) for path in staged]
        if not dry_run:
            with self.removing(PRUNE):
                self._discard_landed([item.key for item in landed], limit)
                for path in staged:
                    self._discard_staged(path, limit)
                clean_temporary(self.temporary)
        return found

    def removing(self, doing: str) -> AbstractContextManager[None]:
        """Be the only one who removes what is kept, or relies on nothing being removed.

        Raises:
            LakeBusy: Somebody else is.
        """
        return removing_alone(self.root, doing)

    def landed_files(self) -> Iterator[tuple[str, Path]]:
        """Yield what was received and lies on a disk of this machine, by address; for backups."""
        return self._place.files()

    def erase(self, tenant: str) -> None:
        """Remove everything of a tenant: what was landed, staged, or left half-written."""
        checked_slug(tenant)
        self._place.erase(tenant)
        self._stages.erase(tenant)
        for path in self.temporary.glob(f"{tenant}.*.tmp"):
            remove(path)

    @contextmanager
    def _kept_while_tenant(self, tenant: str) -> Iterator[None]:
        try:
            yield
        finally:
            if not self._is_tenant(tenant):
                self.erase(tenant)
                raise TenantErased(tenant=tenant)

    def _key(self, tenant: str, source: str, sha256: str) -> str:
        """Return what a landing is called but for its ending."""
        return f"{checked_slug(tenant)}/{checked_slug(source, what='source')}/{sha256}"

    def _landing_key(self, address: str) -> str:
        """Return the key of a file of the landing by its address; raises as `place_of`."""
        self.place_of(address)
        first, _, key = address.partition("/")
        if first != LANDING or key.count("/") != KEY_SLASHES:
            raise NotAnAddress(address=address)
        return key

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
        self._key(tenant, source, "")
        name = shown_name(Path(file_name).name)
        clean_temporary(self.temporary)
        packed = temporary_name(self.temporary, tenant)
        try:
            with (
                self._kept_while_tenant(tenant),
                space_checked(f"landing {name}", self.root),
                self._place.landing() as came,
            ):
                sha256, size_bytes = pack(
                    file, packed, file_name=file_name, max_bytes=self._landed_max_bytes
                )
                landed = Landed(tenant, source, sha256, size_bytes, name, format_name, ending)
                came(landed.key)
                return self._put(landed, packed)
        finally:
            remove(packed)

    def _put(self, landed: Landed, packed: Path) -> Landed:
        """Give bytes their name unless they have it; return what is noted beside them."""
        try:
            found = find_landed(self._place, landed.key)
        except LandingUndescribed:
            found = None
        if found and self._place.renewed(found, packed):
            return found
        landed = self._described(landed)
        reached("land.described")
        self._place.put(landed.key, packed)
        reached("land.landed")
        return landed

    def _described(self, landed: Landed) -> Landed:
        """Note what a landing is; where somebody else did in time, return what that one noted."""
        note, content = note_of(landed.key), noted(landed)
        if self._place.note(note, content):
            return landed
        try:
            return read_note(self._place, landed.key)
        except LandingUndescribed:
            self._place.remove(note)
            self._place.note(note, content)
        return landed

    def _land_parts(
        self, tenant: str, source: str, parts: Iterable[Part | ExtractPart]
    ) -> list[ExtractPart]:
        self._key(tenant, source, "")
        writer = self._place.parts(tenant, source, max_bytes=self._landed_max_bytes)
        clean_temporary(self.temporary)
        try:
            with (
                self._kept_while_tenant(tenant),
                space_checked(f"landing {source} of {tenant}", self.root),
            ):
                named = [
                    writer.write(part) if isinstance(part, Part) else writer.reuse(part)
                    for part in parts
                ]
                writer.finish()
        finally:
            writer.abandon()
        return named

    def _discard_landed(self, keys: Sequence[str], limit: float) -> None:
        with self._place.pruning(PRUNE) as ask:

            def discard(key: str) -> None:
                found = self._place.find(key)
                if found is None or found.came_at >= limit:
                    return  # it came again since it was listed
                ask()
                self._place.remove(key)
                if key.endswith(PLAIN):
                    self._place.remove(note_of(key))

            for _ in self._place.each(discard, keys):
                pass

    def _discard_staged(self, path: Path, limit: float) -> None:
        if path.stat().st_mtime >= limit:
            return  # it was staged again since it was listed
        # The new name goes first: a process that dies here leaves no half of a folder.
        self.temporary.mkdir(parents=True, exist_ok=True)
        doomed = temporary_name(self.temporary, "pruned")
        path.rename(doomed)
        remove(doomed)
