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


def test_webhook_is_kept_and_tried_from_the_prompt_and_its_address_is_shown_nowhere(desk, service):
    block = "custom-webhook/from-the-prompt"
    kept = desk.tasma("notify", block, "--webhook", answer=f"{service.url}\n")
    again = desk.tasma("notify", block)
    absent = desk.tasma("notify", "custom-webhook/nobody-made-it")

    assert ([0, 0, 1]) == [done.exit_code for done in (kept, again, absent)], kept.output
    assert service.url not in kept.output + again.output
    assert 2 == len(service.received)
    assert service.received[0]["text"].startswith("Täsmä: this is a message to try")
    assert "Not sent: there is no block custom-webhook/nobody-made-it." == absent.stderr.strip()
    assert "tasma notify custom-webhook/nobody-made-it --webhook" in absent.stdout


def test_webhook_needs_a_block_of_its_type(desk):
    for asked in (("slack-webhook/ops", "--webhook"), ("ops",)):
        assert 2 == desk.tasma("notify", *asked).exit_code
