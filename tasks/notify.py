"""Tell the operator, through the one notification block that may be configured."""

from __future__ import annotations

import inspect
from typing import Any, Final

from prefect.blocks.core import Block
from prefect.logging import get_logger
from pydantic_settings import SettingsConfigDict

from blocks.from_environment import FromEnvironment
from ledger.text import visible

MAX_BODY_CHARS: Final = 1_500

ABSENT: Final = "there is no such block"

LOOKALIKES: Final = str.maketrans({"<": "‹", ">": "›", "@": "＠"})  # noqa: RUF001 - meant
"""Services make links and mentions of these, and each escapes them in a way of its own."""


class NotifySettings(FromEnvironment):
    """``TASMA_NOTIFY_BLOCK``: type and name of a Prefect block, such as ``slack-webhook/ops``."""

    model_config = SettingsConfigDict(env_prefix="TASMA_", frozen=True)

    notify_block: str = ""


async def notify(subject: str, body: str, *, link: str = "") -> bool:
    """Send a message about a held, failed or crashed run; False when it was not sent.

    `link`: as of `send`. Without a block in the settings it is only logged. A message that cannot
    be sent never changes how a run ends.
    """
    logger = get_logger("tasma.notify")
    name = NotifySettings().notify_block
    if not name:
        logger.warning("%s: %s", *_shown(subject, body, link))
        return False
    if why := await send(subject, body, link=link, block=name):
        logger.error("%s could not send %r: %s", name, visible(subject), why)
    return not why


async def send(subject: str, body: str, *, block: str, link: str = "") -> str:
    """Send a message through a block; return why it was not sent, empty when it was.

    `link`: where it is seen; a long body never cuts it off.
    """
    try:
        found = await Block.aload(block)
    except ValueError:
        return ABSENT
    except Exception as problem:  # noqa: BLE001 - whatever Prefect's client raises
        return _not_taken(problem)
    return await send_through(found, subject, body, link=link)


async def send_through(found: Any, subject: str, body: str, *, link: str = "") -> str:
    """Do what `send` does, through a block that is at hand."""
    subject, body = _shown(subject, body, link)
    try:
        # Prefect's own blocks offer both forms; a block of one's own may have only the second.
        way = getattr(found, "anotify", None) or found.notify
        sent = way(body=body, subject=subject)
        if inspect.isawaitable(sent):
            await sent
    except Exception as problem:  # noqa: BLE001 - whatever a service or its library raises
        return _not_taken(problem)
    return ""


def _not_taken(problem: Exception) -> str:
    # The text of such an error may hold the webhook's address, which is a secret.
    return f"the message was not taken ({type(problem).__name__})"


def _shown(subject: str, body: str, link: str) -> tuple[str, str]:
    subject, body = (visible(text).translate(LOOKALIKES) for text in (subject, body))
    return subject, "\n".join(filter(None, (body[:MAX_BODY_CHARS], link)))
