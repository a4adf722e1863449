"""Which steps an invoice takes in Fennoa, by what is agreed with the tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.invoice.mappings.fennoa.checks import TITLE
from ledger.invoice.mappings.fennoa.terms import Process, Terms
from ledger.invoice.problems import Problem, problem
from ledger.push.items import Step

PDF: Final = b"%PDF-"

_AFTER: Final = {
    Process.DRAFT: (),
    Process.APPROVE: (Step.APPROVE, Step.NUMBER),
    Process.APPROVE_AND_SEND: (Step.APPROVE, Step.NUMBER, Step.SEND, Step.DELIVERY),
}


def steps_of(terms: Terms, *, files: int = 0) -> tuple[Step, ...]:
    """Return the steps of a document in order.

    The customer's number is learnt before another document of the same customer is made, and what
    was made is held against what was sent before anything makes it final. Sending waits for the
    number, which comes a while after the approval. Where Fennoa sends by itself, it is not sent
    from here as well: its buyer would have it twice.

    Args:
        terms: Of the tenant.
        files: How many files go with it.
    """
    after = _AFTER[terms.process_in_force]
    if terms.acts_by_itself:
        after = tuple(step for step in after if step is not Step.SEND)
    return (Step.CREATE, Step.CUSTOMER, Step.CHECK, *[Step.ATTACH] * files, *after)


def check_image(beginning: bytes) -> tuple[Problem, ...]:
    """Return a refusal unless a file begins as a PDF does: Fennoa takes nothing else."""
    return () if beginning.startswith(PDF) else (problem("image_not_pdf", "image", target=TITLE),)


def check_activation(terms: Terms) -> Iterator[Problem]:
    """Yield what is missing before a tenant's first invoice, and what its people have to know."""
    if terms.process is None:
        yield problem("process_absent", "process")
    if terms.series_id is None:
        code = "series_absent" if terms.is_production else "series_wanted"
        yield problem(code, "series_id", target=TITLE)
    yield problem("automation_reaches_all", target=TITLE)
    if terms.products is None and not terms.general_product:
        yield problem("products_unlisted", "products", target=TITLE)
