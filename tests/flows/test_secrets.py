"""A planted secret, a planted text of a file and a planted name: found where they were planted,
and then in no log, artifact, database, landed sidecar or run."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from flows.accept_hold import accept_hold
from flows.import_file import import_file
from simulators.books.faults import Fault
from tests.flows.conftest import SECRET, processes_with, reaching

PAYLOAD = "Planterad verifikationstext 5b1c"
PERSON = "Planted Person 9e77"


class Refusing(BaseHTTPRequestHandler):
    """A service that answers every notification with an error."""

    def do_POST(self):
        self.server.asked.append(self.path)
        self.send_response(500)
        self.end_headers()

    def log_message(self, *_arguments):
        """Say nothing on the test's own terminal."""


@pytest.fixture
def service():
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def block(desk, service):
    """Save the notification block of the session, whose secret is part of its address."""
    planted = CustomWebhookNotificationBlock(
        name="planted",
        url=f"http://127.0.0.1:{service.server_port}/{{{{token}}}}",
        secrets={"token": SECRET},
    )
    with reaching(desk.server):
        asyncio.run(planted.asave("planted", overwrite=True))


@pytest.fixture
def told(desk, book, service, block):
    """Take a file with a planted text to held, accepted; and one run to failed, in both ways."""
    path = Path(book.file(faults=[Fault.WRONG_CLOSING_BALANCE]))
    text = PAYLOAD.encode("cp437")
    voucher = b'#VER "Z" "1" 20240601 "%s"\r\n{\r\n#TRANS 1930 {} 0.00\r\n}\r\n' % text
    path.write_bytes(path.read_bytes() + voucher)
    path = str(path)
    run = desk.run("import-file", tenant=book.tenant, path=path, who=PERSON)
    where = {"tenant": book.tenant, "fiscal_year": "2024"}
    desk.do(accept_hold, **where, reason="the bank agrees", accepted_by=PERSON)
    desk.do(import_file, tenant=book.tenant, path=path, who=PERSON)
    desk.do(import_file, tenant=book.tenant, path="not-there.se", who=PERSON)
    assert run["state"]["name"] == "Held"
    return service


def everything(desk):
    """Read every file of the home as text: packed, columnar and databases unpacked."""
    return {
        str(path.relative_to(desk.home)): text_of(path)
        for path in sorted(desk.home.rglob("*"))
        if path.is_file() and "files" not in path.relative_to(desk.home).parts
    }


def text_of(path):
    if path.suffix == ".zst":
        sidecar = path.with_suffix(".json").read_text()
        size = int(sidecar.partition('"size_bytes":')[2].partition(",")[0])
        content = pa.decompress(path.read_bytes(), decompressed_size=size, codec="zstd")
        return content.to_pybytes().decode("cp437")
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as db:
            tables = db.execute("select table_name from duckdb_tables()").fetchall()
            return str([db.execute(f'from "{name}"').fetchall() for (name,) in tables])
    if path.suffix in {".sqlite", ".db"}:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            tables = db.execute("select name from sqlite_master where type = 'table'").fetchall()
            rows = [db.execute(f'select * from "{name}"').fetchall() for (name,) in tables]  # noqa: S608 - the database's own names
            return str(rows)
    return path.read_bytes().decode("utf-8", errors="replace")


def holding(found, text):
    return {name for name, content in found.items() if text in content}


@pytest.mark.requirement("R-X-3b", "R-X-3c", "R-X-3g")
def test_what_was_planted_is_found_there_and_nowhere_else(desk, book, told):
    found = everything(desk)
    shown = str([desk.ask("/logs/filter", {}), desk.ask("/artifacts/filter", {})])
    runs = Path(f"/proc/{runner(desk)}/environ").read_bytes().decode()
    asked = desk.ask("/block_documents/filter", {"include_secrets": True})

    # Where they were planted, and where they belong.
    assert f"TASMA_TEST_TOKEN={SECRET}" in runs
    assert SECRET in str(asked)
    assert told.asked.count(f"/{SECRET}") >= 2
    assert {folder_of(name) for name in holding(found, PAYLOAD)} == {
        "landing",
        "stage",
        book.tenant,
    }
    assert "hub/hub.sqlite" in holding(found, PERSON)

    # And nowhere else. Prefect keeps the parameters of a run, among them who brought the file.
    assert holding(found, SECRET) == set()
    assert {name for name in holding(found, PERSON) if not name.startswith("hub/")} <= {
        "prefect/prefect.db",
        "prefect/prefect.db-wal",
    }
    assert [] == [text for text in (SECRET, PAYLOAD, PERSON) if text in shown]


def folder_of(name):
    """Name the store: of the lake its part, of the warehouse the tenant."""
    parts = name.split("/")
    return parts[1] if parts[0] == "lake" else parts[-1].partition(".")[0]


def runner(desk):
    return next(iter(processes_with(desk.home)))
