"""Each organisation number, and each company of a system, is one tenant's."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from ledger.organisation import plain_digits

revision: Final = "0031"
down_revision: Final = "0030"


def upgrade() -> None:
    """Let the first tenant of each company hold it; of doubles `tasma doctor` names the others."""
    op.add_column(
        "tenant", sa.Column("same_number_as", sa.String(63), nullable=False, server_default="")
    )
    claim = op.create_table(
        "claim",
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("company", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.PrimaryKeyConstraint("what", "company", name="pk_claim"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_claim_tenant"),
    )
    op.create_index("ix_claim_tenant", "claim", ["tenant"])
    asked = op.get_bind()
    held: dict[tuple[str, str], str] = {}
    numbers = "select id, organisation_number from tenant order by created_at, id"
    for tenant, number in asked.execute(sa.text(numbers)):
        digits = plain_digits(number)
        if digits.strip("0"):
            held.setdefault(("organisation number", digits), tenant)
    connected = (
        "select tenant, system, source_tenant_id from connection "
        "where source_tenant_id != '' order by created_at, tenant"
    )
    for tenant, system, company in asked.execute(sa.text(connected)):
        held.setdefault((system, company), tenant)
    rows = [
        {"what": what, "company": company, "tenant": tenant}
        for (what, company), tenant in held.items()
    ]
    if rows:
        op.bulk_insert(claim, rows)
