"""``python -m flows.portal``: the portal alone, as `tasma up` starts it beside Prefect's server."""

from __future__ import annotations

import sys

from flows.portal.door import serve
from ledger.errors import TasmaError
from tasks.hosts import joined

if __name__ == "__main__":
    try:
        with joined():
            serve()
    except TasmaError as problem:
        sys.exit(f"Error: {problem}")
