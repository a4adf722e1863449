"""Child processes for fault tests: forked from a process that has imported what they need."""

from __future__ import annotations

import multiprocessing
from typing import Final

# A process has one fork server, which takes the list that it was first given: so all in one.
CHILDREN: Final = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(
    [f"tests.faults.{name}" for name in ("importer", "publisher", "puller", "refresher")]
)
