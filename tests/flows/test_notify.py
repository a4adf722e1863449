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
    again = desk.tasma("notify", block, "--text", "The backup failed.")
    absent = desk.tasma("notify", "custom-webhook/nobody-made-it")

    assert ([0, 0, 1]) == [done.exit_code for done in (kept, again, absent)], kept.output
    assert service.url not in kept.output + again.output
    assert 2 == len(service.received)
    assert service.received[0]["text"].startswith("Täsmä: this is a message to try")
    assert "Täsmä: The backup failed." == service.received[1]["text"].strip()
    assert "Not sent: there is no block custom-webhook/nobody-made-it." == absent.stderr.strip()
    assert "tasma notify custom-webhook/nobody-made-it --webhook" in absent.stdout


def test_webhook_needs_a_block_of_its_type(desk):
    for asked in (("slack-webhook/ops", "--webhook"), ("ops",)):
        assert 2 == desk.tasma("notify", *asked).exit_code


@pytest.mark.parametrize(
    ("answer", "code"),
    [("", 2), ("\n", 2), ("not a url\n", 2), ("ftp://host/x\n", 2), ("http://127.0.0.1:9/\n", 1)],
)
def test_address_that_is_none_or_takes_no_message_leaves_the_one_that_does(
    desk, service, answer, code
):
    block = "custom-webhook/kept"
    desk.tasma("notify", block, "--webhook", answer=f"{service.url}\n")
    refused = desk.tasma("notify", block, "--webhook", answer=answer)
    after = desk.tasma("notify", block)

    assert (code, 0) == (refused.exit_code, after.exit_code), refused.output
    assert 2 == len(service.received)
    assert "127.0.0.1:9" not in refused.output


@pytest.mark.parametrize("more", [[], ["--webhook"]])
def test_server_that_is_away_or_wants_another_password_is_said_to_be(
    desk, service, monkeypatch, more
):
    """Not that the message was not taken, nor that somebody should see to the block."""
    asked = ("notify", "custom-webhook/kept", *more)
    away = desk.tasma(*asked, api_url="http://127.0.0.1:9/api", answer=f"{service.url}\n")
    monkeypatch.setattr(
        desk.server.__class__,
        "client_variables",
        {"PREFECT_API_URL": desk.server.api_url, "PREFECT_API_AUTH_STRING": "tasma:wrong"},
    )
    shut = desk.tasma(*asked, answer=f"{service.url}\n")

    assert (75, 75) == (away.exit_code, shut.exit_code)
    assert "does not answer. Start it with `tasma up`" in " ".join(away.stderr.split())
    assert "wants another password than the one given" in " ".join(shut.stderr.split())
    assert [] == service.received
