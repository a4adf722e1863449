"""Whether a task of Spotilla is one that becomes an invoice, and if not, why.

Source:
    R-SPO-5, -10 to -13, -17, -19, -35.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledger.spotilla.conditions import against_invoicing
from ledger.spotilla.records import SpotillaCustomer, SpotillaProduct, SpotillaTask, TaskState
from ledger.spotilla.sentences import Reason, reason


class Chosen(StrEnum):
    """Which tasks become invoices."""

    ALL = "all"
    WITH_ORDER_NUMBER = "with_order_number"


@dataclass(frozen=True)
class Choice:
    """What a tenant chose.

    `needs_acceptance`: tasks are accepted after they are finished, and that moment counts.
    `since`: the moment of the last switch-on, or of the start date that a person gave.
    """

    tasks: Chosen = Chosen.WITH_ORDER_NUMBER
    needs_acceptance: bool = False
    since: dt.datetime | None = None


def against_task(
    task: SpotillaTask,
    *,
    customers: Mapping[str, SpotillaCustomer],
    products: Mapping[str, SpotillaProduct],
    choice: Choice,
) -> tuple[Reason, ...]:
    """Return what keeps a task from becoming an invoice; empty when nothing does.

    What it is at all comes first: of a task that is not done nothing else is said.
    """
    if early := _against_now(task, choice):
        return (early,)
    return (
        *_against_choice(task, choice),
        *_against_customer(task, customers),
        *_against_rows(task, products),
    )


def _against_now(task: SpotillaTask, choice: Choice) -> Reason | None:
    if task.is_deleted:
        return reason("deleted_here")
    done_at = task.done_at(needs_acceptance=choice.needs_acceptance)
    if done_at is None:
        waits = choice.needs_acceptance and task.state is TaskState.FINISHED
        return reason("acceptance_awaited" if waits else "not_finished")
    if choice.since is not None and done_at < choice.since:
        return reason("before_switch_on", since=f"{choice.since:%Y-%m-%d %H:%M}")
    return None


def _against_choice(task: SpotillaTask, choice: Choice) -> Iterator[Reason]:
    # A number of blanks is none: the value was stripped when it was read.
    if choice.tasks is Chosen.WITH_ORDER_NUMBER and not task.order_number:
        yield reason("order_number_absent")


def _against_customer(
    task: SpotillaTask, customers: Mapping[str, SpotillaCustomer]
) -> Iterator[Reason]:
    if not task.customer_id:
        yield reason("customer_absent")
        return
    customer = customers.get(task.customer_id)
    if customer is None or customer.is_deleted:
        yield reason("customer_unknown")
        return
    yield from against_invoicing(customer)


def _against_rows(task: SpotillaTask, products: Mapping[str, SpotillaProduct]) -> Iterator[Reason]:
    if not task.rows:
        yield reason("products_absent")
    for product_id in dict.fromkeys(row.product_id for row in task.rows):
        product = products.get(product_id)
        if product is None or product.is_deleted:
            yield reason("product_unknown", product=product_id)
        elif not product.name:
            yield reason("product_name_absent", product=product_id)
