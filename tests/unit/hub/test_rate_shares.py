"""Shares of a rate: never more together than the limit, whoever asks and stops whenever."""

from __future__ import annotations

import datetime as dt
import shutil
from functools import partial
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.hub import Hub
from blocks.hub.rate_shares import GENTLE
from tests.examples import examples
from tests.unit.hub.conftest import Clock

LIMIT, LASTS_S, COUNTS_S = 5, 1.0, 2.0
ROUNDS = count()
NAMES = "abcdefg"


@pytest.fixture
def take(hub):
    def take(holder, scope="procountor/ours", limit=LIMIT):
        return hub.rate_shares.take(
            scope, holder=holder, limit=limit, lasts_s=LASTS_S, counts_s=COUNTS_S
        )

    return take


def settled(take, clock, *names, rounds=8):
    """Let some ask every half second, and return what each has in the end."""
    for _ in range(rounds):
        found = {name: take(name) for name in names}
        clock.advance(0.5)
    return found


def test_who_is_alone_has_all_of_it_and_goes_on_having_it(take, clock):
    assert [LIMIT] * 10 == [clock.advance(0.5) and take("a") for _ in range(10)]


def test_second_waits_until_calls_of_the_first_count_no_more_then_both_have_their_part(take, clock):
    first = take("a")
    clock.advance(0.5)
    later = [(take("b"), take("a"))]
    while not later[-1][0]:
        clock.advance(0.5)
        later.append((take("b"), take("a")))

    assert LIMIT == first
    assert {3} == {of_a for _, of_a in later}, "at its next turn it takes its part alone"
    assert LASTS_S + COUNTS_S == 0.5 * len(later)
    assert {"a": 3, "b": 2} == settled(take, clock, "a", "b")


def test_who_stops_asking_is_forgotten_and_leaves_its_part(take, clock):
    settled(take, clock, "a", "b")

    assert {"a": LIMIT} == settled(take, clock, "a")


GENTLE_ONE, GENTLE_TWO = f"{GENTLE}a", f"{GENTLE}b"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", GENTLE_ONE], [37, 3]),
        (["a", "b", GENTLE_ONE], [19, 18, 3]),
        (["a", GENTLE_ONE, GENTLE_TWO], [37, 2, 1]),
        ([GENTLE_ONE], [3]),
    ],
)
def test_gentle_have_a_small_part_together_and_all_others_the_rest(take, clock, names, expected):
    found = settled(partial(take, limit=40), clock, *names)

    assert expected == [found[name] for name in names]


def test_gentle_holder_gets_its_turn_though_others_ask_all_the_time(take, clock):
    take_of_40 = partial(take, limit=40)
    settled(take_of_40, clock, "a", "b")

    assert 3 == settled(take_of_40, clock, "a", "b", GENTLE_ONE)[GENTLE_ONE]
    assert {"a": 20, "b": 20} == settled(take_of_40, clock, "a", "b"), "it left no gap"


def test_other_clients_and_other_vendors_take_nothing_of_it(take):
    assert [LIMIT, LIMIT] == [take("a"), take("b", scope="procountor/other")]


def test_more_holders_than_calls_all_get_their_turn(take, clock):
    had = dict.fromkeys(NAMES, 0)
    for _ in range(30):
        for name in NAMES:
            had[name] += take(name)
        clock.advance(0.25)

    assert all(had.values()), had


@pytest.fixture(scope="module")
def lasting_hub(empty_hub, tmp_path_factory):
    path = tmp_path_factory.mktemp("shares") / "hub.sqlite"
    shutil.copy(empty_hub, path)
    return f"sqlite:///{path}"


@settings(max_examples=examples(15), deadline=None)
@given(
    asks=st.lists(
        st.tuples(st.sampled_from([*NAMES, GENTLE_ONE, GENTLE_TWO]), st.integers(0, 1_500)),
        min_size=5,
        max_size=60,
    ),
    limit=st.integers(1, 30),
)
def test_shares_that_may_count_in_one_moment_never_exceed_the_limit(lasting_hub, asks, limit):
    """Of every holder the largest that lasted within `COUNTS_S` before."""
    scope, clock, given_shares = f"scope {next(ROUNDS)}", Clock(), []
    with Hub(lasting_hub, clock=clock) as hub:
        for holder, pause_ms in asks:
            now = clock.advance(pause_ms / 1_000)
            calls = hub.rate_shares.take(
                scope, holder=holder, limit=limit, lasts_s=LASTS_S, counts_s=COUNTS_S
            )
            given_shares.append((holder, calls, now, now + dt.timedelta(seconds=LASTS_S)))

    for _, _, begin, _ in given_shares:
        largest = {}
        for holder, calls, at, until in given_shares:
            if at <= begin and until > begin - dt.timedelta(seconds=COUNTS_S):
                largest[holder] = max(calls, largest.get(holder, 0))
        assert sum(largest.values()) <= limit
