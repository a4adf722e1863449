"""The command line and the server side by side: the same pipeline, seen from both."""

from __future__ import annotations

import json

import pytest

from tests.flows.conftest import make_book


@pytest.fixture(scope="module")
def started(desk, request):
    """A book, what the command line printed as it started its import there, and the ended run."""
    book = make_book(desk, request.node.name.removesuffix(".py"))
    started = desk.tasma("import", book.file(), "--tenant", book.tenant, "--on-server")
    assert started.exit_code == 0, started.stderr
    return book, started, desk.end_of(page_of(started).rpartition("/")[2])


def page_of(started):
    """Return the address that the command line printed."""
    (page,) = (word for word in started.stdout.split() if word.startswith("http"))
    return page


def test_import_on_the_server_starts_a_run_and_gives_its_page(desk, started):
    book, told, run = started

    assert page_of(told) == f"{desk.server.url}/v2/runs/flow-run/{run['id']}"
    assert run["state"]["name"] == "Published"
    assert f"tenant:{book.tenant}" in run["tags"]


def test_what_a_run_published_is_unchanged_for_the_command_line(desk, started):
    """One pipeline, two ways in: the same digest, so a mid-day import by hand doubles nothing."""
    book, *_ = started

    again = desk.tasma("import", book.file(), "--tenant", book.tenant, "--json")

    (found,) = json.loads(again.stdout)
    assert found["outcome"] == "unchanged"
    with desk.stores() as stores:
        record = stores.warehouse.load_record(book.tenant, book.year)
    assert (record.load_number, record.digest) == (1, found["digest"])
    assert desk.status(book.tenant, book.year).status == "published"


def test_doctor_sees_the_server(desk):
    found = {item["what"]: item for item in json.loads(desk.tasma("doctor", "--json").stdout)}

    assert found["Prefect's server"] == {
        "what": "Prefect's server",
        "light": "green",
        "seen": desk.server.api_url,
    }
