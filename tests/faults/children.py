"""Child processes for fault tests: forked from a process that has imported what they need."""

from __future__ import annotations

import multiprocessing
from typing import Final

RUN: Final = (
    "extractor",
    "host",
    "hub_users",
    "importer",
    "lander",
    "mover",
    "publisher",
    "puller",
    "pusher",
    "refresher",
    "returner",
    "router",
    "sweeper",
    "system_puller",
)
"""Modules of this folder with the functions that children run."""

# A process has one fork server, which takes the list that it was first given: so all in one.
# A hub imports Alembic only once it migrates, and Arrow imports pandas, where it is installed, for
# the first list that it is given: which would be in each child anew.
IMPORTED: Final = ["alembic.command", "pandas", *(f"tests.faults.{name}" for name in RUN)]
CHILDREN: Final = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(IMPORTED)
