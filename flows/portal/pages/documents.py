"""A company's documents: those of a year, and each of them opened, shut off from everything else.

Source:
    R-SEN-9, R-SEN-10; what a browser is told of a stranger's file: `blocks.serving`.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response, StreamingResponse

from flows.portal.pages.books import named_year
from flows.portal.routes import ANYONE, DOCUMENT, NUMBER, YEAR, route
from flows.portal.visit import Visit, not_found
from tasks.opened_documents import NoSuchDocument, count_documents, documents_of_year, open_document

ROWS: Final = 200
"""Documents on one page."""


@route("GET", "/companies/{tenant}/documents", who=ANYONE, takes={"year": YEAR, "first": NUMBER})
def documents(visit: Visit) -> Response:
    """List the documents of a year, with the counts of what is connected to nothing."""
    stores, tenant, year = visit.stores, visit.tenant, named_year(visit)
    first = int(visit.get("first", "0"))
    found = documents_of_year(stores, tenant.id, year, first=first, limit=ROWS + 1)
    return visit.page(
        "documents.html",
        tenant=tenant,
        year=year,
        documents=found[:ROWS],
        counts=count_documents(stores, tenant.id, year),
        next_first=first + ROWS if len(found) > ROWS else None,
    )


@route(
    "GET",
    "/companies/{tenant}/documents/open",
    who=ANYONE,
    takes={"year": YEAR, "document": DOCUMENT},
)
def document(visit: Visit) -> Response:
    """Hand out one document, piece by piece."""
    year = named_year(visit)
    try:
        opened = open_document(visit.stores, visit.tenant.id, year, visit["document"])
    except NoSuchDocument:
        raise not_found() from None
    return StreamingResponse(opened.pieces, headers=opened.headers)
