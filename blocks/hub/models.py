"""The hub's tables. Every table with rows of a tenant says so in a column named ``tenant``.

That column is what `erase` goes by, so a new table needs no new code there. Times are UTC, days
are dates, amounts are exact decimals (debit positive), a fiscal year is its key
(``2024-01-01_2024-12-31``). Words of a fixed set are text; empty text means "none".

A change here needs a new file in ``migrations/versions``, with types of `columns` as here, since it
is taken in SQLite and in PostgreSQL; a test compares the two.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    MetaData,
    Table,
    false,
)

from blocks.hub.columns import INTEGER, TEXT, ExactDecimal, UtcTime, chars, words
from blocks.hub.connection_states import ConnectionState, Method
from blocks.hub.consent_states import ConsentState
from blocks.hub.portal_roles import Role
from blocks.hub.states import (
    WHOLE_YEAR,
    LinkState,
    LogLevel,
    NightState,
    PickupState,
    TransferState,
    UnitState,
)
from ledger.controls import Answer, BreakKind, Severity
from ledger.onboarding import Comparison, StatementKind
from ledger.push.items import Phase

ID_CHARS: Final = 64
"""Longest id: of a load, a run, a digest."""

NAME_CHARS: Final = 255
"""Longest name: of a tenant, a file, a control, a lease."""

YEAR_CHARS: Final = 21
"""Length of a fiscal year's key."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _tenant(*, key: bool = False) -> Column[str]:
    return Column("tenant", chars(63), ForeignKey("tenant.id"), nullable=False, primary_key=key)


def _year(*, key: bool = False) -> Column[str]:
    return Column("fiscal_year", chars(YEAR_CHARS), nullable=False, primary_key=key)


def _text(name: str, length: int = NAME_CHARS) -> Column[str]:
    return Column(name, chars(length), nullable=False, default="")


def _break() -> list[Column[Any]]:
    """Return the columns of `ledger.controls.Break`, for each table that keeps some."""
    return [
        _text("control"),
        Column("kind", words(BreakKind), nullable=False),
        _text("account_number"),
        _text("period", 7),
        Column("voucher_key", TEXT, nullable=False, default=""),
        Column("expected", ExactDecimal),
        Column("actual", ExactDecimal),
        Column("difference", ExactDecimal),
        Column("detail", TEXT, nullable=False, default=""),
    ]


tenant = Table(
    "tenant",
    metadata,
    Column("id", chars(63), primary_key=True),
    _text("name"),
    _text("organisation_number", 20),
    _text("country", 2),
    _text("currency", 3),
    _text("time_zone", ID_CHARS),
    Column("years_from_source", Boolean, nullable=False),
    Column("has_schedule", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("same_number_as", chars(63), nullable=False, default="", server_default=""),
)

fiscal_year = Table(
    "fiscal_year",
    metadata,
    _tenant(key=True),
    Column("start_date", Date, primary_key=True),
    Column("end_date", Date, primary_key=True),
    Column("locked_until", Date),
    Column("retired_at", UtcTime),
    Column("defined_at", UtcTime, nullable=False),
    Column("is_from_source", Boolean, nullable=False),
)

unit = Table(
    "unit",
    metadata,
    _tenant(key=True),
    _year(key=True),
    Column("status", words(UnitState), nullable=False),
    _text("reason", 2_000),
    _text("source"),
    _text("load_id", ID_CHARS),
    _text("digest", NAME_CHARS),
    _text("run_id", ID_CHARS),
    Column("updated_at", UtcTime, nullable=False),
    Column("lease_token", INTEGER, nullable=False, default=0),
    Column("last_published_at", UtcTime),
    _text("published_load_id", ID_CHARS),
    _text("published_digest", NAME_CHARS),
    _text("published_source"),
    _text("ledger_source"),
    Column("voucher_count", INTEGER, nullable=False, default=0),
    Column("posting_count", INTEGER, nullable=False, default=0),
    Column("damage", chars(2_000), nullable=False, default="", server_default=""),
    Index(None, "run_id"),
)

load = Table(
    "load",
    metadata,
    Column("load_id", chars(ID_CHARS), primary_key=True),
    _tenant(),
    _year(),
    _text("source"),
    _text("source_kind", 20),
    _text("landed_sha256", ID_CHARS),
    Column("evidence_sha256", chars(ID_CHARS), nullable=False, default="", server_default=""),
    _text("stage_folder", 4_096),
    _text("digest", NAME_CHARS),
    Column("status", words(UnitState), nullable=False),
    _text("run_id", ID_CHARS),
    Column("created_at", UtcTime, nullable=False),
    Column("coverage", chars(32), nullable=False, server_default=WHOLE_YEAR),
    Column("reason", chars(2_000), nullable=False, default="", server_default=""),
    Column("is_open", Boolean, nullable=False, default=False, server_default=false()),
    Column("organisation_number", chars(NAME_CHARS), nullable=False, server_default=""),
    Column("asked_sha256", chars(ID_CHARS), nullable=False, default="", server_default=""),
    Column("passed_by", chars(ID_CHARS), nullable=False, default="", server_default=""),
    Column("error_count", INTEGER, nullable=False, default=0, server_default="0"),
    Column("dated", chars(32), nullable=False, default="", server_default=""),
    Column("is_refresh", Boolean, nullable=False, default=False, server_default=false()),
    # Of a load that brings an earlier one back: which one, and whose decision it was.
    Column("rollback_to", chars(ID_CHARS), nullable=False, default="", server_default=""),
    Column("rollback_number", INTEGER, nullable=False, default=0, server_default="0"),
    Column("rollback_by", chars(NAME_CHARS), nullable=False, default="", server_default=""),
    Column("rollback_reason", chars(2_000), nullable=False, default="", server_default=""),
    Index(None, "tenant", "fiscal_year", "created_at"),
    Index(None, "is_open", "tenant"),
)

control_result = Table(
    "control_result",
    metadata,
    _tenant(),
    Column("load_id", ForeignKey("load.load_id"), primary_key=True),
    Column("position", INTEGER, primary_key=True),
    _text("control"),
    Column("severity", words(Severity), nullable=False),
    Column("outcome", words(Answer), nullable=False),
    _text("reason", 2_000),
    Column("break_count", INTEGER, nullable=False),
    _text("set_fingerprint", ID_CHARS),
)

control_break = Table(
    "control_break",
    metadata,
    _tenant(),
    Column("load_id", ForeignKey("load.load_id"), primary_key=True),
    Column("result_position", INTEGER, primary_key=True),
    Column("position", INTEGER, primary_key=True),
    *_break(),
)

later_finding = Table(
    "later_finding",
    metadata,
    Column("id", INTEGER, primary_key=True),
    _tenant(),
    _year(),
    _text("load_id", ID_CHARS),
    _text("asked_by_year", YEAR_CHARS),
    _text("asked_by_load_id", ID_CHARS),
    Column("found_at", UtcTime, nullable=False),
    _text("control"),
    Column("severity", words(Severity), nullable=False),
    Column("outcome", words(Answer), nullable=False),
    _text("reason", 2_000),
    Column("break_count", INTEGER, nullable=False),
    Column("closed_at", UtcTime),
    _text("closed_by_load_id", ID_CHARS),
    Index(None, "tenant", "fiscal_year"),
    sqlite_autoincrement=True,
)

later_break = Table(
    "later_break",
    metadata,
    _tenant(),
    Column("finding_id", ForeignKey("later_finding.id"), primary_key=True),
    Column("position", INTEGER, primary_key=True),
    *_break(),
)

acceptance = Table(
    "acceptance",
    metadata,
    Column("id", INTEGER, primary_key=True),
    _tenant(),
    _year(),
    _text("control"),
    _text("fingerprint", ID_CHARS),
    Column("occurrences", INTEGER, nullable=False),
    Column("expected", ExactDecimal),
    Column("actual", ExactDecimal),
    Column("difference", ExactDecimal),
    _text("reason", 2_000),
    _text("accepted_by"),
    Column("accepted_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    _text("load_id", ID_CHARS),
    Index(None, "tenant", "fiscal_year"),
    sqlite_autoincrement=True,
)

# From which year on a system has a tenant's ledger; `who` is empty where a publication said so.
ledger_owner = Table(
    "ledger_owner",
    metadata,
    _tenant(key=True),
    Column("first_day", Date, primary_key=True),
    Column("system", chars(NAME_CHARS), nullable=False),
    Column("set_at", UtcTime, nullable=False),
    _text("who"),
    _text("reason", 2_000),
)

# Years that no load replaces until somebody lets them go.
kept_year = Table(
    "kept_year",
    metadata,
    _tenant(key=True),
    _year(key=True),
    _text("load_id", ID_CHARS),
    Column("load_number", INTEGER, nullable=False),
    Column("kept_at", UtcTime, nullable=False),
    _text("who"),
    _text("reason", 2_000),
)

tightened_control = Table(
    "tightened_control",
    metadata,
    _tenant(key=True),
    Column("control", chars(NAME_CHARS), primary_key=True),
    Column("severity", words(Severity), nullable=False),
    _text("who"),
    _text("reason", 2_000),
    Column("set_at", UtcTime, nullable=False),
)

statement_scheme = Table(
    "statement_scheme",
    metadata,
    _tenant(key=True),
    _text("chart", 32),
    _text("who"),
    Column("set_at", UtcTime, nullable=False),
)

account_place = Table(
    "account_place",
    metadata,
    _tenant(key=True),
    Column("accounts", chars(41), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    _text("statement", 32),
    _text("line", 64),
)

onboarding = Table(
    "onboarding",
    metadata,
    _tenant(key=True),
    Column("is_trial", Boolean, nullable=False),
    Column("form", TEXT, nullable=False, default=""),
    Column("delivered_at", UtcTime),
    Column("filed_at", UtcTime),
    _text("filed_by"),
)

approval = Table(
    "approval",
    metadata,
    _tenant(key=True),
    _year(key=True),
    _text("approved_by"),
    Column("approved_at", UtcTime, nullable=False),
    _text("note", 2_000),
    _text("figures", 2_000),
)

chart_account = Table(
    "chart_account",
    metadata,
    _tenant(key=True),
    Column("account_number", chars(64), primary_key=True),
    Column("name", TEXT, nullable=False, default=""),
    _text("account_type", 32),
)

customer_statement = Table(
    "customer_statement",
    metadata,
    _tenant(key=True),
    _year(key=True),
    Column("kind", words(StatementKind), primary_key=True),
    _text("sha256", ID_CHARS),
    _text("file_name"),
    Column("as_of", Date, nullable=False),
    Column("answers", TEXT, nullable=False, default=""),
    Column("is_from_source", Boolean, nullable=False),
    Column("outcome", words(Comparison), nullable=False),
    _text("differing", 2_000),
    _text("digest", NAME_CHARS),
    _text("who"),
    Column("added_at", UtcTime, nullable=False),
    Column("compared_at", UtcTime),
)

outbox_item = Table(
    "outbox_item",
    metadata,
    Column("id", INTEGER, primary_key=True),
    _tenant(),
    _text("target", ID_CHARS),
    _text("kind", 32),
    _text("key", ID_CHARS),
    _text("source_id"),
    _text("customer"),
    Column("document", TEXT, nullable=False, default=""),
    _text("document_digest", ID_CHARS),
    Column("phase", words(Phase), nullable=False),
    _text("target_id", ID_CHARS),
    Column("item", TEXT, nullable=False),
    Column("claimed_until", UtcTime),
    # When there is next something to do, and on whose clock; no clock: at once.
    Column("due_s", Float, nullable=False, default=0.0),
    _text("due_epoch", ID_CHARS),
    # How many documents have to be there before its first step.
    Column("waits", INTEGER, nullable=False, default=0),
    # The company there whose calls go one after another; known once the first step was begun.
    _text("company"),
    _text("route"),
    _text("trigger"),
    # Those that go with it: name, sha256 and size of each.
    Column("files", TEXT, nullable=False, default="[]"),
    Column("sums", TEXT, nullable=False, default=""),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "tenant", "target", "key", unique=True),
    Index(None, "tenant", "target", "kind", "source_id", unique=True),
    Index(None, "tenant", "target", "phase", "due_epoch", "waits", "id"),
    Index(None, "tenant", "target", "due_epoch", "due_s"),
    Index(None, "target", "phase", "waits", "tenant"),
    Index(None, "company", "phase"),
    Index(None, "tenant", "target", "customer", "id"),
    sqlite_autoincrement=True,
)

# Only added to: each content of a document that was taken in, for the deliveries to add up.
outbox_received = Table(
    "outbox_received",
    metadata,
    Column("id", INTEGER, primary_key=True),
    _tenant(),
    _text("target", ID_CHARS),
    _text("key", ID_CHARS),
    _text("route"),
    _text("trigger"),
    Column("sums", TEXT, nullable=False, default=""),
    Column("at", UtcTime, nullable=False),
    Index(None, "tenant", "target", "key", "id"),
    Index(None, "tenant", "target", "at"),
    sqlite_autoincrement=True,
)

# What a document waits for; gone once its first step is done.
outbox_wait = Table(
    "outbox_wait",
    metadata,
    _tenant(),
    Column("item_id", ForeignKey("outbox_item.id"), primary_key=True),
    Column("kind", chars(32), primary_key=True),
    Column("source_id", chars(NAME_CHARS), primary_key=True),
    _text("target", ID_CHARS),
    _text("step", 32),
    Column("is_met", Boolean, nullable=False, default=False),
    Index(None, "tenant", "target", "kind", "source_id"),
)

outbox_event = Table(
    "outbox_event",
    metadata,
    Column("id", INTEGER, primary_key=True),
    _tenant(),
    Column("item_id", ForeignKey("outbox_item.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    _text("kind", 32),
    _text("state", 32),
    _text("step", 32),
    Column("detail", TEXT, nullable=False, default=""),
    # Another content than the one that is sent: the one that was replaced, or that came too late.
    Column("content", TEXT, nullable=False, default=""),
    _text("run_id", ID_CHARS),
    Index(None, "item_id", "id"),
    sqlite_autoincrement=True,
)

# Kept when a tenant is erased, and tied to none: what was pushed once is never pushed again.
pushed_key = Table(
    "pushed_key",
    metadata,
    Column("target", chars(ID_CHARS), primary_key=True),
    Column("key_sha256", chars(ID_CHARS), primary_key=True),
    _text("target_id_sha256", ID_CHARS),
)

# What was found out of a target, by name.
push_fact = Table(
    "push_fact",
    metadata,
    _tenant(key=True),
    Column("target", chars(ID_CHARS), primary_key=True),
    Column("name", chars(ID_CHARS), primary_key=True),
    _text("value"),
)

# What a customer is called there, whose own number it need not be.
push_customer = Table(
    "push_customer",
    metadata,
    _tenant(key=True),
    Column("target", chars(ID_CHARS), primary_key=True),
    Column("customer", chars(NAME_CHARS), primary_key=True),
    _text("number", ID_CHARS),
    Column("learned_at", UtcTime, nullable=False),
)

push_mark = Table(
    "push_mark",
    metadata,
    _tenant(key=True),
    Column("target", chars(ID_CHARS), primary_key=True),
    Column("paused", Boolean, nullable=False, default=False),
    _text("reason", 2_000),
)

push_look = Table(
    "push_look",
    metadata,
    _tenant(key=True),
    Column("target", chars(ID_CHARS), primary_key=True),
    Column("kind", chars(32), primary_key=True),
    _text("mark", ID_CHARS),
)

target_card = Table(
    "target_card",
    metadata,
    _tenant(key=True),
    Column("company", chars(ID_CHARS), primary_key=True),
    Column("card_id", INTEGER, primary_key=True, autoincrement=False),
    _text("kind", 32),
    _text("name", NAME_CHARS),
    _text("numbers", NAME_CHARS),
    Column("is_active", Boolean, nullable=False),
    _text("version", ID_CHARS),
    Index(None, "tenant", "company", "kind", "name"),
)

target_register = Table(
    "target_register",
    metadata,
    _tenant(key=True),
    Column("company", chars(ID_CHARS), primary_key=True),
    _text("cursor", ID_CHARS),
    Column("swept_at", UtcTime, nullable=False),
)

route = Table(
    "route",
    metadata,
    _tenant(key=True),
    Column("source", chars(ID_CHARS), primary_key=True),
    Column("kind", chars(32), primary_key=True),
    _text("target", ID_CHARS),
    Column("settings", TEXT, nullable=False, default="{}"),
    _text("mode", 32),
    Column("activated_at", UtcTime),
    _text("activated_by"),
    Column("detached_at", UtcTime),
    _text("created_by"),
    Column("created_at", UtcTime, nullable=False),
)

# Only added to: in which mode a thing was triggered is asked for ever.
route_mode = Table(
    "route_mode",
    metadata,
    Column("id", INTEGER, primary_key=True),
    _tenant(),
    _text("source", ID_CHARS),
    _text("kind", 32),
    _text("mode", 32),
    Column("since", UtcTime, nullable=False),
    _text("who"),
    Index(None, "tenant", "source", "kind", "id"),
    sqlite_autoincrement=True,
)

route_account = Table(
    "route_account",
    metadata,
    _tenant(key=True),
    Column("source", chars(ID_CHARS), primary_key=True),
    Column("account", chars(ID_CHARS), primary_key=True),
    Column("vat_rate", ExactDecimal, primary_key=True),
    _text("target_account", ID_CHARS),
    _text("vat_status", ID_CHARS),
    Column("is_for_sales", Boolean, nullable=False),
    Column("is_for_purchases", Boolean, nullable=False),
)

feed_cursor = Table(
    "feed_cursor",
    metadata,
    _tenant(key=True),
    Column("source", chars(ID_CHARS), primary_key=True),
    _text("cursor", 1_024),
    Column("read_at", UtcTime),
    _text("problem", 2_000),
    Column("problem_since", UtcTime),
)

feed_record = Table(
    "feed_record",
    metadata,
    Column("id", INTEGER, primary_key=True),
    _tenant(),
    _text("source", ID_CHARS),
    _text("kind", 32),
    _text("record_id"),
    Column("revision", INTEGER, nullable=False),
    # What it is about: all records of one document are read together.
    _text("subject"),
    Column("content", TEXT, nullable=False),
    _text("sha256", ID_CHARS),
    Column("received_at", UtcTime, nullable=False),
    # That it came again with other content; the first stays.
    _text("problem", 2_000),
    Index(None, "tenant", "source", "kind", "record_id", "revision", unique=True),
    Index(None, "tenant", "source", "subject", "id"),
    sqlite_autoincrement=True,
)

transfer = Table(
    "transfer",
    metadata,
    _tenant(key=True),
    Column("source", chars(ID_CHARS), primary_key=True),
    Column("item", chars(NAME_CHARS), primary_key=True),
    _text("subject"),
    _text("kind", 32),
    Column("revision", INTEGER, nullable=False),
    _text("booked_by", 32),
    Column("state", words(TransferState), nullable=False),
    _text("code"),
    _text("detail", 2_000),
    Column("triggered_at", UtcTime),
    Column("day", Date),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "tenant", "source", "state"),
    Index(None, "tenant", "source", "subject"),
)

transfer_log = Table(
    "transfer_log",
    metadata,
    Column("id", INTEGER, primary_key=True),
    _tenant(),
    _text("source", ID_CHARS),
    _text("subject"),
    _text("item"),
    Column("at", UtcTime, nullable=False),
    Column("level", words(LogLevel), nullable=False),
    _text("code"),
    _text("text", 2_000),
    _text("run_id", ID_CHARS),
    Index(None, "tenant", "source", "subject", "id"),
    sqlite_autoincrement=True,
)

# Which card of a route's target is which of its source. `source_id` is empty while it is intended.
route_link = Table(
    "route_link",
    metadata,
    _tenant(key=True),
    Column("source", chars(ID_CHARS), primary_key=True),
    Column("kind", chars(32), primary_key=True),
    Column("target_id", chars(ID_CHARS), primary_key=True),
    _text("source_id", ID_CHARS),
    Column("state", words(LinkState), nullable=False),
    # Hashes by field, of the card as it was last taken over.
    Column("remembered", TEXT, nullable=False, default="{}"),
    _text("note", 2_000),
    Column("changed_at", UtcTime, nullable=False),
    Index(None, "tenant", "source", "kind", "source_id"),
)

document_fetch = Table(
    "document_fetch",
    metadata,
    _tenant(key=True),
    _year(key=True),
    Column("fetched_at", UtcTime),
    Column("document_count", INTEGER, nullable=False),
    Column("without_voucher", INTEGER, nullable=False),
    _text("reason", 2_000),
    Column("updated_at", UtcTime, nullable=False),
)

file_seen = Table(
    "file_seen",
    metadata,
    Column("id", INTEGER, primary_key=True),
    _tenant(),
    _text("sha256", ID_CHARS),
    _text("file_name"),
    Column("size_bytes", INTEGER, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    _text("outcome", 32),
    _text("reason", 2_000),
    _text("load_id", ID_CHARS),
    _text("who"),
    Index(None, "tenant", "sha256"),
    sqlite_autoincrement=True,
)

connection = Table(
    "connection",
    metadata,
    _tenant(key=True),
    Column("system", chars(ID_CHARS), primary_key=True),
    Column("method", words(Method), nullable=False),
    _text("source_tenant_id", ID_CHARS),
    Column("status", words(ConnectionState), nullable=False),
    _text("reason", 2_000),
    _text("scopes", 2_000),
    _text("credential_block"),
    Column("credential_revision", INTEGER, nullable=False),
    Column("refresh_intent_at", UtcTime),
    Column("refreshed_at", UtcTime),
    Column("checked_at", UtcTime),
    Column("recent_calls", TEXT, nullable=False, default=""),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "system", "tenant"),
)

claim = Table(
    "claim",
    metadata,
    Column("what", chars(ID_CHARS), primary_key=True),
    Column("company", chars(ID_CHARS), primary_key=True),
    _tenant(),
    Index(None, "tenant"),
)

consent_link = Table(
    "consent_link",
    metadata,
    Column("id", chars(ID_CHARS), primary_key=True),
    _tenant(),
    Column("system", chars(ID_CHARS), nullable=False),
    Column("secret_hash", chars(ID_CHARS), nullable=False),
    Column("wants", TEXT, nullable=False),
    _text("made_by"),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    _text("revoked_by"),
    Column("revoked_at", UtcTime),
    Column("connected_at", UtcTime),
    Column("taken_at", UtcTime),
    Column("answer", words(ConsentState), nullable=False),
    Column("detail", TEXT, nullable=False, default=""),
    Index(None, "secret_hash", unique=True),
    Index(None, "tenant", "system", "made_at"),
)

consent_click = Table(
    "consent_click",
    metadata,
    Column("state_hash", chars(ID_CHARS), primary_key=True),
    _tenant(),
    Column("link", chars(ID_CHARS), ForeignKey("consent_link.id"), nullable=False),
    Column("browser_hash", chars(ID_CHARS), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Index(None, "link", "made_at"),
)

pickup = Table(
    "pickup",
    metadata,
    _tenant(key=True),
    _text("block"),
    _text("folder", 1_024),
    _text("file_pattern"),
    _text("done_suffix", 32),
    Column("poll_minutes", INTEGER, nullable=False),
    _text("agreed_by"),
    Column("agreed_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("polled_at", UtcTime),
    Column("last_file_at", UtcTime),
    _text("problem", 2_000),
    Column("problem_since", UtcTime),
)

pickup_file = Table(
    "pickup_file",
    metadata,
    _tenant(key=True),
    Column("name", chars(NAME_CHARS), primary_key=True),
    Column("size_bytes", INTEGER, nullable=False),
    Column("modified_s", INTEGER, nullable=False),
    _text("sha256", ID_CHARS),
    Column("state", words(PickupState), nullable=False),
    _text("reason", 2_000),
    Column("seen_at", UtcTime, nullable=False),
    Column("move_attempts", INTEGER, nullable=False, default=0),
)

# Not tied to the tenant table: a lease or an event may belong to no tenant (empty text).
lease = Table(
    "lease",
    metadata,
    Column("resource", chars(NAME_CHARS), primary_key=True),
    _text("tenant", 63),
    _text("holder"),
    Column("token", INTEGER, nullable=False),
    _text("run_id", ID_CHARS),
    Column("acquired_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("process", chars(NAME_CHARS), nullable=False, default="", server_default=""),
    Column("ttl_s", Float, nullable=False, default=0.0, server_default="0"),
    Index(None, "run_id"),
)

# Of no tenant: a vendor counts the calls of all.
rate_share = Table(
    "rate_share",
    metadata,
    Column("id", INTEGER, primary_key=True),
    Column("scope", chars(NAME_CHARS), nullable=False),
    Column("holder", chars(NAME_CHARS), nullable=False),
    Column("calls", INTEGER, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("waits_since", UtcTime),
    Index(None, "scope", "holder"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", chars(NAME_CHARS), primary_key=True),
    Column("value", INTEGER, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", INTEGER, primary_key=True),
    Column("at", UtcTime, nullable=False),
    _text("tenant", 63),
    _text("fiscal_year", YEAR_CHARS),
    _text("kind", 32),
    _text("message", 2_000),
    _text("run_id", ID_CHARS),
    _text("load_id", ID_CHARS),
    Index(None, "tenant", "at"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)

# People of the portal. Of their passwords, links and sessions nothing is kept but a hash.
portal_user = Table(
    "portal_user",
    metadata,
    Column("id", INTEGER, primary_key=True),
    Column("email", chars(NAME_CHARS), nullable=False, unique=True),
    _text("name"),
    Column("role", words(Role), nullable=False),
    _text("language", 2),
    _text("password_hash"),
    Column("password_set_at", UtcTime),
    _text("created_by"),
    Column("created_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

portal_membership = Table(
    "portal_membership",
    metadata,
    Column("user_id", ForeignKey("portal_user.id"), primary_key=True),
    _tenant(key=True),
    Column("since", UtcTime, nullable=False),
    Index(None, "tenant"),
)

portal_invitation = Table(
    "portal_invitation",
    metadata,
    Column("token_hash", chars(ID_CHARS), primary_key=True),
    Column("user_id", ForeignKey("portal_user.id"), nullable=False),
    _text("created_by"),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "user_id"),
)

portal_session = Table(
    "portal_session",
    metadata,
    Column("token_hash", chars(ID_CHARS), primary_key=True),
    Column("user_id", ForeignKey("portal_user.id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Index(None, "user_id"),
)

# Tied to no user: what somebody did stays known when that person is removed.
portal_audit = Table(
    "portal_audit",
    metadata,
    Column("id", INTEGER, primary_key=True),
    Column("at", UtcTime, nullable=False),
    _text("who"),
    _text("tenant", 63),
    _text("action", ID_CHARS),
    Column("status", INTEGER),
    _text("detail", 2_000),
    _text("address", ID_CHARS),
    Index(None, "tenant", "id"),
    sqlite_autoincrement=True,
)

# That a night has begun: its tenants are fixed from then on.
night_zone = Table(
    "night_zone",
    metadata,
    Column("zone", chars(ID_CHARS), primary_key=True),
    Column("night", Date, primary_key=True),
    Column("begun_at", UtcTime, nullable=False),
)

# What a night came to for a tenant's books in one system, written by whoever finished.
night_tenant = Table(
    "night_tenant",
    metadata,
    _tenant(key=True),
    Column("system", chars(ID_CHARS), primary_key=True),
    Column("night", Date, primary_key=True),
    _text("zone", ID_CHARS),
    Column("shard", INTEGER, nullable=False),
    Column("state", words(NightState), nullable=False),
    _text("outcome", 32),
    _text("reason", 2_000),
    _text("run_id", ID_CHARS),
    # How often a shard died while it looked.
    Column("deaths", INTEGER, nullable=False, default=0),
    Column("calls", INTEGER, nullable=False, default=0),
    Column("took_s", Float, nullable=False, default=0.0),
    Column("held_since", UtcTime),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "night", "zone", "shard"),
    Index(None, "run_id"),
)

# Of which outages somebody was told: one each night.
night_outage = Table(
    "night_outage",
    metadata,
    Column("system", chars(ID_CHARS), primary_key=True),
    Column("night", Date, primary_key=True),
    Column("began_at", UtcTime, nullable=False),
)

# Machines that work on this hub, and where each keeps what the others have to see.
host = Table(
    "host",
    metadata,
    Column("name", chars(ID_CHARS), primary_key=True),
    _text("lake", 2_000),
    _text("warehouse", 2_000),
    _text("inbox", 2_000),
    _text("release", ID_CHARS),
    _text("boot", ID_CHARS),
    # Seconds by which its clock is ahead of the hub's.
    Column("clock_ahead_s", Float, nullable=False, default=0.0),
    Column("joined_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)
