"""The manifest of an extract of several parts: what each is called, and the hash of its bytes.

JSON lines: the first says how many parts there are and of which format they are, each other one is
a part, in order of name. So the same parts make the same bytes, and the hash of a manifest is that
of the extract; a night that brings three new parts lands three, and a manifest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.errors import TerminalError

MAX_PARTS: Final = 1_000_000
"""Most parts of one extract."""

SHA256: Final = re.compile(r"[0-9a-f]{64}")


class ExtractPart(BaseModel):
    """A part of an extract, by what it is called there. `size_bytes`: as received."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1)
    sha256: str = Field(pattern=SHA256)
    size_bytes: int = Field(ge=0)


class _Head(BaseModel):
    manifest: Literal[1] = 1
    format: str
    parts: int


class PartsOfExtract(TerminalError):
    """An extract has no parts, too many, or two of one name: a fault of this program."""

    sentence = (
        "An extract came in {parts:,} parts of {names:,} names; expected one to {limit:,}, each "
        "with a name of its own. The program is at fault: report it."
    )


def write_manifest(parts: Iterable[ExtractPart], *, format_name: str) -> bytes:
    """Return the bytes of a manifest.

    Raises:
        TerminalError: Two parts have one name, or there are none or too many.
    """
    ordered = sorted(parts, key=lambda part: part.name)
    names = {part.name for part in ordered}
    if len(names) != len(ordered) or not 0 < len(ordered) <= MAX_PARTS:
        raise PartsOfExtract(parts=len(ordered), names=len(names), limit=MAX_PARTS)
    head = _Head(format=format_name, parts=len(ordered))
    lines = (item.model_dump_json() for item in (head, *ordered))
    return "".join(f"{line}\n" for line in lines).encode()


def read_manifest(content: bytes) -> list[ExtractPart]:
    """Return the parts that a manifest names, in order of name.

    Raises:
        TerminalError: It is no manifest of this release, or is cut.
    """
    head, *lines = content.splitlines() or [b""]
    try:
        expected = _Head.model_validate_json(head).parts
        parts = [ExtractPart.model_validate_json(line) for line in lines]
    except ValidationError:
        raise _unreadable("a line is none of a manifest's") from None
    if len(parts) != expected:
        raise _unreadable(f"it names {len(parts):,} parts of {expected:,}")
    return parts


class ManifestUnreadable(TerminalError):
    """The list of an extract's parts is cut, damaged or of another release."""

    sentence = (
        "The manifest of an extract cannot be read: {finding}. Another release may have written "
        "it. Fetch the year again, which lands a new one."
    )


def _unreadable(finding: str) -> TerminalError:
    return ManifestUnreadable(finding=finding)
