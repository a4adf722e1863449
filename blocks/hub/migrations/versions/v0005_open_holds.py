"""Which loads wait for a person; a unit's status tells of loads of the whole year alone.

Before, whatever was loaded last gave the unit its status, so that a few vouchers or balances hid a
hold. Units of which that is so are given back what the last load of the whole year came to.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0005"
down_revision: Final = "0004"

WHOLE: Final = "whole_year"

LATEST: Final = """
    select max(load_id) from load
    where load.tenant = unit.tenant and load.fiscal_year = unit.fiscal_year
        and load.coverage = 'whole_year' and load.status in ('held', 'published')
"""
"""The last load of the whole year that came to an end; ids are in order of time."""

IS_HIDDEN: Final = f"""
    (unit.status in ('partial', 'evidence')
        or unit.load_id in (select load_id from load where coverage <> 'whole_year'))
    and ({LATEST}) is not null
"""  # noqa: S608 - our own text


def upgrade() -> None:
    """Add the columns, and tell from what is known of each load how far it reached."""
    op.add_column(
        "load", sa.Column("coverage", sa.String(32), nullable=False, server_default=WHOLE)
    )
    op.add_column("load", sa.Column("reason", sa.String(2_000), nullable=False, server_default=""))
    op.add_column(
        "load", sa.Column("is_open", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_index("ix_load_is_open_tenant", "load", ["is_open", "tenant"])
    _tell_coverage()
    _uncover_holds()
    _rename_side_units()


def _tell_coverage() -> None:
    op.execute(
        "update load set coverage = 'partial' where status = 'partial' or source_kind = '4I'"
    )
    op.execute(
        "update load set coverage = 'evidence' "
        "where status = 'evidence' or source_kind in ('1', '2', '3')"
    )
    op.execute(
        "update load set reason = (select reason from unit where unit.load_id = load.load_id) "
        "where load_id in (select load_id from unit where status in ('held', 'failed'))"
    )


def _uncover_holds() -> None:
    op.execute(
        f"update load set is_open = true "  # noqa: S608 - our own text
        f"where status = 'held' and load_id in (select ({LATEST}) from unit)"
    )
    op.execute(
        """
        update load set is_open = true
        where status = 'held' and coverage <> 'whole_year'
            and load_id in (select load_id from unit)
        """
    )
    # What held one that was hidden was not kept in words; its findings were.
    op.execute(
        """
        update load set reason = coalesce('held by ' || (
            select group_concat(control, ', ') from control_result
            where control_result.load_id = load.load_id
                and severity = 'blocks' and outcome = 'broken'
        ), '')
        where reason = '' and is_open
        """
    )
    columns = ("status", "reason", "source", "digest", "run_id", "load_id")
    assignments = ", ".join(
        f"{name} = (select {name} from load where load_id = ({LATEST}))"  # noqa: S608 - as above
        for name in columns
    )
    op.execute(f"update unit set {assignments} where {IS_HIDDEN}")  # noqa: S608 - as above


def _rename_side_units() -> None:
    """A unit of which no whole year came is called after what there is, and speaks of no load."""
    op.execute(
        """
        update unit set
            status = (select coverage from load where load.load_id = unit.load_id),
            reason = '', source = '', digest = '', load_id = ''
        where load_id in (select load_id from load where coverage <> 'whole_year')
        """
    )
