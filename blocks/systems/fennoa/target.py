"""Sales invoices into one company's Fennoa: create, check, approve, await the number, send."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, Final

from pydantic import SecretStr

from blocks.http import SlidingWindow
from blocks.http.once import Once, call_once
from blocks.hub.outbox import Queued
from blocks.systems.fennoa.answers import Good, read_answer, retry_after
from blocks.systems.fennoa.prepare import mapped
from blocks.systems.fennoa.prepared import KEY_FIELD, Prepare, Prepared, Unsendable
from blocks.systems.fennoa.walk import Row, walk_invoices
from blocks.systems.targets import Before, Claim, Reading, Walk
from ledger.errors import TerminalError
from ledger.invoice.mappings.fennoa.plan import steps_of
from ledger.invoice.mappings.fennoa.terms import Process, Terms
from ledger.push.advance import Rules
from ledger.push.events import (
    After,
    Finding,
    Lost,
    NoEffect,
    NotSent,
    Refuted,
    Succeeded,
)
from ledger.push.items import HoldCode, ReadBack, Step
from ledger.push.kinds import PushKind

TOO_MANY_REQUESTS: Final = HTTPStatus.TOO_MANY_REQUESTS
REQUEST_LIMIT_S: Final = 60.0
READ_LIMIT_S: Final = 60.0
NUMBER_LOOKS: Final = 30
"""Looks for the number of an approved invoice before a person is asked."""
NUMBER_EVERY_S: Final = 20.0
ALREADY_APPROVED: Final = ("jo hyväksytty", "already approved")

RULES: Final = Rules(
    {
        Step.CREATE: ReadBack.SEARCH,
        Step.APPROVE: ReadBack.STATE,
        Step.ATTACH: ReadBack.NONE,
        Step.SEND: ReadBack.NONE,
    }
)

Answered = Succeeded | NoEffect | Lost | NotSent | Refuted


class NoSuchProcess(TerminalError):
    """An invoice was to go as far as nobody knows."""

    sentence = "There is no process {process!r}; there are {known}."


class ImportNotVerified(TerminalError):
    """More than drafts were asked for before somebody looked at the first drafts."""

    sentence = (
        "The process {process} is not released: push drafts, look at them in Fennoa, then set "
        '"import_verified": true in the terms of the tenant\'s Prefect block.'
    )


@dataclass
class FennoaTarget:
    """One company. `user` and `key`: of its API user. `window`: the pace."""

    url: str
    user: str
    key: SecretStr
    prepare: Prepare
    window: SlidingWindow
    terms: Terms = field(default_factory=Terms)
    rules: Rules = RULES
    request_limit_s: float = REQUEST_LIMIT_S
    kinds: frozenset[PushKind] = frozenset({PushKind.SALES_INVOICE})
    company: str = ""
    calls: int = 0
    _refused: str = field(default="", init=False)
    _steps: dict[Step, Callable[[Queued, Claim], Awaitable[Answered]]] = field(init=False)

    def __post_init__(self) -> None:
        self._steps = {
            Step.CREATE: self._create,
            Step.CHECK: self._check,
            Step.APPROVE: self._approve,
            Step.NUMBER: self._number,
            Step.SEND: self._send,
        }

    def plan(self, kind: PushKind, process: str) -> tuple[Step, ...]:  # noqa: ARG002 - there is one
        """Return the steps of an invoice; empty ``process`` is the one that is agreed."""
        if process and process not in set(Process):
            known = ", ".join(Process)
            raise NoSuchProcess(process=process[:80], known=known)
        if process not in {"", Process.DRAFT} and not self.terms.import_verified:
            raise ImportNotVerified(process=process)
        chosen = Process(process) if process else self.terms.process
        return steps_of(self.terms.model_copy(update={"process": chosen}))

    def judge(self, kind: PushKind, document: str) -> Sequence[str]:  # noqa: ARG002 - there is one
        """Return what stands against an invoice, each in a sentence."""
        found = mapped(document, self.terms)
        return [] if found.is_sendable else [one.message for one in found.problems if one.refuses]

    async def before(self, step: Step, queued: Queued) -> Before:  # noqa: ARG002 - as the port asks
        """Read nothing: what a lost answer is held against is the invoice itself."""
        return Before()

    def request_digest(self, step: Step, queued: Queued) -> str:
        """Return the sha256 of what the call sends: its form, or the id that it names."""
        what: object = queued.item.target_id
        if step is Step.CREATE:
            try:
                what = dict(self.prepare(queued).form)
            except Unsendable as problem:
                what = problem.why  # nothing will be sent
        return hashlib.sha256(json.dumps([step, what], sort_keys=True).encode()).hexdigest()

    async def call(self, step: Step, queued: Queued, claim: Claim) -> Answered:
        """Take a step once, and say what is known of its effect."""
        return await self._steps[step](queued, claim)

    async def walk(
        self,
        kind: PushKind,  # noqa: ARG002 - there is one
        mark: str,
        wanted: Mapping[str, Queued],
    ) -> Walk:
        """Look at all invoices newer than a mark."""
        self._refused = ""
        try:
            prepared = {key: self.prepare(queued) for key, queued in wanted.items()}
        except Unsendable as problem:
            return Walk(is_complete=False, newest="", problem=problem.why)
        walk = await walk_invoices(self._get, mark, prepared)
        return walk if walk.is_complete else replace(walk, problem=self._refused)

    async def read(self, step: Step, queued: Queued) -> Reading:
        """Read the invoice of a step whose answer was lost."""
        once = await self.get_once(f"sales_api/{queued.item.target_id}")
        answer = read_answer(once, 0)
        if isinstance(answer, NoEffect) and once.response is not None:
            is_gone = once.response.status_code == HTTPStatus.NOT_FOUND
            return Reading(Finding.GONE if is_gone else Finding.UNKNOWN)
        if not isinstance(answer, Good) or step is not Step.APPROVE:
            return Reading(Finding.UNKNOWN)
        number = str(_header(answer).get("invoice_no") or "")
        return Reading(Finding.DONE if number else Finding.NOT_DONE, target_number=number)

    async def deviations(self, queued: Queued) -> Sequence[str] | None:
        """Return in what an invoice there differs from what was sent."""
        once = await self.get_once(f"sales_api/{queued.item.target_id}")
        if once.response is not None and once.response.status_code == HTTPStatus.NOT_FOUND:
            return ["it is not there any more"]
        answer = read_answer(once, 0)
        if not isinstance(answer, Good):
            return None
        return list(_differing(_header(answer), self.prepare(queued), queued.item.key))

    async def _create(self, queued: Queued, claim: Claim) -> Answered:
        try:
            form = self.prepare(queued).form
        except Unsendable as problem:
            return NoEffect(claim.token, problem.why, After.REJECT)
        answer = await self._post("sales_api/add", claim, form)
        if isinstance(answer, Good):
            target_id = answer.body.get("id")
            # Without an id nobody knows which invoice was made.
            return Succeeded(claim.token, str(target_id)) if target_id else Lost(claim.token)
        return answer

    async def _check(self, queued: Queued, claim: Claim) -> Answered:
        answer = await self._invoice(queued, claim)
        if not isinstance(answer, Good):
            return answer
        expected, found = self.prepare(queued), _header(answer)
        total = _decimal(found.get("total_gross"))
        if total != expected.total_gross:
            detail = "its total there is not the one that was sent"
            return Refuted(claim.token, HoldCode.DIFFERS, detail)
        if queued.item.key not in str(found.get(KEY_FIELD, "")):
            detail = f"our key did not come back in {KEY_FIELD}"
            return Refuted(claim.token, HoldCode.DIFFERS, detail)
        return Succeeded(claim.token)

    async def _approve(self, queued: Queued, claim: Claim) -> Answered:
        answer = await self._post(f"sales_api/do/approve/{queued.item.target_id}", claim, {})
        is_done = isinstance(answer, NoEffect) and any(
            words in answer.code.casefold() for words in ALREADY_APPROVED
        )
        return Succeeded(claim.token) if is_done or isinstance(answer, Good) else answer

    async def _number(self, queued: Queued, claim: Claim) -> Answered:
        answer = await self._invoice(queued, claim)
        if not isinstance(answer, Good):
            return answer
        if number := _header(answer).get("invoice_no"):
            return Succeeded(claim.token, target_number=str(number))
        if queued.item.attempts > NUMBER_LOOKS:
            return Refuted(claim.token, HoldCode.OVERDUE, "it was approved and has no number")
        return NoEffect(claim.token, "no_number_yet", After.RETRY, retry_after_s=NUMBER_EVERY_S)

    async def _invoice(self, queued: Queued, claim: Claim) -> Good | Answered:
        """Read the one invoice; one that is gone is for a person."""
        once = await self.get_once(f"sales_api/{queued.item.target_id}")
        answer = read_answer(once, claim.token)
        if isinstance(answer, NoEffect) and once.response is not None:
            if once.response.status_code == HTTPStatus.NOT_FOUND:
                return Refuted(claim.token, HoldCode.GONE, "it is not there any more")
            retry_after_s = answer.retry_after_s or NUMBER_EVERY_S
            return NoEffect(claim.token, answer.code, After.RETRY, retry_after_s=retry_after_s)
        return answer

    async def _send(self, queued: Queued, claim: Claim) -> Answered:
        answer = await self._post(f"sales_api/do/send/{queued.item.target_id}", claim, {})
        if not isinstance(answer, Good):
            return answer
        # Good by its status, and a failure all the same.
        if str(answer.body.get("data", "")).lower() == "failed":
            return NoEffect(claim.token, "send_failed", After.REJECT)
        return Succeeded(claim.token)

    async def _post(
        self, path: str, claim: Claim, form: Mapping[str, str]
    ) -> Good | NoEffect | Lost | NotSent:
        once = await self._paced(
            "POST", path, until_s=claim.until_s, limit_s=self.request_limit_s, data=form
        )
        return read_answer(once, claim.token)

    async def get_once(self, path: str) -> Once:
        """Read a path, once."""
        return await self._paced("GET", path, until_s=float("inf"), limit_s=READ_LIMIT_S)

    async def _paced(self, method: str, path: str, **options: Any) -> Once:
        """Make a call in its turn; when it was one too many, all wait."""
        self.calls += 1
        auth = (self.user, self.key.get_secret_value())
        async with self.window.turn() as answered:
            once = await call_once(method, f"{self.url}/{path}", auth=auth, **options)
            answered()
        if once.response is not None and once.response.status_code == TOO_MANY_REQUESTS:
            self.window.wait_out(retry_after_s=retry_after(once))
        return once

    async def _get(self, path: str) -> list[Row] | Row | None:
        """Return what a path has; None when it could not be read."""
        answer = read_answer(await self.get_once(path), 0)
        if not isinstance(answer, Good):
            self._refused = answer.code if isinstance(answer, NoEffect) else ""
            return None
        found: list[Row] | Row | None = answer.body.get("data")
        return found


def _header(answer: Good) -> dict[str, Any]:
    found = answer.body.get("data")
    header = found.get("SalesInvoice") if isinstance(found, dict) else None
    return header if isinstance(header, dict) else {}


def _differing(header: dict[str, Any], sent: Prepared, key: str) -> Iterator[str]:
    if key not in str(header.get(KEY_FIELD, "")):
        yield f"not ours: our key is not in {KEY_FIELD}"
    if (total := _decimal(header.get("total_gross"))) != sent.total_gross:
        yield f"total {total} there, {sent.total_gross} sent"
    if (day := str(header.get("invoice_date", ""))) != sent.invoice_date:
        yield f"invoice date {day} there, {sent.invoice_date} sent"


def _decimal(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
