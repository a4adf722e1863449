"""Workbooks that are packed (.xlsx, .ods): opened only when what they unpack to stays in bounds.

The sizes that such a file declares are its sender's word, so each part is unpacked and counted.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Final

from blocks.workbooks.limits import WorkbookLimits
from ledger.statement.refusals import StatementRefused

CHUNK_BYTES: Final = 256 * 1024
HEAD_BYTES: Final = 1024
"""Where a document type would be declared."""

Parts = dict[str, bytes]


def unpack(content: bytes, limits: WorkbookLimits) -> Parts:
    """Unpack the parts that are XML, by name.

    Raises:
        StatementRefused: It is damaged or encrypted, passes a limit or declares entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _parts(archive, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        raise StatementRefused("damaged") from None


def _parts(archive: zipfile.ZipFile, limits: WorkbookLimits) -> Parts:
    parts: Parts = {}
    room = limits.unpacked_bytes
    for item in archive.infolist():
        if item.flag_bits & 1:
            raise StatementRefused("encrypted")
        part = _unpacked(archive, item, room, limits)
        room -= len(part)
        if item.filename.lower().endswith((".xml", ".rels")):
            _check_declarations(part)
            parts[item.filename] = part
    return parts


def _unpacked(
    archive: zipfile.ZipFile, item: zipfile.ZipInfo, room: int, limits: WorkbookLimits
) -> bytes:
    part = bytearray()
    allowed = max(item.compress_size * limits.unpacked_ratio, limits.ratio_from_bytes)
    with archive.open(item) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            part += chunk
            if len(part) > room:
                raise StatementRefused("unpacked_too_large", limit=limits.unpacked_bytes)
            if len(part) > allowed:
                raise StatementRefused("unpacked_ratio", limit=limits.unpacked_ratio)
    return bytes(part)


def _check_declarations(part: bytes) -> None:
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", part[:HEAD_BYTES].replace(b"\0", b"")):
        raise StatementRefused("declares_entities")
