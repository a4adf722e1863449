"""How a stranger's file is handed to a browser: what it is by its bytes, never by its name.

Pictures and PDF are shown in their place, shut off from everything around them; all else is saved,
as bytes of no kind.

Source:
    WHATWG, "MIME Sniffing"; Fetch, "X-Content-Type-Options"; RFC 6266 and RFC 8187 for names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from blocks.media_types import LONGEST, UNKNOWN, media_type
from blocks.names import shown_name

SHOWN: Final = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
"""Kinds that are shown, with the ending of their names."""

POLICY: Final = "sandbox; default-src 'none'"
"""Nothing in the file runs, asks for anything, or belongs to our site."""

HEAD_BYTES: Final = 8 * LONGEST
"""So much of a file's beginning tells what it is."""

_UNFIT: Final = re.compile(r'[\\/:*?"<>|%;,\u0000-\u001f\u007f]')
"""Signs that end a name, a path or a header's value somewhere."""


@dataclass(frozen=True)
class Serving:
    """What a browser is told of a file. `name`: cleaned; `is_inline`: shown rather than saved."""

    media_type: str
    is_inline: bool
    name: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer, beside its length."""
        how = "inline" if self.is_inline else "attachment"
        plain = self.name.encode("ascii", "replace").decode().replace("?", "_")
        return {
            "Content-Type": self.media_type,
            "Content-Disposition": (
                f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(self.name, safe='')}"
            ),
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }


def serving(head: bytes, name: str) -> Serving:
    """Say how a file is handed out.

    Args:
        head: Its first `HEAD_BYTES`, or all of a shorter one.
        name: As whoever sent it called it.
    """
    kind = media_type(head)
    if ending := SHOWN.get(kind):
        return Serving(kind, is_inline=True, name=_with_ending(cleaned(name), ending))
    return Serving(UNKNOWN, is_inline=False, name=cleaned(name))


def cleaned(name: str) -> str:
    """Return a file's name without folders, leading dots, and signs that act somewhere."""
    last = name.replace("\\", "/").rpartition("/")[2].strip(" .")
    return _UNFIT.sub("_", shown_name(last) if last else "").strip(" .") or "document"


def _with_ending(name: str, ending: str) -> str:
    """Have a shown file be saved as what it is."""
    same = {".jpg": (".jpg", ".jpeg")}.get(ending, (ending,))
    return name if name.lower().endswith(same) else f"{name}{ending}"
