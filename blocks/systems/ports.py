"""What a vendor's system offers to the pipelines, and what they are told of it.

`System` is the light half: words and figures that every command may need at once, so this module
imports neither Prefect nor an HTTP client. `Port` is the heavy half: what speaks to the system.
What a system does not offer is None there and absent from `System.offers`; callers ask before they
use it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    import datetime as dt

    import pyarrow as pa
    from prefect.blocks.core import Block
    from pydantic import SecretStr
    from pydantic_settings import BaseSettings

    from blocks.http import CallProblem, WhoActs
    from blocks.hub import Connection, Hub
    from blocks.hub.feeds import NewRecord
    from blocks.lake import ExtractPart
    from blocks.systems.targets import PushTarget
    from ledger.fiscal_year import FiscalYear
    from ledger.source import Part

Offer = Literal["ledger", "documents", "target", "feed", "customers"]

Wants = Mapping[str, Any]
"""What a person chose when connecting, by the name of the `Choice`; what was left out is absent."""


@dataclass(frozen=True)
class Choice:
    """An option of ``tasma connect SYSTEM``. `spelling`: such as ``--documents/--no-documents``.

    `kind`: a switch that is on or off, the same with a third state (left out), or a text of which
    `metavar` is the placeholder.
    """

    name: str
    spelling: str
    help: str
    kind: Literal["switch", "switch_or_nothing", "text"] = "switch"
    metavar: str = ""


@dataclass(frozen=True)
class EnteredField:
    """What a customer enters on the page of a link. `is_secret`: it is not shown as it is typed."""

    name: str
    is_secret: bool = True


@dataclass(frozen=True)
class Connecting:
    """How a person connects a tenant: the words, the choices, and what is asked for.

    `secrets`: what is typed at a hidden prompt, by name, with the words of the question; empty when
    an address is opened instead. `has_link`: whether these choices begin with an address that the
    customer's administrator opens. `entered`: what the customer enters on the page of a link, where
    the system has no such address; `names_company`: whether it then says whose that is.
    `contradiction`: why these choices do not go together, empty
    when they do; it is also given ``link_only``. `then`: the command that comes next, in which
    ``{tenant}`` stands for the tenant; empty for a pull of its books, or a file pushed there.
    """

    help: str
    examples: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    has_link: Callable[[Wants], bool] = lambda _wants: False
    entered: tuple[EnteredField, ...] = ()
    names_company: bool = True
    contradiction: Callable[[Wants], str] = lambda _wants: ""
    then: str = ""

    @property
    def has_page(self) -> bool:
        """Whether a customer connects by a link of ours, whatever its page asks."""
        return bool(self.entered) or self.has_link({})


@dataclass(frozen=True)
class System:
    """The light half of a vendor's system.

    `name`: in the hub, in leases and as the source of a load. `title`: in sentences. `answers`: the
    table in ``data/reference`` of its refusals (code, meaning, who acts ...). `secrets`: variables
    of the environment whose values are shown nowhere. `port`: the module whose ``PORT`` is the
    heavy half. `crash_points`: where a fault test kills, in the order in which they are reached.
    `countries`: where companies use it, to whom it is offered before they are connected.
    """

    name: str
    title: str
    answers: str
    secrets: tuple[str, ...]
    port: str
    offers: frozenset[Offer]
    connecting: Connecting
    crash_points: tuple[str, ...] = ()
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Port:
    """The heavy half: how a system is connected, opened and read.

    `settings`: ``TASMA_<NAME>_*``, of which the secret fields are `System.secrets`. `of_client`:
    the port of ``<name>@<client>``.
    """

    settings: type[BaseSettings]
    blocks: tuple[type[Block], ...]
    connect: Connector
    consent: Consent | None = None
    """None where `Connecting.has_link` is never so."""
    keys: KeyEntry | None = None
    """None where nothing is `Connecting.entered`."""
    ledger: Callable[[Any], LedgerSource] | None = None
    documents: Callable[[Any], DocumentSource] | None = None
    target: Callable[[Any], PushTarget] | None = None
    feed: Callable[[Any], DocumentFeed] | None = None
    environment: Callable[[Any], EnvironmentSource] | None = None
    of_client: Callable[[str], Port] | None = None
    """For systems in which each client of ours is connected by itself."""
    customers: Callable[[Any], CustomerRegister] | None = None
    is_main_user: Callable[[Hub, str, str, SecretStr], Awaitable[bool]] | None = None
    """Whether the system's own answer to a person's log-in (e-mail, password) says so."""


class Session(Protocol):
    """An open session with one tenant's company."""

    @property
    def calls(self) -> int:
        """Calls made so far, repetitions included."""


class Connector(Protocol):
    """Connects tenants and opens sessions; pace, tokens and leases are its own business."""

    def session(
        self, hub: Hub, tenant: str, *, run_id: str = "", wait_limit_s: float = ...
    ) -> AbstractAsyncContextManager[Session]:
        """Open a session; one at a time per tenant, others wait.

        What a refusal says about the connection becomes its status in the hub.

        Raises:
            NotConnected: The tenant has no connection to the system.
            LeaseTaken: Another run still holds it after ``wait_limit_s``.
            CallRefused: Somebody has to act; the message says who.
            CallFailed: Try again later.
        """

    async def preflight(self, hub: Hub, tenant: str, *, run_id: str = "") -> Sequence[Requirement]:
        """Find out what the system asks of the customer, one by one; nothing is fetched.

        Raises:
            NotConnected, CallRefused, CallFailed: As `session`; refused for another reason.
        """

    def completed(self, wants: Wants, known: Connection | None) -> Wants:
        """Return the choices with what was left out filled in as the last connection had it."""

    async def finish(
        self, hub: Hub, tenant: str, answer: Mapping[str, SecretStr], *, wants: Wants
    ) -> Connection:
        """Connect the tenant: `answer` has ``code`` of a consent, or what was asked or entered.

        What was entered is stored once the system has answered to it as the tenant's.

        Raises:
            CallRefused: It is not accepted, or another company answers; nothing was changed.
            CallFailed: Try again later.
        """

    async def keep_alive(self, hub: Hub, *, run_id: str = "") -> Sequence[Renewal]:
        """Renew what would end by itself when nobody uses it; one failure stops no other."""

    async def forget(self, connection: Connection) -> None:
        """Delete the connection's secrets that live outside the hub.

        Raises:
            CallFailed: Where they are kept does not answer; nothing was deleted.
        """


class Approval(Protocol):
    """What the page of a link tells of a system."""

    def asked(self) -> Sequence[Requirement]:
        """Return what the system asks of the customer, before anybody has asked it."""

    def unmet(self, problem: CallProblem) -> Sequence[Requirement]:
        """Say which requirement a refusal is about, among the others.

        Raises:
            CallProblem: The same, when it is about none of them.
        """


class KeyEntry(Approval, Protocol):
    """Connects by what a customer enters (`Connecting.entered`), which `Connector.finish` gets."""

    def met(self, found: Sequence[Requirement]) -> Sequence[Requirement]:
        """Return what `Connector.preflight` found, by the names of `asked`."""


class Consent(Approval, Protocol):
    """Connects by an address that the customer's administrator opens (`Connecting.has_link`)."""

    async def authorize_url(self, state: str, *, wants: Wants) -> str:
        """Return the address where the customer's administrator approves.

        Raises:
            TerminalError: There are no credentials of ours, or no such address.
        """

    def refused_consent(self, error: str, description: str) -> Sequence[Requirement]:
        """Say which requirement a customer who came back with ``error=`` did not meet.

        Raises:
            CallRefused: It is about none of them.
        """


WRONG_COMPANY: Final = "wrong_company"
"""Code of the refusal of another company than the tenant's, in whatever system; its values say
`what` was compared, `expected` here and `actual` there."""

ORGANISATION_NUMBER: Final = "organisation number"
"""What was compared, mostly."""

API_USER: Final = "API user"
"""What was compared where a system says nothing of whose a key is."""


Mark = Literal["met", "missing", "not known", "to check"]
"""Where a requirement stands, in a word."""


@dataclass(frozen=True)
class Requirement:
    """One thing that must be so. `passed`: None while it could not be found out.

    `help`: where to look and what to do. `is_to_check`: no call can find it out, or nothing fails
    by it, so that people have to look; `passed` is None then.
    """

    name: str
    passed: bool | None = None
    reason: str = "Not asked yet: see the others first."
    who_acts: WhoActs | None = None
    help: str = ""
    is_to_check: bool = False

    @property
    def mark(self) -> Mark:
        """Return the word for where it stands."""
        if self.is_to_check:
            return "to check"
        return "not known" if self.passed is None else "met" if self.passed else "missing"


@dataclass(frozen=True)
class Renewal:
    """What became of one tenant's credential. `outcome`: refreshed, busy or failed."""

    tenant: str
    outcome: Literal["refreshed", "busy", "failed"]
    reason: str = ""


@dataclass(frozen=True)
class SourceYear:
    """A fiscal year as the system has it. `source_ref`: its id there, for its own use alone."""

    year: FiscalYear
    source_ref: str


@dataclass(frozen=True)
class KnownYear:
    """What is known here of the year that is asked for.

    `is_published_from_here`: its published ledger came from this system. `asks_closing`: somebody
    wants the closing balance of each balance account asked for, whatever that costs. `parts`: those
    of the published ledger that lie in the lake as they were received, when it came in several;
    a part that has not changed is named again in place of being fetched. `read`: gives the bytes of
    one of them. `today`: the tenant's calendar day, None where nobody says.
    `closing_before`: gives what accounts closed with in the published year before, debit positive.
    """

    is_published_from_here: bool = False
    asks_closing: bool = False
    parts: tuple[ExtractPart, ...] = ()
    read: Callable[[ExtractPart], bytes] | None = None
    today: dt.date | None = None
    closing_before: Callable[[], Mapping[str, Decimal]] | None = None


@dataclass(frozen=True)
class Extract:
    """A year's ledger as the system gave it, and what it can be held against.

    `parts`: what came, as received, and what lies in the lake already (`KnownYear.parts`); the
    reader of `format` gets them in order of name. `evidence`: tables of
    `ledger.schemas.EVIDENCE`; a missing one was not asked for. `asked_always`: that part of the
    evidence which is asked in every pull, so that two pulls can be compared by it.
    `organisation_number`: the company's, used when the parts are silent about it; digits.
    `calls`: spent on it, repetitions included. `unknown_codes`: the vendor's codes that nobody here
    knows, kept as they came, and in how many rows each.
    """

    parts: tuple[Part | ExtractPart, ...]
    format: str
    evidence: Mapping[str, pa.Table]
    asked_always: Mapping[str, pa.Table]
    organisation_number: str
    calls: int
    unknown_codes: Mapping[str, int] = field(default_factory=dict)


class LedgerSource(Protocol):
    """The ledgers of one tenant's company."""

    async def fiscal_years(self) -> Sequence[SourceYear]:
        """List the company's fiscal years, oldest first: the first that is asked in every pull.

        Raises:
            CallRefused, CallFailed: As for any call.
        """

    async def extract(self, year: SourceYear, *, known: KnownYear) -> Extract:
        """Fetch one year, and make sure that it is this company's, this year and whole.

        Raises:
            TransientError: No answer, or the books kept changing while they were read.
            TerminalError: Somebody has to act; the message says who.
        """


@dataclass(frozen=True)
class YearDocuments:
    """The files on a year's vouchers.

    `files`: by kind, a row for each file and voucher (document_id, voucher_key, file_name, and
    `revision` where the source makes the document anew each time: it is fetched again when that
    differs); a kind that may not be read is not there, but in `refused_kinds`. `refused`: why, and
    who acts, with ``{tenant}`` for the tenant's id. `unplaced`: files that hang on no voucher yet,
    of any year. `waiting`: what could not be asked about in this run. `vat_codes`: what else lies
    beside the ledger, `ledger.schemas.ACCOUNT_VAT_CODE`.
    """

    files: Mapping[str, pa.Table]
    vat_codes: pa.Table
    refused: str = ""
    refused_kinds: tuple[str, ...] = ()
    unplaced: int = 0
    waiting: int = 0


class Refusal(StrEnum):
    """What a file that could not be fetched says of the others."""

    RIGHT = "right"
    """None of them may be read."""
    SOURCE = "source"
    """The system is not well; it may refuse the others too."""
    FILE = "file"
    """Nothing."""


@dataclass(frozen=True)
class MissingFile:
    """A file that could not be fetched. `code`: the vendor's or ours. `reason`: for a person."""

    code: str
    refusal: Refusal
    reason: str = ""


class DocumentSource(Protocol):
    """The documents of one tenant's company."""

    async def of_year(self, year: SourceYear, known: pa.Table) -> YearDocuments:
        """List the files on a year's vouchers, as far as they may be read.

        Args:
            year: Which.
            known: What is published of it, `ledger.schemas.CONNECTED_FILE`.

        Raises:
            CallRefused: For another reason than a right that documents alone take.
            CallFailed: A list kept shifting, or a call failed for now.
        """

    async def content(self, document_id: str) -> bytes | MissingFile:
        """Fetch one file as it is, or say why it cannot be had.

        Raises:
            CallRefused: What is refused is the connection.
        """


@dataclass(frozen=True)
class FeedPage:
    """What a source said since a cursor, as received. `cursor`: from where it is read on.

    `has_more`: whether there was more at that moment. `unreadable`: what could not be taken for a
    record, each in a sentence that names its place; the rest goes on.
    """

    records: Sequence[NewRecord]
    cursor: str
    has_more: bool = False
    unreadable: tuple[str, ...] = ()


class DocumentFeed(Protocol):
    """What of one tenant's company is to go to another system.

    The same may come twice and in any order: records are named by kind, id and revision for ever.
    """

    async def read(self, cursor: str) -> FeedPage:
        """Return what is newer than a cursor, empty text being the beginning.

        Raises:
            CallRefused, CallFailed: As for any call.
        """

    async def file(self, sha256: str) -> bytes | MissingFile:
        """Fetch a file that a record names, by the hash of its bytes.

        Raises:
            CallRefused: What is refused is the connection.
        """


class CustomerRegister(Protocol):
    """Customers of one tenant's company, made and changed from what another system says."""

    @property
    def keeps_external_id(self) -> bool:
        """Return whether a customer has a place for an id of ours, which the feed gives back."""

    async def create(self, fields: Mapping[str, str], *, external_id: str) -> str:
        """Make a customer and return its id; not called a second time before that is proven.

        Raises:
            CallRefused: The system refused it, and nothing was made.
            CallFailed: Nobody knows whether it was made.
        """

    async def update(self, customer_id: str, fields: Mapping[str, str]) -> None:
        """Write fields of a customer; the same may be written once more.

        Raises:
            CallRefused, CallFailed: As for any call.
        """


@dataclass(frozen=True)
class VatCode:
    """A VAT status of a company's own list. `code`: as documents carry it; `name`: for people."""

    code: str
    name: str = ""
    is_for_sales: bool = True
    is_for_purchases: bool = True


@dataclass(frozen=True)
class Environment:
    """What a company is set up with. `chart`: names by account number."""

    chart: Mapping[str, str]
    vat_codes: tuple[VatCode, ...]


class EnvironmentSource(Protocol):
    """What account tables are held against."""

    async def environment(self) -> Environment:
        """Read it.

        Raises:
            CallRefused, CallFailed: As for any call.
        """

    async def bank_accounts(self) -> Mapping[str, str]:
        """Return the BIC of each of the company's own accounts, by IBAN without spaces.

        Raises:
            CallRefused, CallFailed: As for any call.
        """
