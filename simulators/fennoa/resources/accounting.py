"""What pushing asks of accounting: the periods that are locked."""

from __future__ import annotations

from typing import Any, Final

from simulators.fennoa.company import Company, Refused
from simulators.fennoa.resources.route import Asked, Route


def _locks(asked: Asked) -> dict[str, Any]:
    require_accounting(asked.company)
    return {"data": [{"code": c, "value": v} for c, v in asked.company.locked.items()]}


def require_accounting(company: Company) -> None:
    """Refuse an API user who may not read accounting.

    Raises:
        Refused: It lacks the role (401).
    """
    if not company.may_read_accounting:
        raise Refused(401, "API key / company code is invalid")


ROUTES: Final[tuple[Route, ...]] = (("GET", r"accounting_api/get/locking_periods", _locks),)
"""Calls of the accounting API."""
