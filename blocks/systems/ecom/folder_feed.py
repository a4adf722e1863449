"""The feed as files: ``*.jsonl`` in a folder or on a server, and ``files/<sha256>`` beside them.

A file is complete once it has its name (written under another, then renamed). One is read at a
time, in the order of names; the cursor names it and its bytes, and the next reading, which proves
that its records are kept, moves it to ``processed``.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from blocks.http import CallRefused, WhoActs
from blocks.names import shown_name
from blocks.pickup.port import PROCESSED
from blocks.systems.ecom.records import read_items
from blocks.systems.ecom.shelf import Shelf, TooLarge
from blocks.systems.ports import FeedPage, MissingFile, Refusal

SUFFIX: Final = ".jsonl"
FILES: Final = "files"
MAX_FILE_BYTES: Final = 200_000_000
"""Largest file of lines that is read; bytes."""
MAX_LINE_BYTES: Final = 5_000_000
"""Longest line; a longer one is kept as unreadable, cut."""
MAX_COMPANY_BYTES: Final = 1_000
"""Largest ``company.txt``."""
MAX_NAMED_BYTES: Final = 50_000_000
"""Largest file that a document names."""
_CURSOR: Final = re.compile(r"([0-9a-f]{64}) (.+)")


class FolderFeed:
    """One company's folder, wherever it is."""

    calls = 0
    """None are made."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def business_id(self) -> str:
        """Return whose feed it is: what ``company.txt`` in the folder says."""
        return await asyncio.to_thread(self._company)

    async def read(self, cursor: str) -> FeedPage:
        """Return the lines of the next file; the one that the cursor names is moved away first."""
        return await asyncio.to_thread(self._read, cursor)

    async def file(self, sha256: str) -> bytes | MissingFile:
        """Read a file that a document names."""
        return await asyncio.to_thread(self._file, sha256)

    def _company(self) -> str:
        try:
            content = self._shelf.read("company.txt", most_bytes=MAX_COMPANY_BYTES)
            return content.decode().strip()[:40]
        except (OSError, UnicodeDecodeError, TooLarge) as problem:
            raise self._unusable(problem) from None

    def _read(self, cursor: str) -> FeedPage:
        try:
            self._settle(cursor)
            waiting = self._waiting()
            if not waiting:
                return FeedPage((), cursor)
            name, content = waiting[0], self._content(waiting[0])
        except OSError as problem:
            raise self._unusable(problem) from None
        found = read_items(
            (f"{shown_name(name)}, line {number}", line[:MAX_LINE_BYTES])
            for number, line in _lines(content)
        )
        after = f"{hashlib.sha256(content).hexdigest()} {name}"
        return FeedPage(tuple(found.records), after, len(waiting) > 1, tuple(found.unreadable))

    def _settle(self, cursor: str) -> None:
        """Move the file of a cursor away; one that has other bytes by now is a new one."""
        named = _CURSOR.fullmatch(cursor)
        if named is None or named[2] not in self._waiting():
            return
        digest, name = named[1], named[2]
        if hashlib.sha256(self._content(name)).hexdigest() == digest:
            self._shelf.move(name, PROCESSED, f"{digest[:16]}-{name}")

    def _waiting(self) -> list[str]:
        return [name for name in self._shelf.names() if name.endswith(SUFFIX)]

    def _content(self, name: str) -> bytes:
        try:
            return self._shelf.read(name, most_bytes=MAX_FILE_BYTES)
        except TooLarge:
            raise CallRefused(
                f"{shown_name(name)} is larger than {MAX_FILE_BYTES:,} bytes. Have Ecom write "
                "smaller files, and take this one out of the folder.",
                code="file_too_large",
                who_acts=WhoActs.US,
            ) from None

    def _file(self, sha256: str) -> bytes | MissingFile:
        try:
            content = self._shelf.read(f"{FILES}/{sha256}", most_bytes=MAX_NAMED_BYTES)
        except (OSError, TooLarge) as problem:
            reason = f"files/{sha256[:16]}… cannot be read ({type(problem).__name__})"
            return MissingFile("file_absent", Refusal.FILE, reason)
        if hashlib.sha256(content).hexdigest() != sha256:
            return MissingFile("other_bytes", Refusal.FILE, "the file has other bytes than named")
        return content

    def _unusable(self, problem: Exception) -> CallRefused:
        return CallRefused(
            f"The folder of Ecom's files, or a file in it, cannot be used "
            f"({type(problem).__name__}). It needs company.txt with the business id, and the right "
            "to move files.",
            code="folder_unusable",
            who_acts=WhoActs.US,
        )


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            yield number, line.strip()
