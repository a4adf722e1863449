"""A company's periods and integrations."""

from __future__ import annotations

import datetime as dt

from ledger.ecom.periods import fold_company
from tests.ecom_said import START, company, said


def test_period_is_closed_from_its_closing_until_it_is_reopened():
    found = company("2026-05", at=START, reopened=["2026-05"])
    day = dt.date(2026, 5, 31)

    assert not found.is_closed(day, at=START - dt.timedelta(seconds=1))
    assert found.is_closed(day, at=START)
    assert not found.is_closed(day)
    assert not found.is_closed(dt.date(2026, 6, 1), at=START)


def test_open_months_before_one_are_listed_over_the_turn_of_a_year():
    found = company("2025-11", "2026-01")

    assert ["2025-12", "2026-02"] == found.open_before("2026-03", since="2025-11")


def test_integrations_are_those_attached_and_not_detached_since():
    events = [
        said("integration_attached", 1, document=None, integration="Procountor"),
        said("integration_attached", 2, document=None, integration="Tikon"),
        said("integration_detached", 3, document=None, integration="Procountor"),
    ]

    found = fold_company([events[2], events[0], events[1]])

    assert (("Tikon",), True) == (found.attached, found.had_integration)
    assert ((), True) == (
        fold_company(
            [*events[:1], said("integration_detached", 2, document=None, integration="Procountor")]
        ).attached,
        True,
    )
    assert 2 == fold_company([events[0], events[2]]).missing
