"""Tell the operator, through the one notification block that may be configured."""

from __future__ import annotations

import inspect
from typing import Final

from prefect.blocks.core import Block
from prefect.logging import get_logger
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.text import visible

MAX_BODY_CHARS: Final = 1_500

LOOKALIKES: Final = str.maketrans({"<": "‹", ">": "›", "@": "＠"})  # noqa: RUF001 - meant
"""Services make links and mentions of these, and each escapes them in a way of its own."""


class NotifySettings(BaseSettings):
    """``TASMA_NOTIFY_BLOCK``: type and name of a Prefect block, such as ``slack-webhook/ops``."""

    model_config = SettingsConfigDict(env_prefix="TASMA_", frozen=True)

    notify_block: str = ""


async def notify(subject: str, body: str, *, link: str = "", block: str = "") -> bool:
    """Send a message about a held, failed or crashed run; False when it was not sent.

    `link`: where it is seen; a long body never cuts it off. `block`: in place of the one of the
    settings; without any it is only logged. A message that cannot be sent never changes how a run
    ends.
    """
    logger = get_logger("tasma.notify")
    subject, body = (visible(text).translate(LOOKALIKES) for text in (subject, body))
    body = "\n".join(filter(None, (body[:MAX_BODY_CHARS], link)))
    name = block or NotifySettings().notify_block
    if not name:
        logger.warning("%s: %s", subject, body)
        return False
    try:
        found = await Block.aload(name)
        # Prefect's own blocks offer both forms; a block of one's own may have only the second.
        send = getattr(found, "anotify", None) or found.notify  # type: ignore[attr-defined]
        sent = send(body=body, subject=subject)
        if inspect.isawaitable(sent):
            await sent
    except Exception as problem:  # noqa: BLE001 - whatever a service or its library raises
        # The text of such an error may hold the webhook's address, which is a secret.
        logger.error("%s could not send %r: %s", name, subject, type(problem).__name__)  # noqa: TRY400
        return False
    return True
