"""`tasma notify`: the block through which somebody hears of runs, kept and tried."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer
from prefect.blocks.core import Block
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from flows.cli.app import command
from flows.cli.exits import ExitCode
from flows.cli.output import next_steps, remark, say
from flows.doors.on_server import ask_server
from tasks.notify import ABSENT, send_through

BLOCK: Final = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
WEBHOOK: Final = "custom-webhook"

SUBJECT: Final = "Täsmä"
TO_TRY: Final = "this is a message to try; nothing happened"

MESSAGE: Final = {"text": "{{subject}}: {{body}}"}
"""What a webhook is sent; Slack, Mattermost and Teams' workflows read ``text``."""


@command(
    "notify",
    examples=(
        "tasma notify custom-webhook/ops --webhook",
        "tasma notify slack-webhook/ops",
        'tasma notify slack-webhook/ops --text "The nightly backup failed."',
    ),
)
def notify(
    block: Annotated[
        str, typer.Argument(metavar="TYPE/NAME", help="A notification block of Prefect's.")
    ],
    *,
    webhook: Annotated[
        bool,
        typer.Option(
            "--webhook",
            help="Keep an address in it, which is asked for, if the message is taken there.",
        ),
    ] = False,
    text: Annotated[
        str, typer.Option("--text", help="What to say, in place of a message to try.")
    ] = TO_TRY,
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
    address = _address() if webhook else ""
    work = _keep_if_taken(name, address, text) if webhook else _send(block, text)
    if why := ask_server(work, wanted="such block"):
        kept = "; the address was not kept, and the block is as it was" if webhook else ""
        remark(f"Not sent: {f'there is no block {block}' if why == ABSENT else why}{kept}.")
        ways = (
            "in the UI, under Blocks" if kind != WEBHOOK else f"by tasma notify {block} --webhook"
        )
        next_steps(f"see to the block {ways}")
        raise typer.Exit(ExitCode.FAILED)
    say(f"Sent through {block}.")
    next_steps(f"TASMA_NOTIFY_BLOCK={block} in the environment of `tasma up`, or of the worker")


async def _send(name: str, text: str) -> str:
    """Send the message through a block that is kept; return why it was not sent."""
    try:
        block = await Block.aload(name)
    except ValueError:
        return ABSENT
    return await send_through(block, SUBJECT, text)


async def _keep_if_taken(name: str, address: str, text: str) -> str:
    """Send the message to an address, and keep it once that was taken; else say why not.

    The block is asked for first: with a server that is not there, nothing is sent.
    """
    with suppress(ValueError):  # a new one
        await CustomWebhookNotificationBlock.aload(name)
    block = CustomWebhookNotificationBlock(name=name, url=address, json_data=MESSAGE)
    why = await send_through(block, SUBJECT, text)
    if not why:
        await block.asave(name, overwrite=True)
    return why


def _address() -> str:
    """Read the address, shown nowhere.

    Raises:
        BadParameter: What came is none, of which nothing is repeated.
    """
    if sys.stdin.isatty():
        typed = str(typer.prompt("Address of the webhook", hide_input=True, err=True))
    else:
        typed = sys.stdin.readline()
    if is_address(came := typed.strip()):
        return came
    shown = f"{len(came)} characters that are none" if came else "nothing"
    raise typer.BadParameter(
        f"{shown} came as the address of the webhook; expected one such as "
        "https://hooks.example.com/... The block is as it was."
    )


def is_address(text: str) -> bool:
    """Return whether a text is an address of the web."""
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        return False
    return is_whole and text.isprintable() and " " not in text
