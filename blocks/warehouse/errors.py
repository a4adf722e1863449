"""What the warehouse refuses, told apart by who has to act."""

from __future__ import annotations

from ledger.errors import TerminalError, TransientError


class NoLedger(TerminalError):
    """A tenant's books were asked for, and nothing of it is published."""

    def __init__(self, *, tenant: str, fiscal_year: str = "") -> None:
        self.tenant, self.fiscal_year = tenant, fiscal_year
        year = f" for {fiscal_year}" if fiscal_year else ""
        super().__init__(
            f"Nothing is published for {tenant}{year} yet. Load it first; "
            "`tasma tenant status` says whether a load is held, and why.",
            tenant=tenant,
            fiscal_year=fiscal_year,
        )


class StaleLease(TerminalError):
    """A run whose lease has passed to another tried to publish."""

    def __init__(self, *, tenant: str, fiscal_year: str, token: int, highest: int) -> None:
        self.tenant, self.fiscal_year = tenant, fiscal_year
        self.token, self.highest = token, highest
        super().__init__(
            f"{tenant} {fiscal_year}: this run's lease (token {token}) has passed to a later run "
            f"(token {highest}), so what it read may be outdated. Nothing was written. See what "
            "the later run did; start this one again if it is still needed.",
            tenant=tenant,
            fiscal_year=fiscal_year,
            token=token,
            highest=highest,
        )


class FenceDamaged(TerminalError):
    """The file that says which run acted last is gone or cannot be read."""

    sentence = (
        "The file {place}, which keeps a run of {tenant} that was overtaken from writing, "
        "{finding}. Nothing was written, and what is published is untouched. `tasma ledger rebuild "
        "{tenant}` writes it anew, so that no run of before can write any more."
    )


class WriterBusy(TransientError):
    """Another process has been writing the tenant's file for too long."""

    def __init__(self, *, tenant: str, waited_s: float) -> None:
        self.tenant = tenant
        super().__init__(
            f"Another process has been publishing for {tenant} for more than {waited_s:.0f} s. "
            "It is tried again later; if it stays so, look for a hung run of that tenant.",
            tenant=tenant,
            waited_s=waited_s,
        )


class NewerSchema(TerminalError):
    """A tenant's file was written by a later release than this one."""

    def __init__(self, *, version: int, known: int) -> None:
        self.version, self.known = version, known
        super().__init__(
            f"The tenant's warehouse file has schema version {version}; this release knows up to "
            f"{known}. Run the newer release of Täsmä, or erase the tenant's warehouse and load "
            "its years again with this one.",
            version=version,
            known=known,
        )


class NoSuchTable(TerminalError):
    """A published table or view was asked for by a name that none has."""

    sentence = "Nothing that is published is called {name!r}; there are {known}."


class WarehouseInFiles(TerminalError):
    """A reader was to be let in, and the warehouse is files."""

    sentence = (
        "What is published lies in files ({folder}), which whoever may open them reads: nothing "
        "was done. Readers have tenants of theirs where the warehouse is in PostgreSQL "
        "(TASMA_WAREHOUSE_URL)."
    )


class WarehouseNotInServer(TerminalError):
    """Books were to be moved into a server, and none is named."""

    sentence = (
        "What is published lies in files ({folder}), and is moved out of them into PostgreSQL: set "
        "TASMA_WAREHOUSE_URL for this command, and afterwards wherever flows and commands run. "
        "Nothing was moved."
    )


class NotPublishable(TerminalError):
    """A load that may not replace what is published."""


class CountsDiffer(TerminalError):
    """Inside the transaction, what was published did not add up to what was staged."""

    def __init__(self, *, table: str, staged: object, published: object) -> None:
        self.table = table
        super().__init__(
            f"Publishing table {table}: staged {staged}, published {published}. Nothing was "
            "written. What is published was altered (`tasma ledger verify` says so, and `tasma "
            "ledger rebuild TENANT` puts it right), or the staged folder was changed by hand: "
            "load the file again, and report it if it comes back.",
            table=table,
            staged=staged,
            published=published,
        )
