"""Ctrl-C while a pipeline works in this very process: what comes to its end, and what was done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from blocks.hub import Hub
from flows.cli.output import remark
from flows.cli.result import LoadResult
from ledger.fiscal_year import short_year

COMES_TO_ITS_END: Final = "What is being published comes to its end; then the command stops."


@contextmanager
def unbroken() -> Iterator[None]:
    """Hold Ctrl-C back until the body, of which no half can be done, has come to its end."""
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield  # nobody can press it here
        return
    came: list[FrameType | None] = []

    def hold_back(_number: int, frame: FrameType | None) -> None:
        if not came:
            remark(COMES_TO_ITS_END)
        came.append(frame)

    signal.signal(signal.SIGINT, hold_back)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            before(signal.SIGINT, came[0])


@contextmanager
def outcome_reported(hub: Hub, found: LoadResult) -> Iterator[None]:
    """Say of each load that the body had begun when it was interrupted whether it is published."""
    try:
        yield
    except KeyboardInterrupt:
        for part in found.loads:
            if part.load:
                remark(f"{part.tenant} {short_year(part.fiscal_year)}: {_outcome(hub, part)}")
        raise


def _outcome(hub: Hub, part: LoadResult) -> str:
    if part.facts and part.load:
        published = hub.loads.published(part.tenant, part.facts.fiscal_year)
        if published and published.load_id == part.load.load_id:
            return "published, before the command stopped."
    return "not published; what was published before stays."
