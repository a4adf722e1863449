"""Tenants: the bookkeeping entities whose books are moved."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, insert, select, update

from blocks.hub import models
from blocks.hub.claims import Double, claim_number, doubles, holder_of_number
from blocks.hub.database import Database
from blocks.hub.errors import Refused, UnknownTenant
from blocks.hub.events import Events
from blocks.hub.refusals import NotATenantId, TenantExists, TenantFieldFixed, TenantFieldUnfit

NIGHT_ZONES: Final = ("Europe/Stockholm", "Europe/Helsinki")
"""Time zones whose nights have a schedule; a tenant in another one would never be pulled."""

PAGE_SIZE: Final = 500
"""Tenants read at once while iterating over all."""

# A tenant's id becomes the name of a folder, a database file and a lease: nothing that a file
# system, a shell or a URL reads in a way of its own.
TENANT_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


class NoNight(Refused):
    """A tenant was to be in a time zone in which no nightly run is scheduled."""

    def __init__(self, tenant: str, *, time_zone: str) -> None:
        super().__init__(
            f"Tenant {tenant} would never have a night: none is scheduled in {time_zone}. Expected "
            f"{' or '.join(NIGHT_ZONES)}; choose the one whose clocks show the tenant's time. "
            f"`tasma tenant correct {tenant} --time-zone ZONE` changes that of a tenant there is.",
            tenant=tenant,
            time_zone=time_zone,
        )


def checked_tenant_id(text: str) -> str:
    """Return `text` if it may name a tenant.

    Raises:
        Refused: It is not 1 to 63 lower-case letters a-z, digits and dashes, or starts with a dash.
    """
    if TENANT_ID.fullmatch(text):
        return text
    raise NotATenantId(text=text[:80])


NUMBER_FORM: Final = (
    "an organisation number such as 556000-1234 or 1234567-1, or one of another country in digits "
    "only"
)


FIELDS: Final = {
    "has_schedule": "nights",
    "same_number_as": "whose number it shares",
    "years_from_source": "where its years come from",
}
"""What the log calls a field of a tenant whose name alone says too little."""


@dataclass(frozen=True)
class Tenant:
    """One bookkeeping entity.

    `organisation_number` is digits only, empty while unknown. With `years_from_source` a fiscal
    year that overlaps no defined one is defined by the first file published for it; without,
    only by hand. `same_number_as`: the tenant whose number it shares, which is said on purpose
    (`blocks.hub.claims`). `has_schedule` says that a nightly run is expected, so that silence is a
    fault.
    """

    id: str
    name: str
    organisation_number: str = ""
    country: str = "SE"
    currency: str = "SEK"
    time_zone: str = "Europe/Stockholm"
    years_from_source: bool = True
    has_schedule: bool = False
    created_at: dt.datetime | None = None
    """Set by the hub."""
    same_number_as: str = ""

    def __post_init__(self) -> None:
        checked_tenant_id(self.id)
        for value, expected, is_right in (
            (self.name, "a name of 1 to 255 characters", 0 < len(self.name) <= models.NAME_CHARS),
            (self.organisation_number, NUMBER_FORM, _is_number(self.organisation_number)),
            (self.country, "two capital letters", _COUNTRY.fullmatch(self.country)),
            (self.currency, "three capital letters", _CURRENCY.fullmatch(self.currency)),
            (self.time_zone, "a zone such as Europe/Stockholm", _is_zone(self.time_zone)),
        ):
            if not is_right:
                raise TenantFieldUnfit(tenant=self.id, expected=expected, came=value[:80])

    @property
    def has_night(self) -> bool:
        """Whether nightly runs are scheduled in its time zone."""
        return self.time_zone in NIGHT_ZONES

    def day_of(self, moment: dt.datetime) -> dt.date:
        """Return the calendar day on which a moment falls where the tenant is (R-X-7)."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def end_of(self, day: dt.date) -> dt.datetime:
        """Return the moment, in UTC, at which a calendar day ends where the tenant is (R-X-7)."""
        midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
        return midnight.replace(tzinfo=ZoneInfo(self.time_zone)).astimezone(dt.UTC)


def _is_number(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and len(text) <= 20)


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


class Tenants:
    """The list of tenants."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    def add(self, tenant: Tenant) -> Tenant:
        """Add a tenant.

        Raises:
            Refused: The id is in use; `update` changes a tenant.
            NumberTaken: Another tenant has its organisation number that it does not share.
            UnknownTenant: It is to share the number of one that there is not.
            NoNight: No nightly run is scheduled in its time zone.
        """
        if not tenant.has_night:
            raise NoNight(tenant.id, time_zone=tenant.time_zone)
        row = {**vars(tenant), "created_at": self._database.now()}
        with self._database.writing() as connection:
            if _find(connection, tenant.id):
                raise TenantExists(tenant=tenant.id)
            row["same_number_as"] = _shared(connection, tenant)
            connection.execute(insert(models.tenant).values(row))
            claim_number(connection, tenant.id, tenant.organisation_number)
            self._events.record(connection, "tenant", "added", tenant=tenant.id)
        return Tenant(**row)

    def get(self, tenant_id: str) -> Tenant:
        """Return the tenant.

        Raises:
            UnknownTenant: There is none of that id.
        """
        if found := self.find(tenant_id):
            return found
        raise UnknownTenant(tenant_id)

    def find(self, tenant_id: str) -> Tenant | None:
        """Return the tenant, None when there is none of that id."""
        with self._database.reading() as connection:
            return _find(connection, tenant_id)

    def has(self, tenant_id: str) -> bool:
        """Return whether there is a tenant of that id."""
        return self.find(tenant_id) is not None

    def by_number(self, number: str) -> Tenant | None:
        """Return the first tenant of an organisation number, however either is written."""
        with self._database.reading() as connection:
            holder = holder_of_number(connection, number)
            return _find(connection, holder) if holder else None

    def doubles(self) -> list[Double]:
        """Return the tenants that an earlier release let be a company of another one."""
        with self._database.reading() as connection:
            return doubles(connection)

    def update(self, tenant_id: str, **changes: str | bool) -> Tenant:
        """Change fields of a tenant, other than its id and the time it was made.

        Raises:
            UnknownTenant: There is none of that id.
            Refused: A value is not fit, or the field is not one that changes.
            NumberTaken, UnknownTenant: As `add`.
            NoNight: Its nights are to begin, or its time zone is to be another, where no nightly
                run is scheduled.
        """
        with self._database.writing() as connection:
            old = require(connection, tenant_id)
            if wrong := changes.keys() - (vars(old).keys() - {"id", "created_at"}):
                raise TenantFieldFixed(tenant=tenant_id, fields=", ".join(sorted(wrong)))
            new = Tenant(**{**vars(old), **changes})
            needs_night = new.time_zone != old.time_zone or bool(changes.get("has_schedule"))
            if needs_night and not new.has_night:
                raise NoNight(tenant_id, time_zone=new.time_zone)
            new = replace(new, same_number_as=_shared(connection, new))
            query = update(models.tenant).where(models.tenant.c.id == tenant_id)
            connection.execute(query.values(vars(new)))
            if changes.keys() & {"organisation_number", "same_number_as"}:
                claim_number(connection, tenant_id, new.organisation_number)
            fields = ", ".join(FIELDS.get(name, name.replace("_", " ")) for name in sorted(changes))
            self._events.record(connection, "tenant", f"changed {fields}", tenant=tenant_id)
        return new

    def replace_number(self, tenant_id: str, number: str, *, by: str, reason: str) -> Tenant:
        """Put another organisation number in the place of the tenant's, and log whose word it was.

        Raises:
            UnknownTenant: There is none of that id.
            Refused: The number is not digits.
            NumberTaken: As `add`.
        """
        with self._database.writing() as connection:
            old = require(connection, tenant_id)
            new = replace(old, organisation_number=number)
            query = update(models.tenant).where(models.tenant.c.id == tenant_id)
            connection.execute(query.values(organisation_number=number))
            claim_number(connection, tenant_id, number)
            change = f"organisation number {old.organisation_number} replaced by {number}"
            message = f"{change} on the word of {by}: {reason}"
            self._events.record(connection, "tenant", message, tenant=tenant_id)
        return new

    def page(self, *, after: str = "", limit: int = PAGE_SIZE) -> list[Tenant]:
        """Return up to `limit` tenants in order of id, starting behind `after`."""
        query = select(models.tenant).where(models.tenant.c.id > after)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(models.tenant.c.id).limit(limit))
            return [Tenant(**row._asdict()) for row in rows]

    def __iter__(self) -> Iterator[Tenant]:
        after = ""
        while page := self.page(after=after):
            yield from page
            after = page[-1].id


def _find(connection: Connection, tenant_id: str) -> Tenant | None:
    query = select(models.tenant).where(models.tenant.c.id == tenant_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else Tenant(**row._asdict())


def _shared(connection: Connection, tenant: Tenant) -> str:
    """Return the tenant that holds the number which another one is said to share."""
    if not tenant.same_number_as or tenant.same_number_as == tenant.id:
        return ""
    root = require(connection, tenant.same_number_as)
    holder = root.same_number_as or root.id
    return "" if holder == tenant.id else holder


def require(connection: Connection, tenant_id: str) -> Tenant:
    """Return the tenant within a transaction, or raise `UnknownTenant`."""
    if found := _find(connection, tenant_id):
        return found
    raise UnknownTenant(tenant_id)
