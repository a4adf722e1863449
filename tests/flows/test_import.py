"""A file, from the form to published: what an operator sees and what lies in the stores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.import_file import import_file
from simulators.books.faults import Fault


@pytest.mark.parametrize(
    "parameters",
    [
        {"tenant": "Acme AB", "path": "books.se"},
        {"tenant": "acme", "path": ""},
        {"path": "books.se"},
    ],
    ids=["tenant with a blank", "no path", "no tenant"],
)
def test_a_bad_value_is_refused_before_a_run_exists(desk, parameters):
    assert desk.refuses("import-file", **parameters)


@pytest.mark.requirement("R-X-5a")
def test_a_file_is_published_and_retry_doubles_nothing(desk, taken):
    book, first = taken
    with desk.stores() as stores:
        before = stores.warehouse.load_record(book.tenant, book.year)
    again = desk.retry(first["id"])

    assert (first["state"]["name"], again["state"]["name"]) == ("Published", "Unchanged")
    assert first["name"] == f"{book.tenant} 2024"
    assert {"books", f"tenant:{book.tenant}", "year:2024"} <= set(first["tags"])
    with desk.stores() as stores:
        assert stores.warehouse.load_record(book.tenant, book.year) == before
        assert closing_balances(stores, book) == book.company.trial_balance()
    assert desk.status(book.tenant, book.year).status == "published"


def test_a_published_year_has_its_statements_and_changes(desk, taken):
    book, _ = taken

    assert "Årets resultat" in desk.artifact(f"{book.tenant}-2024-statements")
    assert "First load of the year" in desk.artifact(f"{book.tenant}-2024-changes")


def test_every_event_of_a_run_is_a_json_line_with_tenant_unit_and_run(desk, taken):
    book, run = taken
    lines = [
        json.loads(line)
        for line in (desk.server.folder / "runs.log").read_text(encoding="utf-8").splitlines()
        if line.startswith("{")
    ]
    ours = [line for line in lines if line.get("flow_run_id") == run["id"] and "unit" in line]

    first_attempt = [line["message"].split()[0] for line in ours[:4]]
    assert first_attempt == ["Fetched", "Staged", "Controls:", "Published."]
    assert {(book.tenant, book.year.key)} == {(line["tenant"], line["unit"]) for line in ours}


def closing_balances(stores, book):
    with stores.warehouse.read(book.tenant) as db:
        rows = db.execute(
            "select account_number, sum(amount) from ("
            " select account_number, amount from opening_balance"
            " union all select account_number, amount from posting"
            ") group by all having sum(amount) <> 0"
        ).fetchall()
    return dict(rows)


@pytest.mark.requirement("R-X-8a", "R-X-8b", "R-X-8c")
def test_every_reconciliation_leaves_a_page_with_figures_and_a_guess(desk, book):
    """Held, published, set aside as evidence."""
    truth = book.company.trial_balance()["1930"]
    ends, pages = [], []
    for page, more in (
        ("reconciliation", {"faults": [Fault.WRONG_CLOSING_BALANCE]}),
        ("reconciliation", {}),
        ("evidence-reconciliation", {"sie_type": "1"}),
    ):
        path = book.file()
        Path(path).write_bytes(book.company.sie(**more))
        ends.append(desk.do(import_file, tenant=book.tenant, path=path).name)
        pages.append(desk.artifact(f"{book.tenant}-2024-{page}"))

    assert ["Held", "Published", "Evidence"] == ends
    assert [f"# {book.tenant} 2024: {end.lower()}" for end in ends] == [
        page.splitlines()[0] for page in pages
    ]
    figures = " | ".join(f"{amount:,.2f}" for amount in (truth + 100, truth, -100))
    holding, *_ = pages[0].partition("## What was loaded")
    (row,) = [line for line in holding.splitlines() if line.startswith("| 1930 |")]
    assert f"| {figures} |" in row
    assert "a reported balance is wrong" in row
    assert "| 1930 |" not in pages[1]


def test_the_form_can_ask_for_a_dry_run(desk, book):
    state = desk.do(import_file, tenant=book.tenant, path=book.file(), dry_run=True)

    assert (state.name, desk.status(book.tenant, book.year)) == ("Planned", None)
    assert "would be published" in desk.artifact(f"{book.tenant}-2024-plan-changes")
    assert desk.artifact(f"{book.tenant}-2024-changes") is None


def test_two_runs_of_one_year_at_once_publish_it_once(desk, book):
    """The second waits for the lease of the first, and finds nothing left to do."""
    path = book.file()
    runs = [desk.start("import-file", tenant=book.tenant, path=path) for _ in range(2)]
    ends = [desk.end_of(run_id)["state"]["name"] for run_id in runs]

    assert sorted(ends) == ["Published", "Unchanged"]
    with desk.stores() as stores:
        assert stores.warehouse.load_record(book.tenant, book.year).load_number == 1
