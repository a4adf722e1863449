"""Which routes there can be, and how each begins: a line for each, and nothing else lists them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from blocks.hub import Hub
from blocks.hub.routes import Route
from ledger.ecom.modes import MODES_IN_WORDS
from ledger.errors import TerminalError
from tasks.ecom.mode import add_route
from tasks.ecom.route import KIND, TARGET, checked_terms
from tasks.route_settings import WrongSetting
from tasks.spotilla import route as spotilla
from tasks.spotilla.switching import begin


@dataclass(frozen=True)
class RouteKind:
    """How a route of a source and kind is made. `target`: where it leads unless another is named.

    `begin`: makes it; `check`: returns the terms of settings, or refuses what cannot be kept.
    """

    target: str
    begin: Callable[..., object]
    check: Callable[[str, dict[str, Any]], BaseModel]


Form = Literal["text", "flag", "choice", "pairs"]
"""How a setting is typed: a yes or no, one word of a list, or lines of ``name = value``."""


@dataclass(frozen=True)
class Setting:
    """One setting of a route. `value`: as somebody types it; `is_own`: it is no default.

    `choices`: the words of a choice, or of a flag.
    """

    name: str
    value: str
    is_own: bool
    form: Form = "text"
    choices: tuple[str, ...] = ()


KINDS: Final[Mapping[tuple[str, str], RouteKind]] = {
    ("ecom", KIND): RouteKind(TARGET, add_route, checked_terms),
    ("spotilla", spotilla.KIND): RouteKind(spotilla.TARGET, begin, spotilla.checked_terms),
}
"""By source and kind."""


MODES: Final[Mapping[str, str]] = {**MODES_IN_WORDS, **spotilla.STAGES_IN_WORDS}
"""Modes of routes as people read them."""


def mode_in_words(mode: str) -> str:
    """Return a route's mode as people read it; one that no release knows stays."""
    return MODES.get(mode, mode)


class UnknownRoute(TerminalError):
    """A route was named that this release does not know."""

    sentence = "There is no route of {kind} from {source}; there are {known}."


def route_kind(source: str, kind: str) -> RouteKind:
    """Return how a route is made.

    Raises:
        UnknownRoute: There is none of that name.
    """
    if found := KINDS.get((source, kind)):
        return found
    known = ", ".join(f"{one} from {system}" for system, one in KINDS)
    raise UnknownRoute(source=source[:40], kind=kind[:40], known=known)


def add(hub: Hub, tenant: str, source: str, kind: str, *, target: str, who: str) -> Route:
    """Make a route, as its kind begins.

    Raises:
        UnknownRoute, RouteExists: It cannot be made.
    """
    found = route_kind(source, kind)
    found.begin(hub, tenant, who=who, target=target or found.target)
    return hub.routes.get(tenant, source, kind)


def settings_of(route: Route) -> list[Setting]:
    """Return all settings of a route; one that an earlier release kept and that cannot be so, too.

    It is shown as it is kept, so that it can be corrected.
    """
    check = partial(route_kind(route.source, route.kind).check, route.tenant)
    wrong = {name: one for name, one in route.settings.items() if not _is_right(check, name, one)}
    terms = check({name: one for name, one in route.settings.items() if name not in wrong})
    values = {
        **terms.model_dump(mode="json"),
        **{name: one for name, one in wrong.items() if name in type(terms).model_fields},
    }
    forms = {name: _form(field.annotation) for name, field in type(terms).model_fields.items()}
    return [
        Setting(name, _typed(one), name in route.settings, *forms[name])
        for name, one in values.items()
    ]


def _is_right(check: Callable[[dict[str, Any]], object], name: str, value: Any) -> bool:
    try:
        check({name: value})
    except WrongSetting:
        return False
    return True


def _form(annotation: Any) -> tuple[Form, tuple[str, ...]]:
    """Return how a field of terms is typed, whether or not it may be nothing, and its words."""
    is_optional = get_origin(annotation) in {Union, UnionType}
    kind = get_args(annotation)[0] if is_optional else annotation
    if kind is bool:
        return "flag", ("true", "false")
    if get_origin(kind) is dict:
        return "pairs", ()
    if not isinstance(kind, type):
        return "text", ()
    if issubclass(kind, StrEnum):
        return "choice", tuple(kind)
    return ("pairs" if issubclass(kind, BaseModel) else "text"), ()


def _is_decimal(annotation: Any) -> bool:
    return annotation is Decimal or any(map(_is_decimal, get_args(annotation)))


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "\n".join(f"{name} = {one}" for name, one in value.items() if one != "")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_setting(route: Route, name: str, text: str) -> Any:
    """Return what somebody types as a setting of a route; pairs are lines, or JSON all the same.

    Raises:
        UnknownRoute: This release does not know the route.
        ValueError: A line is no pair, or it begins as JSON and is none.
    """
    terms = route_kind(route.source, route.kind).check(route.tenant, {})
    field = type(terms).model_fields.get(name)
    form, _ = _form(field.annotation) if field else ("text", ())
    if field and _is_decimal(field.annotation):
        text = text.replace(",", ".")  # as Finns and Swedes write it
    return _pairs(text) if form == "pairs" and text[:1] not in {"", "{", "["} else value_of(text)


def _pairs(text: str) -> dict[str, str]:
    found = {}
    for line in filter(str.strip, text.splitlines()):
        name, sign, value = line.partition("=")
        if not (sign and name.strip() and value.strip()):
            raise ValueError(f"{line[:60]!r} is no pair: expected NAME = VALUE")
        found[name.strip()] = value.strip()
    return found


def value_of(text: str) -> Any:
    """Return what somebody types as a setting: JSON where it begins so, else the text itself.

    Raises:
        ValueError: It begins as JSON and is none.
    """
    if text[:1] not in {"{", "["} and text not in {"true", "false"}:
        return text
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("brackets within brackets, deeper than any setting") from None


def set_values(
    hub: Hub, tenant: str, source: str, kind: str, values: Mapping[str, Any], *, who: str
) -> Route:
    """Change some settings of a route; one that is given nothing goes back to its default.

    Others that cannot be so stay, and are corrected one by one.

    Raises:
        NoRoute: It is not there.
        TerminalError: A setting cannot be so; nothing was changed.
    """
    route = hub.routes.get(tenant, source, kind)
    check = partial(route_kind(source, kind).check, tenant)

    def changed(kept: dict[str, Any]) -> object:
        return check({name: value for name, value in kept.items() if name in values})

    return hub.routes.change(route, values, check=changed, who=who)
