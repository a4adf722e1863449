"""What Procountor lists: its names of countries, its units, and languages.

Source:
    Procountor API 26.04: Address.country, InvoiceRow.unit (111 values), Invoice.language. How units
    are spelled in Finnish and Swedish is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

Lines = Iterable[Mapping[str, str]]

LANGUAGES: Final = {
    "fi": "FINNISH",
    "sv": "SWEDISH",
    "en": "ENGLISH",
    "et": "ESTONIAN",
    "no": "NORWEGIAN",
    "da": "DANISH",
}


@dataclass(frozen=True)
class Tables:
    """`countries`: by ISO code. `units`: by how sources spell them, in small letters."""

    countries: Mapping[str, str]
    units: Mapping[str, str]

    @classmethod
    def of_lines(cls, *, countries: Lines, units: Lines) -> Self:
        """Read the lines of the tables as text."""
        spelled = {
            spelling.casefold(): line["unit"]
            for line in units
            for spelling in (line["unit"], *line["spellings"].split())
        }
        return cls({line["code"]: line["name"] for line in countries}, spelled)

    def unit(self, spelling: str) -> str:
        """Return Procountor's unit; empty when the table does not know it."""
        return self.units.get(spelling.strip().rstrip(".").casefold(), "")
