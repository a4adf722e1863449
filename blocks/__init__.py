"""Connections to the world: files, lake, warehouse, hub, and the systems the books come from.

Whatever of ours a process imports, this comes first (`tasks` and `flows` see to it): before
Prefect, which from its own import on reports to its makers, and before any file is made.
"""

import os

# Nothing reports to anybody, whatever the environment says.
os.environ.update({"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"})

# What we make is its owner's alone: folders 0700, files 0600. Others are let in folder by folder
# (docs/security.md).
os.umask(0o077)
