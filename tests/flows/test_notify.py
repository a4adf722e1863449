"""The one notification: sent through a block, and never the reason that something else fails."""

from __future__ import annotations

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from tasks.notify import notify
from tests.flows.conftest import reaching


class Answering(BaseHTTPRequestHandler):
    """A service that takes every notification."""

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        self.server.told.append(json.loads(self.rfile.read(size)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments):
        """Say nothing on the test's own terminal."""


@pytest.fixture
def service():
    server = HTTPServer(("127.0.0.1", 0), Answering)
    server.told = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_block_that_is_named_is_told(desk, service, monkeypatch):
    monkeypatch.setenv("TASMA_NOTIFY_BLOCK", "custom-webhook/working")
    block = CustomWebhookNotificationBlock(
        name="working",
        url=f"http://127.0.0.1:{service.server_port}",
        json_data={"subject": "{{subject}}", "body": "{{body}}"},
    )

    async def tell():
        await block.asave("working", overwrite=True)
        return await notify("Held: import-file", "acme 2024: <!channel> <http://x|y> @here")

    with reaching(desk.server):
        assert asyncio.run(tell())
    body = "acme 2024: ‹!channel› ‹http://x|y› ＠here"  # noqa: RUF001 - nothing acts in it
    assert [{"subject": "Held: import-file", "body": body}] == service.told


def test_without_a_block_nothing_is_sent_and_nothing_fails(monkeypatch):
    monkeypatch.delenv("TASMA_NOTIFY_BLOCK", raising=False)

    assert not asyncio.run(notify("Held", "acme 2024"))


def test_a_block_that_does_not_exist_changes_nothing(desk, monkeypatch):
    monkeypatch.setenv("TASMA_NOTIFY_BLOCK", "custom-webhook/absent")
    with reaching(desk.server):
        assert not asyncio.run(notify("Held", "acme 2024"))
