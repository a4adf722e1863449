"""Stages are known by their addresses below the lake, so that a home may be moved."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0019"
down_revision: Final = "0018"

ADDRESS_PARTS: Final = 4
"""``stage/<tenant>/<fiscal year>/<version>`` are the last parts of every path that was stored."""


def upgrade() -> None:
    """Keep the last parts of each path."""
    load = sa.table("load", sa.column("load_id"), sa.column("stage_folder"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(load).where(load.c.stage_folder != "")).all()
    changed = [
        {"of": load_id, "address": "/".join(PurePosixPath(path).parts[-ADDRESS_PARTS:])}
        for load_id, path in rows
    ]
    if changed:
        here = load.c.load_id == sa.bindparam("of")
        connection.execute(
            sa.update(load).where(here).values(stage_folder=sa.bindparam("address")), changed
        )
