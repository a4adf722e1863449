"""What the prompt says of a year that a person keeps, and of what may be done about it."""

from __future__ import annotations

import pytest

from tests.small_sie import small_sie

FEW = small_sie(("1", 100, 100))
MORE = small_sie(("1", 100, 100), ("2", 50, 50))
MANY = small_sie(*[(str(number), 10, 10) for number in range(1, 41)])
"""So many that the few are held where they replace them."""

RELEASE = "tasma ledger release acme 2024 --reason WHY"


@pytest.fixture
def load(tasma, acme, tmp_path):
    """Import a file of these bytes for acme."""

    def import_file(content, *options):
        path = tmp_path / "books.se"
        path.write_bytes(content)
        return tasma("import", path, "--tenant", acme, *options)

    return import_file


@pytest.fixture
def back(tasma, acme):
    """Bring the year back to its first load."""
    return lambda: tasma(
        *("ledger", "rollback", acme, "2024", "--to", "1", "--reason", "a test", "--by", "anna")
    )


def test_held_rollback_leads_to_what_ends_it_and_to_no_file_that_would_not_be_loaded(
    tasma, acme, load, back
):
    load(FEW)
    load(MANY)
    back()

    ways_out = tasma("ledger", "breaks", acme, "2024").stdout.partition("Next:")[2]

    assert "tasma import" not in ways_out
    assert 'tasma accept acme 2024 --reason "..."' in ways_out
    assert RELEASE in ways_out
    assert 'tasma ledger reject acme 2024 --reason "..."' in ways_out


def test_rejecting_a_held_rollback_says_that_the_year_is_kept_no_longer(tasma, acme, load, back):
    load(FEW)
    load(MANY)
    back()

    rejected = tasma("ledger", "reject", acme, "2024", "--reason", "never mind")

    assert "The year is published. It is kept no longer" in rejected.stdout


def test_rejecting_another_hold_says_nothing_of_years_that_are_kept(tasma, acme, load):
    load(MANY)
    load(FEW)

    assert (
        "kept no longer"
        not in tasma("ledger", "reject", acme, "2024", "--reason", "a wrong file").stdout
    )


def test_file_of_a_kept_year_is_said_not_to_be_loaded_and_how_it_would_be(acme, load, back):
    load(FEW)
    load(MORE)
    back()

    loaded = load(MANY)
    shown = loaded.stdout

    assert 3 == loaded.exit_code, "a script hears that somebody is needed"
    assert "acme 2024: not loaded: the year is kept as of load 1 since" in shown
    assert f"Next: {RELEASE}" in shown


def test_dry_run_of_a_file_of_a_kept_year_leads_to_no_import_also_where_it_would_be_held(
    acme, load, back
):
    load(MANY)
    load(MORE)
    back()

    tried = load(FEW, "--dry-run")
    shown = tried.stdout

    assert 3 == tried.exit_code

    assert "acme 2024: would not be loaded: the year is kept as of load 1 since" in shown
    assert 1 == shown.count("mass_removal (1")
    assert f"Next: {RELEASE}" in shown


def test_several_files_lead_to_the_release_of_the_year_that_took_one_of_them_not(
    tasma, acme, load, back, tmp_path
):
    load(FEW)
    load(MORE)
    back()
    (tmp_path / "other.se").write_bytes(small_sie(("1", 100, 100), year=2023))

    shown = load(MANY, tmp_path / "other.se").stdout

    assert f"Next: {RELEASE}" in shown
