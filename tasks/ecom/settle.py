"""Deciding what follows for documents of Ecom, queueing what goes, and noting what does not."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from blocks.http import CallProblem
from blocks.hub.states import LogLevel, TransferState
from blocks.hub.transfers import Transfer
from blocks.lake import Lake
from blocks.systems.ports import DocumentFeed
from blocks.systems.registry import bank_accounts_of
from blocks.systems.targets import PushTarget
from ledger.ecom.decide import DAYS_AFTER_DUE, Decision, Kind, Verdict, decide
from ledger.ecom.documents import EcomDocument
from ledger.ecom.modes import Mode
from ledger.ecom.remarks import Level, Remark, remarks
from ledger.ecom.sentences import MEANINGS, sentence
from ledger.invoice.mappings.ecom_procountor.mapping import Mapped, map_document, map_payment
from ledger.invoice.mappings.ecom_procountor.own_account import against_bic
from ledger.invoice.mappings.ecom_procountor.postings import Refusal
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from ledger.invoice.pushed.parts import Pushed
from ledger.push.kinds import PushKind
from ledger.text import joined
from tasks.ecom.cases import RETRIED, Found, cases
from tasks.ecom.images import fetch_image
from tasks.ecom.queueing import queue
from tasks.ecom.route import EcomRoute
from tasks.log import warn

STATES: Final = {
    Verdict.SEND: TransferState.QUEUED,
    Verdict.WAIT: TransferState.WAITS,
    Verdict.REFUSE: TransferState.REFUSED,
    Verdict.LEAVE: TransferState.LEFT,
}
TARGET_REFUSES: Final = "target_refuses"
BY_OTHERS: Final = frozenset({"left_by_person", "journal"})
"""Codes of what was left out otherwise than by the mode, and stays so."""


@dataclass
class Settled:
    """What a run decided, by what became of it; `queued`: items that are in the outbox now."""

    by_state: Counter[str] = field(default_factory=Counter)
    queued: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """Subjects of which the image could not be fetched now: the next run decides them."""


@dataclass
class Settling:
    """The work on one tenant's documents. `feed`, `target`: open; no target where nothing goes.

    `own_accounts`: BIC by IBAN of the company's own in the target, once they were asked for.
    """

    route: EcomRoute
    feed: DocumentFeed
    lake: Lake
    target: PushTarget | None = None
    run_id: str = ""
    done: Settled = field(default_factory=Settled)
    own_accounts: Mapping[str, str] | None = None

    async def of_subjects(self, subjects: Sequence[str]) -> Settled:
        """Decide documents one by one; one document's trouble stops no other.

        Raises:
            CallRefused, CallFailed: The feed does not answer for an image.
        """
        for found in await asyncio.to_thread(lambda: list(cases(self.route, subjects))):
            await self._settle(found)
        return self.done

    async def _settle(self, found: Found) -> None:
        case = found.case
        for decided in decide(case):
            decision = self._as_far_as_its_document(decided, found)
            if decision.item in case.queued:
                continue
            if decision.verdict is not Verdict.SEND:
                await asyncio.to_thread(self._note, decision, found)
            elif decision.kind is Kind.PAYMENT:
                await asyncio.to_thread(self._pay, decision, found)
            else:
                await self._send(decision, found)
        for remark in remarks(case):
            await asyncio.to_thread(self._remark, remark, found)

    def _as_far_as_its_document(self, decision: Decision, found: Found) -> Decision:
        """Return a decision; a payment of a document that was refused just now waits for it."""
        is_payment = decision.kind is Kind.PAYMENT and decision.verdict is Verdict.SEND
        if not is_payment or found.case.id in {*found.case.queued, *self.done.queued}:
            return decision
        return replace(decision, verdict=Verdict.WAIT, code="document_not_sent")

    async def _send(self, decision: Decision, found: Found) -> None:
        document, route = found.case.document, self.route
        if document is None or decision.stamp is None:
            raise AssertionError(f"{decision.item} is to be sent without document or stamp.")
        image = await fetch_image(self.lake, route.tenant, self.feed, document, route.terms)
        mapped = map_document(
            document,
            stamp=decision.stamp,
            table=route.table,
            terms=route.terms,
            image=image.image,
        )
        if mapped.documents and not document.is_purchase and (against := await self._against_bic()):
            mapped = Mapped(refusals=against)
        await asyncio.to_thread(self._queue, decision, found, mapped, document)
        for note in (*image.notes, *mapped.notes):
            remark = Remark(decision.item, note.code, Level.WARNING, note.values)
            await asyncio.to_thread(self._remark, remark, found)

    async def _against_bic(self) -> tuple[Refusal, ...]:
        """Return what stands against the account of our own sales; asked once in a run, if at all.

        What could not be asked stands against nothing: Procountor looks the account up itself.
        """
        account, route = self.route.terms.bank_account, self.route
        if account is None or not account.bic:
            return ()
        if self.own_accounts is None:
            try:
                self.own_accounts = await bank_accounts_of(
                    route.hub, route.tenant, route.route.target, run_id=self.run_id
                )
            except CallProblem as problem:
                warn(f"The own bank accounts were not read: {problem}", tenant=route.tenant)
                self.own_accounts = {}
        return against_bic(account, self.own_accounts)

    def _queue(
        self, decision: Decision, found: Found, mapped: Mapped, document: EcomDocument
    ) -> None:
        if mapped.refusals:
            self._refuse(decision, found, mapped.refusals)
            return
        kind = PushKind(document.kind)
        self._add(decision, found, mapped.documents, kind, f"{SOURCE}/{decision.item}")

    def _pay(self, decision: Decision, found: Found) -> None:
        document = found.case.document
        if decision.paid is None or document is None:
            raise AssertionError(f"{decision.item} is to be paid without an amount or an invoice.")
        payment = map_payment(decision, decision.paid, subject=found.case.id)
        self._add(decision, found, (payment,), PushKind(document.kind), payment.key)

    def _add(
        self,
        decision: Decision,
        found: Found,
        documents: Sequence[Pushed],
        kind: PushKind,
        key: str,
    ) -> None:
        if self.target is None:
            raise AssertionError(f"{decision.item} is to be sent and there is no target.")
        refused = queue(
            self.route.hub,
            self.route.tenant,
            self.route.route.target,
            documents,
            target=self.target,
            stamp=decision.stamp or Mode.VOUCHER,
            invoice_kind=kind,
        )
        if refused:
            self._refuse(decision, found, [Refusal(TARGET_REFUSES, (("why", refused[key]),))])
            return
        self._note(decision, found)
        self.done.queued.append(decision.item)

    def _refuse(self, decision: Decision, found: Found, refusals: Sequence[Refusal]) -> None:
        code = refusals[0].code
        detail = joined(*(sentence(one.code, one.values) for one in refusals))
        self._keep(decision, found, TransferState.REFUSED, code, detail)

    def _note(self, decision: Decision, found: Found) -> None:
        known = found.known.get(decision.item)
        if decision.code == "memo_level" and known and known.code in BY_OTHERS:
            return
        code = "document_differs" if found.is_other and decision.code == "document_awaited" else ""
        code = code or decision.code
        detail = sentence(code, decision.values) if code in MEANINGS else ""
        self._keep(decision, found, STATES[decision.verdict], code, detail)

    def _keep(
        self, decision: Decision, found: Found, state: TransferState, code: str, detail: str
    ) -> None:
        transfer = Transfer(
            self.route.tenant,
            SOURCE,
            decision.item,
            found.case.id,
            str(decision.kind),
            decision.revision,
            str(decision.stamp or ""),
            state,
            code=code,
            detail=detail,
            triggered_at=decision.triggered_at,
            day=decision.day,
        )
        self.route.hub.transfers.note(transfer, run_id=self.run_id)
        found.known[decision.item] = transfer
        self.done.by_state[str(state)] += 1

    def _remark(self, remark: Remark, found: Found) -> None:
        transfer = found.known.get(remark.item) or found.known.get(found.case.id)
        about = transfer or Transfer(
            self.route.tenant,
            SOURCE,
            remark.item,
            found.case.id,
            "",
            0,
            "",
            TransferState.WAITS,
        )
        self.route.hub.transfers.say(
            about,
            level=LogLevel(str(remark.level)),
            code=remark.code,
            text=sentence(remark.code, remark.values),
            run_id=self.run_id,
        )


def due(route: EcomRoute) -> list[str]:
    """Return the documents that are decided although nothing new was said of them.

    Those of which a payment counts as made by today, and those that a person has tried once more
    when nobody could be asked.
    """
    last = route.today - dt.timedelta(days=DAYS_AFTER_DUE)
    states = [TransferState.WAITS, TransferState.REFUSED]
    return sorted(
        {
            one.subject
            for one in route.hub.transfers.listed(route.tenant, SOURCE, states=states)
            if (one.code == RETRIED and not one.subject.startswith("#"))
            or (one.code == "due_awaited" and one.day is not None and one.day <= last)
        }
    )
