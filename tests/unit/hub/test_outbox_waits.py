"""Documents that wait for others: due once those are there, and never waiting for themselves."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.hub import Hub, Tenant
from blocks.hub.outbox import NewDocument, SeveralKinds, TooMuchBefore
from ledger.push.advance import Impossible, Rules
from ledger.push.events import (
    After,
    Barred,
    Begun,
    Found,
    Lost,
    NoEffect,
    Postponed,
    Resolved,
    Succeeded,
)
from ledger.push.items import Clock, HoldCode, Item, Phase, Step
from ledger.push.kinds import Learned, Prerequisite, PushKind
from ledger.push.stored import read_item, write_item

TARGET = "procountor"
NOW = Clock(100.0, "here")
RULES = Rules()
PARTNER = Prerequisite(PushKind.PARTNER, "p1")
KINDS = {"p": PushKind.PARTNER, "i": PushKind.SALES_INVOICE, "c": PushKind.SALES_INVOICE}


def document(name, *waits_for, steps=(Step.CREATE,), customer="", **more):
    kind = KINDS[name[0]]
    return NewDocument(
        name, kind, f"key of {name}", customer or name, "{}", "d", steps, waits_for, **more
    )


def waiting_for(name, step=Step.CREATE):
    return Prerequisite(KINDS[name[0]], name, step)


@pytest.fixture
def outbox(hub):
    hub.tenants.add(Tenant("acme", "Acme AB"))
    hub.tenants.add(Tenant("beta", "Beta AB"))
    return hub.outbox


def add(outbox, *documents, tenant="acme"):
    return outbox.add(tenant, TARGET, documents)


def found(outbox, name):
    return outbox.find("acme", TARGET, name)


def happen(outbox, name, *events, **more):
    for event in events:
        outbox.apply(found(outbox, name), event, rules=RULES, now=NOW, **more)


def due(outbox, **options):
    next_one, _ = outbox.next_due("acme", TARGET, NOW, **options)
    return next_one and next_one.source_id


def test_document_is_due_only_once_what_it_waits_for_is_there(outbox):
    add(outbox, document("i1", PARTNER), document("p1"))

    first = due(outbox)
    happen(outbox, "p1", Begun(1, "d"))
    meanwhile = due(outbox)
    happen(outbox, "p1", Succeeded(1, "17", "C-4"))

    assert ("p1", "p1", "i1") == (first, meanwhile, due(outbox))
    learned = outbox.learned(found(outbox, "i1"))
    assert (Learned(PushKind.PARTNER, "p1", "17", "C-4"),) == learned


def test_call_that_does_not_know_what_it_waited_for_cannot_begin(outbox):
    add(outbox, document("i1", PARTNER), document("p1"))
    wrong = (Learned(PushKind.PARTNER, "p1", "16"),)
    with pytest.raises(Impossible):
        happen(outbox, "i1", Begun(1, "d", learned=wrong))
    happen(outbox, "p1", Found("17"))

    for learned in ((), wrong):
        with pytest.raises(Impossible):
            happen(outbox, "i1", Begun(2, "d", learned=learned))
    happen(outbox, "i1", Begun(2, "d", learned=outbox.learned(found(outbox, "i1"))))

    stored = found(outbox, "i1")
    assert ("17", Phase.SENDING) == (stored.item.learned[0].target_id, stored.item.phase)


def test_waiting_for_a_later_step_ends_with_that_step_alone(outbox):
    plan = (Step.CREATE, Step.NUMBER)
    add(outbox, document("i1", steps=plan), document("c1", waiting_for("i1", Step.NUMBER)))

    happen(outbox, "i1", Begun(1, "d"), Succeeded(1, "17"))
    created = found(outbox, "c1").waits
    happen(outbox, "i1", Begun(2, "d"), Succeeded(2, target_number="1001"))

    assert (1, 0) == (created, found(outbox, "c1").waits)
    assert "1001" == outbox.learned(found(outbox, "c1"))[0].target_number


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), "queued"),
        ((Begun(1, "d"), NoEffect(1, "400", After.REJECT)), "rejected"),
        ((Begun(1, "d"), Lost(1)), "in doubt"),
        ((Barred(HoldCode.LOOKALIKE),), "held"),
    ],
)
def test_document_says_what_it_waits_for_and_how_that_stands(outbox, events, state):
    add(outbox, document("i1", PARTNER), document("p1"))
    happen(outbox, "p1", *events)

    (there,) = outbox.waited_for(found(outbox, "i1"))

    assert f"partner p1, which is {state}" == str(there)
    assert "waiting" == found(outbox, "i1").state
    assert due(outbox) != "i1"


def test_document_waits_for_one_that_was_not_added_yet(outbox):
    add(outbox, document("i1", PARTNER))
    (there,) = outbox.waited_for(found(outbox, "i1"))
    add(outbox, document("p1"))
    happen(outbox, "p1", Found("17"))

    assert "partner p1, which was not added yet" == str(there)
    assert "i1" == due(outbox)


def test_step_that_is_not_in_the_others_plan_is_named(outbox):
    add(outbox, document("p1"), document("i1", waiting_for("p1", Step.APPROVE)))
    happen(outbox, "p1", Found("17"))

    assert "done without the step approve" in str(outbox.waited_for(found(outbox, "i1"))[0])


def test_rejected_one_that_is_corrected_lets_the_waiting_one_go_on(outbox):
    add(outbox, document("i1", PARTNER), document("p1"))
    happen(outbox, "p1", Begun(1, "d"), NoEffect(1, "400", After.REJECT))
    add(outbox, replace(document("p1"), digest="corrected"))
    happen(outbox, "p1", Begun(2, "d"), Succeeded(2, "17"))

    assert "i1" == due(outbox)


def test_one_that_turns_out_to_be_there_twice_is_waited_for_again(outbox):
    add(outbox, document("i1", PARTNER), document("p1"))
    happen(outbox, "p1", Found("17"))
    happen(outbox, "p1", Found("18"))
    assert due(outbox) is None

    happen(outbox, "p1", Resolved(is_done=True, target_id="18"))

    assert "i1" == due(outbox)
    assert "18" == outbox.learned(found(outbox, "i1"))[0].target_id


def test_what_was_created_waits_for_nothing_any_more(outbox):
    add(outbox, document("p1"), document("i1", PARTNER, steps=(Step.CREATE, Step.SEND)))
    happen(outbox, "p1", Found("17"))
    happen(outbox, "i1", Begun(1, "d", learned=outbox.learned(found(outbox, "i1"))))
    happen(outbox, "i1", Succeeded(1, "42"), Found("42"))

    happen(outbox, "p1", Found("18"))

    assert ("i1", 0) == (due(outbox), found(outbox, "i1").waits)
    assert "17" == outbox.learned(found(outbox, "i1"))[0].target_id


def test_document_in_doubt_is_looked_for_whatever_became_of_what_it_waited_for(outbox):
    add(outbox, document("p1"), document("i1", PARTNER))
    happen(outbox, "p1", Found("17"))
    happen(outbox, "i1", Begun(1, "d", learned=outbox.learned(found(outbox, "i1"))))
    happen(outbox, "i1", Lost(1))

    happen(outbox, "p1", Found("18"))

    assert "i1" == due(outbox)


def test_documents_that_would_wait_for_each_other_are_refused_and_the_rest_is_queued(outbox):
    reasons = []
    counts = outbox.add(
        "acme",
        TARGET,
        [
            document("i1", waiting_for("c1")),
            document("c1", waiting_for("c2")),
            document("c2", waiting_for("i1")),
            document("i2", waiting_for("i2")),
            document("i3", PARTNER),
        ],
        refused=lambda new, why: reasons.append((new.source_id, why)),
    )

    assert (3, 2) == (counts["added"], counts["refused"])
    assert ["c2", "i2"] == [name for name, _ in reasons]
    assert "waits for itself" in reasons[0][1]


def test_replaced_document_waits_for_what_its_new_content_names(outbox):
    add(outbox, document("p1"), document("i1", PARTNER))
    counts = add(outbox, replace(document("i1"), digest="without partner"))

    assert (1, 0) == (counts["replaced"], found(outbox, "i1").waits)
    circle = add(outbox, replace(document("i1", waiting_for("i1")), digest="third"))
    assert 1 == circle["refused"]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=15))
def test_whatever_waits_for_whatever_all_of_it_gets_there_or_was_refused(make_hub, pairs):
    """No deadlock: once nothing goes wrong, what was accepted ends."""
    outbox = make_hub()
    waits = {}
    for one, other in pairs:
        waits.setdefault(f"i{one}", set()).add(f"i{other}")
    documents = [
        document(f"i{n}", *(waiting_for(other) for other in sorted(waits.get(f"i{n}", ()))))
        for n in range(6)
    ]
    refused = set()
    outbox.add("acme", TARGET, documents, refused=lambda new, _why: refused.add(new.source_id))
    order = []
    while name := due(outbox):
        order.append(name)
        knows = outbox.learned(found(outbox, name))
        happen(outbox, name, Begun(len(order), "d", learned=knows))
        happen(outbox, name, Succeeded(len(order), f"id {name}"))

    left = {f"i{n}" for n in range(6)} - set(order) - refused
    assert all(needs_refused(name, waits, refused) for name in left)
    for name in order:
        assert all(order.index(other) < order.index(name) for other in waits.get(name, ()))


def needs_refused(name, waits, refused):
    ahead, seen = [name], set()
    while ahead:
        one = ahead.pop()
        if one in refused:
            return True
        if one not in seen:
            seen.add(one)
            ahead += waits.get(one, ())
    return False


@pytest.fixture(scope="module")
def make_hub(tmp_path_factory):
    def make():
        hub = Hub(f"sqlite:///{tmp_path_factory.mktemp('hub')}/hub.sqlite")
        hub.migrate()
        hub.tenants.add(Tenant("acme", "Acme AB"))
        return hub.outbox

    return make


def test_one_that_has_waited_for_a_week_is_warned_of(outbox, hub, monkeypatch):
    add(outbox, document("i1", PARTNER))
    before = outbox.overdue("acme", limit=10)
    later = hub.database.now() + dt.timedelta(days=7)
    monkeypatch.setattr(hub.database, "now", lambda: later)

    assert [] == before
    assert ["i1"] == [one.source_id for one in outbox.overdue("acme", TARGET, limit=10)]


def test_tenant_whose_documents_all_wait_has_no_work(outbox):
    add(outbox, document("i1", PARTNER))
    assert [] == outbox.tenants_with_work(TARGET)

    add(outbox, document("p1"))

    assert ["acme"] == outbox.tenants_with_work(TARGET)


def test_two_tenants_of_one_company_make_no_customer_at_once(outbox):
    """Both connections reach the same company there; the customer is one."""
    add(outbox, document("i1", customer="1234567-1"))
    add(outbox, document("i2", customer="1234567-1"), tenant="beta")
    happen(outbox, "i1", Begun(1, "d"), Lost(1), company="procountor/1")

    other = outbox.find("beta", TARGET, "i2")
    with pytest.raises(Impossible):
        outbox.apply(other, Begun(2, "d"), rules=RULES, now=NOW, company="procountor/1")

    assert (None, None) == outbox.next_due("beta", TARGET, NOW, company="procountor/1")
    assert outbox.next_due("beta", TARGET, NOW, company="procountor/2")[0] == other


def test_kinds_that_were_not_looked_at_are_let_alone(outbox):
    add(outbox, document("p1"), document("i1"))

    assert "i1" == due(outbox, kinds=[PushKind.SALES_INVOICE])
    assert [PushKind.SALES_INVOICE, PushKind.PARTNER] == outbox.open_kinds("acme", TARGET)


def test_same_source_id_of_two_kinds_is_two_documents(outbox):
    other = replace(document("p1"), kind=PushKind.SALES_INVOICE, key="another")
    assert 2 == add(outbox, document("p1"), other)["added"]

    with pytest.raises(SeveralKinds, match="partner, sales_invoice"):
        found(outbox, "p1")
    assert PushKind.PARTNER is outbox.find("acme", TARGET, "p1", PushKind.PARTNER).kind


def test_route_and_trigger_stay_with_the_content_that_came_with_them(outbox):
    add(outbox, document("i1", route="ecom", trigger="approved; mode A"))
    add(outbox, document("i1", route="ecom", trigger="exported; mode B"))

    assert ("ecom", "approved; mode A") == (found(outbox, "i1").route, found(outbox, "i1").trigger)


def test_what_is_stored_before_a_step_is_few_facts_and_no_document(outbox):
    add(outbox, document("i1"))
    facts = {"payments": ["1", "2"], "open": "12.50"}

    with pytest.raises(TooMuchBefore):
        happen(outbox, "i1", Begun(1, "d", before={"all": "x" * 20_000}))
    happen(outbox, "i1", Begun(1, "d", before=facts))

    assert facts == found(outbox, "i1").item.before
    assert "12.50" not in outbox.log(found(outbox, "i1"))[-1].detail


def test_step_that_could_not_be_read_before_is_due_after_a_pause(outbox):
    add(outbox, document("i1"))
    happen(outbox, "i1", Postponed("503", 30.0))

    assert (None, 30.0) == outbox.next_due("acme", TARGET, NOW)


def test_item_that_was_stored_before_there_were_waits_is_read():
    old = (
        '{"key": "k", "steps": ["create"], "phase": "ready", "finished": 0, "target_id": "", '
        '"token": 0, "request_digest": "", "mark": "", "seen": [], "doubt": null, '
        '"ready_at": null, "attempts": 0, "answer_code": "", "hold": null}'
    )

    assert Item("k", (Step.CREATE,)) == read_item(old)
    assert Item("k", (Step.CREATE,)) == read_item(write_item(read_item(old)))
