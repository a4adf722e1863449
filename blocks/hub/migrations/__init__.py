"""Alembic's migrations of the hub, run by `blocks.hub.schema` and never by Alembic's command."""
