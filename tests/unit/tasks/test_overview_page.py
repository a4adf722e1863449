"""The overview of tenants: what is wrong comes first."""

from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub import Light, OverviewRow
from tasks.pages.overview import ROWS_SHOWN, age_in_words, overview_page, overview_summary

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


def page(*rows):
    return overview_page(rows, at=NOON)


def test_what_is_red_stands_above_the_grid_with_status_age_whole_reason_and_run():
    reason = "account 1930: expected 1.00, actual 2.00, difference 1.00; " * 4
    text = page(
        row("a", Light.GREEN),
        row("b", Light.RED, status="held", reason=reason, run_id="run-1", look_with="tasma x"),
    )

    above, _, grid = text.partition("## All years")
    why = f"{reason.strip()}<br>Next: tasma x"
    assert f"| b | 2024 | [held](/v2/runs/flow-run/run-1) | 3 h | {why} |" in above
    assert "| a |" not in above
    assert "As of 2024-05-01 12:00 UTC." in above
    assert grid.index("| b |") < grid.index("| a |")


def test_a_held_year_leads_to_its_breaks():
    reason = "customer_balance_sheet (1 break, first: 1930 differs)"
    text = page(row("b", Light.RED, status="held", reason=reason, hold="load-1"))

    why = "The company's own balance sheet (1 break, first: 1930 differs)"
    assert f"{why}<br>Next: tasma ledger breaks b 2024 |" in text


def test_grid_has_a_line_for_each_tenant_and_a_column_for_each_year_that_leads_to_its_run():
    text = page(
        row("a", Light.GREEN, run_id="run-1"),
        row("a", Light.RED, fiscal_year="2025-01-01_2025-12-31", status="held"),
        row("b", Light.GREY, fiscal_year="2023-07-01_2024-06-30", status="", age=None),
    )

    assert "| Tenant | 2025 | 2024 |" in text
    assert "| a | ✗ held 3 h | [✓ 3 h](/v2/runs/flow-run/run-1) |" in text
    assert "| b |  | ○<br>2023-07-01 to 2024-06-30 |" in text


def test_a_tenant_without_data_says_so():
    nothing = {"status": "", "fiscal_year": "", "last_published_at": None, "age": None}

    assert "Without books yet: a, b" in page(
        row("a", Light.GREY, **nothing), row("b", Light.GREY, **nothing)
    )
    assert "| c |  | no data | never | no licence |" in page(
        row("c", Light.RED, reason="no licence", **nothing)
    )


def test_only_so_many_reasons_are_shown_and_the_others_counted():
    text = page(*(row(f"t{number}", Light.RED) for number in range(ROWS_SHOWN + 3)))

    assert f"| t{ROWS_SHOWN - 1} |" in text.partition("## All years")[0]
    assert f"| t{ROWS_SHOWN} |" not in text.partition("## All years")[0]
    assert "… and 3 more years." in text


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
