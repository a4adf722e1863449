"""Who may use the portal: invited by a link, signed in by a password, reset by an operator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from blocks.hub import Hub
from blocks.hub.portal_roles import Role
from blocks.hub.portal_users import User
from blocks.passwords import Passwords
from ledger.errors import TerminalError

MIN_PASSWORD_CHARS: Final = 12
MAX_PASSWORD_CHARS: Final = 256
MIN_DIFFERENT: Final = 5
"""A password of fewer different characters is a pattern."""


class PasswordUnfit(TerminalError):
    """A password that is too short, too long, or guessed from the address."""

    sentence = (
        "The password is {why}. Expected {min_chars} to {max_chars} characters that do not hold "
        "the name in the address; several words in a row do well."
    )


def invite(
    hub: Hub, email: str, role: Role, *, tenants: Sequence[str] = (), name: str = "", by: str
) -> str:
    """Add a person and return the secret of the link by which the password is set.

    Raises:
        NotAnEmail, UserExists, UnknownTenant: As they say.
    """
    user = hub.portal_users.add(email, role, tenants=tenants, name=name, by=by)
    return hub.portal_users.invite(user.email, by=by)


def reset(hub: Hub, email: str, *, by: str) -> str:
    """Void a person's password, end all sessions, and return the secret of a new link.

    Raises:
        UnknownUser: There is none.
    """
    hub.portal_users.forget_password(email)
    return hub.portal_users.invite(email, by=by)


FIRST: Final = "operator@example.com"
"""Who a portal that nobody has used yet is tried as."""


def first_link(hub: Hub) -> str:
    """Return the secret of a link by which whoever starts the portal sets the first password.

    There is none to begin with.
    """
    if any(user.email == FIRST for user, _tenants in hub.portal_users.listed()):
        return hub.portal_users.invite(FIRST, by="tasma up")
    return invite(hub, FIRST, Role.OPERATOR, by="tasma up")


def sign_in(
    hub: Hub, passwords: Passwords, *, email: str, password: str
) -> tuple[User, str] | None:
    """Begin a session; return the person and its secret, None when address or password is wrong.

    Which of the two is wrong is told by neither the answer nor the time it takes.
    """
    found = hub.portal_users.password_of(email)
    user, kept = found or (None, "")
    if not passwords.verify(kept, password[:MAX_PASSWORD_CHARS]) or user is None:
        return None
    if passwords.is_outdated(kept):
        hub.portal_users.rehashed(user, passwords.hash(password))
    return user, hub.portal_sessions.begin(user)


def take_invitation(
    hub: Hub, passwords: Passwords, token: str, *, password: str, name: str = ""
) -> tuple[User, str] | None:
    """Set the password of whom a link is for, and begin a session; None when the link is void.

    Raises:
        PasswordUnfit: Too short, too long, or guessed from the address; the link stays good.
    """
    user = hub.portal_users.invited(token)
    if user is None:
        return None
    check_password(password, email=user.email)
    taken = hub.portal_users.take_invitation(
        token, password_hash=passwords.hash(password), name=name.strip()
    )
    return None if taken is None else (taken, hub.portal_sessions.begin(taken))


def check_password(password: str, *, email: str) -> None:
    """Refuse what is no password for this person.

    Raises:
        PasswordUnfit: Too short, too long, of too few different characters, or holding the name.
    """
    name = email.partition("@")[0].lower()
    why = ""
    if len(password) < MIN_PASSWORD_CHARS:
        why = "too short"
    elif len(password) > MAX_PASSWORD_CHARS:
        why = "too long"
    elif len(set(password)) < MIN_DIFFERENT:
        why = "a pattern of few characters"
    elif len(name) >= 4 and name in password.lower():
        why = "made of the name in the address"
    if why:
        raise PasswordUnfit(why=why, min_chars=MIN_PASSWORD_CHARS, max_chars=MAX_PASSWORD_CHARS)
