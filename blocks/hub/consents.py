"""Consent links: what is sent to a customer's administrator, and the clicks on it under way.

A link is a secret of which only the hash is kept. It lives for days, may be revoked, and is used up
by a successful connection alone. Each click on it makes another secret, the *state* that travels to
the vendor and back (RFC 6749, 10.12): it is good for minutes, once, and only in the browser that
clicked, which is known by a third secret that never leaves that browser and us.

    make ──► link ──click──► state ──take──► taken ──answered──► connected: the link is used up
              ▲                                 │
              └─────────────────────────────────┘  anything else: denied, another company, a kill

Source:
    R-SEN-1, R-SEN-2, R-SEN-21.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr
from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from blocks.hub import models
from blocks.hub.consent_states import (
    IN_WORDS,
    ConsentState,
    ConsentTaken,
    ForeignAnswer,
    LinkEnded,
    NoOrganisationNumber,
    TooManyLinks,
    UnknownLink,
)
from blocks.hub.database import Database
from blocks.hub.events import Events
from blocks.hub.handed_out import hash_of, new_secret
from blocks.hub.tenants import require

CLICK_LIFE: Final = dt.timedelta(minutes=15)
"""How long an answer to a click is waited for: to log in, choose a company and approve."""

TAKE_LIFE: Final = dt.timedelta(minutes=10)
"""How long a link stays taken by a process that was killed: a code lives no longer either."""

MAX_CLICKS: Final = 20
"""Clicks of one link that are waited for; the oldest of more gives way."""

MAX_LINKS: Final = 20
"""Links of one tenant and system under way at the same time."""

ID_BYTES: Final = 6
"""Of the id by which a link is listed and revoked; it opens nothing."""


@dataclass(frozen=True)
class ConsentLink:
    """A link as it is kept, without its secret.

    `wants`: what was chosen when it was made. `answer`: what came of the last click; `detail`: more
    of it, as whoever wrote it reads it.
    """

    id: str
    tenant: str
    system: str
    wants: Mapping[str, Any]
    made_by: str
    made_at: dt.datetime
    expires_at: dt.datetime
    revoked_by: str = ""
    revoked_at: dt.datetime | None = None
    connected_at: dt.datetime | None = None
    answer: ConsentState = ConsentState.WAITING
    detail: str = ""

    def state(self, now: dt.datetime) -> ConsentState:
        """Return where it stands at that moment."""
        if self.connected_at:
            return ConsentState.CONNECTED
        if self.revoked_at:
            return ConsentState.REVOKED
        return ConsentState.EXPIRED if self.expires_at <= now else self.answer


class Consents:
    """The links, by tenant and system."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database, self._events = database, events

    def make(
        self,
        tenant: str,
        system: str,
        *,
        wants: Mapping[str, Any],
        made_by: str,
        life: dt.timedelta,
        needs_number: bool = True,
    ) -> tuple[ConsentLink, SecretStr]:
        """Make a link, and return it with its secret, which is told here and never again.

        Raises:
            UnknownTenant: There is no such tenant.
            NoOrganisationNumber: It has no organisation number, and `needs_number`.
            TooManyLinks: It has `MAX_LINKS` under way.
        """
        secret, now = new_secret(), self._database.now()
        link = ConsentLink(
            secrets.token_hex(ID_BYTES), tenant, system, wants, made_by, now, now + life
        )
        row = {**vars(link), "wants": json.dumps(dict(wants)), "secret_hash": hash_of(secret)}
        with self._database.writing() as connection:
            if needs_number and not require(connection, tenant).organisation_number:
                raise NoOrganisationNumber(tenant=tenant)
            if _count_open(connection, tenant, system, now) >= MAX_LINKS:
                raise TooManyLinks(tenant=tenant, system=system, limit=MAX_LINKS)
            connection.execute(insert(models.consent_link).values(row))
            self._say(connection, link, f"made by {made_by}")
        return link, SecretStr(secret)

    def of_secret(self, secret: SecretStr) -> ConsentLink:
        """Return the link that a secret opens; looking changes nothing.

        Raises:
            UnknownLink: There is none.
        """
        table = models.consent_link
        with self._database.reading() as connection:
            return _one(connection, table.c.secret_hash == hash_of(secret.get_secret_value()))

    def of_tenant(self, tenant: str) -> list[ConsentLink]:
        """Return a tenant's links, the newest first, whatever became of them.

        Raises:
            UnknownTenant: There is no such tenant.
        """
        table = models.consent_link
        query = select(table).where(table.c.tenant == tenant).order_by(table.c.made_at.desc())
        with self._database.reading() as connection:
            require(connection, tenant)
            return [_link(row) for row in connection.execute(query)]

    def revoke(self, tenant: str, link_id: str, *, by: str) -> ConsentLink:
        """Let a link be good no more, nor any click on it; one that has ended stays as it is.

        Raises:
            UnknownLink: The tenant has none of that id.
        """
        now, table = self._database.now(), models.consent_link
        with self._database.writing() as connection:
            link = _one(connection, and_(table.c.tenant == tenant, table.c.id == link_id))
            if link.state(now) in IN_WORDS:
                return link
            _change(connection, link, revoked_at=now, revoked_by=by)
            connection.execute(delete(models.consent_click).where(_click_of(link)))
            self._say(connection, link, f"revoked by {by}")
            return _one(connection, table.c.id == link.id)

    def click(self, secret: SecretStr, *, browser: SecretStr) -> tuple[ConsentLink, SecretStr]:
        """Begin an approval, and return the link with the state that is to come back.

        Raises:
            UnknownLink, LinkEnded: The secret opens nothing, or nothing any more.
        """
        state, now = new_secret(), self._database.now()
        table = models.consent_link
        with self._database.writing() as connection:
            link = _one(connection, table.c.secret_hash == hash_of(secret.get_secret_value()))
            _require_open(link, now)
            _drop_clicks(connection, link, now)
            row = {
                "state_hash": hash_of(state),
                "tenant": link.tenant,
                "link": link.id,
                "browser_hash": hash_of(browser.get_secret_value()),
                "made_at": now,
            }
            connection.execute(insert(models.consent_click).values(row))
            _change(connection, link, answer=ConsentState.WAITING, detail="")
        return link, SecretStr(state)

    def take(self, state: SecretStr, *, browser: SecretStr) -> ConsentLink:
        """Spend a state, and have its link alone until `answered` or `release`.

        Raises:
            ForeignAnswer: The state is none, too old, spent, or of another browser.
            LinkEnded: The link was revoked or used meanwhile.
            ConsentTaken: Another click on the same link is being answered at this moment.
        """
        now, click, table = self._database.now(), models.consent_click, models.consent_link
        here = and_(
            click.c.state_hash == hash_of(state.get_secret_value()),
            click.c.browser_hash == hash_of(browser.get_secret_value()),
            click.c.made_at > now - CLICK_LIFE,
        )
        with self._database.writing() as connection:
            link_id = connection.execute(select(click.c.link).where(here)).scalar()
            if link_id is None:
                raise ForeignAnswer(minutes=int(CLICK_LIFE.total_seconds() // 60))
            link = _taken(connection, table.c.id == link_id, now)
            connection.execute(delete(click).where(here))
        return link

    def take_by_secret(self, secret: SecretStr) -> ConsentLink:
        """Have a link alone until `answered` or `release`, where nobody is led elsewhere.

        Raises:
            UnknownLink, LinkEnded: The secret opens nothing, or nothing any more.
            ConsentTaken: The same link is being answered at this moment.
        """
        here = models.consent_link.c.secret_hash == hash_of(secret.get_secret_value())
        with self._database.writing() as connection:
            return _taken(connection, here, self._database.now())

    def answered(
        self, link: ConsentLink, state: ConsentState, *, detail: str, why: str = ""
    ) -> None:
        """Say what came of a click; a connection uses the link up.

        `why`: for the event log, which whoever holds the link does not see.
        """
        ends = state is ConsentState.CONNECTED
        with self._database.writing() as connection:
            ended = {"connected_at": self._database.now()} if ends else {}
            _change(connection, link, answer=state, detail=detail, taken_at=None, **ended)
            self._say(connection, link, ": ".join(filter(None, (state.replace("_", " "), why))))

    def release(self, link: ConsentLink) -> None:
        """Give a link back of which nobody knows what came of the click."""
        with self._database.writing() as connection:
            _change(connection, link, taken_at=None)

    def _say(self, connection: Connection, link: ConsentLink, message: str) -> None:
        text = f"{link.system}: link {link.id} {message}"
        self._events.record(connection, "consent", text, tenant=link.tenant)


def _taken(connection: Connection, where: Any, now: dt.datetime) -> ConsentLink:
    link, table = _one(connection, where), models.consent_link
    _require_open(link, now)
    is_free = or_(table.c.taken_at.is_(None), table.c.taken_at <= now - TAKE_LIFE)
    taking = update(table).where(table.c.id == link.id, is_free).values(taken_at=now)
    if not connection.execute(taking).rowcount:
        raise ConsentTaken(link.tenant, link.system)
    return link


def _require_open(link: ConsentLink, now: dt.datetime) -> None:
    if how := IN_WORDS.get(link.state(now)):
        raise LinkEnded(how=how)


def _count_open(connection: Connection, tenant: str, system: str, now: dt.datetime) -> int:
    table = models.consent_link
    query = select(func.count()).where(
        table.c.tenant == tenant,
        table.c.system == system,
        table.c.expires_at > now,
        table.c.revoked_at.is_(None),
        table.c.connected_at.is_(None),
    )
    return connection.execute(query).scalar_one()


def _drop_clicks(connection: Connection, link: ConsentLink, now: dt.datetime) -> None:
    """Forget the clicks that are too old, of whatever link, and the oldest of too many of this."""
    click = models.consent_click
    connection.execute(delete(click).where(click.c.made_at <= now - CLICK_LIFE))
    newest = select(click.c.state_hash).where(_click_of(link)).order_by(click.c.made_at.desc())
    kept = connection.execute(newest.limit(MAX_CLICKS - 1)).scalars().all()
    connection.execute(delete(click).where(_click_of(link), click.c.state_hash.not_in(kept)))


def _click_of(link: ConsentLink) -> Any:
    return models.consent_click.c.link == link.id


def _change(connection: Connection, link: ConsentLink, **values: object) -> None:
    table = models.consent_link
    connection.execute(update(table).where(table.c.id == link.id).values(values))


def _one(connection: Connection, where: Any) -> ConsentLink:
    row = connection.execute(select(models.consent_link).where(where)).one_or_none()
    if row is None:
        raise UnknownLink
    return _link(row)


def _link(row: Any) -> ConsentLink:
    values = {name: getattr(row, name) for name in ConsentLink.__dataclass_fields__}
    return ConsentLink(**{**values, "wants": json.loads(row.wants)})
