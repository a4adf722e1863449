"""Settings of a route as its terms, whatever the route carries; a wrong one is named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
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


class UnknownSetting(WrongSetting):
    """A setting was named that a route does not have."""

    sentence = (
        "{field} of {tenant}'s route from {source} ({kind}): {reason}. There are: {known}; "
        "docs/systems/{source}.md says what each is."
    )


def checked_terms(
    terms_of: Callable[[Mapping[str, Any]], Terms],
    settings: Mapping[str, Any],
    *,
    known: Collection[str],
    tenant: str,
    source: str,
    kind: str,
) -> Terms:
    """Return the terms of a route's settings, of which the ``known`` names are all.

    Raises:
        WrongSetting: One is not as expected.
        UnknownSetting: There is none of that name.
    """
    try:
        return terms_of(settings)
    except ValidationError as problem:
        field = wrong_field(problem).field
        reason = why_refused(problem)
        if field in settings and field not in known:
            meant = "".join(f" ({one} is one)" for one in get_close_matches(field, known, 1))
            raise UnknownSetting(
                field=field,
                tenant=tenant,
                source=source,
                kind=kind,
                reason=f"{reason}{meant}",
                known=", ".join(sorted(known)),
            ) from None
        raise WrongSetting(
            field=field, tenant=tenant, source=source, reason=reason, kind=kind
        ) from None
