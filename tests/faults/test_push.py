"""A push that is killed or put to sleep at any step, against a target over HTTP: one each."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from blocks.hub import Tenant
from blocks.hub.outbox import NewDocument
from blocks.steps import PUSH_STEPS
from ledger.push.items import Phase, Step
from ledger.push.kinds import PushKind
from simulators.fennoa import Company, Fault, FennoaSimulator
from tasks.push_add import key_of
from tests.faults.children import CHILDREN
from tests.faults.pusher import KEY, USER, push_and_sleep, push_here, push_or_die
from tests.fennoa_pushing import prove_key
from tests.homes import opened
from tests.invoices import CUSTOMER, invoice

CHILD_LIMIT_S = 60
DOCUMENTS = 3


@pytest.fixture(scope="module")
def running():
    with FennoaSimulator([Company(USER, KEY)]) as simulator:
        yield simulator


@pytest.fixture
def fennoa(running):
    running.reset()
    return running


@pytest.fixture
def stores(tmp_path, fennoa):
    """A home with three invoices of three customers, none of them sent."""
    with opened(tmp_path) as stores:
        stores.hub.migrate()
        stores.hub.tenants.add(Tenant("acme", "Acme Oy"))
        stores.hub.push_marks.set("acme", "fennoa", "0")
        stores.hub.push_facts.note("acme", "fennoa", key_proven_in="notes_internal")
        prove_key(stores.hub)
        stores.hub.outbox.add("acme", "fennoa", map(document, range(DOCUMENTS)))
        yield stores


def document(number):
    made = invoice(id=str(number), customer=CUSTOMER | {"number": str(number)})
    return NewDocument(
        made.key,
        PushKind.SALES_INVOICE,
        key_of("acme", "fennoa", made.key),
        made.customer.key,
        made.model_dump_json(exclude_defaults=True),
        made.digest,
        (Step.CREATE, Step.CHECK),
    )


def push_until_settled(stores, fennoa):
    deadline = time.monotonic() + CHILD_LIMIT_S
    while {Phase.DONE} != {one.item.phase for one in stores.hub.outbox.listed("acme", "fennoa")}:
        assert time.monotonic() < deadline, "documents are left"
        push_here(stores.hub, fennoa.url)
        time.sleep(0.05)


def assert_one_each(fennoa):
    notes = [one.fields["notes_internal"] for one in fennoa.company(USER).invoices.values()]
    keys = Counter(text.splitlines()[0].removeprefix("tasma:") for text in notes)
    assert dict.fromkeys((document(number).key for number in range(DOCUMENTS)), 1) == keys


@pytest.mark.share(2)
@pytest.mark.requirement("R-X-2", "R-FEN-28a", "R-FEN-28b")
@pytest.mark.parametrize("step", PUSH_STEPS)
@pytest.mark.parametrize("fault", [None, Fault.LOST_DONE, Fault.LOST])
def test_push_killed_at_any_step_makes_each_invoice_once(stores, fennoa, tmp_path, step, fault):
    if fault:
        fennoa.faults.add("sales_api/add", fault)
    child = CHILDREN.Process(target=push_or_die, args=(tmp_path, fennoa.url, step))
    child.start()
    child.join(CHILD_LIMIT_S)
    assert child.exitcode == -signal.SIGKILL, f"{step} was not reached"

    push_until_settled(stores, fennoa)

    assert_one_each(fennoa)


@pytest.mark.requirement("R-X-2")
@pytest.mark.parametrize("step", PUSH_STEPS)
def test_push_that_sleeps_past_its_claim_makes_no_second_invoice(stores, fennoa, tmp_path, step):
    """Another process settles everything meanwhile; then the first wakes, call in hand."""
    child = CHILDREN.Process(target=push_and_sleep, args=(tmp_path, fennoa.url, step))
    child.start()
    wait_until_asleep(child.pid)

    push_until_settled(stores, fennoa)
    os.kill(child.pid, signal.SIGCONT)
    child.join(CHILD_LIMIT_S)

    assert child.exitcode == 0
    assert_one_each(fennoa)
    done = stores.hub.outbox.listed("acme", "fennoa", phase=Phase.DONE)
    assert DOCUMENTS == len(done)


def wait_until_asleep(pid):
    deadline = time.monotonic() + CHILD_LIMIT_S
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < deadline, "the step was not reached"
        time.sleep(0.01)
