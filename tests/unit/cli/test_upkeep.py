"""Erasing a tenant, pruning the lake, and the doctor."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import time
from collections import defaultdict
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import duckdb
import httpx
import pyarrow.parquet as pq
import pytest

from blocks.controls.own import COLUMNS
from blocks.hub import Hub, models
from blocks.settings import SQL, settings
from flows.cli import server_seen
from flows.cli.exits import ExitCode
from ledger.controls import Answer, ControlResult, Severity
from ledger.fiscal_year import FiscalYear
from simulators.books.faults import Fault
from tasks import pruning
from tasks.repair import forget_old

YEAR = FiscalYear.parse("2024")


def traces(home, tenant) -> list[str]:
    """Every path that names the tenant, and every file that holds its number."""
    return [str(path) for path in home.rglob("*") if tenant in path.name]


def test_erase_shows_what_goes_and_a_dry_run_takes_nothing(tasma, books, home):
    before = traces(home, books)

    shown = tasma("tenant", "erase", books, "--dry-run")

    assert shown.exit_code == 0
    for place in ("hub", "warehouse", "landing", "stage"):
        assert place in shown.stdout
    assert [f"Home: {home}", f"Everything that is kept of {books}"] == shown.stdout.split("\n")[:2]
    assert f"1 published year (1 file at warehouse/{books}.duckdb)" in shown.stdout
    assert f"at lake/landing/{books})" in shown.stdout
    assert traces(home, books) == before


def test_erase_asks_and_takes_no_for_an_answer(tasma, books, home):
    before = traces(home, books)

    refused = tasma("tenant", "erase", books, answer="n\n")

    assert refused.exit_code == 1
    assert "Nothing was removed" in refused.output
    assert traces(home, books) == before


def test_erased_tenant_leaves_no_trace_and_others_stay(tasma, books, acme, home):
    (home / "inbox" / books).mkdir(parents=True)
    (home / "inbox" / books / "later.se").write_text("#FLAGGA 0")
    of_earlier_release = home / "hub" / "consents.json"
    made_at = dt.datetime.now(dt.UTC).isoformat()
    of_earlier_release.write_text(json.dumps({books: {"state": "s", "at": made_at}}))

    done = tasma("tenant", "erase", books, "--yes")

    assert done.exit_code == 0
    assert not of_earlier_release.exists()
    assert traces(home, books) == []
    assert [row["id"] for row in json.loads(tasma("tenant", "list", "--json").stdout)] == [acme]
    assert tasma("tenant", "erase", books, "--yes").exit_code == 2


def test_erase_names_what_a_restore_put_aside_and_may_hold_the_tenant(tasma, books, home):
    aside = home / "warehouse" / f"{books}.duckdb.replaced-20261201T040000Z"
    aside.write_bytes(b"")

    done = tasma("tenant", "erase", books, "--yes")

    assert f"may hold {books} too, and stays: {aside}" in " ".join(done.stderr.split())
    assert aside.exists()


def test_tenant_at_work_is_not_erased(tasma, books, home):
    with Hub(settings().hub_url) as hub, hub.unit_lease(books, YEAR, holder="run 7"):
        refused = tasma("tenant", "erase", books, "--yes")

    assert refused.exit_code == 75
    assert "already held by run 7" in refused.stderr
    assert traces(home, books)


def test_erase_that_was_stopped_halfway_is_finished_by_the_next(tasma, books, home):
    """After the hub has forgotten the tenant its files can still be found and removed."""
    with Hub(settings().hub_url) as hub:
        hub.erase_tenant(books)

    assert tasma("tenant", "erase", books, "--yes").exit_code == 0
    assert traces(home, books) == []


@pytest.mark.parametrize("name", ["..", "../lake", "", "a/b"], ids=repr)
def test_path_in_the_place_of_a_tenant_is_refused(tasma, books, home, name):
    before = traces(home, books)

    assert tasma("tenant", "erase", name, "--yes").exit_code == 1
    assert traces(home, books) == before


def grow_old(home, *, days: int) -> None:
    moment = time.time() - dt.timedelta(days=days).total_seconds()
    for path in (home / "lake").rglob("*"):
        os.utime(path, (moment, moment))


def test_prune_keeps_what_is_published_and_removes_what_it_replaced_a_month_later(
    tasma, books, sie, company, home
):
    chunk = next(iter(company.book().chunks()))
    gone = (chunk.series, int(chunk.number[0]))
    tasma("import", sie(company.next_night(removed=[gone])), "--tenant", books)
    grow_old(home, days=31)
    (stage,) = json.loads(tasma("lake", "prune", "--json").stdout)["items"]
    with pytest.MonkeyPatch.context() as later:
        later.setattr(pruning, "KEEP_REPLACED", dt.timedelta(0))
        planned = json.loads(tasma("lake", "prune", "--json").stdout)
        done = tasma("lake", "prune", "--yes")

    assert stage["address"].startswith("stage/"), "what was received may be wanted back"
    assert planned["removed"] is False
    assert len(planned["items"]) == 2
    assert "2 files and folders" in done.stdout
    assert len(list((home / "lake" / "landing").rglob("*.zst"))) == 1
    assert tasma("ledger", "verify", books).exit_code == 0


def test_prune_keeps_everything_that_is_younger(tasma, books, sie, company, home):
    chunk = next(iter(company.book().chunks()))
    gone = (chunk.series, int(chunk.number[0]))
    tasma("import", sie(company.next_night(removed=[gone])), "--tenant", books)
    grow_old(home, days=29)

    assert "0 files and folders" in tasma("lake", "prune", "--yes").stdout


@pytest.mark.requirement("R-FIN-14b")
def test_rows_of_a_load_that_is_held_can_be_looked_at_however_old(tasma, books, sie, company, home):
    """What differs is in them; what was published before is not."""
    tasma("import", sie(faults=[Fault.UNBALANCED_VOUCHER]), "--tenant", books)
    grow_old(home, days=31)
    tasma("lake", "prune", "--yes")

    with Hub(settings().hub_url) as hub:
        load = hub.loads.get(hub.units.find(books, YEAR).load_id)
    (staged,) = [
        pq.read_table(path)
        for path in (home / "lake" / "stage").rglob("posting.parquet")
        if str(load.landed_sha256)[:16] in str(path)
    ]
    planted = company.planted(Fault.UNBALANCED_VOUCHER)
    sums = defaultdict(Decimal)
    for row in staged.to_pylist():
        sums[row["voucher_key"]] += row["amount"]
    assert {f"{planted.series}:{planted.number}": Decimal("0.50")} == {
        key: amount for key, amount in sums.items() if amount
    }


def test_doctor_finds_a_good_home_good_and_names_what_is_not_there(tasma, books, monkeypatch):
    monkeypatch.setenv("TASMA_PORT", "9")  # a server of this machine's may be at the usual one
    done = tasma("doctor")
    found = {item["what"]: item for item in json.loads(tasma("doctor", "--json").stdout)}

    assert done.exit_code == 0
    assert "Nothing must be mended" in done.stdout
    assert found["hub"]["light"] == "green"
    assert found["Prefect's server"]["light"] == "grey"
    assert found["prefect"]["seen"].startswith("3.")


def test_readiness_without_a_server_names_where_it_was_asked_and_what_starts_one(
    tasma, monkeypatch, closed_port
):
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{closed_port}/api")

    asked = tasma("ready")

    assert 1 == asked.exit_code
    assert f"no answer at http://127.0.0.1:{closed_port}/api" in asked.stdout
    assert "`tasma up` starts one" in asked.stdout


@pytest.mark.parametrize("is_there", [False, True], ids=["away", "another password"])
def test_deploying_without_a_server_that_takes_it_is_no_fault_of_the_program(
    tasma, monkeypatch, closed_port, is_there
):
    with a_server(401) as refusing:
        port = refusing if is_there else closed_port
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
        done = tasma("deploy")

    why = "wants another password" if is_there else "does not answer"
    assert ExitCode.BUSY == done.exit_code
    assert f"Not now: Nothing was done: Prefect's server at http://127.0.0.1:{port}/api {why}" in (
        " ".join(done.stderr.split())
    )
    assert "PREFECT_API_URL leads to it" in " ".join(done.stderr.split())
    assert "Making pool" not in done.stdout + done.stderr


def test_doctor_is_red_where_the_server_that_is_named_does_not_answer(
    tasma, monkeypatch, closed_port
):
    """Nights, inbox and portal come to nothing then; without a name there need be no server."""
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{closed_port}/api")

    done = tasma("doctor")

    assert done.exit_code == 1
    assert f"no answer at http://127.0.0.1:{closed_port}/api" in " ".join(done.stdout.split())
    assert "Nothing must be mended" not in done.stdout


def test_doctor_tells_a_server_that_is_too_busy_from_one_that_is_not_there(tasma, monkeypatch):
    monkeypatch.setattr(server_seen, "ANSWER_LIMIT", httpx.Timeout(0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/api")
        done = tasma("doctor")

    assert done.exit_code == 1
    assert "is there, and did not answer in 0.2 s: too busy" in done.stdout


@contextmanager
def a_server(status, *, plain=200):
    """A server that says it is well, and answers what is asked with a password by a status.

    `plain`: that of what has nothing encrypted in it, when it is asked with a password.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            is_health = self.path.endswith("/health")
            self.answer(200 if is_health else status, b"true")

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            answer = plain if self.path.endswith("/flows/count") else status
            self.answer(answer if "Authorization" in self.headers else 401, b"[]")

        def answer(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("statuses", "light", "seen"),
    [
        ((200, 200), "green", "http://127.0.0.1:"),
        ((401, 401), "red", "wants another password than the one given"),
        ((500, 200), "red", "the server cannot read its blocks"),
        ((500, 500), "red", "fails whatever it is asked: its database does not answer"),
        ((503, 503), "red", "refuses what is asked (503)"),
    ],
)
def test_doctor_asks_the_server_for_what_needs_its_password(
    tasma, monkeypatch, statuses, light, seen
):
    """Health is told to everybody, also by a server that does nothing for us.

    Without its database it answers as with another key, for which blocks may have to be given up.
    """
    home = settings().home
    (home / "prefect").mkdir()
    (home / "prefect").chmod(0o700)
    (home / "prefect" / "password").write_text("tasma:word")
    status, plain = statuses
    with a_server(status, plain=plain) as port:
        monkeypatch.setenv("TASMA_PORT", str(port))
        done = tasma("doctor", "--json")

    found = {item["what"]: item for item in json.loads(done.stdout)}["Prefect's server"]
    assert (light, light != "green") == (found["light"], done.exit_code == 1)
    assert seen in found["seen"]


def test_doctor_calls_the_server_of_another_home_neither_well_nor_ill(tasma, books, monkeypatch):
    with a_server(200) as port:
        monkeypatch.setenv("TASMA_PORT", str(port))
        done = tasma("doctor", "--json")

    found = {item["what"]: item for item in json.loads(done.stdout)}["Prefect's server"]
    assert ("grey", 0) == (found["light"], done.exit_code)
    assert "another home's" in found["seen"]


def test_doctor_is_red_for_a_port_that_is_none(tasma, books, monkeypatch):
    monkeypatch.setenv("TASMA_PORT", "abc")
    done = tasma("doctor")

    assert done.exit_code == 1
    assert "TASMA_PORT is 'abc': expected 1 to 65535" in " ".join(done.stdout.split())


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("catalogue", "light", "seen"),
    [
        ("foo;bar\n", "red", "the columns are not control, tenant, severity, tolerance"),
        (f"{','.join(COLUMNS)}\ngone,*,warns,0\n", "red", "is missing in the folder"),
        (f"{','.join(COLUMNS)}\n", "green", "can be read"),
    ],
)
def test_doctor_reads_own_controls_without_which_nothing_is_loaded(
    tasma, monkeypatch, catalogue, light, seen
):
    monkeypatch.setenv("TASMA_PORT", "9")
    (folder := settings().controls).mkdir()
    (folder / "controls.csv").write_text(catalogue)
    done = tasma("doctor", "--json")

    found = {item["what"]: item for item in json.loads(done.stdout)}["own controls"]
    assert (light, light == "red") == (found["light"], done.exit_code == 1)
    assert seen in found["seen"]


def test_doctor_ends_with_1_when_the_hub_cannot_be_used(tasma, home, monkeypatch):
    monkeypatch.setenv("TASMA_HUB_URL", "mysql://hub.example/hub")

    done = tasma("doctor")

    assert done.exit_code == 1
    assert "expected an address" in done.stdout


@pytest.mark.parametrize(
    ("loads", "kept"),
    [
        (
            [
                ("2024-11-01", "whole_year", "november"),
                ("2024-12-31", "whole_year", "last day"),
                ("2025-01-15", "whole_year", "january"),
                ("2025-02-01", "whole_year", "latest"),
            ],
            {"last day", "latest"},
        ),
        (
            [
                ("2025-06-01", "whole_year", "superseded"),
                ("2025-07-01", "whole_year", "only after its end"),
            ],
            {"only after its end"},
        ),
        (
            [
                ("2024-09-01", "whole_year", "superseded"),
                ("2024-10-01", "whole_year", "until the year's end"),
                ("2024-11-01", "period:2024-10-01:2024-10-31", "october"),
                ("2025-01-15", "whole_year", "all"),
                ("2025-02-01", "period:2024-12-01:2024-12-31", "december"),
            ],
            {"until the year's end", "october", "all", "december"},
        ),
        (
            [
                ("2025-02-01", "whole_year", "replaced long ago"),
                ("2025-02-02", "whole_year", "replaced lately"),
                ("2025-07-16", "whole_year", "latest"),
            ],
            {"replaced lately", "latest"},
        ),
        (
            [
                ("2024-11-01", "period:2024-10-01:2024-10-31", "october"),
                ("2025-01-15", "period:2024-12-01:2024-12-31", "december"),
            ],
            {"october", "december"},
        ),
    ],
    ids=["at its last day", "loaded afterwards", "with periods", "lately", "of periods alone"],
)
def test_what_is_published_or_was_at_the_years_end_is_kept_with_all_loads_it_is_made_of(
    loads, kept
):
    """Who audits the year asks for the books as they were on its last day."""
    query = (SQL / "report" / "landed_to_keep.sql").read_text(encoding="utf-8")
    with duckdb.connect() as db:
        db.execute("create table fiscal_year (fiscal_year varchar, end_date date)")
        db.execute("insert into fiscal_year values ('2024', '2024-12-31')")
        db.execute(
            "create table load (fiscal_year varchar, load_number integer, load_id varchar,"
            " published_at timestamp, coverage varchar, landed_sha256 varchar)"
        )
        rows = [
            ("2024", number, f"load {number}", f"{day} 23:00", coverage, name)
            for number, (day, coverage, name) in enumerate(loads, start=1)
        ]
        db.executemany("insert into load values (?, ?, ?, ?, ?, ?)", rows)
        since = {"replaced_after": dt.datetime(2025, 7, 15)}  # noqa: DTZ001 - as the table has it
        found = {sha256 for _, sha256 in db.execute(query, since).fetchall()}

    assert kept == found


def test_answers_that_were_closed_long_ago_go_with_the_findings_of_replaced_loads(tasma, acme):
    found = ControlResult("opening_continuity", Severity.WARNS, Answer.BROKEN)
    for days in (1_000, 100):
        then = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
        with Hub(settings().hub_url, clock=lambda then=then: then) as hub:
            hub.later.record(found, of=(acme, YEAR, "l1"), asked_by=(YEAR, "l0"), at_load=None)
            hub.later.close(acme, YEAR, load_id="l2")

    forget_old()

    with Hub(settings().hub_url) as hub, hub.database.reading() as connection:
        (left,) = connection.execute(models.later_finding.select()).all()
    assert left.found_at == then


def test_what_comes_after_a_restore_into_another_home_is_asked_of_that_home(tasma, acme, tmp_path):
    there = tmp_path / "there"
    tasma("backup", tmp_path / "backup")
    done = tasma("restore", tmp_path / "backup", "--into", there)

    assert done.exit_code == 0, done.output
    assert f"Next: tasma --home {there} doctor" in done.stdout


def test_dry_run_of_a_rollback_leads_on_to_the_rollback(tasma, sie):
    tasma("import", sie(), "--new-tenant")
    (tenant,) = (row["tenant"] for row in json.loads(tasma("tenant", "status", "--json").stdout))
    shown = tasma("ledger", "rollback", tenant, "2024", "--to", "1", "--reason", "x", "--dry-run")

    assert shown.exit_code == 0, shown.output
    assert f'Next: tasma ledger rollback {tenant} 2024 --to 1 --reason "..."' in shown.stdout


def test_year_that_is_let_go_of_a_tenant_with_files_alone_is_loaded_by_a_file(tasma, sie):
    tasma("import", sie(), "--new-tenant")
    (tenant,) = (row["tenant"] for row in json.loads(tasma("tenant", "status", "--json").stdout))
    kept = tasma("ledger", "rollback", tenant, "2024", "--to", "1", "--reason", "x")
    shown = tasma("ledger", "release", tenant, "2024", "--reason", "x")

    assert (0, 0) == (kept.exit_code, shown.exit_code), kept.output + shown.output
    assert f"Next: tasma import FILE --tenant {tenant}" in shown.stdout


def test_one_machine_is_told_that_it_needs_no_other_host(tasma):
    assert "one machine has the hub" in tasma("hosts").stdout
