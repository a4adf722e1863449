"""What a warehouse in PostgreSQL refuses, told apart by who has to act."""

from __future__ import annotations

from ledger.errors import TerminalError, TransientError


class WarehouseServerAway(TransientError):
    """The warehouse's PostgreSQL server cannot be reached, or broke a connection off."""

    sentence = (
        "The warehouse's server at {address} does not answer ({answer}). A load that was under way "
        "is published wholly or not at all; what runs again looks. Try again; if it lasts, see "
        "that the server runs and that TASMA_WAREHOUSE_URL has the right host, database, user and "
        "password."
    )


class WarehouseUnusable(TerminalError):
    """A warehouse in PostgreSQL cannot be used as it is."""


class WarehouseServerUnusable(WarehouseUnusable):
    """The warehouse's PostgreSQL server refuses what the warehouse needs."""

    sentence = (
        "PostgreSQL cannot keep the warehouse at {address}: {answer} ({meaning}). Nothing of this "
        "step was written."
    )


class WarehouseWithoutDriver(WarehouseUnusable):
    """The warehouse is in PostgreSQL, and the driver is not installed."""

    sentence = (
        "The warehouse is in PostgreSQL (TASMA_WAREHOUSE_URL), and the driver psycopg is not "
        "installed. Install it with `pip install 'tasma[postgresql]'`."
    )


class WarehouseAddressMalformed(WarehouseUnusable):
    """The warehouse's address is none of a PostgreSQL database."""

    sentence = (
        "The address of the warehouse (TASMA_WAREHOUSE_URL) is none of a PostgreSQL database: "
        "expected postgresql+psycopg://user:password@host/database; without one, the warehouse is "
        "a folder of DuckDB files (TASMA_WAREHOUSE)."
    )


class WriterAboveRows(WarehouseUnusable):
    """The user that writes the warehouse is one whom row-level security does not bind."""

    sentence = (
        "The user {user} of the warehouse at {address} is a superuser or has BYPASSRLS, so that "
        "nothing would keep tenants' rows apart. Nothing was done. Name one that has neither and "
        "may create a schema: create role writer login; grant create on database ... to writer."
    )


class OtherShape(WarehouseUnusable):
    """The tables in the database are not those that this release knows how to change."""

    sentence = (
        "The warehouse at {address} has schema version {version}, and this release knows from "
        "{first} to {known}. Nothing was changed. Run the release that made it, or a newer one."
    )


class WarehouseInServer(WarehouseUnusable):
    """What was asked for works on tenants' files, and the warehouse is in PostgreSQL."""

    sentence = (
        "What is published is in PostgreSQL ({address}), and {doing} works on tenants' files; "
        "nothing was done. {instead}"
    )


class ReaderUnfit(WarehouseUnusable):
    """A role cannot be a reader of tenants' books."""

    sentence = "{reader!r} cannot read tenants' books by this: {finding}. Nothing was changed."
