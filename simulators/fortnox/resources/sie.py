"""The SIE export.

Source: Fortnox OpenAPI, /3/sie/{Type}; that `Accept: application/octet-stream` is refused with
1000030 and `*/*` works was seen in production.
"""

from __future__ import annotations

from typing import Final

from simulators.fortnox.answers import Answer, Refusal
from simulators.fortnox.ask import BAD_REQUEST, Ask
from simulators.fortnox.resources.company import identity
from simulators.fortnox.sie import SIE_TYPES, Export, dated

OCTETS: Final = "application/octet-stream"


def sie(ask: Ask) -> Answer:
    """Answer /3/sie/{Type} with the whole year."""
    if OCTETS in ask.accept:
        raise Refusal(BAD_REQUEST, 1000030)
    if ask.path["Type"] not in SIE_TYPES:
        raise Refusal(BAD_REQUEST, 2000729)
    place = ask.place()
    export, hidden = _export(ask, place), ask.hidden
    edition = ask.edition.hiding(hidden, year=place) if hidden else ask.edition
    content = ask.edition.kept((export, place, hidden), lambda: export.write(edition, place))
    return Answer(200, b"" if ask.meets("empty_sie") else dated(content, ask.today), "text/plain")


def _export(ask: Ask, place: int) -> Export:
    number, name, organisation = identity(ask)
    is_last = place == len(ask.edition.company.years) - 1
    return Export(
        database_number=number,
        name=name,
        organisation=organisation,
        sie_type=ask.path["Type"],
        encoding=ask.tenant.made_with.encoding,
        fault=ask.tenant.made_with.sie_fault if is_last else None,
    )
