"""Routes: what of one system goes to another, by which settings, and in which mode since when.

A route is one row for (tenant, source system, kind); which modes there are, and what its settings
mean, is the source's business. Nothing here knows a vendor.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, insert, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import Refused
from blocks.hub.events import Events
from blocks.hub.tenants import require


class NoRoute(Refused):
    """Nothing was agreed on what goes from a system of a tenant."""

    sentence = (
        "{tenant} has no route for {kind} from {source}. `tasma route add {tenant} {source} {kind} "
        "--who NAME` makes one, and `tasma route list {tenant}` shows those there are."
    )


class RouteExists(Refused):
    """A route was to be made that is there, to another system."""

    sentence = (
        "{tenant} has a route for {kind} from {source} already, to {target}. Detach it first: "
        "`tasma route detach {tenant} {source} {kind} --who NAME`."
    )


@dataclass(frozen=True)
class Route:
    """One route. `settings`: by name, of JSON types; `mode`: empty until one is chosen.

    `activated_at`, `activated_by`: when an operator admitted the tenant to what needs it, and who.
    `detached_at`: since when nothing goes by it; what went stays known.
    """

    tenant: str
    source: str
    kind: str
    target: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    mode: str = ""
    activated_at: dt.datetime | None = None
    activated_by: str = ""
    detached_at: dt.datetime | None = None
    created_by: str = ""
    created_at: dt.datetime | None = None

    @property
    def is_attached(self) -> bool:
        """Return whether anything goes by it."""
        return self.detached_at is None


@dataclass(frozen=True)
class ModeSince:
    """From when on a route was in a mode, and by whose word."""

    mode: str
    since: dt.datetime
    who: str


class Routes:
    """The routes of all tenants; each change is one event of the log."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def add(
        self,
        tenant: str,
        source: str,
        kind: str,
        target: str,
        *,
        who: str,
        settings: Mapping[str, Any] | None = None,
    ) -> Route:
        """Make a route, or attach one again that was detached.

        Raises:
            RouteExists: It leads to another system now.
            UnknownTenant: The hub has no such tenant.
        """
        now, table = self._database.now(), models.route
        with self._database.writing() as connection:
            require(connection, tenant)
            row = connection.execute(_row(tenant, source, kind)).mappings().one_or_none()
            if row and row["detached_at"] is None and row["target"] != target:
                raise RouteExists(tenant=tenant, source=source, kind=kind, target=row["target"])
            values: dict[str, Any] = {"target": target, "detached_at": None}
            if settings is not None:
                values["settings"] = json.dumps(dict(settings), sort_keys=True)
            if row:
                here = _is(tenant, source, kind)
                connection.execute(update(table).where(here).values(**values))
            else:
                new: dict[str, Any] = {"tenant": tenant, "source": source, "kind": kind, "mode": ""}
                new |= {"settings": "{}", "activated_by": "", "created_by": who, "created_at": now}
                connection.execute(insert(table).values(new | values))
            message = f"route of {kind} from {source} to {target}, by {who}"
            self._events.record(connection, "route", message, tenant=tenant)
        return self.get(tenant, source, kind)

    def get(self, tenant: str, source: str, kind: str) -> Route:
        """Return a route.

        Raises:
            NoRoute: There is none.
        """
        with self._database.reading() as connection:
            return _required(connection, tenant, source, kind)

    def listed(self, *, tenant: str = "", source: str = "") -> list[Route]:
        """Return the routes of a tenant or of a source, in order; those detached too."""
        table = models.route
        query = select(table).order_by(table.c.tenant, table.c.source, table.c.kind)
        if tenant:
            query = query.where(table.c.tenant == tenant)
        if source:
            query = query.where(table.c.source == source)
        with self._database.reading() as connection:
            return [_route(row) for row in connection.execute(query).mappings()]

    def set(self, route: Route, settings: Mapping[str, Any], *, who: str) -> Route:
        """Replace the settings of a route as a whole."""
        with self._database.writing() as connection:
            self._set(connection, route, settings, who)
        return self.get(route.tenant, route.source, route.kind)

    def change(
        self,
        route: Route,
        values: Mapping[str, Any],
        *,
        check: Callable[[dict[str, Any]], object],
        who: str,
    ) -> Route:
        """Change some settings of a route as it is now; one that is given "" goes to its default.

        Args:
            route: Which.
            values: By name.
            check: Raises where all settings together cannot be kept; nothing is changed then.
            who: Changes them.

        Raises:
            NoRoute: It is not there.
        """
        with self._database.writing() as connection:
            now = _required(connection, route.tenant, route.source, route.kind)
            kept = {
                name: value for name, value in {**now.settings, **values}.items() if value != ""
            }
            check(kept)
            self._set(connection, now, kept, who)
        return self.get(route.tenant, route.source, route.kind)

    def activate(self, route: Route, *, who: str) -> Route:
        """Note that an operator admits the tenant; the first who did so stays on record."""
        if route.activated_at:
            return route
        values = {"activated_at": self._database.now(), "activated_by": who}
        return self._change(route, f"activated by {who}", **values)

    def switch(self, route: Route, mode: str, *, who: str) -> Route:
        """Put a route into a mode from now on; what was triggered before keeps the earlier one."""
        here_row = {"tenant": route.tenant, "source": route.source, "kind": route.kind}
        since = self._database.now()
        row = {**here_row, "mode": mode, "since": since, "who": who}
        with self._database.writing() as connection:
            connection.execute(insert(models.route_mode).values(row))
            here = _is(route.tenant, route.source, route.kind)
            connection.execute(update(models.route).where(here).values(mode=mode))
            message = f"mode of {route.kind} from {route.source}: {mode}, by {who}"
            self._events.record(connection, "route", message, tenant=route.tenant)
        return self.get(route.tenant, route.source, route.kind)

    def detach(self, route: Route, *, who: str) -> Route:
        """Let nothing more go by a route; its history stays."""
        return self._change(route, f"detached by {who}", detached_at=self._database.now())

    def modes(self, route: Route) -> list[ModeSince]:
        """Return in which modes a route was, oldest first."""
        table = models.route_mode
        here = and_(
            table.c.tenant == route.tenant,
            table.c.source == route.source,
            table.c.kind == route.kind,
        )
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(here).order_by(table.c.id))
            return [ModeSince(row.mode, row.since, row.who) for row in rows]

    def _change(self, route: Route, message: str, **values: Any) -> Route:
        with self._database.writing() as connection:
            self._write(connection, route, message, **values)
        return self.get(route.tenant, route.source, route.kind)

    def _set(
        self, connection: Connection, route: Route, settings: Mapping[str, Any], who: str
    ) -> None:
        names = {*route.settings, *settings}
        changed = sorted(one for one in names if route.settings.get(one) != settings.get(one))
        text = json.dumps(dict(settings), sort_keys=True)
        message = f"settings {', '.join(changed)} set by {who}"
        self._write(connection, route, message, settings=text)

    def _write(self, connection: Connection, route: Route, message: str, **values: Any) -> None:
        here = _is(route.tenant, route.source, route.kind)
        connection.execute(update(models.route).where(here).values(**values))
        text = f"route of {route.kind} from {route.source}: {message}"
        self._events.record(connection, "route", text, tenant=route.tenant)


def _is(tenant: str, source: str, kind: str) -> ColumnElement[bool]:
    table = models.route
    return and_(table.c.tenant == tenant, table.c.source == source, table.c.kind == kind)


def _row(tenant: str, source: str, kind: str) -> Any:
    return select(models.route).where(_is(tenant, source, kind))


def _required(connection: Connection, tenant: str, source: str, kind: str) -> Route:
    row = connection.execute(_row(tenant, source, kind)).mappings().one_or_none()
    if row is None:
        raise NoRoute(tenant=tenant, source=source, kind=kind)
    return _route(row)


def _route(row: RowMapping) -> Route:
    return Route(**{**row, "settings": json.loads(row["settings"])})
