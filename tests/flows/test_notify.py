"""The one notification: sent through a block, and never the reason that something else fails."""

from __future__ import annotations

import asyncio

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from simulators.webhook import Webhook
from tasks.notify import notify
from tests.flows.conftest import reaching


@pytest.fixture
def service():
    with Webhook() as webhook:
        yield webhook


def test_a_block_that_is_named_is_told(desk, service, monkeypatch):
    monkeypatch.setenv("TASMA_NOTIFY_BLOCK", "custom-webhook/working")
    block = CustomWebhookNotificationBlock(
        name="working",
        url=service.url,
        json_data={"subject": "{{subject}}", "body": "{{body}}"},
    )

    async def tell():
        await block.asave("working", overwrite=True)
        link = "http://127.0.0.1:4200/v2/runs/flow-run/1"
        body = f"acme 2024: <!channel> <http://x|y> @here {'x' * 2_000}"
        return await notify("Held: import-file", body, link=link)

    with reaching(desk.server):
        assert asyncio.run(tell())
    (told,) = service.received
    body = "acme 2024: ‹!channel› ‹http://x|y› ＠here xxx"  # noqa: RUF001 - nothing acts in it
    assert "Held: import-file" == told["subject"]
    assert told["body"].startswith(body)
    assert told["body"].endswith("xxx\nhttp://127.0.0.1:4200/v2/runs/flow-run/1")


def test_without_a_block_nothing_is_sent_and_nothing_fails(monkeypatch):
    monkeypatch.delenv("TASMA_NOTIFY_BLOCK", raising=False)

    assert not asyncio.run(notify("Held", "acme 2024"))


def test_a_block_that_does_not_exist_changes_nothing(desk, monkeypatch):
    monkeypatch.setenv("TASMA_NOTIFY_BLOCK", "custom-webhook/absent")
    with reaching(desk.server):
        assert not asyncio.run(notify("Held", "acme 2024"))
