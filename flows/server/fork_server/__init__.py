"""Starting runs from a process that has imported everything already.

A run is a process of its own, and a fresh interpreter spends about four CPU seconds on imports
before it does anything. Whoever starts runs (`flows.server.serve`, `flows.worker`) therefore forks
a host first, and gives its runs the command ``python -m flows.server.fork_server`` instead of
``python -m prefect.engine``: a small process that asks the host to fork, lends the fork its
environment, folder and output, passes signals on, and ends as the fork ends. To Prefect it is the
run.

Where there is no host, where the host cannot be reached, or where our code has changed since it
was imported, the command becomes ``python -m prefect.engine``. Decision 0012 has the figures.
"""

from __future__ import annotations

import sys
from typing import Final

ADDRESS: Final = "TASMA_WARM_HOST"
"""Environment variable: name of the host's socket (abstract, so Linux only), set by the host."""
COMMAND: Final = (sys.executable, "-m", "flows.server.fork_server")
"""What starts a run."""
