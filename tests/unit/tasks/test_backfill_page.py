"""The page of a backfill: each year with its outcome and its run, what went wrong first."""

from __future__ import annotations

from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.pages.backfill import (
    WORKS,
    BackfillYear,
    backfill_page,
    backfill_summary,
    share_done,
)


def year(tenant, key, *more, **named):
    return BackfillYear(Unit(tenant, FiscalYear.parse(key)), *more, **named)


def test_grid_has_a_row_for_each_tenant_and_a_column_for_each_year_with_links_to_the_runs():
    page = backfill_page(
        [
            year("acme", "2023", "Published", "run-1"),
            year("beta", "2023", "Failed", "run-2", "no licence"),
            year("acme", "2024", WORKS, "run-3"),
            year("beta", "2023-07-01_2024-06-30"),
            year("beta", "2022", "Skipped", "run-4"),
        ]
    )

    assert "| Tenant | 2024 | 2023 | 2022 |" in page
    acme = "| acme | [… is fetched](/v2/runs/flow-run/run-3) "
    assert f"{acme}| [✓ Published](/v2/runs/flow-run/run-1) |  |" in page
    beta = "| beta | … waits<br>2023-07-01 to 2024-06-30 | [✗ Failed](/v2/runs/flow-run/run-2) "
    assert f"{beta}| [○ Skipped](/v2/runs/flow-run/run-4) |" in page
    assert page.index("| beta | 2023 | [✗ Failed](/v2/runs/flow-run/run-2) | no licence |") < (
        page.index("## All years")
    )


def test_backfill_of_which_something_failed_never_comes_to_a_hundred_per_cent():
    good, left = year("acme", "2023", "Published"), year("acme", "2022", "Skipped")
    states = ("Failed", "Held", "Crashed", "Cancelled", WORKS, "waits")

    assert 100.0 == share_done([good, left])
    assert [50.0] * len(states) == [
        share_done([good, year("beta", "2023", state)]) for state in states
    ]


def test_summary_names_what_did_not_end_well_and_counts_what_is_to_come():
    years = [year("acme", "2023", "Held"), year("acme", "2024", "Published"), year("b", "2024")]

    assert "1 Held, 1 Published, 1 to go. See acme 2023." == backfill_summary(years)


def test_tenants_that_went_wrong_come_first_when_not_all_are_shown():
    many = [year(f"t{number}", "2024", "Published") for number in range(400)]
    page = backfill_page([*many, year("last", "2024", "Failed")])

    grid = page.partition("## All years")[2]
    assert grid.index("| last |") < grid.index("| t0 |")
    assert "| t298 |" in grid
    assert "| t299 |" not in grid
    assert "… and 101 more tenants." in grid


def test_years_that_a_window_does_not_show_side_by_side_follow_below():
    page = backfill_page([year("acme", str(number)) for number in range(2018, 2025)])

    assert "| Tenant | 2024 | 2023 | 2022 | 2021 | 2020 |" in page
    assert "| Tenant | 2019 | 2018 |" in page
