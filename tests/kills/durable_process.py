"""A process that pushes documents as DBOS workflows: the same steps, durable in its own way.

Written as DBOS's manual advises: one workflow for each document, its id that of the document, each
call a step, and steps that can be repeated retried. DBOS repeats a step whose end it has not stored
(a step runs at least once), so `create` looks for our key before it calls, and `approve` takes
"already approved" for success. A sending is never retried after an error, since nothing proves it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx
from dbos import DBOS, SetWorkflowID

from blocks.systems.fennoa.prepare import preparing
from ledger.invoice.mappings.fennoa.terms import Terms
from ledger.push.steps import Step
from tests.faults.pusher import KEY, USER
from tests.homes import opened
from tests.kills.durable import address, database_of
from tests.kills.schedule import Life, Living

RETRIED: Final = {"retries_allowed": True, "interval_seconds": 1.0, "max_attempts": 8}
"""The first retry comes later than the target's latest commit (`schedule.LATE_S`)."""
TIMEOUT_S: Final = 10.0
NUMBER_LOOKS: Final = 100
PAUSE_S: Final = 0.1

living = Living(None)
client = httpx.Client(auth=(USER, KEY), timeout=TIMEOUT_S)


class Unclear(Exception):
    """An answer that does not say what became of the call: it may be made again."""


class Refused(Exception):
    """The target's own refusal: the workflow ends with it, and a person looks."""


def _passes(problem: BaseException) -> bool:
    return not isinstance(problem, Refused)


def _asked(method: str, path: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    answer = client.request(method, path, data=form)
    try:
        body = answer.json()
    except ValueError:
        raise Unclear(f"{answer.status_code}, no JSON") from None
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        time.sleep(float(answer.headers.get("Retry-After", "1")))
        raise Unclear("429")
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Unclear(str(answer.status_code))
    if not answer.is_success or str(body.get("status", "")).lower() != "ok":
        raise Refused(str(body.get("errors")))
    return body


def _called(path: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    """Call what changes something; a process may end right before and right after it."""
    living.reached("push.begun")
    answer = _asked("POST", path, form)
    living.reached("push.answered")
    return answer


def _read(target_id: str) -> dict[str, Any]:
    living.reached("push.begun")
    header: dict[str, Any] = _asked("GET", f"sales_api/{target_id}")["data"]["SalesInvoice"]
    living.reached("push.answered")
    return header


def _found(key: str) -> str:
    """Return the id of the invoice that carries a key, from all pages; empty where none does."""
    seen: set[str] = set()
    for page in range(1, 1_000):
        rows = [row["SalesInvoice"] for row in _asked("GET", f"sales_api/?page={page}")["data"]]
        for row in rows:
            if row["notes_internal"].startswith(f"tasma:{key}\n"):
                return str(row["id"])
        if not {row["id"] for row in rows} - seen:
            return ""
        seen |= {row["id"] for row in rows}
    raise Unclear("the list has no end")


@DBOS.step(**RETRIED, should_retry=_passes)
def create(key: str, form: dict[str, str]) -> str:
    """Make an invoice, unless an earlier attempt has."""
    found = _found(key)
    if found:
        return found
    made = _called("sales_api/add", form).get("id")
    if not made:
        raise Unclear("no id")
    return str(made)


@DBOS.step(**RETRIED, should_retry=_passes)
def check(target_id: str, key: str) -> None:
    """Read it back."""
    if not _read(target_id)["notes_internal"].startswith(f"tasma:{key}\n"):
        raise Refused("it does not carry our key")


@DBOS.step(**RETRIED, should_retry=_passes)
def approve(target_id: str) -> None:
    """Approve it; that it is approved already is as good."""
    try:
        _called(f"sales_api/do/approve/{target_id}")
    except Refused as refused:
        if "already approved" not in str(refused) and "jo hyväksytty" not in str(refused):
            raise


@DBOS.step(**RETRIED, should_retry=_passes)
def number(target_id: str) -> str:
    """Wait for its number."""
    for _ in range(NUMBER_LOOKS):
        if found := _read(target_id)["invoice_no"]:
            return str(found)
        time.sleep(PAUSE_S)
    raise Unclear("no number yet")


@DBOS.step()
def send(target_id: str) -> None:
    """Send it, without a retry: nothing proves whether it went."""
    answer = _called(f"sales_api/do/send/{target_id}")
    if str(answer.get("data", "")).lower() == "failed":
        raise Refused("failed")


@DBOS.workflow()
def push_document(key: str, form: dict[str, str], steps: list[str]) -> str:
    """Take a document through its plan."""
    target_id = create(key, form)
    living.reached("push.stored")
    later = {
        Step.CHECK: lambda: check(target_id, key),
        Step.APPROVE: lambda: approve(target_id),
        Step.NUMBER: lambda: number(target_id),
        Step.SEND: lambda: send(target_id),
    }
    for step in steps[1:]:
        later[Step(step)]()
        living.reached("push.stored")
    return target_id


@contextmanager
def launched(address: str) -> Iterator[None]:
    """Have DBOS run on a database; it recovers at once what a process before this one left."""
    DBOS(
        config={
            "name": "push",
            "system_database_url": address,
            "executor_id": "local",  # the same each time, as is the version: so it may recover
            "application_version": "1",
            "sys_db_pool_size": 3,
            "log_level": "CRITICAL",
            "console_log_level": "CRITICAL",
        }
    )
    DBOS.launch()
    try:
        yield
    finally:
        DBOS.destroy()


def push_durably(home: Path, url: str, life: Life | None = None) -> None:
    """Start or resume a workflow for each document, one after another, and wait for them."""
    living.life = life
    client.base_url = url
    with opened(home) as stores:
        documents = stores.hub.outbox.listed("acme", "fennoa")[::-1]
    prepare = preparing(Terms())
    with launched(address(database_of(home))):
        for one in documents:
            with SetWorkflowID(one.item.key):
                handle = DBOS.start_workflow(
                    push_document,
                    one.item.key,
                    dict(prepare(one).form),
                    [str(step) for step in one.item.steps],
                )
            with suppress(Exception):  # its status says it, and the next one goes on
                handle.get_result()
