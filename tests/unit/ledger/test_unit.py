"""The unit's names: in tags, keys of artifacts, and words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.fiscal_year import FiscalYear, short_year
from ledger.unit import Unit, UnitMismatch

BROKEN = "2024-07-01_2025-06-30"
Y2024, Y2025 = FiscalYear.parse("2024"), FiscalYear.parse("2025")


@pytest.mark.parametrize(
    ("key", "tag", "artifact", "words"),
    [
        ("2024", "year:2024", "acme-2024-changes", "acme 2024"),
        (
            BROKEN,
            f"year:{BROKEN}",
            "acme-2024-07-01-2025-06-30-changes",
            "acme 2024-07-01 to 2025-06-30",
        ),
    ],
    ids=["calendar year", "broken year"],
)
def test_a_unit_is_named_alike_everywhere(key, tag, artifact, words):
    unit = Unit("acme", FiscalYear.parse(key))

    assert ("tenant:acme", tag) == unit.tags
    assert artifact == unit.artifact_key("changes")
    assert words == str(unit)


@given(st.dates(), st.dates())
def test_a_shortened_year_is_read_back_and_a_key_is_fit_for_prefect(one, other):
    year = FiscalYear(min(one, other), max(one, other))

    assert year == FiscalYear.parse(short_year(year.key))
    assert re.fullmatch(r"[a-z0-9-]+", Unit("acme-2", year).artifact_key("plan-changes"))


UNITS = st.builds(Unit, st.sampled_from(["acme", "bolt"]), st.sampled_from([Y2024, Y2025]))


@given(UNITS, UNITS)
def test_a_unit_lets_only_its_own_pass(one, other):
    if one == other:
        one.require(other, of="A lease")
        return

    with pytest.raises(UnitMismatch, match=f"A lease came for {other}, where {one} was expected"):
        one.require(other, of="A lease")
