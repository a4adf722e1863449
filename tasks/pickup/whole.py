"""Whether a file that came is whole, as far as its format proves it.

No server says that an upload is over, and one that stalls may look still for hours. So a file ends
as its format ends, and comes to what it says of itself.
"""

from __future__ import annotations

import re
import threading
import zipfile
from pathlib import Path, PurePath
from typing import Final

from ledger.readers import SIE, format_of
from ledger.wholeness import proven_whole
from tasks.ledger_files import look_into

PACKED: Final = frozenset({".xlsx", ".ods"})

TAIL_BYTES: Final = 1_024
"""How much of a file's end is looked at."""

ADDED_UP_BYTES: Final = 64 << 20
"""Of larger files only the end is looked at: to add one up takes several times its size."""

INSIDE_A_VOUCHER: Final = re.compile(rb"\s*(\{|#VER\b|#[RB]?TRANS\b)", re.IGNORECASE)
"""Lines of SIE behind which others follow."""

LINE_ENDS: Final = (b"\r", b"\n", b"\x1a", b"}")

_one_at_a_time = threading.Lock()


def is_unfinished(path: Path, name: str) -> bool:
    """Return whether a file cannot be whole: more of it may still come.

    Args:
        path: Where it lies on this machine.
        name: What its sender calls it; the ending says of which format it is.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix in PACKED:
        return not zipfile.is_zipfile(path)
    if suffix == ".xls":
        return False
    is_in_the_middle = _ends_in_the_middle(path, name)
    if path.stat().st_size > ADDED_UP_BYTES:
        return is_in_the_middle
    return _falls_short(path, name, is_in_the_middle=is_in_the_middle)


def _ends_in_the_middle(path: Path, name: str) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        # NULs are of signs in UTF-16 or UTF-32.
        tail = file.read().replace(b"\0", b"")
    if format_of(name) is not SIE:  # the last row of a table needs no end of its line
        return False
    lines = tail.splitlines() or [b""]
    last = next((line for line in reversed(lines) if line.strip(b" \t\x1a")), b"")
    return not tail.rstrip(b" \t").endswith(LINE_ENDS) or INSIDE_A_VOUCHER.match(last) is not None


def _falls_short(path: Path, name: str, *, is_in_the_middle: bool) -> bool:
    """Add a file up; only a sum over all of it makes good for the end of its last line."""
    with _one_at_a_time:
        content = path.read_bytes()
        file = look_into(content, file_name=name)
        # A table that was cut within a row is refused for that row.
        is_cut_row = bool(file.refusal) and not content.rstrip(b"\0").endswith(LINE_ENDS)
        is_whole = proven_whole(file)
    return is_cut_row or is_whole is False or (is_whole is None and is_in_the_middle)
