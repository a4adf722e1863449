"""`tasma notify`: the block through which somebody hears of runs, kept and tried."""

from __future__ import annotations

import re
import sys
from typing import Annotated, Final

import typer
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from flows.cli.app import command
from flows.cli.exits import ExitCode
from flows.cli.output import next_steps, remark, say
from flows.doors.on_server import ask_server
from tasks.notify import ABSENT, send

BLOCK: Final = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
WEBHOOK: Final = "custom-webhook"

MESSAGE: Final = {"text": "{{subject}}: {{body}}"}
"""What a webhook is sent; Slack, Mattermost and Teams' workflows read ``text``."""


@command(
    "notify",
    examples=(
        "tasma notify custom-webhook/ops --webhook",
        "tasma notify slack-webhook/ops",
    ),
)
def notify(
    block: Annotated[
        str, typer.Argument(metavar="TYPE/NAME", help="A notification block of Prefect's.")
    ],
    *,
    webhook: Annotated[
        bool, typer.Option("--webhook", help="First keep an address in it, which is asked for.")
    ] = False,
) -> None:
    """Send a message to try, through a block that is to be told of runs.

    A webhook gets JSON with one field, `text`. Its address is a secret: it is read from the
    terminal or from standard input, and stays in the block. Prefect's server has to run.
    """
    if not BLOCK.fullmatch(block):
        raise typer.BadParameter(f"{block[:80]!r} is no block: expected custom-webhook/ops.")
    kind, _, name = block.partition("/")
    if webhook and kind != WEBHOOK:
        raise typer.BadParameter(f"--webhook goes with {WEBHOOK}/NAME.")
    if webhook:
        ask_server(_keep(name, _address()), wanted="such block")
    message = send("Täsmä", "this is a message to try; nothing happened", block=block)
    if why := ask_server(message, wanted="such block"):
        remark(f"Not sent: {f'there is no block {block}' if why == ABSENT else why}.")
        ways = (
            "in the UI, under Blocks" if kind != WEBHOOK else f"by tasma notify {block} --webhook"
        )
        next_steps(f"see to the block {ways}")
        raise typer.Exit(ExitCode.FAILED)
    say(f"Sent through {block}.")
    next_steps(f"TASMA_NOTIFY_BLOCK={block} in the environment of `tasma up`, or of the worker")


async def _keep(name: str, address: str) -> None:
    block = CustomWebhookNotificationBlock(name=name, url=address, json_data=MESSAGE)
    await block.asave(name, overwrite=True)


def _address() -> str:
    """Read the address, shown nowhere."""
    if sys.stdin.isatty():
        return str(typer.prompt("Address of the webhook", hide_input=True, err=True)).strip()
    return sys.stdin.readline().strip()
