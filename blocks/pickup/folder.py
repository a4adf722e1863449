"""The inbox: one folder per tenant, in which a file is taken up, done with, or refused.

::

    <inbox>/<tenant>/books.se                      dropped by hand or by a program
    <inbox>/<tenant>/processed/books.se            taken in
    <inbox>/<tenant>/failed/books.se               not taken in,
    <inbox>/<tenant>/failed/books.se.error.txt     and why
    <inbox>/<tenant>/invoices/                     the same for invoices that are to be pushed

Whoever drops files is trusted with nothing: links are never followed, what is no file is never
opened, and what cannot be dealt with in one folder is no matter of another.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from pathlib import Path
from typing import Final

from blocks.durable import write_synced
from blocks.lake import LANDED_MAX_BYTES
from blocks.names import shown_name
from blocks.pickup.port import FAILED, INVOICES, PROCESSED, ChangedMeanwhile, Look
from blocks.received import kind_of, sha256_of
from blocks.settings import settings
from ledger.readers import SUFFIXES, in_words
from ledger.text import visible_lines

MAX_FILES: Final = 200
"""Files taken up in one sweep, of all tenants together; the next sweep takes the rest."""

MAX_BYTES: Final = 4 * LANDED_MAX_BYTES
"""Bytes read in one sweep, of all tenants together."""

MAX_ENTRIES: Final = 100_000
"""Names looked at in one folder; what lies behind them waits until there are fewer."""

MAX_SAME_NAMES: Final = 1_000
"""Files of one name that are told apart by a number; later ones get something longer."""


@dataclass(frozen=True)
class Dropped:
    """A file in an inbox as it looked at one moment.

    `changed_ns` is when it got its name, place or content, which no sender can set: a file that is
    put back is another wish, although nothing else about it has changed.
    """

    tenant: str
    path: Path
    size_bytes: int
    modified_ns: int
    changed_ns: int

    @property
    def name(self) -> str:
        """What its sender calls it; any bytes but a slash."""
        return self.path.name


@dataclass(frozen=True)
class Inbox:
    """The folders of this machine under `root`, one for each of `tenants`: a `Place`.

    `max_entries`: of a folder; one with more is looked at that far. `below`: the folder within each
    of them in which the files lie, empty where they lie in it itself. `suffixes`: of the names that
    are taken up, with the dot, in lower case.
    """

    root: Path
    tenants: Collection[str]
    max_entries: int = MAX_ENTRIES
    below: str = ""
    suffixes: Collection[str] = SUFFIXES

    def look(self) -> Look[Dropped]:
        """Look through the folders of the tenants, and count what lies elsewhere."""
        seen: Look[Dropped] = Look()
        for entry in _entries(self.root, seen, self.max_entries):
            if entry.is_symlink():
                seen.leave(self.root.name, "links, which are not followed", name=entry.name)
            elif not entry.is_dir(follow_symlinks=False):
                seen.leave(self.root.name, "in no tenant's folder", name=entry.name)
            elif entry.name not in self.tenants:
                _count_strays(entry, seen, self.max_entries)
            else:
                self._look_into(entry.name, Path(entry.path, self.below), seen)
        return seen

    @contextmanager
    def take(self, file: Dropped) -> Iterator[Path]:
        """Give the path of a file; whether it is still as it was seen shows after the body.

        Raises:
            ChangedMeanwhile: Somebody has written to it since it was seen.
        """
        yield file.path
        if not is_as_seen(file):
            raise ChangedMeanwhile(name=shown_name(file.name), what="it is not as it was seen")

    def done(self, file: Dropped, *, sha256: str = "", failed: str = "") -> str:
        """File a file away, as `file_away` does; return folder and name."""
        moved = file_away(file.tenant, file.path, reason=failed, sha256=sha256, below=self.below)
        return f"{moved.parent.name}/{moved.name}" if moved else ""

    def _look_into(self, tenant: str, folder: Path, seen: Look[Dropped]) -> None:
        if self.below and folder.is_symlink():
            seen.leave(tenant, "links, which are not followed", name=folder.name)
            return
        for entry in _entries(folder, seen, self.max_entries):
            try:
                state = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # taken up or removed meanwhile
                continue
            except OSError as problem:
                seen.leave(tenant, f"that cannot be read: {problem.strerror}", name=entry.name)
                continue
            if stat.S_ISDIR(state.st_mode) and entry.name in {PROCESSED, FAILED, INVOICES}:
                continue
            if why := self._not_taken_up(entry.name, state.st_mode):
                seen.leave(tenant, why, name=entry.name)
            else:
                seen.files.add(_dropped(tenant, Path(entry.path), state))

    def _not_taken_up(self, name: str, mode: int) -> str:
        """Say why something in a tenant's folder is left alone; empty when it is taken up."""
        if not stat.S_ISREG(mode):
            return f"of which each is {kind_of(mode)}, not a file"
        if Path(name).suffix.lower() not in self.suffixes:
            return f"whose names do not end in {in_words(self.suffixes)}"
        return ""


def fair_share(files: Iterable[Dropped]) -> list[Dropped]:
    """Choose the files of one sweep, oldest first: of each tenant one, then of each another ...

    At most `MAX_FILES` and `MAX_BYTES`. Who comes first is drawn, so that no tenant is always the
    one for whom nothing is left.
    """
    queues: dict[str, list[Dropped]] = defaultdict(list)
    for file in sorted(files, key=_age):
        queues[file.tenant].append(file)
    order = sorted(queues)
    start = secrets.randbelow(len(order)) if order else 0
    rounds = zip_longest(*(queues[tenant] for tenant in order[start:] + order[:start]))
    in_turn = (file for one_each in rounds for file in one_each if file is not None)
    return sorted(islice(_within_bytes(in_turn), MAX_FILES), key=_age)


def file_away(
    tenant: str, path: Path, *, reason: str = "", sha256: str = "", below: str = ""
) -> Path | None:
    """Move a file that was dealt with out of the inbox; one that lies elsewhere stays.

    Args:
        tenant: Whose inbox.
        path: The file.
        reason: Why it was not taken in; written beside it. Empty: it was.
        sha256: The hash of what was dealt with, where it is known: another file that has come
            under its name stays, and is taken up by the next sweep.
        below: The folder within the tenant's in which it lies.

    Returns:
        Where it lies now; None when it was not in the inbox (any more).

    Raises:
        OSError: It could not be moved, and lies where it was; no reason was written.
        UnreadableFile: It can no longer be read.
    """
    home = settings().inbox / tenant
    folder = home / below
    if home.is_symlink() or not _is_ours(folder, path) or (sha256 and sha256_of(path) != sha256):
        return None
    target = _free_name(_shelf(folder, FAILED if reason else PROCESSED), shown_name(path.name))
    error_file = target.with_name(f"{target.name}.error.txt")
    if reason:
        write_synced(error_file, f"{visible_lines(reason)}\n".encode())
    try:
        path.rename(target)
    except FileNotFoundError:  # somebody took it back
        error_file.unlink(missing_ok=True)
        return None
    except OSError:
        error_file.unlink(missing_ok=True)
        raise
    return target


def named_as_text(file: Dropped) -> Dropped:
    """Give a file whose name is no text (`shown_name`) one that is, where it lies.

    Raises:
        OSError: It cannot be renamed.
    """
    name = shown_name(file.path.name)
    if name == file.path.name:
        return file
    try:
        path = file.path.rename(_free_name(file.path.parent, name))
    except FileNotFoundError:  # it was taken back, as who reads it will find
        return file
    return replace(file, path=path, changed_ns=path.lstat().st_ctime_ns)


def is_as_seen(file: Dropped) -> bool:
    """Return whether a file still looks as it did: nobody has written to it since."""
    with suppress(OSError):
        return file == _dropped(file.tenant, file.path, file.path.lstat())
    return False


def _age(file: Dropped) -> tuple[int, bytes]:
    return file.modified_ns, os.fsencode(file.path)


def _within_bytes(files: Iterable[Dropped]) -> Iterator[Dropped]:
    """Pass files on as long as they fit; one too large to be taken in is refused without a read."""
    left_bytes = MAX_BYTES
    for file in files:
        cost = file.size_bytes if file.size_bytes <= LANDED_MAX_BYTES else 0
        if cost <= left_bytes:
            left_bytes -= cost
            yield file


def _entries(folder: Path, seen: Look[Dropped], limit: int) -> Iterator[os.DirEntry[str]]:
    """List a folder, as far as its limit of entries; what hides by its name is not there."""
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number == limit:
                    why = f"folder with more than {limit:,} entries, whose rest waits"
                    seen.leave(folder.name, why)
                    return
                if not entry.name.startswith("."):
                    yield entry
    except FileNotFoundError:  # it was removed meanwhile
        return
    except OSError as problem:
        seen.leave(folder.name, f"folder that cannot be read: {problem.strerror}")


def _count_strays(folder: os.DirEntry[str], seen: Look[Dropped], limit: int) -> None:
    count = sum(1 for _ in _entries(Path(folder.path), seen, limit))
    if count:
        seen.leave(
            folder.name, "in a folder of no tenant (`tasma tenant list` shows them)", count=count
        )


def _dropped(tenant: str, path: Path, state: os.stat_result) -> Dropped:
    return Dropped(tenant, path, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


def _is_ours(folder: Path, path: Path) -> bool:
    """Return whether there is a file at a path in the very folder of a tenant; links are none."""
    is_there = os.path.realpath(path.parent) == os.path.realpath(folder)
    with suppress(OSError):
        return is_there and not folder.is_symlink() and stat.S_ISREG(path.lstat().st_mode)
    return False


def _shelf(folder: Path, name: str) -> Path:
    """Make the folder for files that were dealt with; a link in its place is not followed."""
    shelf = folder / name
    shelf.mkdir(exist_ok=True)
    if shelf.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "It is a link, which is not followed", str(shelf))
    return shelf


def _free_name(folder: Path, name: str) -> Path:
    """Return a name that no earlier file has: ``books.se``, then ``books.2.se`` and so on."""
    path = Path(name)
    numbered = (f"{path.stem}.{number}{path.suffix}" for number in range(2, MAX_SAME_NAMES))
    for free in (name, *numbered):
        if not os.path.lexists(folder / free):
            return folder / free
    return folder / f"{path.stem}.{uuid.uuid4().hex}{path.suffix}"
