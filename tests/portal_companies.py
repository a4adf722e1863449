"""Acme and bolaget: two companies of which everything is there that a page can ask for.

They are made once and then copied, which takes a tenth of the time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest

from blocks.hub import FileSeen, Load, Tenant, UnitState, models, unit_resource
from blocks.hub.outbox import NewDocument
from blocks.lake import Lake
from blocks.uploads import Upload
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.fiscal_year import FiscalYear
from ledger.push.events import Barred, Event
from ledger.push.items import Clock, HoldCode, Step
from ledger.push.kinds import PushKind
from ledger.schemas import SIDE_TABLES
from ledger.unit import Unit
from tasks.push_people import RULES
from tasks.routes import add
from tasks.stores import Stores
from tests.homes import opened_new
from tests.staged_units import facts, stage, voucher

OURS, THEIRS = "acme", "bolaget"
OUR_YEAR = FiscalYear.parse("2024")
THEIR_YEAR = FiscalYear.parse("2023-07-01_2024-06-30")
OUR_OTHER_YEAR = FiscalYear.parse("2025")
OUR_VOUCHER, THEIR_VOUCHER = "A:1", "B:7"


Ids = Mapping[str, tuple[str, str]]


def move_in(home: Path, empty_hub: Path) -> Ids:
    """Have the two live in a home; return the ids of acme's and bolaget's things, by their kind."""
    made, ids = _made(empty_hub)
    shutil.copytree(made.name, home, dirs_exist_ok=True)
    return ids


@cache
def _made(empty_hub: Path) -> tuple[TemporaryDirectory[str], Ids]:
    folder = TemporaryDirectory()
    home = Path(folder.name)
    with pytest.MonkeyPatch.context() as patched, opened_new(home, empty_hub) as stores:
        patched.setenv("TASMA_HOME", str(home))
        return folder, _ids(stores)


def _ids(stores: Stores) -> Ids:
    stores.hub.tenants.add(Tenant("acme", "Acme AB", organisation_number="5599900221"))
    stores.hub.tenants.add(Tenant("bolaget", "Bolaget AB", organisation_number="5599900015"))
    stores.hub.years.define(OURS, OUR_YEAR)
    stores.hub.years.define(THEIRS, THEIR_YEAR)
    publish(stores, OURS, OUR_YEAR, OUR_VOUCHER)
    publish(stores, THEIRS, THEIR_YEAR, THEIR_VOUCHER)
    for tenant in (OURS, THEIRS):
        add(stores.hub, tenant, "ecom", "vouchers", target="", who="test")
    return {
        "tenant": (OURS, THEIRS),
        "year": (OUR_YEAR.key, THEIR_YEAR.key),
        "link": (_link(stores, OURS), _link(stores, THEIRS)),
        "voucher": (OUR_VOUCHER, THEIR_VOUCHER),
        "document": (document_of(OURS), document_of(THEIRS)),
        "upload": (upload(OURS), upload(THEIRS)),
        "file": (_file(stores, OURS), _file(stores, THEIRS)),
        "item": (_document(stores, OURS), _document(stores, THEIRS)),
        "load": (hold(stores, OURS, OUR_OTHER_YEAR), hold(stores, THEIRS, OUR_OTHER_YEAR)),
    }


def publish(stores: Stores, tenant: str, year: FiscalYear, key: str) -> None:
    """Have a year published with one voucher of 5.00, from 3001 to 1930, and its document."""
    said = facts(tenant, start_date=year.start_date, end_date=year.end_date)
    rows = voucher(key, ("1930", "5.00"), ("3001", "-5.00"))
    with TemporaryDirectory() as folder:  # in their lake a later load would find this one's stage
        staged = stage(Lake(Path(folder)), rows, said=said)
        stores.warehouse.publish(
            staged, unit=Unit(tenant, year), token=1, load_id="load-1", run_id="run-1"
        )
    landed = stores.lake.land(tenant, "fortnox-documents", content_of(tenant), file_name="")
    row = {
        "document_id": document_of(tenant),
        "document_kind": "voucher",
        "revision": "",
        "voucher_key": key,
        "file_name": "../kvitto.html",
        "media_type": "application/pdf",
        "size_bytes": landed.size_bytes,
        "sha256": landed.sha256,
        "lake_address": landed.address,
        "fetched_at": dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    }
    files = pa.Table.from_pylist([row], schema=SIDE_TABLES["connected_file"])
    stores.warehouse.publish_side_tables(tenant, year, {"connected_file": files}, token=1)
    for state in (UnitState.RECONCILING, UnitState.PUBLISHED):
        stores.hub.units.set_status(
            tenant, year, state, load_id="load-1", digest="d", source="sie", voucher_count=1
        )


def hold(stores: Stores, tenant: str, year: FiscalYear) -> str:
    """Have a load of a year held by one break; return the load's id."""
    hub = stores.hub
    load = hub.loads.save(Load(tenant, year.key, "sie", digest="d"))
    for state in (UnitState.STAGED, UnitState.RECONCILING):
        hub.units.set_status(tenant, year, state, load_id=load.load_id, source="sie")
    amounts = {"expected": Decimal(0), "actual": Decimal(7), "difference": Decimal(7)}
    found = Break("voucher_balance", BreakKind.AMOUNT, voucher_key="A:4", **amounts)
    result = ControlResult(
        "voucher_balance", Severity.BLOCKS, Answer.BROKEN, breaks=(found,), break_count=1
    )
    hub.loads.save_results(load.load_id, [result])
    hub.units.set_status(tenant, year, UnitState.HELD, load_id=load.load_id, reason="it differs")
    return load.load_id


def upload(tenant: str, content: bytes = b"#FLAGGA 0\r\n", name: str = "books.se") -> str:
    """Have a file lie there that somebody sent; return its id."""
    sent = Upload(tenant, name, size_bytes=len(content), quota_bytes=1_000_000)
    sent.write(content)
    return sent.finish().parent.name


def own(stores: Stores, year: FiscalYear, source: str) -> None:
    """Say that a ledger of a source is acme's of a year."""
    hub = stores.hub
    lease = hub.leases.acquire(unit_resource(OURS, year), holder="test")
    load = hub.loads.save(Load(OURS, year.key, source))
    for state in (UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED):
        hub.units.set_status(
            OURS, year, state, token=lease.token, load_id=load.load_id, source=source
        )
    hub.leases.release(lease)


def unpublish(stores: Stores, tenant: str) -> None:
    """Have nothing of a tenant published, nor held."""
    with stores.hub.database.writing() as connection:
        connection.execute(models.unit.delete().where(models.unit.c.tenant == tenant))
    stores.warehouse.erase(tenant)


def document_of(tenant: str) -> str:
    """Return the id of a tenant's one document."""
    return f"document-{tenant}"


def content_of(tenant: str) -> bytes:
    """Return what is in it."""
    return f"%PDF-1.4 of {tenant}".encode()


def _document(stores: Stores, tenant: str) -> str:
    push(stores, tenant, f"{tenant}/1", Barred(HoldCode.LOCKED))
    return f"{tenant}/1"


def push(stores: Stores, tenant: str, name: str, *happened: Event) -> None:
    """Have an invoice of a tenant on its way to Fennoa, to which something happened."""
    outbox, steps = stores.hub.outbox, (Step.CREATE,)
    new = NewDocument(name, PushKind.SALES_INVOICE, f"key of {name}", "c", "{}", "d", steps)
    outbox.add(tenant, "fennoa", [new])
    for event in happened:
        queued = outbox.find(tenant, "fennoa", name)
        outbox.apply(queued, event, rules=RULES, now=Clock(1.0, "test"))


def _file(stores: Stores, tenant: str) -> str:
    sha256 = hashlib.sha256(tenant.encode()).hexdigest()
    stores.hub.files.record(FileSeen(tenant, sha256, f"{tenant}.se", 10, outcome="received"))
    return sha256


def _link(stores: Stores, tenant: str) -> str:
    about = {"wants": {}, "made_by": "test", "life": dt.timedelta(days=14)}
    link, _secret = stores.hub.consents.make(tenant, "fortnox", **about)
    return link.id
