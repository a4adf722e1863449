"""Every route of the portal, declared with who may use it and what it takes.

A page is a function below `route`. What it takes, in path, query or form, is declared with its
kind, and a page can read nothing else: so the isolation test knows every route and every id in it,
and the guard can refuse before a page begins.

    @route("POST", "/companies/{tenant}/holds/{load}/reject", who=STAFF,
           takes={"load": LOAD, "reason": TEXT})
    def reject(visit: Visit) -> Response: ...
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote, urlencode

from blocks.hub.portal_roles import Role
from ledger.errors import TerminalError

if TYPE_CHECKING:
    from starlette.responses import Response

    from flows.portal.visit import Visit

Method = Literal["GET", "POST"]
Page = Callable[["Visit"], "Response | Awaitable[Response]"]
Limited = Literal["", "links", "polls", "sign-in"]


@dataclass(frozen=True)
class Kind:
    """What a value is. `is_id`: it names something of one tenant, and only of that one.

    An id that does not fit, like one that is not the tenant's, is answered 404; other values that
    do not fit are answered 400.
    """

    name: str
    pattern: re.Pattern[str]
    is_id: bool = False
    is_secret: bool = False
    """It opens something by itself: it stands in no log."""


def _kind(name: str, pattern: str, *, is_id: bool = False, is_secret: bool = False) -> Kind:
    return Kind(name, re.compile(pattern, re.DOTALL), is_id=is_id, is_secret=is_secret)


TENANT: Final = _kind("tenant", r"[a-z0-9][a-z0-9-]{0,62}", is_id=True)
YEAR: Final = _kind("year", r"\d{4}-\d{2}-\d{2}_\d{4}-\d{2}-\d{2}", is_id=True)
LOAD: Final = _kind("load", r"[0-9A-Za-z-]{1,64}", is_id=True)
RUN: Final = _kind("run", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", is_id=True)
FILE: Final = _kind("file", r"[0-9a-f]{64}", is_id=True)
"""A file by its hash."""
UPLOAD: Final = _kind("upload", r"[0-9a-f]{32}", is_id=True)
"""A file that was sent and that nothing has read yet."""
DOCUMENT: Final = _kind("document", r"[\w .:@+=~-]{1,255}", is_id=True)
VOUCHER: Final = _kind("voucher", r"[^\x00-\x1f]{1,255}", is_id=True)
ITEM: Final = _kind("item", r"[^\x00-\x1f]{1,255}", is_id=True)
"""A document of the outbox, or a thing of a route, by its name."""
LINK: Final = _kind("link", r"[0-9a-f]{1,32}", is_id=True)
"""A consent link by its id, which opens nothing."""
EVENT: Final = _kind("event", r"\d{1,12}", is_id=True)

ACCOUNT: Final = _kind("account", r"[^\x00-\x1f/]{1,64}")
SYSTEM: Final = _kind("system", r"[a-z][a-z0-9_]{0,31}(@[A-Za-z0-9._-]{1,32})?")
"""A system by its name in the hub."""
WORD: Final = _kind("word", r"[a-z0-9_.-]{1,64}")
LANGUAGE: Final = _kind("language", r"sv|fi|en")
MONTH: Final = _kind("month", r"\d{4}-(0[1-9]|1[0-2])")
DAY: Final = _kind("day", r"\d{4}-\d{2}-\d{2}")
NUMBER: Final = _kind("number", r"[0-9]{1,18}")
"""A count or a number of a company: less than 64 bits, as databases count."""
TEXT: Final = _kind("text", r"[^\x00]{0,2000}")
EMAIL: Final = _kind("email", r"[^\x00-\x20]{3,254}")
PASSWORD: Final = _kind("password", r"[^\x00]{0,1024}", is_secret=True)
CREDENTIAL: Final = _kind("credential", r"\s{0,10}[\x21-\x7e]{1,500}\s{0,10}", is_secret=True)
"""A user's name or a key, as it is pasted from another system's page."""
TOKEN: Final = _kind("token", r"[A-Za-z0-9_-]{16,128}", is_secret=True)
"""A secret of ours, such as a browser's."""
LINK_SECRET: Final = _kind("secret", r"[^\x00]{1,1024}", is_secret=True)
"""The secret of a link, without an account: what a mail program cut or added to opens nothing, and
the page of the link says so."""
PLACE: Final = _kind(
    "place", r"/(?:[A-Za-z0-9_.~-]+(?:/[A-Za-z0-9_.~-]+)*/?)?(?:\?[A-Za-z0-9_.~%+&=-]{1,8192})?"
)
"""A path of this portal to go back to, with its query as `urlencode` writes it."""


PUBLIC: Final[frozenset[Role]] = frozenset()
ANYONE: Final = frozenset(Role)
"""Whoever is signed in; of a tenant's page: whoever the tenant is open to."""
STAFF: Final = frozenset({Role.ACCOUNTANT, Role.OPERATOR})
OPERATOR: Final = frozenset({Role.OPERATOR})


@dataclass(frozen=True)
class Route:
    """One page or act. `who`: the roles that may; empty for whoever comes (`PUBLIC`)."""

    method: Method
    path: str
    page: Page
    who: frozenset[Role]
    takes: Mapping[str, Kind] = field(default_factory=dict)
    limited: Limited = ""
    is_upload: bool = False
    """Its body is a file, streamed; the CSRF token comes in a header."""
    back: str = ""
    """Of an act: the page it is asked on, by name, where that has another path."""

    @property
    def name(self) -> str:
        """The name of its function, by which links and the audit log know it."""
        return self.page.__name__

    @property
    def in_path(self) -> tuple[str, ...]:
        """The names of what stands in its path."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def is_of_tenant(self) -> bool:
        """Whether it is about one tenant."""
        return "tenant" in self.in_path

    def problem(self) -> str:
        """Say what is wrong with the declaration; empty when nothing is."""
        if missing := set(self.in_path) - set(self.takes):
            return f"its path has {sorted(missing)}, which it does not say that it takes"
        if self.is_of_tenant and not self.who:
            return "it is about a tenant, and open to whoever comes"
        ids = [name for name, kind in self.takes.items() if kind.is_id and kind is not TENANT]
        if ids and not self.is_of_tenant:
            return f"it takes {ids}, and its path does not say of which tenant"
        if any(kind is TENANT and name != "tenant" for name, kind in self.takes.items()):
            return "it takes a tenant elsewhere than in its path"
        if not self.who and self.method == "POST" and not self.limited:
            return "whoever comes may use it as often as they like"
        return ""


class RouteUndeclared(TerminalError):
    """A route does not say who may use it and what it takes, so the portal does not start."""

    sentence = "Route {name} ({method} {path}): {problem}. See docs/extending.md, A page."


ROUTES: Final[dict[str, Route]] = {}
"""Every route by its name; filled by importing `flows.portal.pages`."""


def route(
    method: Method,
    path: str,
    *,
    who: frozenset[Role],
    takes: Mapping[str, Kind] | None = None,
    limited: Limited = "",
    is_upload: bool = False,
    back: str = "",
) -> Callable[[Page], Page]:
    """Declare a page.

    Args:
        method: GET reads and changes nothing; POST is an act, and goes to the audit log.
        path: With ``{tenant}`` when it is about one; what stands in braces is taken.
        who: `PUBLIC`, `ANYONE`, `STAFF` or `OPERATOR`. A tenant's page is open only to those of
            them to whom the tenant is open; for all others it does not exist (404).
        takes: What else it reads, in path, query or form, by kind.
        limited: How often one address may ask (`flows.portal.limits`).
        is_upload: Its body is a file.
        back: Of an act: the page it is asked on, by name, where that has another path. A change of
            language leads back there from what the act answers.

    Raises:
        RouteUndeclared: Something is missing; the portal does not start.
    """
    taken = dict(takes or {})
    if "{tenant}" in path:
        taken["tenant"] = TENANT

    def add(page: Page) -> Page:
        made = Route(method, path, page, who, taken, limited, is_upload, back)
        problem = made.problem() or ("another has its name" if made.name in ROUTES else "")
        if problem:
            raise RouteUndeclared(name=made.name, method=method, path=path, problem=problem)
        ROUTES[made.name] = made
        return page

    return add


def page_of(route: Route) -> Route | None:
    """Return the page that an answer stands on: the route's own, or the one an act is asked on."""
    if route.method == "GET":
        return route
    same_path = (r for r in ROUTES.values() if r.method == "GET" and r.path == route.path)
    return ROUTES[route.back] if route.back else next(same_path, None)


def path_of(name: str, /, **values: str) -> str:
    """Return the path of a page; what its path does not hold becomes the query."""
    found = ROUTES[name]
    parts = {key: quote(str(values.pop(key)), safe="") for key in found.in_path}
    path = found.path.format(**parts)
    return f"{path}?{urlencode(values)}" if values else path
