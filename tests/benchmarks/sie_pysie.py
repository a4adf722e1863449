"""Reading a SIE file with the peer: `pysie-accounting` 0.0.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pysie_accounting.pysie import PySIE


def read(path: str, sru: str) -> Callable[[], dict[str, Any]]:
    """Read a file rewritten for it (`inputs.big_sie_for_peer`)."""

    def work() -> dict[str, Any]:
        book = PySIE()
        book.open_trans(sru)
        book.open(path)
        return {
            "vouchers": len(book.verifikat),
            "postings": sum(len(voucher[3]) for voucher in book.verifikat.values()),
        }

    return work
