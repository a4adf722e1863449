"""The page of a year's documents: what came, what went, what is missing and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from blocks.warehouse.side_tables import DocumentCounts
from ledger.text import joined, number_of
from ledger.unit import Unit
from tasks.pages.markdown import and_more, document, escaped, table

FAILURES_SHOWN: Final = 50
"""Files on a page that could not be fetched."""

_NEW: Final = re.compile(r"\bDocuments: ([\d,]+) new\b")
_NO_RIGHT: Final = re.compile(r"(?:^|\bDocuments:? )(?:of [a-z ]+ )?not fetched: ")
"""How `DocumentsFound.reason` begins where a right is missing, alone or in a run's message."""


@dataclass(frozen=True)
class FileFailure:
    """A file that could not be fetched. `voucher`: one that it hangs on; `reason`: a code."""

    document_id: str
    voucher: str
    reason: str


@dataclass(frozen=True)
class DocumentsFound:
    """What became of a year's documents in one run.

    `counts`: of what is published now. `new`, `known`, `removed`: documents, against what was
    published before. `waiting`: files left to the next run. `unplaced`: files of supplier invoices
    that no voucher books yet, of any year. `refused`: which right is missing. `kinds`: what could
    be listed; of `refused_kinds` nothing was changed.
    """

    counts: DocumentCounts
    new: int
    known: int
    removed: int
    failed: tuple[FileFailure, ...]
    waiting: int
    unplaced: int
    refused: str
    kinds: tuple[str, ...]
    refused_kinds: tuple[str, ...] = ()

    @property
    def has_changes(self) -> bool:
        """Whether other documents are published than before."""
        return bool(self.new or self.removed)

    @property
    def reason(self) -> str:
        """What was not fetched, and why; empty when nothing is missing."""
        lacking = self.refused_kinds if self.kinds else ()
        whose = " or ".join(f"of {kind.replace('_', ' ')}s" for kind in lacking)
        what = f"{whose} not fetched".strip()
        failed = number_of(len(self.failed), "file failed and is", "files failed and are")
        waiting = number_of(self.waiting, "file waits", "files wait")
        sentences = (
            f"{what}: {self.refused}" if self.refused else "",
            f"{failed} tried again" if self.failed else "",
            f"{waiting} for the next run" if self.waiting else "",
        )
        return joined(*sentences)

    @property
    def in_words(self) -> str:
        """Say it in a sentence or two."""
        if not self.kinds:
            return f"Documents {self.reason}."
        more = f" Documents: {self.reason}." if self.reason else ""
        return (
            f"Documents: {self.new:,} new, {self.known:,} known, {self.removed:,} removed, "
            f"{self.counts.documents_without_voucher:,} without voucher.{more}"
        )


def new_in(message: str) -> int:
    """Return how many new documents a run's message tells of: it quotes each year's `in_words`."""
    return sum(int(count.replace(",", "")) for count in _NEW.findall(message))


def lacks_right(text: str) -> bool:
    """Return whether documents were missing for want of a right, by a reason or run's message."""
    return _NO_RIGHT.search(text) is not None


def documents_page(unit: Unit, found: DocumentsFound) -> str:
    """Say what came and went, and name every file that could not be fetched."""
    shown = found.failed[:FAILURES_SHOWN]
    rows = [(item.voucher, item.document_id, item.reason) for item in shown]
    return document(
        f"# {unit}: documents",
        escaped(found.in_words),
        _counts(found),
        "## Not fetched, tried again by the next run" if rows else "",
        table(("Voucher", "Document", "Code"), rows) if rows else "",
        and_more(len(shown), len(found.failed), "file"),
    )


def _counts(found: DocumentsFound) -> str:
    counted = (
        ("Documents", found.counts.documents),
        ("… new", found.new),
        ("… known", found.known),
        ("… whose voucher the ledger lacks", found.counts.documents_without_voucher),
        ("Removed: the source connects them to no voucher any more", found.removed),
        ("Vouchers without a document", found.counts.vouchers_without_document),
        ("Files of supplier invoices that are not booked yet, all years", found.unplaced),
        ("Files that failed", len(found.failed)),
        ("Files that wait for the next run", found.waiting),
    )
    rows = [(what, f"{count:,}") for what, count in counted]
    return table(("What", "Count"), rows, right=("Count",))
