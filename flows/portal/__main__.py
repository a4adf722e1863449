"""``python -m flows.portal``: the portal alone, as `tasma up` starts it beside Prefect's server."""

from __future__ import annotations

import signal
import sys

from flows.portal.door import serve
from ledger.errors import TasmaError
from tasks.hosts import joined

if __name__ == "__main__":
    # The server ends itself by the signal that ended it: by default, before this host has left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        with joined():
            serve()
    except TasmaError as problem:
        sys.exit(f"Error: {problem}")
