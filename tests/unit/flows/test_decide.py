"""What becomes of a load, and how its run ends."""

from __future__ import annotations

import datetime as dt

import pytest
from prefect.client.schemas.objects import StateType

from flows.runs.states import MAX_MESSAGE_CHARS, ended
from flows.runs.unit import decide
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.coverage import BALANCES, VOUCHERS, WHOLE_YEAR, Coverage
from ledger.outcome import Outcome
from tasks.reconcile import Judgement

QUARTER = Coverage.period(dt.date(2025, 1, 1), dt.date(2025, 3, 31))

BROKEN = ControlResult(
    "currency",
    Severity.BLOCKS,
    Answer.BROKEN,
    breaks=(Break("currency", BreakKind.ATTRIBUTE, detail="EUR, not SEK"),),
    break_count=1,
)


@pytest.mark.parametrize("coverage", [WHOLE_YEAR, QUARTER, VOUCHERS, BALANCES])
def test_what_blocks_holds_a_load_whatever_it_covers(coverage):
    assert decide(Judgement([BROKEN], [BROKEN]), coverage) is Outcome.HELD


@pytest.mark.parametrize(
    ("coverage", "verdict"),
    [
        (WHOLE_YEAR, Outcome.PUBLISHED),
        (QUARTER, Outcome.PUBLISHED),
        (VOUCHERS, Outcome.PARTIAL),
        (BALANCES, Outcome.EVIDENCE),
    ],
)
def test_what_was_accepted_holds_no_more_and_only_what_is_complete_is_published(coverage, verdict):
    judgement = Judgement([BROKEN], [])

    assert decide(judgement, coverage) is verdict
    assert judgement.accepted_count == 1


def test_the_reason_names_control_count_and_first_break():
    assert Judgement([BROKEN], [BROKEN]).reason == "currency (1 break, first: EUR, not SEK)"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (Outcome.HELD, StateType.FAILED),
        (Outcome.PUBLISHED, StateType.COMPLETED),
        (Outcome.UNCHANGED, StateType.COMPLETED),
    ],
)
def test_only_a_hold_is_red(name, kind):
    assert ended(name, "why").type is kind


def test_a_long_message_is_cut_at_its_limit():
    whole, cut = (
        ended(Outcome.PUBLISHED, "x" * (MAX_MESSAGE_CHARS + more)).message for more in (0, 1)
    )

    assert len(whole) == len(cut) == MAX_MESSAGE_CHARS
    assert cut.endswith("…")
