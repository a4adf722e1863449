"""What bodies have in common: text that fits, addresses, units, and remarks on what was changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ledger.invoice.fields import Line
from ledger.invoice.mappings.procountor.characters import is_changed, within
from ledger.invoice.mappings.procountor.tables import Tables
from ledger.invoice.mappings.procountor.terms import Terms
from ledger.invoice.parties import Address
from ledger.invoice.problems import Problem, problem
from ledger.invoice.pushed.parts import Link

TITLE: Final = "Procountor"
NAME_CHARS: Final = 80
STREET_CHARS: Final = 80
ZIP_CHARS: Final = 20
CITY_CHARS: Final = 40
COMMENT_CHARS: Final = 512
PERSON_CHARS: Final = 70

Body = dict[str, Any]


@dataclass(frozen=True)
class Mapped:
    """What a call sends, and what was found. `body`: None when it cannot be sent."""

    body: Body | None
    problems: tuple[Problem, ...] = ()

    @property
    def refusals(self) -> tuple[Problem, ...]:
        """Return what stands against sending it."""
        return tuple(one for one in self.problems if one.refuses)


@dataclass
class Writer:
    """Writes one body, and notes what it had to change or could not say."""

    terms: Terms
    tables: Tables
    links: dict[str, str] = field(default_factory=dict)
    """Ids there by the key of the document that made them."""
    problems: list[Problem] = field(default_factory=list)

    def mapped(self, body: Body) -> Mapped:
        """Return the body, unless something refuses it."""
        found = tuple(dict.fromkeys(self.problems))
        return Mapped(None if any(one.refuses for one in found) else present(body), found)

    def text(self, text: str, field: str, limit: int, *, row: int = 0) -> str:
        """Return a text in Procountor's signs and length."""
        if is_changed(text):
            self.note("transliterated", field, row=row)
        fitting = within(text)
        if len(fitting) > limit:
            self.note("cut", field, row=row, length=len(fitting), limit=limit)
        return fitting[:limit]

    def exact(self, text: str, field: str, limit: int) -> str:
        """Return a text by which something is known again: it is refused, never changed."""
        if is_changed(text):
            self.note("malformed", field, reason="it has signs that Windows-1252 lacks")
        if len(text) > limit:
            self.note("text_too_long", field, length=len(text), limit=limit)
        return text

    def unit(self, unit: Line, *, row: int) -> str:
        """Return Procountor's unit, by the table or the terms."""
        if found := self.tables.unit(unit):
            return found
        if unit:
            self.note("unit_unlisted", "unit", row=row, unit=unit, used=self.terms.unit)
        return self.terms.unit

    def address(self, address: Address, name: str, name2: str = "", *, field: str) -> Body:
        """Return an address with its name; what is empty is left out, the country never."""
        code = address.country or self.terms.country
        if code not in self.tables.countries:
            self.note("country_unlisted", f"{field}.country", country=code)
        return {
            "name": self.text(name, f"{field}.name", NAME_CHARS),
            "specifier": self.text(name2, f"{field}.name2", NAME_CHARS),
            "street": self.text(address.street, f"{field}.street", STREET_CHARS),
            "zip": self.text(address.postal_code, f"{field}.postal_code", ZIP_CHARS),
            "city": self.text(address.city, f"{field}.city", CITY_CHARS),
            "country": self.tables.countries.get(code, ""),
        }

    def link(self, link: Link | None, field: str, *, row: int = 0) -> int | None:
        """Return the id of what a document names; None where it names nothing."""
        if link is None:
            return None
        found = link.target_id or self.links.get(link.document, "")
        if not found.isdigit():
            self.note("link_unknown", field, row=row, document=link.document)
            return None
        return int(found)

    def note(self, code: str, field: str, *, row: int = 0, **values: object) -> None:
        """Note a finding."""
        self.problems.append(problem(code, field, row=row, target=TITLE, **values))


KEPT_EMPTY: Final = frozenset(
    {"bankReferenceCode", "deliveryAddress", "billingAddress", "invoiceApprovalInformation"}
)
"""Fields of which an empty value says something; of any other it would be refused."""


def present(body: Body) -> Body:
    """Return a body without what is empty: for enumerations, dates and numbers ``""`` gives 400."""
    kept: Body = {}
    for name, value in body.items():
        clean = _cleaned(value)
        if clean is None or (clean in ("", {}, []) and name not in KEPT_EMPTY):
            continue
        kept[name] = clean
    return kept


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return present(value)
    return [_cleaned(one) for one in value] if isinstance(value, list) else value
