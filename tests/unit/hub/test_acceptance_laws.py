"""Laws of `ledger.acceptance` over any breaks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.acceptance import Acceptance, acceptable, letting_pass, unaccepted
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
AMOUNTS = st.decimals(min_value=-100, max_value=100, places=2)
BREAKS = st.builds(
    lambda account, amount: Break(
        "c",
        BreakKind.AMOUNT,
        account_number=account,
        expected=Decimal("0.00"),
        actual=amount,
        difference=amount,
    ),
    st.sampled_from(["1910", "3001"]),
    AMOUNTS,
)
RESULTS = st.lists(BREAKS, min_size=1, max_size=5).map(
    lambda breaks: ControlResult(
        "c", Severity.BLOCKS, Answer.BROKEN, breaks=tuple(breaks), break_count=len(breaks)
    )
)


def accepted(result: ControlResult) -> list[Acceptance]:
    return [
        Acceptance(
            tenant="acme",
            fiscal_year="2024-01-01_2024-12-31",
            control=result.control,
            fingerprint=fingerprint,
            occurrences=count,
            expected=item.expected if item else None,
            actual=item.actual if item else None,
            difference=item.difference if item else None,
            reason="seen",
            accepted_by="anna",
            accepted_at=NOW,
        )
        for fingerprint, count, item in acceptable(result)
    ]


@given(RESULTS)
def test_all_that_can_be_accepted_frees_the_load(result):
    assert unaccepted([result], accepted(result), at=NOW) == []


@given(RESULTS)
def test_without_acceptance_everything_holds(result):
    assert [result] == unaccepted([result], [], at=NOW)


@given(RESULTS, RESULTS)
def test_only_breaks_that_were_accepted_as_often_pass(seen, now):
    before = Counter(b.fingerprint for b in seen.breaks)
    found = Counter(b.fingerprint for b in now.breaks)
    expected = [b for b in now.breaks if found[b.fingerprint] > before[b.fingerprint]]

    left = unaccepted([now], accepted(seen), at=NOW)

    assert expected == [b for result in left for b in result.breaks]
    assert [len(result.breaks) for result in left] == [result.break_count for result in left]


@given(RESULTS, RESULTS)
def test_acceptances_that_let_a_result_pass_are_all_of_its_breaks_and_do_what_all_do(seen, now):
    found = {item.fingerprint for item in now.breaks}
    given_before = accepted(seen)

    passing = letting_pass(now, given_before)

    assert found >= {item.fingerprint for item in passing}
    assert unaccepted([now], passing, at=NOW) == unaccepted([now], given_before, at=NOW)


@given(RESULTS)
def test_result_that_does_not_block_never_holds(result):
    for harmless in (
        replace(result, severity=Severity.WARNS),
        replace(result, outcome=Answer.PASSED),
        replace(result, outcome=Answer.NOT_APPLICABLE),
    ):
        assert unaccepted([harmless], [], at=NOW) == []


def test_empty_fingerprint_speaks_for_nothing():
    """Two results whose breaks nobody summed up are not the same result."""
    silent = ControlResult("c", Severity.BLOCKS, Answer.BROKEN, break_count=5_000)
    (given,) = accepted(replace(silent, set_fingerprint="5000-ab"))

    assert acceptable(silent) == []
    assert [silent] == unaccepted([silent], [replace(given, fingerprint="")], at=NOW)
