"""Files that go with documents: taken from beside what names them, and kept in the lake."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from blocks.hub.outbox import QueuedFile
from blocks.lake import Lake
from blocks.systems.targets import PushTarget, ReadFile
from ledger.errors import TerminalError
from ledger.invoice.document import InvoiceDocument
from ledger.invoice.problems import problem

SOURCE: Final = "push-files"
"""Under which the lake keeps them; nothing of it is pruned."""

FILE_MAX_BYTES: Final = 20 << 20
"""Largest file that goes with a document."""


def take_files(
    lake: Lake, tenant: str, invoice: InvoiceDocument, *, folder: Path, target: PushTarget
) -> tuple[tuple[QueuedFile, ...], Sequence[str]]:
    """Keep the files that an invoice names; or say what stands against one, in sentences.

    Args:
        lake: Where they are kept.
        tenant: Whose they are.
        invoice: What names them.
        folder: Where they lie.
        target: What they go to.
    """
    named = [("image", invoice.image)] if invoice.image else []
    named += [("attachments", name) for name in invoice.attachments]
    against = [
        sentence for field, name in named for sentence in _against(folder / name, field, target)
    ]
    if against:
        return (), against
    return tuple(_keep(lake, tenant, folder / name) for _, name in named), ()


def absent(invoice: InvoiceDocument, *, folder: Path) -> list[str]:
    """Return the names of files that an invoice names and that do not lie in a folder."""
    return [name for name in named_by(invoice) if not (folder / name).is_file()]


def named_by(invoice: InvoiceDocument) -> tuple[str, ...]:
    """Return the names of the files that go with an invoice, its image first."""
    return (*([invoice.image] if invoice.image else []), *invoice.attachments)


def reading(lake: Lake) -> ReadFile:
    """Return what reads a tenant's files by their sha256."""

    def read(tenant: str, sha256: str) -> bytes:
        landed = lake.find(tenant, SOURCE, sha256)
        try:
            return lake.read(landed) if landed else b""
        except TerminalError:
            return b""  # gone or damaged: whoever asked has the document held

    return read


def _against(path: Path, field: str, target: PushTarget) -> Sequence[str]:
    """Return what stands against a file; it is only looked at, whatever its size."""
    if not path.is_file():
        return [problem("file_absent", field, name=path.name).message]
    if (size := path.stat().st_size) > FILE_MAX_BYTES:
        return [problem("file_too_large", field, size=size, limit=FILE_MAX_BYTES).message]
    with path.open("rb") as file:
        return [f"{path.name}: {sentence}" for sentence in target.judge_file(file.read(16))]


def _keep(lake: Lake, tenant: str, path: Path) -> QueuedFile:
    landed = lake.land(tenant, SOURCE, path.read_bytes(), file_name=path.name)
    return QueuedFile(path.name, landed.sha256, landed.size_bytes)
