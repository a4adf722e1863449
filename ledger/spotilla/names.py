"""How Spotilla spells paths, fields and states: a table, since most of its API is not public.

A tenant's settings may say otherwise than the table that comes with the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

RECORDS: Final = ("customer", "product", "task", "row", "state", "path", "role")


class UnknownSpelling(ValueError):
    """A setting spells something that the table does not have."""


@dataclass(frozen=True)
class Names:
    """Spellings by record and name; a field with an empty one is not kept by Spotilla."""

    spellings: Mapping[tuple[str, str], str]

    @classmethod
    def of_lines(
        cls, lines: Iterable[Mapping[str, str]], settings: Mapping[str, str] | None = None
    ) -> Self:
        """Read the table, and settings such as ``{"customer.business_id": "vat.number"}``.

        Raises:
            UnknownSpelling: A setting names nothing of the table.
        """
        found = {(line["record"], line["name"]): line["path"] for line in lines}
        for setting, path in (settings or {}).items():
            record, _, name = setting.partition(".")
            if (record, name) not in found:
                raise UnknownSpelling(f"{setting!r} is not in spotilla_fields.csv")
            found[record, name] = path
        return cls(found)

    def value(self, record: str, name: str, raw: Mapping[str, Any]) -> Any:
        """Return a field of what was received; None where it is not there."""
        path = self.spellings[record, name]
        value: Any = raw
        for part in path.split(".") if path else ():
            value = value.get(part) if isinstance(value, Mapping) else None
        return value if path else None

    def keeps(self, record: str, name: str) -> bool:
        """Return whether Spotilla keeps a field."""
        return bool(self.spellings[record, name])

    def body(self, record: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return fields as they are sent; those that Spotilla does not keep are left out."""
        body: dict[str, Any] = {}
        for name, value in fields.items():
            if path := self.spellings[record, name]:
                *outer, last = path.split(".")
                place = body
                for part in outer:
                    place = place.setdefault(part, {})
                place[last] = value
        return body

    def path(self, name: str) -> str:
        """Return the path of a call."""
        return self.spellings["path", name]

    def state(self, spelled: object) -> str:
        """Return the state that Spotilla spells so; empty when nobody knows it."""
        states = ((name, path) for (record, name), path in self.spellings.items()
                  if record == "state")  # fmt: skip
        return next((name for name, path in states if path == spelled), "")

    def is_main_user(self, role: object) -> bool:
        """Return whether the role of a log-in's answer is that of a main user."""
        return bool(role) and role == self.spellings["role", "main_user"]
