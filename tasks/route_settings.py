"""Settings of a route as its terms, whatever the route carries; a wrong one is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from ledger.errors import TerminalError
from ledger.refused_value import why_refused
from ledger.wrong_field import wrong_field

Terms = TypeVar("Terms")


class WrongSetting(TerminalError):
    """A setting of a route is not one that can be kept."""

    sentence = (
        "The setting {field} of {tenant}'s route from {source} cannot be so ({reason}). `tasma "
        "route set {tenant} {source} {kind} {field}=VALUE --who NAME` changes it; "
        "docs/systems/{source}.md lists them."
    )


def checked_terms(
    terms_of: Callable[[Mapping[str, Any]], Terms],
    settings: Mapping[str, Any],
    *,
    tenant: str,
    source: str,
    kind: str,
) -> Terms:
    """Return the terms of a route's settings.

    Raises:
        WrongSetting: One is unknown or not as expected.
    """
    try:
        return terms_of(settings)
    except ValidationError as problem:
        raise WrongSetting(
            field=wrong_field(problem).field,
            tenant=tenant,
            source=source,
            reason=why_refused(problem),
            kind=kind,
        ) from None
