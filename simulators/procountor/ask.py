"""One request once it is known who asks: the query, the body, the environment and the rights."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.procountor.answers import INVALID, NO_RIGHTS, Request, read_json, refuse
from simulators.procountor.rights import VIEW, allows

if TYPE_CHECKING:
    from simulators.procountor.company import Company
    from simulators.procountor.world import Key, World


@dataclass(frozen=True)
class Ask:
    """Who asks for what. `parts`: what the path names; `company`: the key's environment."""

    world: World
    company: Company
    key: Key
    request: Request
    parts: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """Return a parameter of the query; empty when it is not there."""
        return next((value for key, value in self.request.query if key == name), "")

    def texts(self, name: str) -> list[str]:
        """Return a parameter with several values, joined by commas or repeated."""
        given = [value for key, value in self.request.query if key == name]
        return [part for value in given for part in value.split(",") if part]

    def number(self, name: str, otherwise: int) -> int:
        """Return a whole number of the query.

        Raises:
            Refused: It is none (400).
        """
        text = self.text(name)
        if text and not text.isdecimal():
            raise refuse(400, INVALID.format(name), name)
        return int(text or otherwise)

    def flag(self, name: str) -> bool | None:
        """Return a parameter that is true or false; None when it is not there."""
        text = self.text(name)
        return None if not text else text.lower() == "true"

    def moment(self, name: str) -> dt.datetime | None:
        """Return a date or a time of the query, without a zone.

        Raises:
            Refused: It is neither (400).
        """
        text = self.text(name)
        try:
            return dt.datetime.fromisoformat(text).replace(tzinfo=None) if text else None
        except ValueError:
            raise refuse(400, INVALID.format(name), name) from None

    def header(self, name: str) -> str:
        """Return a header; empty when it is not there."""
        return self.request.headers.get(name.lower(), "")

    def body(self) -> dict[str, Any]:
        """Return the body, which must be an object.

        Raises:
            Refused: It is none (400).
        """
        value = read_json(self.request.body)
        if not isinstance(value, dict):
            raise refuse(400, "Request body is not valid JSON")
        return value

    def may(self, right: str, level: str = VIEW) -> bool:
        """Return whether the key's user has a right."""
        return allows(self.company.users[self.key.user_id].rights, right, level)

    def need(self, right: str, level: str = VIEW, *, message: str = NO_RIGHTS) -> None:
        """Refuse a user without a right.

        Raises:
            Refused: The right is missing (403).
        """
        if not self.may(right, level):
            raise refuse(403, message)
