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
    Process.APPROVE_AND_SEND: (Step.APPROVE, Step.NUMBER, Step.SEND),
}


def steps_of(terms: Terms, *, has_image: bool = False) -> tuple[Step, ...]:
    """Return the steps of a document in order.

    What was made is held against what was sent before anything makes it final. Sending waits for
    the number, which comes a while after the approval.
    """
    image = (Step.ATTACH,) if has_image else ()
    return (Step.CREATE, Step.CHECK, *image, *_AFTER[terms.process_in_force])


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
