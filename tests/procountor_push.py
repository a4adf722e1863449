"""Pushing into a simulated Procountor in this process: hub, world, target, and a run of it all."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager

import httpx
from httpx_retries import Retry
from pydantic import SecretStr

from blocks.http import SlidingWindow
from blocks.hub.outbox import NewDocument
from blocks.systems.procountor import tokens
from blocks.systems.procountor.api import opened
from blocks.systems.procountor.register import Register
from blocks.systems.procountor.session import who_is
from blocks.systems.procountor.target import RULES, ProcountorTarget
from blocks.systems.procountor.there import There
from blocks.systems.procountor.tokens import Grant
from ledger.invoice.mappings.procountor.terms import Terms
from ledger.invoice.pushed.kinds import kind_of
from ledger.push.advance import Rules
from ledger.push.events import Resolved, Retried
from ledger.push.kinds import Prerequisite, PushKind
from ledger.push.steps import Step
from simulators.procountor import CLIENT_ID, CLIENT_SECRET, Company, InProcess, World
from tasks.push import Pusher, now
from tests.pushed import partner

URL = "http://localhost/api"
COMPANY_ID = 1001
SYSTEM = f"procountor@{CLIENT_ID}"
IMPATIENT = Retry(total=0, allowed_methods=[])
QUICK = Rules(RULES.read_backs, commit_lag_s=0.1, settle_s=0.1, poll_interval_s=0.01)
"""As the target's, in a world where everything happens a thousand times as fast."""
IMAGE_BYTES = b"%PDF-1.4 plainly fake\r\n--other\r\n\r\n\n\x00"
IMAGE = {
    "sha256": hashlib.sha256(IMAGE_BYTES).hexdigest(),
    "name": "lasku 1.pdf",
    "size_bytes": len(IMAGE_BYTES),
}
OF = {
    "partner": PushKind.PARTNER,
    "product": PushKind.PRODUCT,
    "invoice": PushKind.PURCHASE_INVOICE,
}


class Traced(InProcess):
    """The way into the world, which says when the first byte leaves, as a socket does."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if trace := request.extensions.get("trace"):
            await trace("http11.send_request_headers.started", {})
        return await super().handle_async_request(request)


class Unhurried(SlidingWindow):
    """A pace that waits for nothing: what is tried here is not the rate."""

    def wait_out(self, *, retry_after_s: float = 0.0) -> None:
        """Go on at once."""


@asynccontextmanager
async def unpaced(*_):
    """Yield a pace that waits for nothing, in place of a client's."""
    yield Unhurried(calls=10**6, period_s=0.001)


class Books:
    """A tenant whose documents go into one simulated company."""

    def __init__(
        self,
        hub,
        *,
        tenant="acme",
        world=None,
        rules=QUICK,
        client_id=CLIENT_ID,
        key=f"key-{COMPANY_ID}",
        **terms,
    ):
        self.hub, self.tenant, self.rules = hub, tenant, rules
        self.world = world or World.of([Company(COMPANY_ID)])
        self.world.limiter.limit = 10**9
        self.terms = Terms(**terms)
        self.client_id, self.key = client_id, key
        self.system = f"procountor@{client_id}"
        self.images = {IMAGE["sha256"]: IMAGE_BYTES}
        tokens._HELD.clear()

    @property
    def company(self):
        return self.world.companies[COMPANY_ID]

    @property
    def faults(self):
        return self.world.faults

    @asynccontextmanager
    async def target(self):
        secret = self.world.clients.get(self.client_id, CLIENT_SECRET)
        grant = Grant(self.client_id, SecretStr(secret), SecretStr(self.key))
        window = Unhurried(calls=10**6, period_s=0.001)
        wire = Traced(self.world)
        async with opened(URL, grant, window, wire=wire, retry=IMPATIENT, limit_s=5.0) as api:
            who = await who_is(api)
            register = Register(self.hub, self.tenant, who.company_id, "FI", api)
            there = There(api, self.terms, who, register, self.image)
            yield ProcountorTarget(there, rules=self.rules, request_limit_s=5.0)

    def image(self, _document, image):
        return self.images.get(image.sha256)

    def add(self, document, *, process="approve", steps=None):
        """Queue a document, which waits for what it names."""
        kind = PushKind(kind_of(document))
        step = Step.APPROVE if kind is PushKind.PAYMENT else Step.CREATE
        plan = steps or asyncio.run(self._plan(kind, process))
        new = NewDocument(
            source_id=document.key,
            kind=kind,
            key=hashlib.sha256(f"{self.tenant}/{document.key}".encode()).hexdigest()[:32],
            customer=document.key,
            document=document.as_json(),
            digest=document.digest,
            steps=plan,
            waits_for=tuple(Prerequisite(_kind_of(key), key, step) for key in document.waits_for),
        )
        counts = self.hub.outbox.add(self.tenant, self.system, [new])
        assert not counts["refused"], counts

    async def _plan(self, kind, process):
        async with self.target() as target:
            return target.plan(kind, process)

    def add_purchase(self, document, **options):
        """Queue a purchase and the card of its supplier."""
        self.add(partner())
        self.add(document, **options)

    def push(self, *, limit_s=30.0):
        """Push what is due and return how documents ended."""
        return dict(asyncio.run(self.pushed(limit_s)))

    async def pushed(self, limit_s=30.0):
        async with self.target() as target:
            pusher = Pusher(
                self.hub, self.tenant, self.system, target, limit_s=limit_s, pause_s=0.01
            )
            return await pusher.run()

    def queued(self, key, kind=PushKind.PURCHASE_INVOICE):
        return self.hub.outbox.find(self.tenant, self.system, key, kind=kind)

    def item(self, key="ecom/p-1", kind=PushKind.PURCHASE_INVOICE):
        return self.queued(key, kind).item

    def retry(self, key="ecom/p-1", kind=PushKind.PURCHASE_INVOICE):
        self.apply(Retried(), key, kind)

    def resolve(self, key="ecom/p-1", kind=PushKind.PURCHASE_INVOICE, *, is_done, target_id=""):
        self.apply(Resolved(is_done, target_id), key, kind)

    def apply(self, event, key, kind):
        self.hub.outbox.apply(self.queued(key, kind), event, rules=self.rules, now=now())

    def log(self, key="ecom/p-1", kind=PushKind.PURCHASE_INVOICE):
        return [line.detail for line in self.hub.outbox.log(self.queued(key, kind))]

    def calls(self, path="", method=""):
        return self.world.matching(path, method=method)

    def invoices(self):
        return [one for one in self.company.invoices.values() if not one.is_hidden]

    def receipt(self, invoice):
        return self.company.receipts[invoice.receipt_id]


def _kind_of(key):
    name = key.partition("/")[2]
    if name.startswith(("supplier", "customer")):
        return PushKind.PARTNER
    if name.startswith("product"):
        return PushKind.PRODUCT
    return PushKind.SALES_INVOICE if name.startswith("s-") else PushKind.PURCHASE_INVOICE
