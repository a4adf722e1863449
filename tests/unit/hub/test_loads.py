from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from blocks.hub import Load, Refused, Tenant, UnitState, UnknownTenant, models, new_load_id
from ledger.controls import (
    MAX_BREAKS_KEPT,
    Answer,
    Break,
    BreakKind,
    ControlResult,
    Severity,
    set_fingerprint,
)
from tests.examples import examples

FINITE = {
    "allow_nan": False,
    "allow_infinity": False,
    "min_value": -(10**16),
    "max_value": 10**16,
}
DECIMALS = st.one_of(
    st.none(),
    st.decimals(**FINITE, places=2),
    st.decimals(**FINITE).filter(lambda value: len(f"{value:f}") <= 60),
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
BREAKS = st.builds(
    Break,
    control=TEXTS,
    kind=st.sampled_from(BreakKind),
    account_number=TEXTS,
    period=st.just("2024-01"),
    voucher_key=TEXTS,
    expected=DECIMALS,
    actual=DECIMALS,
    difference=DECIMALS,
    detail=TEXTS,
)
RESULTS = st.builds(
    ControlResult,
    control=TEXTS,
    severity=st.sampled_from(Severity),
    outcome=st.sampled_from(Answer),
    reason=TEXTS,
    breaks=st.lists(BREAKS, max_size=4).map(tuple),
    break_count=st.integers(min_value=4, max_value=10**6),
    set_fingerprint=TEXTS,
)


@pytest.fixture
def load(hub, acme, y2024) -> Load:
    return hub.loads.save(Load(acme, y2024.key, "sie", source_kind="4E", run_id="r1"))


def test_load_comes_back_as_it_was_saved(hub, load, clock):
    assert clock.now == load.created_at
    assert load == hub.loads.get(load.load_id)


def test_resumed_run_replaces_what_was_said(hub, load, clock):
    clock.advance(60)

    again = hub.loads.save(Load(**{**vars(load), "digest": "d1"}))

    assert ("d1", load.created_at) == (again.digest, again.created_at)
    assert [again] == hub.loads.of_unit(load.tenant, load.year)


def test_load_of_another_unit_cannot_be_replaced(hub, load):
    hub.tenants.add(Tenant("other", "Other AB"))

    with pytest.raises(Refused, match=r"one of acme .*, not of other"):
        hub.loads.save(Load(**{**vars(load), "tenant": "other"}))


def test_load_of_an_unknown_tenant_is_refused(hub, y2024):
    with pytest.raises(UnknownTenant):
        hub.loads.save(Load("nobody", y2024.key, "sie"))


def test_unknown_load_is_named(hub):
    with pytest.raises(Refused, match="no load 'l9'"):
        hub.loads.get("l9")
    with pytest.raises(Refused, match="no load 'l9'"):
        hub.loads.save_results("l9", [])


def test_newest_load_comes_first_and_the_limit_holds(hub, acme, y2024, clock):
    saved = []
    for _ in range(3):
        saved.append(hub.loads.save(Load(acme, y2024.key, "sie")))
        clock.advance(1)

    assert saved[::-1] == hub.loads.of_unit(acme, y2024)
    assert saved[:0:-1] == hub.loads.of_unit(acme, y2024, limit=2)


def test_load_ids_are_unique_version_7_and_sort_by_time():
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    ids = [new_load_id(start + dt.timedelta(milliseconds=n)) for n in range(100)]

    assert ids == sorted(set(ids))
    assert {(7, uuid.RFC_4122)} == {(uuid.UUID(i).version, uuid.UUID(i).variant) for i in ids}


@given(results=st.lists(RESULTS, max_size=3))
@settings(
    deadline=None,
    max_examples=examples(40),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_findings_survive_exactly(hub, load, results):
    """Decimals with their scale and sign: 100.10 is not 100.1 when a fingerprint is taken."""
    hub.loads.save_results(load.load_id, results)

    back = hub.loads.results(load.load_id)

    assert results == back
    assert repr(results) == repr(back)
    assert [[b.fingerprint for b in r.breaks] for r in results] == [
        [b.fingerprint for b in r.breaks] for r in back
    ]


@pytest.mark.parametrize("text", ["0.10", "-0.00", "123456789012345678.90", "0.000001", "1E+3"])
def test_amount_is_kept_as_plain_text(hub, load, text):
    amount = Decimal(text)
    found = (Break("c", BreakKind.AMOUNT, expected=amount),)
    hub.loads.save_results(
        load.load_id,
        [ControlResult("c", Severity.BLOCKS, Answer.BROKEN, breaks=found, break_count=1)],
    )
    with hub.database.reading() as connection:
        raw = connection.exec_driver_sql("select expected from control_break").scalar_one()

        assert (f"{amount:f}", str) == (raw, type(raw))


@pytest.mark.parametrize("wrong", [1.5, Decimal("NaN"), Decimal("Infinity")])
def test_amount_that_is_no_finite_decimal_is_refused(hub, load, wrong):
    result = ControlResult(
        "c",
        Severity.BLOCKS,
        Answer.BROKEN,
        breaks=(Break("c", BreakKind.AMOUNT, actual=wrong),),
        break_count=1,
    )

    with pytest.raises(Exception, match="not a finite Decimal"):
        hub.loads.save_results(load.load_id, [result])

    assert hub.loads.results(load.load_id) == []


@pytest.mark.parametrize("count", [MAX_BREAKS_KEPT, MAX_BREAKS_KEPT + 1])
def test_breaks_are_kept_up_to_the_limit_and_counted_beyond(hub, load, count):
    found = tuple(Break("c", BreakKind.MISSING, account_number=str(n)) for n in range(count))
    hub.loads.save_results(
        load.load_id,
        [ControlResult("c", Severity.WARNS, Answer.BROKEN, breaks=found, break_count=count)],
    )

    (result,) = hub.loads.results(load.load_id)

    assert found[:MAX_BREAKS_KEPT] == result.breaks
    assert count == result.break_count


def test_later_findings_replace_the_earlier_ones(hub, load):
    hub.loads.save_results(load.load_id, [ControlResult("a", Severity.INFORMS, Answer.PASSED)])
    hub.loads.save_results(load.load_id, [ControlResult("b", Severity.INFORMS, Answer.PASSED)])

    assert [result.control for result in hub.loads.results(load.load_id)] == ["b"]


def test_old_findings_go_unless_a_unit_speaks_of_them(hub, acme, y2024, clock):
    """The published load and the held one keep theirs however old they are."""
    ids = {}
    for name, states in {
        "published": [UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED],
        "forgotten": [UnitState.STAGED, UnitState.FAILED],
        "held": [UnitState.STAGED, UnitState.RECONCILING, UnitState.HELD],
    }.items():
        ids[name] = hub.loads.save(Load(acme, y2024.key, "sie")).load_id
        hub.loads.save_results(ids[name], [ControlResult("c", Severity.WARNS, Answer.PASSED)])
        for state in states:
            hub.units.set_status(acme, y2024, state, load_id=ids[name])
    clock.advance(30 * 86_400)
    assert hub.loads.prune_results(older_than=dt.timedelta(days=30)) == 0
    clock.advance(1)

    assert hub.loads.prune_results(older_than=dt.timedelta(days=30)) == 1

    with hub.database.reading() as connection:
        kept = set(connection.execute(select(models.control_result.c.load_id)).scalars())
    assert {ids["published"], ids["held"]} == kept


def test_set_fingerprint_ignores_order_and_nothing_else():
    prints = [Break("c", BreakKind.MISSING, account_number=str(n)).fingerprint for n in range(3)]

    assert set_fingerprint(prints) == set_fingerprint(reversed(prints))
    assert len({set_fingerprint(p) for p in (prints, prints[:2], [*prints, prints[0]], [])}) == 4


def test_findings_for_an_unchanged_load_are_those_of_a_published_one(hub, acme, y2024, clock):
    """The same rows were held in between, beside other evidence of the source."""
    ids = []
    for end, found in (
        (UnitState.PUBLISHED, [ControlResult("c", Severity.BLOCKS, Answer.PASSED)]),
        (UnitState.HELD, [ControlResult("c", Severity.BLOCKS, Answer.BROKEN)]),
        (UnitState.PUBLISHED, []),
    ):
        clock.advance(1)
        load = hub.loads.save(Load(acme, y2024.key, "fortnox", digest="d1"))
        hub.loads.save_results(load.load_id, found)
        for state in (UnitState.STAGED, UnitState.RECONCILING, end):
            hub.units.set_status(acme, y2024, state, load_id=load.load_id)
        ids.append(load.load_id)

    assert hub.loads.judged(hub.loads.get(ids[2])).load_id == ids[0]
    clock.advance(500 * 86_400)
    hub.loads.prune_results(older_than=dt.timedelta(days=400))
    assert hub.loads.judged(hub.loads.get(ids[2])).load_id == ids[0]
    assert hub.loads.results(ids[1]) == []
