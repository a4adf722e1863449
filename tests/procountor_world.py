"""Seeded schedules over the simulated Procountor, in one process, in virtual time, without sockets.

A partner, a purchase with postings and image, and its payment go through the real target; in a
whole schedule a product, a journal, a sale and its payment too. Calls go wrong, the pusher dies
between any two stored points, and people, a supplier's e-invoice and the bank do what they do in
between. What is there in the end is held against what may be there.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from blocks.systems.procountor.target import PLANS, RULES
from blocks.systems.targets import Before, Claim
from ledger.push.advance import Rules, advance
from ledger.push.events import (
    Begun,
    Call,
    Rescued,
    Search,
    StateRead,
    Walked,
)
from ledger.push.items import Clock, HoldCode, Item, Phase
from ledger.push.kinds import Learned, Prerequisite, PushKind
from ledger.push.steps import READ_ONLY, Step
from simulators.procountor import Company, Fault, User, World
from simulators.procountor.acts import Acts
from tests.procountor_push import COMPANY_ID, IMAGE, Books
from tests.pushed import COST, SUPPLIER, journal, partner, payment, product, purchase, sale

LAG_S, SETTLE_S, REQUEST_S = 900.0, 600.0, 120.0
RULES_HERE = Rules(RULES.read_backs, commit_lag_s=LAG_S, settle_s=SETTLE_S, poll_interval_s=30.0)
BORN = dt.datetime(2026, 4, 20, 8, 0, tzinfo=dt.UTC)
US, SOMEBODY = 1, 2
WRITES = (
    Fault.LOST,
    Fault.LOST_DONE,
    Fault.FAULT,
    Fault.FAULT_DONE,
    Fault.HTML,
    Fault.HTML_DONE,
    Fault.CUT,
    Fault.LATE,
    Fault.EXPIRED,
    Fault.BUSY,
)
READS = (*(Fault.FAULT, Fault.HTML, Fault.LOST, Fault.EXPIRED) * 10, Fault.HIDDEN)
HAND_POSTED = "4300"
GROSS = Decimal("1255.00")
LIMIT_S = 60_000.0
SALES_PAYMENT = {"id": "payment-2", "invoice": {"document": "ecom/s-1"}, "paid_on": "2026-04-24"}


class Cards:
    """The hub's cards of partners, in memory."""

    def __init__(self):
        self.kept, self.at = {}, ""

    def cursor(self, *_):
        return self.at

    def keep(self, _tenant, _company, cards, cursor, *, is_whole):
        self.kept = {} if is_whole else self.kept
        self.kept |= {one.id: one for one in cards}
        self.at = cursor

    def candidates(self, _tenant, _company, kind, *, numbers, name):
        return [
            one
            for one in self.kept.values()
            if one.kind == kind and (one.name == name or set(one.numbers) & set(numbers))
        ]

    def newest_id(self, *_):
        return max(self.kept, default=0)

    def drop(self, _tenant, _company, card_id):
        self.kept.pop(card_id, None)


def _amount(call):
    return json.loads(call.body, parse_float=Decimal, parse_int=Decimal)["amount"]


def _is_whole(pattern, path):
    """Return whether a pattern means a path and not one below it."""
    return pattern.count("/") == path.count("/")


@dataclass
class Drawn:
    """Faults as they come by chance; none once there is peace."""

    random: random.Random
    rate: float
    reads: tuple[Fault, ...] = READS
    late_s: float = 0.0
    skew_s: float = 0.0
    count: int = 0
    first: dict[str, list[Fault]] = field(default_factory=dict)
    """What goes wrong with the first of some calls, before chance decides."""

    def take(self, method, path):
        for pattern, faults in self.first.items():
            if faults and fnmatchcase(f"{method} {path}", pattern) and _is_whole(pattern, path):
                return faults.pop(0)
        if not self.rate or path == "oauth/token" or self.random.random() > self.rate:
            return None
        self.count += 1
        self.late_s = self.random.uniform(1.0, min(LAG_S, SETTLE_S) - REQUEST_S)
        return self.random.choice(self.reads if method == "GET" else WRITES)


@dataclass
class Schedule:
    """One seeded course of events. `amount`: of the payment, None for all that is open.

    `is_whole`: a product, a journal, a sale and its payment go too. `first`: what goes wrong with
    the first of a call.
    """

    seed: int
    fault_rate: float = 0.25
    people: float = 0.3
    kills: int = 4
    reads: tuple[Fault, ...] = READS
    first: dict[str, list[Fault]] = field(default_factory=dict)
    amount: str | None = None
    is_whole: bool = False
    now: float = 0.0
    epoch: int = 0
    acted: Counter = field(default_factory=Counter)
    banked: list[tuple[dt.datetime, Decimal]] = field(default_factory=list)
    set_back: bool = False
    posted: bool = False

    def __post_init__(self):
        self.random = random.Random(self.seed)  # noqa: S311 - a schedule, never a key
        company = Company(COMPANY_ID)
        company.users[SOMEBODY] = User(SOMEBODY)
        self.world = World.of([company], clock=lambda: BORN + dt.timedelta(seconds=self.now))
        self.world.habits.takes_overpayment = True
        self.world.faults = Drawn(self.random, 0.0, self.reads, first=self.first)
        self.acts = Acts(self.world, COMPANY_ID)
        hub = SimpleNamespace(target_cards=Cards())
        self.books = Books(hub, world=self.world, rules=RULES_HERE)
        self.documents = {
            "partner": (PushKind.PARTNER, partner()),
            "invoice": (PushKind.PURCHASE_INVOICE, purchase(postings=[COST], image=IMAGE)),
            "payment": (PushKind.PAYMENT, payment(amount=self.amount)),
        }
        if self.is_whole:
            self.documents |= {
                "product": (PushKind.PRODUCT, product()),
                "journal": (PushKind.JOURNAL, journal()),
                "sale": (PushKind.SALES_INVOICE, sale()),
                "sale's payment": (PushKind.PAYMENT, payment(**SALES_PAYMENT, amount=self.amount)),
            }
        self.items = {name: self._item(name) for name in self.documents}
        self.tokens = iter(range(1, 10**6))
        self.claims: dict[str, float] = {}

    def _item(self, name):
        waits = {
            "invoice": (Prerequisite(PushKind.PARTNER, "ecom/supplier-1"),),
            "payment": (Prerequisite(PushKind.PURCHASE_INVOICE, "ecom/p-1", Step.APPROVE),),
            "sale's payment": (Prerequisite(PushKind.SALES_INVOICE, "ecom/s-1", Step.APPROVE),),
        }
        kind, _ = self.documents[name]
        key = hashlib.sha256(f"{self.seed} {name}".encode()).hexdigest()[:32]
        return Item(key, PLANS[kind]["approve"], waits_for=waits.get(name, ()))

    @property
    def company(self):
        return self.world.companies[COMPANY_ID]

    @property
    def clock(self):
        return Clock(self.now, f"process {self.epoch}")

    def play(self):
        """Work under faults, then in peace until nothing changes any more."""
        asyncio.run(self._play())
        return self

    async def _play(self):
        async with self.books.target() as target:
            self.world.faults.rate = self.fault_rate
            while self.now < LIMIT_S and not self._is_settled():
                self.now += self.random.uniform(5.0, 60.0)
                if self.now > LIMIT_S / 3:
                    self.world.faults.rate = self.people = 0.0
                    self.kills = 0
                self._interfere()
                self.now += 1.0
                for name in self.items:
                    await self._work(target, name)
            self.world.faults.rate = 0.0
            self.now += 10 * LAG_S
            # What is still to come is due now; any call lets it come.
            await target.there.api.get("sessioninfo")

    def _is_settled(self):
        ends = {Phase.DONE, Phase.HELD, Phase.REJECTED}
        stuck = [one for one in self.items.values() if one.phase in ends or self._waits(one)]
        return not self.world.late and len(stuck) == len(self.items)

    def _waits(self, item):
        """Return whether an item waits for one that goes no further."""
        for one in item.waits_for:
            other = self._named(one.source_id)
            if not other.has_reached(one.step):
                return other.phase in {Phase.HELD, Phase.REJECTED} or self._waits(other)
        return False

    def _named(self, source_id):
        return next(
            self.items[name] for name, (_, one) in self.documents.items() if one.key == source_id
        )

    def _queued(self, name, item=None):
        kind, document = self.documents[name]
        return SimpleNamespace(
            id=list(self.documents).index(name),
            kind=kind,
            source_id=document.key,
            document=document.as_json(),
            item=item or self.items[name],
        )

    def _apply(self, name, event):
        self.items[name], _ = advance(self.items[name], event, rules=RULES_HERE, now=self.clock)

    def _dies(self):
        """Return whether the process dies now; another goes on once the claim is over."""
        if self.kills and self.random.random() < 0.05:
            self.kills -= 1
            self.epoch += 1
            self.now += REQUEST_S + self.random.uniform(1.0, 300.0)
            return True
        return False

    async def _work(self, target, name):
        item = self.items[name]
        if item.phase is Phase.SENDING:
            self._apply(name, Rescued())
            return
        action = advance(item, None, rules=RULES_HERE, now=self.clock)[1]
        if isinstance(action, Call):
            await self._call(target, name, action.step)
        elif action and action.wait_s:
            self.now += min(action.wait_s, 30.0)
        elif isinstance(action, Search):
            await self._search(target, name, action)
        elif action:
            began = self.now
            read = await target.read(action.step, self._queued(name))
            event = StateRead(
                action.step, item.token, read.finding, began, read.detail, read.target_number
            )
            self._apply(name, event)

    async def _call(self, target, name, step):
        item = self.items[name]
        if not item.finished and not all(
            self._named(one.source_id).has_reached(one.step) for one in item.waits_for
        ):
            return
        learned = item.learned if item.finished else tuple(map(self._learned, item.waits_for))
        knowing = self._queued(name, replace(item, learned=learned))
        before = Before() if step in READ_ONLY else await target.before(step, knowing)
        if not isinstance(before, Before):
            self._apply(name, before)
            return
        token = next(self.tokens)
        self._apply(name, Begun(token, "digest", item.mark or before.mark, learned, before.facts))
        if self._dies():
            return
        event = await target.call(step, self._queued(name), Claim(token, float("inf")))
        self.now += self.random.uniform(0.1, 30.0)
        if not self._dies():
            self._apply(name, event)

    def _learned(self, one):
        other = self._named(one.source_id)
        return Learned(one.kind, one.source_id, other.target_id, other.target_number)

    async def _search(self, target, name, action):
        item, began = self.items[name], self.now
        kind, _ = self.documents[name]
        walk = await target.walk(kind, action.mark, {item.key: self._queued(name)})
        none = frozenset()
        event = Walked(
            walk.is_complete,
            walk.ours.get(item.key, none),
            walk.lookalikes.get(item.key, none),
            began,
        )
        self._apply(name, event)

    def _interfere(self):
        """Let somebody else do something there."""
        if self.random.random() > self.people:
            return
        acts = [self._post, self._save, self._receive, self._card]
        if any(one.status == "APPROVED" for one in self._ours()):
            acts = [self._set_back, self._pay]
        act: Callable[[], None] = self.random.choice(acts)
        act()

    def _ours(self, kind="PURCHASE_INVOICE"):
        return [
            one
            for one in self.company.invoices.values()
            if not one.is_hidden and one.creator_id == US and one.type == kind
        ]

    def _post(self):
        for invoice in self._ours():
            if invoice.status == "UNFINISHED":
                rows = self.company.receipts[invoice.receipt_id].rows
                entries = [
                    place for place, row in enumerate(rows) if row["transactionType"] == "ENTRY"
                ]
                # Right after it came, a posting cannot be told from Procountor's own.
                age = self.world.here - invoice.created
                if age > dt.timedelta(seconds=120):
                    self.acts.edit_posting(invoice.receipt_id, account=HAND_POSTED, row=entries[0])
                    self.acted["posted"] += 1
                    self.posted = True

    def _save(self):
        for invoice in self._ours():
            if invoice.status == "UNFINISHED":
                self.acts.save_invoice(invoice.id)
                self.acted["saved"] += 1
                self.posted = False

    def _set_back(self):
        for invoice in self._ours():
            if invoice.status == "APPROVED":
                self.acts.set_status(invoice.id, "UNFINISHED")
                self.acted["set back"] += 1
                self.set_back = True

    def _pay(self):
        for invoice in self._ours():
            if invoice.status == "APPROVED" and not invoice.payments:
                part = self.random.choice([None, "255.00"])
                self.acts.bank_pays(invoice.id, part)
                self.banked.append((self.world.now, Decimal(part or GROSS)))
                self.acted["bank"] += 1

    def _receive(self):
        if self.acted["received"]:
            return
        number = self.acts.receive_invoice(
            {
                "type": "PURCHASE_INVOICE",
                "date": "2026-04-01",
                "originalInvoiceNumber": "4711",
                "counterParty": {
                    "identifier": "1234567-1",
                    "counterPartyAddress": {"name": SUPPLIER["name"], "country": "FINLAND"},
                },
                "paymentInfo": {
                    "paymentMethod": "BANK_TRANSFER",
                    "currency": "EUR",
                    "currencyRate": Decimal(1),
                    "dueDate": "2026-04-15",
                },
                "extraInfo": {"accountingByRow": True, "unitPricesIncludeVat": False},
                "discountPercent": Decimal(0),
                "vatStatus": Decimal(1),
                "invoiceRows": [
                    {
                        "product": "Vuokra",
                        "quantity": Decimal(1),
                        "unit": "PIECE",
                        "unitPrice": Decimal(1000),
                        "discountPercent": Decimal(0),
                        "vatPercent": Decimal("25.5"),
                    }
                ],
                "invoiceChannel": "NO_SENDING",
            }
        )
        self.company.invoices[number].creator_id = SOMEBODY
        self.acted["received"] += 1

    def _card(self):
        if self.acted["card"]:
            return
        self.acts.add_partner(
            {
                "name": SUPPLIER["name"],
                "type": "SUPPLIER",
                "invoicingInfo": {"identifier": "FI12345671"},
                "paymentInfo": {"paymentMethod": "BANK_TRANSFER"},
                "registryInfo": {"active": True},
            }
        )
        self.acted["card"] += 1

    def wrong(self):
        """Say what may not be; empty when everything is there once, or a person was told."""
        return [*self._twice(), *self._undone(), *self._left(), *self._others()]

    def _others(self):
        journals = [one for one in self.company.receipts.values() if one.type == "JOURNAL"]
        sales = self._ours("SALES_INVOICE")
        there = {"product": self.company.products, "journal": journals, "sale": sales}
        for name, found in there.items():
            if len(found) > 1 or (not found and self._is_done(name)):
                yield f"{len(found)} of one {name}"
        if self._is_done("journal") and journals[0].status != "APPROVED":
            yield "a journal is not approved"
        if any(len(one.payments) > 1 for one in sales):
            yield "a sale was marked paid twice"

    def _is_done(self, name):
        return name in self.items and self.items[name].phase is Phase.DONE

    def _twice(self):
        ours = self._ours()
        if len(ours) > 1:
            yield f"{len(ours)} invoices of one"
        cards = [
            one
            for one in self.company.partners.values()
            if "tasma:" in str(one.body.get("additionalInfo"))
        ]
        hold = self.items["partner"].hold
        is_told = hold is not None and hold.code in {HoldCode.SEVERAL, HoldCode.LOOKALIKE}
        if len(cards) > 1 or (cards and not is_told and self._was_there_before()):
            yield f"{len(self.company.partners)} cards of one partner"
        for invoice in ours:
            sums = Counter(self.company.attachments[one].content for one in invoice.attachments)
            if any(count > 1 for count in sums.values()):
                yield "an image twice"
            marked = [one for one in invoice.payments if one["type"] == "ELSEWHERE"]
            if len(marked) > 1:
                yield f"marked paid {len(marked)} times"
            for call in self.world.matching(f"invoices/{invoice.id}/", method="PUT"):
                # What the bank pays after our call was sent, nobody can take back.
                known = sum(paid for at, paid in self.banked if at <= call.at)
                if call.path.endswith("markpaid") and _amount(call) > GROSS - known:
                    yield "more was marked paid than was open"

    def _was_there_before(self):
        """Return whether somebody else's card was there before ours was first sent."""
        sent = self.world.matching("businesspartners", method="POST")
        if not sent:
            return False
        first = sent[0].at.astimezone(ZoneInfo(self.world.habits.zone)).replace(tzinfo=None)
        return any(
            one.created < first.replace(microsecond=0)
            for one in self.company.partners.values()
            if "tasma:" not in str(one.body.get("additionalInfo"))
        )

    def _undone(self):
        for invoice in self._ours():
            rows = self.company.receipts[invoice.receipt_id].rows
            if self.posted and not any(row["account"] == HAND_POSTED for row in rows):
                yield "a person's posting was overwritten"
            if self.set_back and invoice.status not in {"UNFINISHED", "RECEIVED"}:
                yield "approved over a person's word"

    def _left(self):
        known = {str(one.id) for one in self._ours()}
        invoice = self.items["invoice"]
        if invoice.target_id and invoice.target_id not in known:
            yield "somebody else's invoice was taken for ours"
        for name, item in self.items.items():
            if item.phase not in {Phase.DONE, Phase.HELD, Phase.REJECTED} and not self._waits(item):
                yield f"{name} left {item.phase} at {item.step}"
        if invoice.phase is Phase.DONE and not self.acted:
            rows = [self.company.receipts[one.receipt_id].rows for one in self._ours()]
            accounts = [row["account"] for row in rows[0] if row["transactionType"] == "ENTRY"]
            if accounts != ["7230"] or len(self._ours()[0].attachments) != 1:
                yield "done, but not done"
