"""The outbox: what is pushed is stored before and after each call, and never queued twice."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.hub import Tenant
from blocks.hub.outbox import Claimed, NewDocument, QueuedFile, UnknownDocument
from blocks.hub.outbox_log import CONTENTS_KEPT
from ledger.push.advance import Impossible, Rules
from ledger.push.events import (
    After,
    Begun,
    Call,
    Found,
    Lost,
    NoEffect,
    Resolved,
    Retried,
    Search,
    Succeeded,
    Walked,
)
from ledger.push.items import Clock, Doubt, Hold, HoldCode, Item, Phase, Step
from ledger.push.kinds import PushKind
from ledger.push.stored import read_item, write_item

TARGET = "fennoa"
PLAN = (Step.CREATE, Step.CHECK)
NOW = Clock(100.0, "here")
LATER = Clock(102.0, "here")
RULES = Rules()
A_MINUTE = dt.timedelta(minutes=1)


def document(number, customer="c", digest="d"):
    return NewDocument(
        f"invoice {number}", PushKind.SALES_INVOICE, f"key-{number}", customer, "{}", digest, PLAN
    )


@pytest.fixture
def outbox(hub):
    hub.tenants.add(Tenant("acme", "Acme AB"))
    hub.tenants.add(Tenant("beta", "Beta AB"))
    return hub.outbox


def queued(outbox, number=1):
    return outbox.find("acme", TARGET, f"invoice {number}")


def begin(outbox, found):
    token = outbox.claim(found, lasts=A_MINUTE).token
    return token, outbox.apply(found, Begun(token, "digest", "7"), rules=RULES, now=NOW)[0]


def due(outbox, now=NOW):
    """Return which document is due, once nobody has a claim on it."""
    found, _ = outbox.next_due("acme", TARGET, now)
    return found and found.source_id


def test_same_document_twice_is_one(outbox):
    first = outbox.add("acme", TARGET, [document(1), document(2), document(1)])
    again = outbox.add("acme", TARGET, [document(1)])

    assert {"added": 2, "replaced": 0, "known": 1, "refused": 0} == first
    assert 1 == again["known"]
    assert 2 == len(outbox.listed("acme"))


def with_content(digest, **fields):
    return replace(document(1), digest=digest, document=json.dumps(fields))


def contents(outbox):
    return [line.content and json.loads(line.content) for line in outbox.log(queued(outbox))]


def test_changed_document_replaces_the_first_and_its_log_keeps_that_one(outbox):
    scan = QueuedFile("scan.pdf", "f" * 64, 7)
    first = {"id": "1", "rows": [{"price": "12.50"}], "customer": {"name": "Matti"}}
    outbox.add("acme", TARGET, [replace(with_content("d1", **first), files=(scan,))])
    second = {"id": "1", "rows": [{"price": "13.50"}], "customer": {"name": "Maija"}}
    counts = outbox.add("acme", TARGET, [with_content("d2", **second)])

    assert (1, 0) == (counts["replaced"], counts["refused"])
    assert "d2" == queued(outbox).digest
    (line,) = outbox.log(queued(outbox))
    fields = "customer.name rows[1].price files"
    assert ("replaced", f"digest=d1, fields={fields}") == (line.kind, line.detail)
    assert [{"document": first, "files": [vars(scan)]}] == contents(outbox)


def test_of_the_contents_in_a_log_the_newest_stay(outbox):
    for number in range(CONTENTS_KEPT + 3):
        outbox.add("acme", TARGET, [with_content(f"d{number}", id=number)])

    found = contents(outbox)
    assert ["", ""] == found[:2]
    assert list(range(2, CONTENTS_KEPT + 2)) == [one["document"]["id"] for one in found[2:]]


def test_content_that_comes_while_sending_is_an_alarm_once_the_call_is_over(outbox):
    outbox.add("acme", TARGET, [with_content("d1", price="12.50")])
    token, found = begin(outbox, queued(outbox))
    late = [with_content("d2", price="13.50")]
    counts = [outbox.add("acme", TARGET, late) for _ in range(2)]

    assert [1, 1] == [one["refused"] for one in counts]
    assert (Phase.SENDING, "d1") == (queued(outbox).item.phase, queued(outbox).digest)
    outbox.apply(found, Succeeded(token, "4711"), rules=RULES, now=NOW)

    held = queued(outbox)
    assert (Phase.HELD, HoldCode.CHANGED, "4711") == (
        held.item.phase,
        held.item.hold.code,
        held.item.target_id,
    )
    assert due(outbox, LATER) is None
    log = outbox.log(held)
    assert ["begun", "changed", "succeeded"] == [line.kind for line in log]
    assert "digest=d2, fields=price" == log[1].detail
    assert {"price": "13.50"} == json.loads(log[1].content)["document"]


def test_content_that_comes_while_in_doubt_is_an_alarm_and_leaves_its_wait_alone(outbox):
    outbox.add("acme", TARGET, [document(1)])
    begun = Begun(0, "digest")
    found, claimed = outbox.begin(queued(outbox), begun, lasts=A_MINUTE, rules=RULES, now=NOW)
    outbox.apply(found, Lost(claimed.token), rules=RULES, now=NOW, ends=claimed)
    looked = Walked(True, frozenset(), frozenset(), began_s=NOW.seconds)
    outbox.apply(queued(outbox), looked, rules=RULES, now=NOW)
    assert (None, RULES.poll_interval_s) == outbox.next_due("acme", TARGET, NOW)

    outbox.add("acme", TARGET, [document(1, digest="other")])

    assert Phase.IN_DOUBT is queued(outbox).item.phase
    assert (None, RULES.poll_interval_s) == outbox.next_due("acme", TARGET, NOW)
    outbox.apply(queued(outbox), Found("4711"), rules=RULES, now=NOW)
    assert HoldCode.CHANGED is queued(outbox).item.hold.code


def test_alarm_of_a_content_that_a_person_has_seen_is_not_raised_again(outbox):
    outbox.add("acme", TARGET, [document(1)])
    token, found = begin(outbox, queued(outbox))
    outbox.apply(found, Succeeded(token, "4711"), rules=RULES, now=NOW)
    outbox.add("acme", TARGET, [document(1, digest="other")])
    alarmed = queued(outbox)
    assert HoldCode.CHANGED is alarmed.item.hold.code

    retried, _ = outbox.apply(alarmed, Retried(), rules=RULES, now=NOW)
    assert alarmed.item == retried.item
    resolved = Resolved(is_done=True, target_id="4711")
    seen, action = outbox.apply(retried, resolved, rules=RULES, now=NOW)

    assert (Phase.READY, Call(Step.CHECK)) == (seen.item.phase, action)
    lines = len(outbox.log(seen))
    assert 1 == outbox.add("acme", TARGET, [document(1, digest="other")])["refused"]
    assert (seen.item, lines) == (queued(outbox).item, len(outbox.log(seen)))
    outbox.add("acme", TARGET, [document(1, digest="third")])
    assert HoldCode.CHANGED is queued(outbox).item.hold.code


def test_card_that_changes_after_it_was_sent_is_no_alarm(outbox):
    card = replace(document(1), kind=PushKind.PARTNER)
    outbox.add("acme", TARGET, [card])
    token, found = begin(outbox, queued(outbox))
    outbox.apply(found, Succeeded(token, "4711"), rules=RULES, now=NOW)

    counts = outbox.add("acme", TARGET, [replace(card, digest="other")])

    assert (1, Phase.READY) == (counts["refused"], queued(outbox).item.phase)


def test_each_event_is_stored_and_logged_before_the_next_action(outbox):
    outbox.add("acme", TARGET, [document(1)])
    token, found = begin(outbox, queued(outbox))
    assert Phase.SENDING is queued(outbox).item.phase

    lost, action = outbox.apply(found, Lost(token, "timeout"), rules=RULES, now=NOW, run_id="r")

    assert isinstance(action, Search)
    assert lost.item == queued(outbox).item
    last = outbox.log(found)[-1]
    assert ("lost", "in_doubt", "create", "r") == (last.kind, last.state, last.step, last.run_id)
    assert "timeout" in last.detail


def test_document_that_cannot_take_an_event_stays_as_it_was(outbox):
    outbox.add("acme", TARGET, [document(1)])
    token, _ = begin(outbox, queued(outbox))

    with pytest.raises(Impossible):
        outbox.apply(queued(outbox), Begun(token, "other"), rules=RULES, now=NOW)

    assert Phase.SENDING is queued(outbox).item.phase


def test_of_many_who_claim_a_document_one_has_it(outbox):
    outbox.add("acme", TARGET, [document(1)])
    found = queued(outbox)

    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: outbox.claim(found, lasts=A_MINUTE), range(8)))

    assert 1 == sum(token is not None for token in tokens)


def test_claim_ends_and_the_next_has_a_higher_token(outbox, hub, monkeypatch):
    outbox.add("acme", TARGET, [document(1)])
    first = outbox.claim(queued(outbox), lasts=A_MINUTE)
    later = hub.database.now() + A_MINUTE
    monkeypatch.setattr(hub.database, "now", lambda: later)

    second = outbox.claim(queued(outbox), lasts=A_MINUTE)
    outbox.release(queued(outbox), first)

    assert first.token < second.token
    assert outbox.claim(queued(outbox), lasts=A_MINUTE) is None
    outbox.release(queued(outbox), second)
    assert outbox.claim(queued(outbox), lasts=A_MINUTE) is not None


def test_create_in_doubt_holds_up_its_customer_alone(outbox):
    outbox.add("acme", TARGET, [document(1, "anna"), document(2, "anna"), document(3, "bo")])
    token, found = begin(outbox, queued(outbox, 1))
    outbox.apply(found, Lost(token), rules=RULES, now=NOW)
    outbox.release(found, Claimed(token, queued(outbox).claimed_until))

    first = due(outbox)
    outbox.apply(
        found,
        Walked(is_complete=True, hits=frozenset(), lookalikes=frozenset(), began_s=101.0),
        rules=RULES,
        now=LATER,
    )
    second = due(outbox, LATER)
    outbox.apply(found, Found("9"), rules=RULES, now=LATER)
    third = due(outbox, LATER)

    assert ("invoice 1", "invoice 3", "invoice 1") == (first, second, third)


def test_wait_on_another_processs_clock_is_over_at_once(outbox):
    outbox.add("acme", TARGET, [document(1)])
    token, found = begin(outbox, queued(outbox))
    outbox.apply(found, NoEffect(token, "429", After.RETRY, 60.0), rules=RULES, now=NOW)
    outbox.release(found, Claimed(token, queued(outbox).claimed_until))
    elsewhere = Clock(3.0, "elsewhere")

    assert (None, 60.0) == outbox.next_due("acme", TARGET, NOW)
    outbox.take_over("acme", TARGET, elsewhere)

    assert "invoice 1" == due(outbox, elsewhere)


def test_document_of_a_worker_that_is_gone_comes_first_once_its_claim_is_over(outbox, hub):
    outbox.add("acme", TARGET, [document(1, "anna"), document(2, "bo")])
    begin(outbox, queued(outbox, 2))
    assert "invoice 1" == due(outbox)

    outbox.release(queued(outbox, 2), Claimed(1, queued(outbox, 2).claimed_until))

    assert "invoice 2" == due(outbox)


def test_what_was_pushed_is_not_pushed_again_after_its_tenant_was_erased(outbox, hub):
    outbox.add("acme", TARGET, [document(1), document(2)])
    token, found = begin(outbox, queued(outbox))
    outbox.apply(found, Succeeded(token, "42"), rules=RULES, now=NOW)

    hub.erase_tenant("acme")
    hub.tenants.add(Tenant("acme", "Acme AB"))
    again = outbox.add("acme", TARGET, [document(1), document(2)])

    assert {"added": 1, "replaced": 0, "known": 0, "refused": 1} == again
    with pytest.raises(UnknownDocument):
        queued(outbox)


def test_tenants_with_work_are_those_with_something_to_do_that_are_not_paused(outbox, hub):
    for tenant in ("acme", "beta"):
        outbox.add(tenant, TARGET, [document(1)])
    assert ["acme", "beta"] == outbox.tenants_with_work(TARGET)

    hub.push_marks.pause("beta", TARGET, reason="its credential is broken")
    token, found = begin(outbox, queued(outbox))
    outbox.apply(found, NoEffect(token, "400", After.REJECT), rules=RULES, now=NOW)

    assert [] == outbox.tenants_with_work(TARGET)
    assert "its credential is broken" == hub.push_marks.paused("beta", TARGET)
    hub.push_marks.resume("beta", TARGET)
    assert ["beta"] == outbox.tenants_with_work(TARGET)
    assert {"rejected": 1} == outbox.balance("acme", TARGET)


def test_one_tenants_documents_are_not_anothers(outbox):
    outbox.add("acme", TARGET, [document(1)])

    with pytest.raises(UnknownDocument):
        outbox.find("beta", TARGET, "invoice 1")
    assert (None, None) == outbox.next_due("beta", TARGET, NOW)


CLOCKS = st.builds(Clock, st.floats(0, 1e9), st.text(max_size=8))
ITEMS = st.builds(
    Item,
    key=st.text(max_size=8),
    steps=st.lists(st.sampled_from(Step), max_size=4).map(tuple),
    phase=st.sampled_from(Phase),
    finished=st.integers(0, 4),
    target_id=st.text(max_size=8),
    token=st.integers(0, 1_000),
    seen=st.frozensets(st.text(max_size=4), max_size=2),
    doubt=st.none() | st.builds(Doubt, CLOCKS, st.floats(0, 1e6), st.integers(0, 9)),
    ready_at=st.none() | CLOCKS,
    hold=st.none() | st.builds(Hold, st.sampled_from(HoldCode), st.text(max_size=8), st.booleans()),
)


@given(ITEMS)
def test_item_that_was_stored_comes_back_as_it_was(item):
    assert item == read_item(write_item(item))


def test_an_item_is_called_as_long_as_nothing_happened(outbox):
    outbox.add("acme", TARGET, [document(1)])
    found = queued(outbox)

    assert Item("key-1", PLAN) == found.item
    ready = replace(found.item, ready_at=None)
    assert Phase.READY is ready.phase
    assert Call(Step.CREATE).step is ready.step
