"""Procountor's steps under drawn faults, people and a bank; and what a weakened rule would do."""

from __future__ import annotations

import os
from collections import Counter
from http import HTTPStatus

import pytest

from blocks.home import PROJECT
from blocks.http import CallProblem
from blocks.systems.procountor import api, approving, booking, invoices, payments, register
from ledger.invoice.mappings.procountor.proofs import likeness
from ledger.push.items import Phase
from simulators.procountor import Fault
from tests.procountor_campaign import CAMPAIGN, FEW, RECORDED, play
from tests.procountor_campaign import schedule as drawn
from tests.procountor_world import US, Schedule

PLAYED = RECORDED if os.environ.get("TASMA_CAMPAIGN") else FEW
RECORD = PROJECT / "docs" / "decisions" / "0033-procountor-lost-answers.md"
TRIES = 200
"""Schedules in which a mutant has to be caught."""
HIDDEN = [Fault.HIDDEN] * 40


def schedule(seed, *, lost_approval=False, **settings):
    made = drawn(seed, **settings)
    if lost_approval:
        made.first["PUT invoices/*/approve"] = [Fault.LOST_DONE]
    return made.play()


@pytest.mark.requirement("R-X-2")
def test_each_document_is_there_once_or_a_person_is_told_and_the_decision_has_the_figures():
    played = play(range(PLAYED))

    assert {} == played.wrong
    record = RECORD.read_text(encoding="utf-8")
    assert CAMPAIGN.head in record
    assert CAMPAIGN.row(played) in record


def test_without_faults_and_people_everything_is_done():
    played = [schedule(seed, fault_rate=0.0, people=0.0, kills=0) for seed in range(5)]

    ends = Counter(item.phase for one in played for item in one.items.values())
    assert {Phase.DONE: 3 * 3 + 2 * 7} == ends


def test_most_documents_get_there_in_spite_of_faults():
    """A rule that held everything would double nothing either."""
    reads = (Fault.FAULT, Fault.HTML, Fault.LOST, Fault.EXPIRED)
    played = [Schedule(seed, people=0.0, reads=reads).play() for seed in range(20)]

    ends = Counter(item.phase for one in played for item in one.items.values())
    assert {Phase.DONE: 60} == ends


def test_all_kinds_of_interference_occur():
    acted = sum((schedule(seed, people=0.6).acted for seed in range(60)), Counter())

    assert {"posted", "saved", "bank", "received", "card"} <= acted.keys()


def is_caught(**settings):
    return any(list(schedule(seed, **settings).wrong()) for seed in range(TRIES))


def test_marking_paid_without_reading_what_is_open_is_caught(monkeypatch):
    monkeypatch.setattr(payments, "open_sum", lambda total, _events: abs(total))

    assert is_caught(people=0.6)


def test_taking_a_404_for_an_absence_is_caught(monkeypatch):
    real = api.Api.get

    async def blind(self, path, params=None, headers=None):
        try:
            return await real(self, path, params, headers)
        except CallProblem as problem:
            if problem.status == HTTPStatus.NOT_FOUND:
                return {"results": []}
            raise

    monkeypatch.setattr(api.Api, "get", blind)

    assert "2 invoices of one" in list(blind_after_a_lost_create().wrong())


def test_lists_that_answer_404_in_doubt_make_no_second_invoice():
    assert [] == list(blind_after_a_lost_create().wrong())


def blind_after_a_lost_create():
    """The answer to a create is lost, and the user sees no invoices for a while."""
    first = {"POST invoices": [Fault.LOST_DONE], "GET invoices": [None, None, *HIDDEN]}
    return Schedule(1, fault_rate=0.0, people=0.0, kills=0, first=first).play()


def test_writing_over_a_receipt_whoever_posted_it_is_caught(monkeypatch):
    async def untouched(*_):
        return None

    monkeypatch.setattr(booking.Booking, "_touched", untouched)

    assert is_caught(people=0.6)


def test_taking_a_failed_lookup_of_partners_for_none_is_caught(monkeypatch):
    real = register.Register.sync

    async def careless(self, **options):
        try:
            await real(self, **options)
        except CallProblem:
            return

    monkeypatch.setattr(register.Register, "sync", careless)

    assert is_caught(people=0.9)


def test_taking_whatever_agrees_for_ours_whoever_made_it_is_caught(monkeypatch):
    def blind(row, wanted, *, is_newer, user_id):
        return likeness(dict(row) | {"creatorId": US}, wanted, is_newer=is_newer, user_id=user_id)

    monkeypatch.setattr(invoices, "likeness", blind)

    assert is_caught(people=0.6)


def test_approving_whatever_is_there_is_caught(monkeypatch):
    monkeypatch.setattr(approving, "same_version", lambda *_: True)

    assert is_caught(people=0.9, lost_approval=True)
