"""What a hub of an earlier release may hold, and this one takes no more."""

from __future__ import annotations

from sqlalchemy import update

from blocks.hub import Hub, models


def move(hub: Hub, tenant: str, zone: str) -> None:
    """Put a tenant into any time zone."""
    with hub.database.writing() as connection:
        connection.execute(
            update(models.tenant).where(models.tenant.c.id == tenant).values(time_zone=zone)
        )


def give_number(hub: Hub, tenant: str, number: str) -> None:
    """Give a tenant an organisation number, whoever has it already."""
    with hub.database.writing() as connection:
        connection.execute(
            update(models.tenant)
            .where(models.tenant.c.id == tenant)
            .values(organisation_number=number)
        )
