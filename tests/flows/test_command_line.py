"""The command line and the server side by side: the same pipeline, seen from both."""

from __future__ import annotations

import json


def test_import_on_the_server_starts_a_run_and_gives_its_page(desk, book):
    started = desk.tasma("import", book.file(), "--tenant", book.tenant, "--on-server")
    link = started.stdout.split()[-1]

    assert started.exit_code == 0, started.stderr
    assert link.startswith(f"{desk.server.url}/runs/flow-run/")
    run = desk.end_of(link.rpartition("/")[2])
    assert run["state"]["name"] == "Published"
    assert f"tenant:{book.tenant}" in run["tags"]


def test_what_a_run_published_is_unchanged_for_the_command_line(desk, book):
    """One pipeline, two ways in: the same digest, so a mid-day import by hand doubles nothing."""
    file = book.file()
    run = desk.run("import-file", tenant=book.tenant, path=file)

    (found,) = json.loads(desk.tasma("import", file, "--tenant", book.tenant, "--json").stdout)

    assert (run["state"]["name"], found["outcome"]) == ("Published", "unchanged")
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
