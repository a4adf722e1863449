"""Having a task's invoice tried once more, after a person looked at what held it."""

from __future__ import annotations

from blocks.hub.outbox import Queued, UnknownDocument
from ledger.errors import TerminalError
from ledger.invoice.mappings.spotilla_procountor.cards import task_key
from ledger.push.kinds import PushKind
from tasks.push_retry import has_failed, retry_with_needed
from tasks.spotilla.route import SpotillaRoute


class NoFailedTask(TerminalError):
    """A task was to be tried again whose invoice has not failed."""

    sentence = (
        "{tenant} has no failed invoice of task {task}. A task that waits goes by itself once what "
        "is missing is there; `tasma spotilla skipped {tenant}` says what."
    )


def retry_task(route: SpotillaRoute, task: str) -> None:
    """Have a task's invoice tried again, with the cards that it waits for.

    Raises:
        NoFailedTask: Nothing of it failed.
    """
    retry_with_needed(route.hub, failed_invoice(route, task))


def failed_invoice(route: SpotillaRoute, task: str) -> Queued:
    """Return a task's invoice that failed, itself or by a card that it waits for.

    Raises:
        NoFailedTask: Nothing of it failed.
    """
    key = task_key(task)
    try:
        queued = route.hub.outbox.find(route.tenant, route.target, key, PushKind.SALES_INVOICE)
    except UnknownDocument:
        raise NoFailedTask(tenant=route.tenant, task=task) from None
    if not has_failed(route.hub, queued):
        raise NoFailedTask(tenant=route.tenant, task=task)
    return queued
