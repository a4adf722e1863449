"""What the runner promises whatever a control finds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from blocks.controls import ControlFailed, controls_for
from blocks.controls.control import Control
from blocks.controls.evidence import make_evidence
from blocks.controls.runner import ask_first, judge
from ledger.controls import MAX_BREAKS_KEPT, Answer, set_fingerprint
from ledger.fiscal_year import FiscalYear

UNBALANCED = [("1910", "5"), ("1930", "-4")]


def unbalanced(books, count):
    for number in range(1, count + 1):
        books.book("M", str(number), f"2024-{1 + number % 12:02}-01", UNBALANCED)
    return books


@pytest.mark.parametrize("count", [MAX_BREAKS_KEPT, MAX_BREAKS_KEPT + 1])
def test_all_breaks_are_counted_and_a_bounded_number_kept(empty_books, count):
    result = unbalanced(empty_books, count).result("voucher_balance")

    assert result.break_count == count
    assert len(result.breaks) == min(count, MAX_BREAKS_KEPT)


@pytest.mark.parametrize("count", [3, MAX_BREAKS_KEPT + 5])
def test_breaks_come_oldest_month_first(empty_books, count):
    result = unbalanced(empty_books, count).result("voucher_balance")

    periods = [item.period for item in result.breaks]
    assert periods == sorted(periods)


def test_fingerprint_of_cut_breaks_speaks_for_all_of_them(empty_books):
    """What DuckDB sums over the breaks it does not hand out is what Python sums over them all."""
    books = unbalanced(empty_books, 40)
    whole = books.result("voucher_balance")

    # The limit is shortened, as 1,001 breaks would have to be computed in Python to compare.
    books.max_breaks = 7
    cut = books.result("voucher_balance")

    assert whole.set_fingerprint == set_fingerprint(item.fingerprint for item in whole.breaks)
    assert (len(cut.breaks), cut.break_count) == (7, 40)
    assert cut.breaks == whole.breaks[:7]
    assert cut.set_fingerprint == whole.set_fingerprint


def test_fingerprint_leaves_out_the_line_in_python_and_in_duckdb(books):
    """A new export shifts its lines; what was accepted stays the same break."""
    other = FiscalYear.parse(f"{books.year.start_date.year}-02-01_{books.year.end_date.year}-11-30")
    books.context = {"defined_years": (other,)}
    prints = set()
    for line in (0, 9, 12):
        books.facts = {"fiscal_year_line": line}
        prints.add(books.result("year_defined").set_fingerprint)
    books.max_breaks = 1
    cut = books.result("year_defined")

    assert {cut.set_fingerprint} == prints
    assert (1, 2) == (len(cut.breaks), cut.break_count)
    assert "(line 12, #RAR)" in cut.breaks[0].detail


def test_fingerprint_changes_with_a_break_that_is_not_kept(empty_books):
    books = unbalanced(empty_books, 40)
    books.max_breaks = 7
    before = books.result("voucher_balance")
    last = before.breaks[-1]
    books.tables["posting"][-1]["amount"] += 2

    after = books.result("voucher_balance")

    assert after.breaks[-1] == last
    assert after.set_fingerprint != before.set_fingerprint


def test_same_break_has_the_same_fingerprint_in_the_next_load(books):
    books.change_report("closing", "1930", "51300.00")

    first, second = (books.result("balance_roll_forward") for _ in range(2))

    assert first.set_fingerprint == second.set_fingerprint


def run_with(books, control):
    with books.bench() as db:
        evidence = make_evidence(db, books.staged, context=books.known(), classes={})
        return judge(evidence, control, ask_first(evidence, [control])[control.name])


def control_named(books, name):
    (control,) = (
        item for item in controls_for("sie", "4E", context=books.known()) if item.name == name
    )
    return control


@pytest.mark.parametrize(
    ("tolerance", "outcome"), [("0.10", Answer.PASSED), ("0.09", Answer.BROKEN)]
)
def test_difference_up_to_the_tolerance_is_no_break(books, tolerance, outcome):
    books.change_report("closing", "1930", "51250.10")
    control = replace(control_named(books, "balance_roll_forward"), tolerance=Decimal(tolerance))

    assert run_with(books, control).outcome == outcome


def test_tolerance_does_not_reach_breaks_without_an_amount(books):
    books.facts = {"currency": "EUR"}
    control = replace(control_named(books, "currency"), tolerance=Decimal("99.00"))

    assert run_with(books, control).outcome == Answer.BROKEN


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("select null;\nselect nonsense from nowhere", "CatalogException"),
        ("select null as not_applicable", "1 statements instead of 2"),
        ("select 'secret'::integer;\nselect 1", "ConversionException"),
    ],
)
def test_control_that_cannot_be_computed_is_named_and_quotes_no_data(
    books, tmp_path, monkeypatch, text, problem
):
    (tmp_path / "own.sql").write_text(text)
    monkeypatch.setattr("blocks.controls.control.RECONCILE", tmp_path)
    control = replace(control_named(books, "currency"), name="own")

    with pytest.raises(ControlFailed, match=f"Control own could not .*{problem}") as failure:
        run_with(books, control)

    assert "secret" not in str(failure.value)


@pytest.mark.requirement("R-X-6b")
def test_amounts_of_breaks_are_decimals_with_two_places(books):
    books.change_report("closing", "1930", "51300.1")

    (item,) = books.result("balance_roll_forward").breaks

    amounts = (item.expected, item.actual, item.difference)
    assert amounts == (Decimal("51300.10"), Decimal("51250.00"), Decimal("-50.10"))
    assert all(isinstance(amount, Decimal) for amount in amounts)
    assert [str(amount) for amount in amounts] == ["51300.10", "51250.00", "-50.10"]


def test_every_break_carries_the_name_of_its_control(books):
    books.book("A", "9", "2025-01-01", [("4999", "5"), ("9999", "-4")])
    books.facts = {"currency": "EUR", "organisation_number": "5569999999"}
    books.context = {"defined_years": ()}

    broken = [item for item in books.results().values() if item.outcome is Answer.BROKEN]

    assert len(broken) > 6
    for item in broken:
        assert {found.control for found in item.breaks} == {item.control}


def test_results_come_in_the_order_of_the_catalogue(books):
    names = [control.name for control in controls_for("sie", "4E", context=books.known())]

    assert list(books.results()) == names


def test_control_knows_where_its_sql_is():
    control = Control("currency", "blocks", Decimal(0), "", "")

    assert control.path.is_file()
