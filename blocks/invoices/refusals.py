"""Why a file of invoices is not read on: nothing after that place can be relied on."""

from __future__ import annotations

from ledger.errors import TerminalError


class InvoiceFileRefused(TerminalError):
    """A file, not one of its invoices, is not as the contract has it."""

    sentence = "{file}, at {place}: {reason} docs/systems/invoices.md has the contract."


def refused(file: str, place: str, reason: str) -> InvoiceFileRefused:
    """Return the refusal of a file."""
    return InvoiceFileRefused(file=file, place=place, reason=reason)
