"""One request as a page sees it: who asks, about which tenant, and what it takes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from blocks.hub import Tenant
from blocks.hub.portal_roles import Role
from blocks.hub.portal_users import User
from blocks.translated import as_pages_write, translated, without_commands
from flows.doors import demo_home
from flows.portal.routes import PLACE, ROUTES, Route, page_of, path_of
from flows.portal.tabs import TABS
from flows.portal.texts import sentence
from tasks.stores import Stores

if TYPE_CHECKING:
    from flows.portal.portal import Portal

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'{form_action}; frame-ancestors 'none'; base-uri 'none'"
)


class Unfit(Exception):
    """The request is answered by an error page of this status."""

    def __init__(self, status: int, reason: str = "") -> None:
        """``reason``: the key of a sentence in `errors`, by status unless given."""
        self.status = status
        self.reason = reason or str(status)
        super().__init__(self.reason)


def not_found() -> Unfit:
    """Return what a page raises for what is not there, or not this tenant's."""
    return Unfit(404)


@dataclass
class Visit:
    """A request that was let in.

    `values`: what the route takes, by name; each a list, since a form may send several.
    `secret`: of the session or, without one, of the visitor's cookie; forms are bound to it.
    """

    request: Request
    portal: Portal
    route: Route
    language: str
    secret: str
    user: User | None = None
    known_tenant: Tenant | None = None
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    proven: str = ""
    """Who signed in by this very request."""

    @property
    def stores(self) -> Stores:
        """The stores, for tasks."""
        return self.portal.stores

    @property
    def tenant(self) -> Tenant:
        """The tenant that the page is about; it is open to whoever asks."""
        if self.known_tenant is None:
            raise not_found()
        return self.known_tenant

    @property
    def who(self) -> str:
        """The address of whoever is signed in: the proven name of who does something."""
        return self.user.email if self.user else ""

    @property
    def is_operator(self) -> bool:
        """Whether whoever asks runs Täsmä: paths and commands in words of ours are for them."""
        return self.user is not None and self.user.role is Role.OPERATOR

    @property
    def address(self) -> str:
        """Where the request came from, a proxy of ours left aside."""
        return str(self.request.scope.get("tasma.address", ""))

    @property
    def is_fragment(self) -> bool:
        """Whether a part of a page is asked for, by htmx."""
        return self.request.headers.get("hx-request") == "true"

    def __getitem__(self, name: str) -> str:
        """Return what was sent under a declared name.

        Raises:
            Unfit: Nothing was.
        """
        if found := self.values.get(name):
            return found[0]
        raise Unfit(404 if self._kind(name).is_id else 400)

    def get(self, name: str, default: str = "") -> str:
        """Return what was sent under a declared name, or the default."""
        self._kind(name)
        found = self.values.get(name)
        return found[0] if found else default

    def every(self, name: str) -> Sequence[str]:
        """Return all that was sent under a declared name."""
        self._kind(name)
        return self.values.get(name, ())

    def note(self, detail: str) -> None:
        """Add to what the audit log says of this act: ids and decisions, no secret."""
        self.notes.append(detail)

    def t(self, key: str, /, **values: object) -> str:
        """Return a sentence in the reader's language."""
        return sentence(self.language, key, **values)

    def worded(self, reason: str) -> str:
        """Return a reason in the reader's language, or marked as English where it has no other.

        What to type at a terminal is left out: who reads a page has none.
        """
        plain = without_commands(reason)
        if self.language == "en" or not reason:
            return as_pages_write(plain)
        found = translated(reason, self.language) or translated(plain, self.language)
        return found or Markup('<span lang="en">{}</span>').format(plain)

    def page(
        self, template: str, /, *, status: int = 200, form_action: Sequence[str] = (), **values: Any
    ) -> Response:
        """Return a page (or, by its template, a fragment of one).

        Args:
            template: File in ``templates``.
            status: Of the answer.
            form_action: Other sites to which a form of this page may lead, such as a vendor's.
            values: What the template shows.
        """
        html = self.portal.templates.get_template(template).render(
            visit=self,
            t=self.t,
            path=path_of,
            here=self.here,
            tabs=TABS,
            csrf=self.csrf,
            may=self.may,
            worded=self.worded,
            is_demo_over=demo_home.is_over(),
            **values,
        )
        allowed = "".join(f" {site}" for site in form_action)
        policy = PAGE_POLICY.format(form_action=allowed)
        return HTMLResponse(html, status, headers={"content-security-policy": policy})

    def to(self, name: str, /, **values: str) -> Response:
        """Lead to a page after an act."""
        return RedirectResponse(path_of(name, **values), 303)

    def may(self, name: str) -> bool:
        """Return whether whoever asks may use a route, so that a page shows what works."""
        who = ROUTES[name].who
        return not who or bool(self.user and self.user.role in who)

    @property
    def here(self) -> str:
        """Where to come back to from a change of language or from signing in, if it is no link.

        It is this page with what its route takes from the query or, of an act, the page it was
        asked on.
        """
        page = page_of(self.route)
        if page is None or any(kind.is_secret for kind in page.takes.values()):
            return ""
        place = self._path_on(page) + self._query_of(page)
        return place if PLACE.pattern.fullmatch(place) else ""

    def _path_on(self, page: Route) -> str:
        if page is self.route:
            return self.request.url.path
        # Before its form was taken, an act does not know what it is about.
        return page.path.format(**self.request.path_params) if self.values else ""

    def _query_of(self, page: Route) -> str:
        names = [name for name in page.takes if name not in page.in_path]
        query = urlencode([(name, one) for name in names for one in self.values.get(name, ())])
        return f"?{query}" if query else ""

    @property
    def is_language_chosen(self) -> bool:
        """Whether a page was asked for in a language of the reader's choice, which is kept."""
        return self.request.method == "GET" and "language" in self.values

    @property
    def keeps_language_by_query(self) -> bool:
        """Whether this page's language is asked for at its own address.

        So it is where that is a link: no form may carry its secret elsewhere.
        """
        return any(
            one.method == "GET" and one.path == self.route.path and "language" in one.takes
            for one in ROUTES.values()
        )

    @property
    def csrf(self) -> str:
        """The token that forms carry: bound to the session, worthless without its cookie."""
        return csrf_of(self.secret)

    def _kind(self, name: str) -> Any:
        if name not in self.route.takes:
            raise KeyError(f"route {self.route.name} does not declare that it takes {name}")
        return self.route.takes[name]


def csrf_of(secret: str) -> str:
    """Return the token of a session or visitor."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()
