"""People who may sign in to the portal: their role, their tenants, and links that let them in.

Whatever a person could do before is over at once when it changes: a new password, another role or
another set of tenants ends every session of that person in the same transaction.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.errors import Refused
from blocks.hub.handed_out import hash_of, new_secret
from blocks.hub.portal_roles import Role
from blocks.hub.tenants import Tenant, require

INVITATION_LIFE: Final = dt.timedelta(days=7)
MAX_EMAIL_CHARS: Final = 254
MAX_LISTED: Final = 1_000
"""Most users, or tenants, that one question returns."""

_EMAIL: Final = re.compile(r"[^\s@<>\"',;]+@[^\s@<>\"',;]+")


class NotAnEmail(Refused):
    """What should be a person's address for signing in is none."""

    is_misuse = True
    sentence = "{came!r} is no e-mail address: expected one such as anna@example.com."


class UserExists(Refused):
    """Somebody of that address may sign in already."""

    sentence = (
        "{email} is a user of the portal already. `tasma portal reset {email}` gives a new link, "
        "`tasma portal change {email}` another role or other tenants."
    )


class UnknownUser(Refused):
    """Nobody of that address may sign in."""

    sentence = "{email} is no user of the portal. `tasma portal users` lists who is."


@dataclass(frozen=True)
class User:
    """A person. `has_password`: whether the invitation was taken; without one nobody signs in."""

    id: int
    email: str
    name: str
    role: Role
    language: str
    has_password: bool
    created_at: dt.datetime

    @property
    def sees_all(self) -> bool:
        """Whether every tenant is open to this person."""
        return self.role is Role.OPERATOR


def checked_email(text: str) -> str:
    """Return an address as it is kept, in small letters.

    Raises:
        NotAnEmail: It is none.
    """
    email = text.strip().lower()
    if len(email) > MAX_EMAIL_CHARS or not _EMAIL.fullmatch(email):
        raise NotAnEmail(came=text[:80])
    return email


class PortalUsers:
    """The list of users, with their tenants and invitations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, email: str, role: Role, *, tenants: Sequence[str] = (), name: str = "", by: str
    ) -> User:
        """Add a person, who has no password and so cannot sign in before an invitation is taken.

        Raises:
            NotAnEmail, UserExists, UnknownTenant: As they say.
        """
        email = checked_email(email)
        row = {
            "email": email,
            "name": name[: models.NAME_CHARS],
            "role": role,
            "created_by": by,
            "created_at": self._database.now(),
        }
        with self._database.writing() as connection:
            if _row_of(connection, email) is not None:
                raise UserExists(email=email)
            connection.execute(insert(models.portal_user).values(row))
            user = _get(connection, email)
            self._set_tenants(connection, user, tenants)
            return user

    def change(
        self, email: str, *, role: Role | None = None, tenants: Sequence[str] | None = None
    ) -> User:
        """Give a person another role, or exactly these tenants; all sessions end.

        Raises:
            UnknownUser, UnknownTenant: As they say.
        """
        with self._database.writing() as connection:
            user = _get(connection, email)
            if role is not None:
                _update(connection, user.id, role=role)
            if tenants is not None:
                self._set_tenants(connection, user, tenants)
            end_sessions(connection, user.id)
            return _get(connection, email)

    def remove(self, email: str) -> None:
        """Remove a person with all links and sessions; what was done stays in the audit log.

        Raises:
            UnknownUser: There is none.
        """
        with self._database.writing() as connection:
            user = _get(connection, email)
            for table in (
                models.portal_session,
                models.portal_invitation,
                models.portal_membership,
            ):
                connection.execute(delete(table).where(table.c.user_id == user.id))
            connection.execute(delete(models.portal_user).where(models.portal_user.c.id == user.id))

    def invite(self, email: str, *, by: str) -> str:
        """Make a link's secret with which the person sets a password; earlier ones are void.

        The password there is stays good until the link is taken. `reset` ends it at once.

        Raises:
            UnknownUser: There is none.
        """
        token, now = new_secret(), self._database.now()
        table = models.portal_invitation
        with self._database.writing() as connection:
            user = _get(connection, email)
            connection.execute(delete(table).where(table.c.user_id == user.id))
            row = {
                "token_hash": hash_of(token),
                "user_id": user.id,
                "created_by": by,
                "created_at": now,
                "expires_at": now + INVITATION_LIFE,
            }
            connection.execute(insert(table).values(row))
        return token

    def forget_password(self, email: str) -> None:
        """Void a person's password and end all sessions.

        Raises:
            UnknownUser: There is none.
        """
        with self._database.writing() as connection:
            user = _get(connection, email)
            _update(connection, user.id, password_hash="", password_set_at=None)
            end_sessions(connection, user.id)

    def invited(self, token: str) -> User | None:
        """Return whom a link lets set a password; None when it is void, taken or too old."""
        with self._database.reading() as connection:
            return self._invited(connection, token)

    def take_invitation(self, token: str, *, password_hash: str, name: str) -> User | None:
        """Set the password of whom the link is for, and spend the link; None as `invited`."""
        table = models.portal_invitation
        with self._database.writing() as connection:
            user = self._invited(connection, token)
            if user is None:
                return None
            _update(
                connection,
                user.id,
                password_hash=password_hash,
                password_set_at=self._database.now(),
                name=name[: models.NAME_CHARS] or user.name,
            )
            connection.execute(delete(table).where(table.c.user_id == user.id))
            end_sessions(connection, user.id)
            return _get(connection, user.email)

    def password_of(self, email: str) -> tuple[User, str] | None:
        """Return a person and what is kept of the password; None when there is no such person."""
        with self._database.reading() as connection:
            row = _row_of(connection, email.strip().lower())
        return None if row is None else (user_of_row(row), str(row["password_hash"]))

    def rehashed(self, user: User, password_hash: str) -> None:
        """Keep the same password by today's parameters."""
        with self._database.writing() as connection:
            _update(connection, user.id, password_hash=password_hash)

    def set_language(self, user: User, language: str) -> None:
        """Remember in which language a person reads."""
        with self._database.writing() as connection:
            _update(connection, user.id, language=language)

    def get(self, email: str) -> User:
        """Return a person.

        Raises:
            UnknownUser: There is none.
        """
        with self._database.reading() as connection:
            return _get(connection, email)

    def listed(self, *, limit: int = MAX_LISTED) -> list[tuple[User, tuple[str, ...]]]:
        """Return everybody, by address, each with the tenants that were named for them."""
        with self._database.reading() as connection:
            table = models.portal_membership
            named: dict[int, list[str]] = {}
            for row in connection.execute(select(table).order_by(table.c.tenant)):
                named.setdefault(row.user_id, []).append(row.tenant)
            query = select(models.portal_user).order_by(models.portal_user.c.email).limit(limit)
            users = [user_of_row(row) for row in connection.execute(query).mappings()]
        return [(user, tuple(named.get(user.id, ()))) for user in users]

    def tenant_of(self, user: User, tenant: str) -> Tenant | None:
        """Return a tenant if it is open to the person; None also when there is no such tenant."""
        query = select(models.tenant).where(models.tenant.c.id == tenant)
        with self._database.reading() as connection:
            row = connection.execute(_open_to(query, user)).one_or_none()
        return None if row is None else Tenant(**row._asdict())

    def tenants_of(
        self, user: User, *, containing: str = "", after: str = "", limit: int = MAX_LISTED
    ) -> list[Tenant]:
        """Return the tenants open to a person, in order of name, from behind ``after``.

        Args:
            user: Whose.
            containing: Only those of which id, name or organisation number has this; the number
                also as it is written, with dash or spaces.
            after: Id of the one behind which to begin.
            limit: Most that are returned.
        """
        table = models.tenant
        name = func.lower(table.c.name)
        query = select(table)
        if after:
            last = table.alias()
            place = select(func.lower(last.c.name)).where(last.c.id == after).scalar_subquery()
            query = query.where((name > place) | ((name == place) & (table.c.id > after)))
        if containing:
            sought = {table.c.id: containing, table.c.name: containing}
            if number := "".join(containing.replace("-", "").split()):
                sought[table.c.organisation_number] = number
            query = query.where(
                or_(*(column.icontains(text, autoescape=True) for column, text in sought.items()))
            )
        query = _open_to(query, user).order_by(name, table.c.id).limit(limit)
        with self._database.reading() as connection:
            return [Tenant(**row._asdict()) for row in connection.execute(query)]

    def _invited(self, connection: Connection, token: str) -> User | None:
        table, users = models.portal_invitation, models.portal_user
        query = (
            select(users)
            .join(table, table.c.user_id == users.c.id)
            .where(table.c.token_hash == hash_of(token), table.c.expires_at > self._database.now())
        )
        row = connection.execute(query).mappings().one_or_none()
        return None if row is None else user_of_row(row)

    def _set_tenants(self, connection: Connection, user: User, tenants: Sequence[str]) -> None:
        table, now = models.portal_membership, self._database.now()
        connection.execute(delete(table).where(table.c.user_id == user.id))
        for tenant in dict.fromkeys(tenants):
            require(connection, tenant)
            row = {"user_id": user.id, "tenant": tenant, "since": now}
            connection.execute(insert(table).values(row))


def end_sessions(connection: Connection, user_id: int) -> None:
    """End every session of a person in the caller's transaction."""
    table = models.portal_session
    connection.execute(delete(table).where(table.c.user_id == user_id))


def _open_to(query: Any, user: User) -> Any:
    if user.sees_all:
        return query
    table = models.portal_membership
    mine = select(table.c.tenant).where(table.c.user_id == user.id)
    return query.where(models.tenant.c.id.in_(mine))


def _update(connection: Connection, user_id: int, **values: Any) -> None:
    table = models.portal_user
    connection.execute(update(table).where(table.c.id == user_id).values(values))


def _row_of(connection: Connection, email: str) -> Any:
    query = select(models.portal_user).where(models.portal_user.c.email == email)
    return connection.execute(query).mappings().one_or_none()


def _get(connection: Connection, email: str) -> User:
    row = _row_of(connection, email.strip().lower())
    if row is None:
        raise UnknownUser(email=email[:80])
    return user_of_row(row)


def user_of_row(row: Any) -> User:
    """Return the person of a row of `portal_user`."""
    return User(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=row["role"],
        language=row["language"],
        has_password=bool(row["password_hash"]),
        created_at=row["created_at"],
    )
