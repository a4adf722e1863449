"""A folder of backups: beginning one, finding the last that is whole, and letting old ones go."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from blocks.backup.manifest import (
    MANIFEST,
    BackupUnusable,
    Noted,
    read_manifest,
    write_manifest,
)
from blocks.durable import remove, write_synced

MARK: Final = "tasma-backup"
"""A file that says that a folder is one of backups, and of which home."""

LANDING: Final = "landing/"
STAMP: Final = "%Y%m%dT%H%M%S%fZ"
STAMPED: Final = re.compile(r"\d{8}T\d{12}Z")


@dataclass(frozen=True)
class Backup:
    """One backup that is whole, as its manifest says. `folder`: named after when it began."""

    folder: Path
    made_at: dt.datetime
    files: dict[str, Noted]

    def place_of(self, name: str) -> Path:
        """Return where a file of the backup lies."""
        return place_of(self.folder, name)


@dataclass
class Draft:
    """A backup that is being made: it is none before `finish`."""

    folder: Path
    made_at: dt.datetime
    files: dict[str, Noted] = field(default_factory=dict)
    _added: list[Path] = field(default_factory=list)

    def place_of(self, name: str) -> Path:
        """Return where a file is to lie."""
        return place_of(self.folder, name)

    def place_for(self, name: str) -> Path:
        """Return where to write a file, which goes again if the backup fails."""
        place = self.place_of(name)
        if not place.exists():  # else earlier backups may name it
            self._added.append(place)
        return place

    def withdraw(self) -> None:
        """Remove all that was written for it."""
        for path in (self.folder, *self._added):
            remove(path)

    def add(self, noted: Noted) -> None:
        """Take in a file that lies in its place."""
        self.files[noted.name] = noted

    def finish(self) -> Backup:
        """Write the manifest, once the disk holds all that it names."""
        os.sync()  # one wait for the files of all tenants, not one for each
        write_manifest(self.folder, self.files.values(), made_at=self.made_at)
        return Backup(self.folder, self.made_at, self.files)


class BackupFolder:
    """The backups of one home."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def prepare(self, home: Path) -> None:
        """Make the folder, or take one that has backups of this home.

        Raises:
            BackupUnusable: It holds something else, or backups of another home.
        """
        mark = self.root / MARK
        if not mark.exists():
            if self.root.exists() and any(self.root.iterdir()):
                raise self._unusable("it holds other things; name a new or empty folder")
            self.root.mkdir(parents=True, exist_ok=True)
            write_synced(mark, f"{home}\n".encode())
        if (found := mark.read_text(encoding="utf-8").strip()) != str(home):
            raise self._unusable(f"it holds backups of {found}; name another folder for {home}")

    @contextmanager
    def begun(self, now: dt.datetime) -> Iterator[Draft]:
        """Begin a backup in a folder of its own; of one that fails nothing stays.

        What those left that were killed goes first: they would fill the disk of the next.
        """
        for half in self._stamped():
            if not (half / MANIFEST).exists():
                remove(half)
        draft = Draft(self.root / now.astimezone(dt.UTC).strftime(STAMP), now)
        try:
            (draft.folder / "warehouse").mkdir(parents=True)
            yield draft
        except BaseException:
            draft.withdraw()
            self._remove_empty()
            raise

    def whole(self) -> list[Backup]:
        """Return the backups that can be read, oldest first."""
        return [
            Backup(folder, *found) for folder, found in self._read() if not isinstance(found, str)
        ]

    def last(self) -> Backup:
        """Return the last backup that is whole; the folder of one backup stands for itself.

        Raises:
            BackupUnusable: There is none, and why.
        """
        if STAMPED.fullmatch(self.root.name):
            return Backup(self.root, *read_manifest(self.root))
        if not (self.root / MARK).exists():
            raise self._unusable("it is no folder that `tasma backup FOLDER` made")
        if found := self.whole():
            return found[-1]
        raise self._unusable("it holds no backup that ended; make one with `tasma backup FOLDER`")

    def unfinished(self) -> list[Path]:
        """Return the folders of backups that never ended, or whose manifest is damaged."""
        return [folder for folder, found in self._read() if isinstance(found, str)]

    def forget(self, *, keep: int) -> None:
        """Remove all but the last backups, what never ended, and what none of them names."""
        kept = self.whole()[-keep:]
        folders = {backup.folder for backup in kept}
        for folder in self._stamped():
            if folder not in folders:
                remove(folder)
        named = {name for backup in kept for name in backup.files}
        for path in self.root.glob(f"{LANDING}*/*/*"):
            if path.relative_to(self.root).as_posix() not in named:
                path.unlink()
        self._remove_empty()

    def _remove_empty(self) -> None:
        for pattern in (f"{LANDING}*/*", f"{LANDING}*"):
            for empty in (path for path in self.root.glob(pattern) if not any(path.iterdir())):
                empty.rmdir()

    def _read(self) -> Iterator[tuple[Path, tuple[dt.datetime, dict[str, Noted]] | str]]:
        for folder in self._stamped():
            try:
                yield folder, read_manifest(folder)
            except BackupUnusable as problem:
                yield folder, str(problem)

    def _stamped(self) -> list[Path]:
        return sorted(path for path in self.root.glob("*") if STAMPED.fullmatch(path.name))

    def _unusable(self, finding: str) -> BackupUnusable:
        return BackupUnusable(folder=self.root, finding=finding)


def place_of(folder: Path, name: str) -> Path:
    """Return where a file lies: what was received beside the backups, all else in its own."""
    return (folder.parent if name.startswith(LANDING) else folder) / name
