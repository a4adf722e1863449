"""Python's own sleep under libfaketime, which refuses an absolute time of a clock it does not fake.

On the path of processes whose clock is set ahead (`tests/flows/test_hosts.py`).
"""

from __future__ import annotations

import threading
import time


def sleep(seconds):
    """Sleep by a wait that nothing ends."""
    threading.Event().wait(seconds)


time.sleep = sleep
