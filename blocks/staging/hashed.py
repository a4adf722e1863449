"""A file that is hashed while it is written, so that its bytes can be known again."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a module of the type checkers' own
    from _typeshed import ReadableBuffer


class HashedFile(io.RawIOBase):
    """A new file, open for writing from its beginning to its end."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash of what was written so far."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Write all of the bytes."""
        rest = memoryview(data).cast("B")
        self._hash.update(rest)
        size = len(rest)
        while rest:
            rest = rest[self._file.write(rest) :]
        return size

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file; its hash stays."""
        self._file.close()
        super().close()


def hash_file(path: Path) -> str:
    """Return the sha256 of a file's bytes as the disk gives them now.

    Raises:
        OSError: It is not there or cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
