"""Routes: the fold of Ecom's events, a day of them, a sweep of Spotilla's tenants beside a night.

``python -m tests.benchmarks.routes fold|day|sweep|night [SIZE]``. Everything is in one process
without sockets. Of *day* and *night* the time is virtual: what is measured is how calls stand in
line, and not this machine.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Iterator
from typing import Final

from ledger.ecom.contract import event_of
from ledger.ecom.decide import Case, decide
from ledger.ecom.documents import DocumentKind
from ledger.ecom.history import fold
from ledger.ecom.modes import Mode, Since
from ledger.ecom.periods import Company
from ledger.ecom.remarks import remarks
from tests.benchmarks.routes_day import TENANTS as OF_ECOM
from tests.benchmarks.routes_day import day
from tests.benchmarks.routes_night import night
from tests.benchmarks.routes_sweep import TENANTS as OF_SPOTILLA
from tests.benchmarks.routes_sweep import sweep
from tests.ecom_said import ALWAYS, paid, purchase, story

EVENTS: Final = 100_000
KINDS: Final = (
    "created", "changed", "changed", "approved", "posting_changed", "submitted_for_payment",
    paid(), paid("m-2"), "changed", "bank_error",
)  # fmt: skip


def fold_events(events: int) -> Iterator[str]:
    """Read, fold and decide so many events of documents with ten each."""
    modes = (Since(Mode.VOUCHER_PROCOUNTOR, ALWAYS),)
    names = [f"p-{number}" for number in range(events // len(KINDS))]
    texts = {n: [e.model_dump_json() for e in story(*KINDS, document=n)] for n in names}
    document, began = purchase(), time.process_time()
    for name, contents in texts.items():
        history = fold(map(event_of, contents), modes, kind=DocumentKind.PURCHASE_INVOICE)
        case = Case(name, history, Company(), document, dt.date(2026, 7, 1))
        decide(case)
        remarks(case)
    yield f"{events:,} events read, folded and decided: {time.process_time() - began:.2f} CPU s"


BENCHMARKS: Final = {
    "fold": (fold_events, EVENTS),
    "day": (day, OF_ECOM),
    "sweep": (sweep, OF_SPOTILLA),
    "night": (night, OF_SPOTILLA),
}

if __name__ == "__main__":
    name = sys.argv[1]
    measured, size = BENCHMARKS[name]
    for line in measured(int(sys.argv[2]) if len(sys.argv) > 2 else size):
        print(line, flush=True)  # noqa: T201 - a command
