"""What the hub refuses, told apart by who has to act."""

from __future__ import annotations

import datetime as dt

from ledger.errors import TerminalError, TransientError


class HubBusy(TransientError):
    """Another process kept the hub's file locked for longer than the wait allows."""


class HubUnusable(TerminalError):
    """The hub's address, disk or schema is not one this version can work with."""


class UnknownTenant(TerminalError):
    """A tenant was named that the hub does not know."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        super().__init__(
            f"The hub knows no tenant {tenant!r}. List them with `tasma tenant list`, or add it "
            "with `tasma tenant add`."
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
            "again after that time."
        )


class PublishedMeanwhile(TransientError):
    """A question was asked about a published load, and another has taken its place."""

    def __init__(self, tenant: str, fiscal_year: str, *, asked: str, now: str) -> None:
        super().__init__(
            f"{tenant} {fiscal_year}: load {now} was published while load {asked} was asked about, "
            "so the answer is about what is published no longer. Ask again."
        )


class LeaseLost(TerminalError):
    """A holder acts on a lease that ran out, was freed, or passed to somebody else."""

    def __init__(self, resource: str, *, holder: str, token: int) -> None:
        self.resource, self.holder, self.token = resource, holder, token
        super().__init__(
            f"{holder} no longer holds {resource} (token {token}): the lease ran out or was "
            "freed, and another run may have it. Nothing more may be written under it; start "
            "the run again."
        )
