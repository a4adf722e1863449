"""What the hub refuses, told apart by who has to act."""

from __future__ import annotations

import datetime as dt

from ledger.errors import TerminalError, TransientError


class HubBusy(TransientError):
    """The hub cannot be had now: others keep it locked, or its server does not answer."""


class HubUnusable(TerminalError):
    """The hub's address, disk or schema is not one this version can work with."""


class UnknownTenant(TerminalError):
    """A tenant was named that the hub does not know."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        super().__init__(
            f"The hub knows no tenant {tenant!r}. List them with `tasma tenant list`, or add it "
            "with `tasma tenant add TENANT --name NAME`.",
            tenant=tenant,
        )


class Refused(TerminalError):
    """A request that the hub's rules do not allow; the message says which and what to do."""


class LeaseTaken(TransientError):
    """Somebody else works on the resource now; later it may be free."""

    def __init__(
        self, resource: str, *, holder: str, since: dt.datetime, until: dt.datetime
    ) -> None:
        self.resource, self.holder, self.since, self.until = resource, holder, since, until
        super().__init__(
            f"{resource} is already held by {holder} since {since:%Y-%m-%d %H:%M:%S} until "
            f"{until:%Y-%m-%d %H:%M:%S} UTC unless renewed. Wait for that run to end, or try "
            "again after that time.",
            resource=resource,
            holder=holder,
            since=since,
            until=until,
        )


class PublishedMeanwhile(TransientError):
    """A question was asked about a published load, and another has taken its place."""

    def __init__(self, tenant: str, fiscal_year: str, *, asked: str, now: str) -> None:
        super().__init__(
            f"{tenant} {fiscal_year}: load {now} was published while load {asked} was asked about, "
            "so the answer is about what is published no longer. Ask again.",
            tenant=tenant,
            fiscal_year=fiscal_year,
            asked=asked,
            now=now,
        )


class LeaseLost(TerminalError):
    """A holder acts on a lease that ran out, was freed, or passed to somebody else."""

    def __init__(self, resource: str, *, holder: str, token: int) -> None:
        self.resource, self.holder, self.token = resource, holder, token
        super().__init__(
            f"{holder} no longer holds {resource} (token {token}): the lease ran out or was "
            "freed, and another run may have it. Nothing more may be written under it; start "
            "the run again.",
            resource=resource,
            holder=holder,
            token=token,
        )


class HubLocked(HubBusy):
    """Another process kept the hub locked for longer than the wait allows."""

    sentence = (
        "The hub at {path} stayed locked by another process for {waited_s:g} s. Try again; if it "
        "lasts, look for a process that stays in a long transaction with it."
    )


class HubServerAway(HubBusy):
    """The hub's PostgreSQL server cannot be reached, or broke a connection off."""

    sentence = (
        "The hub's server at {address} does not answer ({answer}). If the connection broke while a "
        "step was being committed, only the hub itself can say whether it was: what runs again "
        "looks. Try again; if it lasts, see that the server runs and that TASMA_HUB_URL has the "
        "right host, database, user and password."
    )


class HubServerUnusable(HubUnusable):
    """The hub's PostgreSQL server refuses what the hub needs."""

    sentence = (
        "PostgreSQL cannot keep the hub at {address}: {answer} ({meaning}). Nothing of this step "
        "was written."
    )


class HubWithoutDriver(HubUnusable):
    """The hub is in PostgreSQL, and the driver is not installed."""

    sentence = (
        "The hub is in PostgreSQL (TASMA_HUB_URL), and the driver psycopg is not installed. "
        "Install it with `pip install 'tasma[postgresql]'`."
    )


class HubInServer(HubUnusable):
    """What was asked for works on a hub's file, and the hub is in PostgreSQL."""

    sentence = (
        "The hub is in PostgreSQL ({address}), and this works on a hub in a file; nothing was "
        "done. Back it up with pg_dump and bring it back with pg_restore, or with what your server "
        "is run with; lake and warehouse are folders, to be copied after it."
    )


class HubFileUnusable(HubUnusable):
    """SQLite cannot read or write the hub's file."""

    sentence = (
        "SQLite cannot use the hub at {path}: {answer} ({meaning}). What was committed before is "
        "still there; nothing of this step was written."
    )


class HubDamaged(HubUnusable):
    """The hub's file is no SQLite file any more, or pages of it are not what was written."""

    sentence = (
        "The hub at {path} is damaged ({answer}), and nothing of this step was written. What is "
        "published and what was received lie elsewhere, as they were. Restore it with `tasma "
        "restore FOLDER --replace`; without a backup, `tasma doctor --adopt` mends it, or begins "
        "another hub with the years that are published."
    )


class HubGone(HubUnusable):
    """The hub is gone or empty, and books are published."""

    sentence = (
        "The hub at {path} is gone, and {books:,} tenants have published books in {warehouse}: "
        "nothing was done. Put it back with `tasma restore FOLDER --replace` (in PostgreSQL with "
        "pg_restore); without a backup, `tasma doctor --adopt` begins another hub with the years "
        "that are published. If it was moved, TASMA_HUB_URL says where it is."
    )


class HubAddressMalformed(HubUnusable):
    """The hub's address is none."""

    sentence = (
        "The address of the hub (TASMA_HUB_URL) is none: expected sqlite:////folder/hub.sqlite, "
        "or postgresql+psycopg://user:password@host/database."
    )


class HubOfOtherKind(HubUnusable):
    """The hub's address is of another database."""

    sentence = (
        "The hub is kept in a SQLite file that several processes share, or in PostgreSQL: expected "
        "an address like sqlite:////folder/hub.sqlite or "
        "postgresql+psycopg://user:password@host/database, got the kind {kind!r} or no database."
    )


class HubOnNetworkDisk(HubUnusable):
    """The hub's file lies where SQLite's locks do not hold."""

    sentence = (
        "The hub's file {path} lies on a network disk ({kind}), where SQLite's locks do not hold "
        "and data is lost. Set TASMA_HUB_URL to a file on a disk of this machine."
    )


class HubWithoutWal(HubUnusable):
    """SQLite cannot keep the hub's file in its WAL mode."""

    sentence = (
        "SQLite could not use its WAL mode for {path} (it answered {mode!r}). Put the hub on a "
        "local disk that this user may write."
    )


class HubNewer(HubUnusable):
    """A later version of the program made the hub's schema."""

    sentence = (
        "The hub at {path} has schema {found}, which is newer than this version of the program (it "
        "knows up to {known}). Install the newer version, or point TASMA_HUB_URL at another hub; "
        "nothing was changed."
    )


class HubOlder(HubUnusable):
    """The hub's schema is not up to date."""

    sentence = (
        "The hub at {path} has schema {found}, this version needs {needed}. Bring it up to date "
        "with Hub.migrate(), which every `tasma` command does at its start."
    )
