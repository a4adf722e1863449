"""What a person is shown when a request is not answered by its page."""

from __future__ import annotations

import logging
from typing import Final

from starlette.responses import Response

from blocks.http.errors import CallFailed
from blocks.hub.errors import UnknownTenant
from flows.portal.texts import texts_of
from flows.portal.visit import Unfit, Visit
from ledger.errors import TasmaError, TransientError

LOG: Final = logging.getLogger("tasma.portal")


def error_page(visit: Visit, problem: Exception) -> Response:
    """Return the page of a problem. What is no `TasmaError` is a fault of ours, and logged."""
    if isinstance(problem, Unfit):
        return _page(visit, problem.status, problem.reason)
    if isinstance(problem, UnknownTenant):
        return _page(visit, 404, "404")
    if isinstance(problem, CallFailed):
        # Whose host did not answer, and how, is for whoever reads the log.
        LOG.warning("%s: %s", visit.route.name, problem)
        visit.note(problem.code)
        return _page(visit, 503, "system_away")
    if isinstance(problem, TasmaError):
        LOG.warning("%s: %s", visit.route.name, problem.code)
        visit.note(problem.code)
        is_passing = isinstance(problem, TransientError)
        return _page(visit, 503 if is_passing else 409, problem.code, problem)
    LOG.error("%s failed", visit.route.name, exc_info=problem)
    return _page(visit, 500, "500")


def _page(visit: Visit, status: int, reason: str, problem: TasmaError | None = None) -> Response:
    """Show a sentence of ours; the words of a refusal, with paths and commands, to operators."""
    known = texts_of(visit.language)
    key = next(name for name in (f"errors.{reason}", f"errors.{status}") if name in known)
    return visit.page(
        "error.html",
        status=status,
        sentence=visit.t(key),
        code=problem.code if problem else "",
        detail=str(problem) if problem and visit.is_operator else "",
    )
