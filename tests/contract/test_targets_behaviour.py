"""What every target does when a call goes wrong: each call that changes something, by each fault.

A target brings its calls and a world in which one of them goes wrong; a new one adds itself to
`WORLDS`, and nothing else here.
"""

from __future__ import annotations

from collections import Counter

import pytest

from blocks.systems.registry import systems_with
from ledger.push.items import Phase
from simulators.procountor import Fault
from tests.procountor_world import Schedule

CALLS = {
    "procountor": (
        "POST businesspartners",
        "POST products",
        "POST invoices",
        "PUT ledgerreceipts/*",
        "POST attachments",
        "PUT invoices/*/approve",
        "PUT invoices/*/paymentevents/markpaid",
        "POST ledgerreceipts",
        "PUT ledgerreceipts/*/approve",
    )
}
FAULTS = (
    "lost",
    "lost_done",
    "fault",
    "fault_done",
    "html",
    "html_done",
    "cut",
    "late",
    "expired",
    "busy",
)
ELSEWHERE = {"fennoa": "tests/integration/test_push.py and tests/faults/test_push.py"}
"""Targets whose calls are tried by each fault in tests of their own, and in which."""

CASES = [(name, call, fault) for name in CALLS for call in CALLS[name] for fault in FAULTS]


def played(_name, call, fault):
    """Return a world in which the first such call went wrong and all came to rest."""
    return Schedule(
        7, fault_rate=0.0, people=0.0, kills=0, first={call: [Fault(fault)]}, is_whole=True
    ).play()


@pytest.mark.parametrize(("name", "call", "fault"), CASES)
def test_a_call_that_goes_wrong_once_has_its_effect_once(name, call, fault):
    world = played(name, call, fault)

    assert [] == list(world.wrong())
    assert {Phase.DONE: len(world.items)} == Counter(one.phase for one in world.items.values())
    assert not world.world.faults.first[call]


def test_each_target_is_tried():
    assert {*CALLS, *ELSEWHERE} == set(systems_with("target"))
