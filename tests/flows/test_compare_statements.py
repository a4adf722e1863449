"""A published year held against the customer's statements by a form that can have a schedule."""

from __future__ import annotations

import pytest
from prefect.client.schemas.objects import StateType

from flows.compare_statements import compare_statements
from tests.small_sie import small_sie


def statement(folder, title, row, column):
    path = folder / f"{title}.csv"
    path.write_text("\n".join([f"{title} {column}", f"Konto;Benämning;{column}", row]))
    return path


@pytest.mark.requirement("R-FIN-P6")
def test_a_run_at_period_close_agrees_and_after_a_change_is_red_with_the_row_on_its_page(
    desk, tmp_path
):
    books = tmp_path / "books.se"
    desk.tasma("tenant", "add", "closing", "--trial", "--name", "A", "--org-number", "559990-0007")
    desk.tasma("accounts", "set", "closing")
    books.write_bytes(small_sie(("1", 1000, 1000)))
    desk.tasma("import", books, "--tenant", "closing")
    none = desk.do(compare_statements, tenant="closing")
    sides = (
        ("Resultatrapport", "3001;Försäljning;1 000,00", "2024-01-01 - 2024-12-31"),
        ("Balansrapport", "1930;Bank;1 000,00", "2024-12-31"),
    )
    for side in sides:
        added = desk.tasma("statements", "add", "closing", statement(tmp_path, *side))
        assert added.exit_code == 0, added.output

    agrees = desk.do(compare_statements, tenant="closing", fiscal_year="2024")
    books.write_bytes(small_sie(("1", 1000, 1000), ("2", 0.01, 0.01)))
    desk.tasma("import", books, "--tenant", "closing")
    differs = desk.do(compare_statements, tenant="closing")

    page = desk.artifact("closing-2024-comparison")
    assert ("Skipped", "Agrees", "Differs") == (none.name, agrees.name, differs.name)
    assert StateType.FAILED == differs.type
    assert "| 1930 |" in page
    assert "| 1,000.00 | 1,000.01 | 0.01 |" in page
    assert desk.refuses("compare-statements", tenant="closing", fiscal_year="last year")
