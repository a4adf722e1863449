"""Sales invoices into one company's Fennoa: create, check, attach, approve, send, see it arrive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from pydantic import SecretStr

from blocks.http import SlidingWindow
from blocks.http.once import Once
from blocks.hub.outbox import Queued
from blocks.systems.fennoa.answers import Good, read_answer
from blocks.systems.fennoa.calls import REQUEST_LIMIT_S, Calls, Refusal, header_of, is_absent
from blocks.systems.fennoa.checking import differing
from blocks.systems.fennoa.listing import ListFacts, Order, Row, Unread, judge_list
from blocks.systems.fennoa.memory import Memory, OwnMemory, list_facts
from blocks.systems.fennoa.prepare import mapped
from blocks.systems.fennoa.prepared import Prepare, Unsendable
from blocks.systems.fennoa.rows import differing_rows, rows_there
from blocks.systems.fennoa.steps import Answered, Limits, Steps
from blocks.systems.fennoa.walk import Walker
from blocks.systems.targets import Before, Claim, ReadFile, Reading, Walk
from ledger.errors import TerminalError
from ledger.invoice.mappings.fennoa.plan import check_image, steps_of
from ledger.invoice.mappings.fennoa.terms import Process, Terms
from ledger.push.advance import Rules
from ledger.push.events import Already, Barred, Finding, Postponed
from ledger.push.items import ReadBack, Step
from ledger.push.kinds import PushKind

RULES: Final = Rules(
    {
        Step.CREATE: ReadBack.SEARCH,
        Step.APPROVE: ReadBack.STATE,
        Step.ATTACH: ReadBack.NONE,
        Step.SEND: ReadBack.NONE,
    }
)


LIMITS: Final = Limits()

Survey = tuple[ListFacts, list[Row], list[Row]]
"""What was found out of a list, and the rows of its first and its last page."""


class NoProcess(TerminalError):
    """Nobody has agreed with the company what becomes of its invoices (R-FEN-3)."""

    sentence = (
        "Agree with the customer what becomes of invoices in Fennoa, and put it into the terms of "
        'the tenant\'s Prefect block: "process": "draft", "approve" or "approve_and_send".'
    )


class NoSuchProcess(TerminalError):
    """An invoice was to go as far as nobody knows."""

    sentence = "There is no process {process!r}; there are {known}."


class ImportNotVerified(TerminalError):
    """An invoice was to go further than a draft before a person has seen that drafts come right."""

    sentence = (
        "Invoices stay drafts until a person has looked at the first ones, and {process} goes "
        'further. Once they are right, put "import_verified": true in the terms of the tenant\'s '
        "Prefect block."
    )


class FennoaTarget:
    """One company."""

    kinds: frozenset[PushKind] = frozenset({PushKind.SALES_INVOICE})
    company: str = ""

    def __init__(
        self,
        url: str,
        user: str,
        key: SecretStr,
        prepare: Prepare,
        window: SlidingWindow,
        *,
        terms: Terms | None = None,
        rules: Rules = RULES,
        request_limit_s: float = REQUEST_LIMIT_S,
        memory: Memory | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        """Open nothing yet.

        Args:
            url: What ``/sales_api/...`` is added to.
            user: Of the API user.
            key: Of the API user.
            prepare: Turns a document into what is sent.
            window: The pace.
            terms: What is agreed with the company.
            rules: What can be proven there once our key has come back.
            request_limit_s: Longest call that may change something; seconds.
            memory: What is known of the company between runs.
            limits: How often and how long things are awaited.
        """
        self.calls_of = Calls(url, user, key, window, request_limit_s)
        self.terms, self.memory = terms or Terms(), memory or OwnMemory()
        self.request_limit_s = request_limit_s
        self.prepare = prepare
        self._rules = rules
        self._steps = Steps(self.calls_of, prepare, self.terms, self.memory, limits=limits)

    @property
    def files(self) -> ReadFile | None:
        """Return what reads the files of documents."""
        return self._steps.files

    @files.setter
    def files(self, read: ReadFile | None) -> None:
        self._steps.files = read

    @property
    def user(self) -> str:
        """Return the name of the API user."""
        return self.calls_of.user

    @property
    def calls(self) -> int:
        """Return how many calls were made."""
        return self.calls_of.made

    @property
    def rules(self) -> Rules:
        """Return what can be proven now.

        Until our key has come back, a lost answer to a create is for a person. Where Fennoa acts by
        itself, a create that is not found is never sent again: it may have been approved and sent.
        """
        proofs = dict(self._rules.read_backs)
        if not self._steps.proof.is_there:
            proofs[Step.CREATE] = ReadBack.NONE
        resends = not self.terms.acts_by_itself
        return replace(self._rules, read_backs=proofs, resends=resends)

    def plan(self, kind: PushKind, process: str, *, files: int = 0) -> tuple[Step, ...]:  # noqa: ARG002 - there is one
        """Return the steps of an invoice; empty ``process`` is the one that is agreed."""
        if not process and self.terms.process is None:
            raise NoProcess
        if process and process not in set(Process):
            known = ", ".join(Process)
            raise NoSuchProcess(process=process[:80], known=known)
        if process not in {"", Process.DRAFT} and not self.terms.import_verified:
            raise ImportNotVerified(process=process)
        chosen = Process(process) if process else self.terms.process
        return steps_of(self.terms.model_copy(update={"process": chosen}), files=files)

    def judge(self, kind: PushKind, document: str) -> Sequence[str]:  # noqa: ARG002 - there is one
        """Return what stands against an invoice, each in a sentence."""
        found = mapped(document, self.terms)
        return [one.message for one in found.problems if one.refuses]

    def remarks(self, kind: PushKind, document: str) -> Sequence[str]:  # noqa: ARG002 - there is one
        """Return what somebody may look at of an invoice that goes, each in a sentence."""
        return [one.message for one in mapped(document, self.terms).problems if not one.refuses]

    def judge_file(self, beginning: bytes) -> Sequence[str]:
        """Return a refusal of a file that is no PDF."""
        return [one.message for one in check_image(beginning)]

    async def before(self, step: Step, queued: Queued) -> Before | Postponed | Barred | Already:
        """Read what has to be known before a step that changes something."""
        return await self._steps.before(step, queued)

    def request_digest(self, step: Step, queued: Queued) -> str:
        """Return the sha256 of what the call sends: its form, its file, or the id that it names."""
        what: object = queued.item.target_id
        if step is Step.CREATE:
            try:
                what = dict(self.prepare(queued).form)
            except Unsendable as problem:
                what = problem.why  # nothing will be sent
        if step is Step.ATTACH:
            what = [what, self._steps.file_of(queued).sha256]
        return hashlib.sha256(json.dumps([step, what], sort_keys=True).encode()).hexdigest()

    async def call(self, step: Step, queued: Queued, claim: Claim) -> Answered:
        """Take a step once, and say what is known of its effect."""
        return await self._steps.call(step, queued, claim)

    async def walk(self, kind: PushKind, mark: str, wanted: Mapping[str, Queued]) -> Walk:  # noqa: ARG002 - there is one
        """Look at all invoices newer than a mark."""
        problem = ""

        async def get(path: str) -> list[Row] | Row | Unread:
            nonlocal problem
            found = await self.calls_of.rows(path)
            if isinstance(found, Refusal):
                problem = found.code
                return Unread.FAILED
            return found

        try:
            prepared = {key: self.prepare(queued) for key, queued in wanted.items()}
        except Unsendable as unsendable:
            return Walk(is_complete=False, newest="", problem=unsendable.why)
        facts = await self._judged()
        walker = Walker(get, facts, self.terms.key_field)
        walk = await walker.walk(mark, prepared)
        if walk.is_complete and walker.pages > facts.pages:
            self.memory.note(pages=str(walker.pages))
        return walk if walk.is_complete else replace(walk, problem=problem)

    async def read(self, step: Step, queued: Queued) -> Reading:
        """Read the invoice of a step whose answer was lost."""
        once = await self.get_once(f"sales_api/{queued.item.target_id}")
        if is_absent(once):
            return Reading(Finding.GONE)
        answer = read_answer(once, 0)
        if not isinstance(answer, Good) or step is not Step.APPROVE:
            return Reading(Finding.UNKNOWN)
        number = str(header_of(answer).get("invoice_no") or "")
        return Reading(Finding.DONE if number else Finding.NOT_DONE, target_number=number)

    async def unusable(self, kind: PushKind, ids: Sequence[str]) -> Mapping[str, bool]:  # noqa: ARG002 - as the port asks
        """Return none: invoices there name no cards of ours."""
        return {}

    async def deviations(self, queued: Queued) -> Sequence[str] | None:
        """Return in what an invoice there differs from what was sent."""
        once = await self.get_once(f"sales_api/{queued.item.target_id}")
        if is_absent(once):
            return ["it is not there any more"]
        answer = read_answer(once, 0)
        if not isinstance(answer, Good):
            return None
        expected, header = self.prepare(queued), header_of(answer)
        found = list(differing(queued, header, expected, self.terms.key_field))
        # What Fennoa adds by itself when it sends may be a row of its own.
        added = {one.product_number for one in self.terms.surcharges}
        rows = [row for row in rows_there(answer.body) if row.get("product_no") not in added]
        found += differing_rows(rows, expected.form)
        undelivered = await self._steps.delivery_problem(queued, header)
        return [*found, undelivered] if undelivered else found

    async def get_once(self, path: str) -> Once:
        """Read a path, once."""
        return await self.calls_of.read(path)

    async def _judged(self) -> ListFacts:
        """Return what is known of the list, found out anew while its order is not."""
        facts = list_facts(self.memory)
        if facts.order is not Order.UNKNOWN:
            return facts
        found = await self.survey()
        return found[0] if found else facts

    async def survey(self) -> Survey | None:
        """Find out and keep how the list is ordered and ends; None where it could not be read."""
        found = await judge_list(self._page)
        if found is None:
            return None
        facts, first, last = found
        facts = replace(facts, key_in=list_facts(self.memory).key_in)
        self.memory.note(**facts.stored())
        return facts, first, last

    async def _page(self, page: int) -> list[Row] | Unread:
        found = await self.calls_of.rows(f"sales_api/?page={page}")
        return Unread.FAILED if isinstance(found, Refusal | dict) else found
