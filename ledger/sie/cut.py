"""Whether a SIE file ends in the middle of something, as one does that came in part only."""

from __future__ import annotations

import re
from typing import Final

TAIL_BYTES: Final = 1 << 20
"""How much of the end of a file is looked at."""

_VOUCHER: Final = re.compile(rb"^[ \t]*#VER\b", re.IGNORECASE)
_CLOSED: Final = re.compile(rb"^[ \t]*}")


def is_cut(content: bytes) -> bool:
    """Return whether the last voucher has no block or an open one, or the last line has no end.

    A closing brace needs no end of its line: many programs write none. Ask of a file whose reader
    found damage: of a whole one, a last line without its end says nothing.
    """
    lines = content[-TAIL_BYTES:].rstrip(b"\x1a\0 \t").splitlines(keepends=True)
    written = [line for line in lines if line.strip()]
    if not written or _CLOSED.match(written[-1]):
        return False
    marks = (line for line in reversed(written) if _CLOSED.match(line) or _VOUCHER.match(line))
    last = next(marks, b"}")
    return bool(_VOUCHER.match(last)) or not written[-1].endswith((b"\n", b"\r"))
