"""Child processes for fault tests: forked from a process that has imported what they need."""

from __future__ import annotations

import multiprocessing

CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(
    ["tests.faults.importer", "tests.faults.puller", "tests.faults.publisher"]
)
