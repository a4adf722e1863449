"""The overview of tenants: what is wrong comes first."""

from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub import Light, OverviewRow
from tasks.pages.overview import REASON_CHARS, age_in_words, overview_summary, overview_table

NOON = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)


def row(tenant, light, **more):
    said = {
        "name": tenant,
        "fiscal_year": "2024-01-01_2024-12-31",
        "status": "published",
        "reason": "",
        "source": "sie",
        "last_published_at": NOON,
        "age": dt.timedelta(hours=3),
        "is_stale": False,
        "voucher_count": 1_234,
        "posting_count": 5_000,
        "load_id": "",
        "run_id": "",
    }
    return OverviewRow(tenant=tenant, light=light, **(said | more))


def test_red_comes_before_grey_before_green():
    rows = [row("a", Light.GREEN), row("b", Light.RED), row("c", Light.GREY)]

    assert ["✗ red", "○ grey", "✓ green"] == [line["Light"] for line in overview_table(rows)]


def test_a_line_says_status_age_reason_and_last_good_load():
    [line] = overview_table([row("a", Light.RED, status="held", reason="currency (1 break)")])

    assert {
        "Light": "✗ red",
        "Tenant": "a",
        "Fiscal year": "2024",
        "Status": "held",
        "Age": "3 h",
        "Reason": "currency (1 break)",
        "Last good load (UTC)": "2024-05-01 12:00",
        "Vouchers": "1,234",
    } == line


def test_a_tenant_without_data_says_so():
    [line] = overview_table(
        [row("a", Light.GREY, status="", fiscal_year="", last_published_at=None, age=None)]
    )

    assert ("no data", "", "never", "") == (
        line["Status"],
        line["Fiscal year"],
        line["Age"],
        line["Vouchers"],
    )


def test_a_long_reason_is_cut_at_its_limit():
    lines = overview_table(
        [row("a", Light.RED, reason="x" * length) for length in (REASON_CHARS, REASON_CHARS + 1)]
    )

    assert ["x" * REASON_CHARS, "x" * (REASON_CHARS - 1) + "…"] == [
        line["Reason"] for line in lines
    ]


def test_tenants_are_counted_by_the_worst_of_their_years():
    rows = [row("a", Light.GREEN), row("a", Light.RED), row("b", Light.GREEN)]

    assert "2 tenants: 1 red, 1 green." == overview_summary(rows)
    assert "tasma tenant add" in overview_summary([])


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (None, "never"),
        (dt.timedelta(seconds=59), "0 min"),
        (dt.timedelta(minutes=119), "119 min"),
        (dt.timedelta(hours=2), "2 h"),
        (dt.timedelta(hours=47, minutes=59), "47 h"),
        (dt.timedelta(hours=48), "2 days"),
    ],
    ids=str,
)
def test_ages_are_said_as_a_person_would(age, text):
    assert text == age_in_words(age)


def test_what_to_do_about_a_tenant_that_is_cut_off_is_never_cut():
    step = "tasma connect check acme"
    cells = [
        overview_table([row("acme", Light.RED, reason=f"fortnox: {'x' * count}", look_with=step)])
        for count in (10, 500)
    ]

    assert all(cell[0]["Reason"].endswith(f" Next: {step}") for cell in cells)
    assert all(len(cell[0]["Reason"]) <= REASON_CHARS for cell in cells)
