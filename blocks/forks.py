"""Connections to a database of a process that forks."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError


def keep_to_own_process(engine: Engine) -> None:
    """Let the child of a fork() open connections of its own: two cannot share one."""

    @event.listens_for(engine, "connect")
    def _note(_connection: object, record: Any) -> None:
        record.info["pid"] = os.getpid()

    @event.listens_for(engine, "checkout")
    def _same_process(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["pid"] != os.getpid():
            record.dbapi_connection = None
            raise DisconnectionError
