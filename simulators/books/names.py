"""Invented names, texts and organisation numbers; none belongs to anybody."""

from __future__ import annotations

from typing import Final

COMPANIES: Final = (
    "Övningsåkeriet Älgen AB",
    "Påhittade Blåbärssnickeriet AB",
    "Låtsaskaféet Idén AB",
    "Exempelbageriet Smörgåsen AB",
    "Skenbygg & Söner i Ingenstädes AB",
    "Fantasifisket på Låtsasön AB",
    "Provkörda Traktorer i Åsnebyn AB",
    "Sagolika Städhjälpen AB",
    "Uppdiktade Éclairfabriken AB",
    "Modellmåleriet Ärtgrön AB",
)
"""Names of companies that do not exist."""

PARTNERS: Final = (
    "Hittepå AB",
    "Låtsasön",
    "Övning & Ö",
    "Ärlig HB",
    "Påhittad El",
    "Skenhyra",
    "Frakt Åre",
    "Idé Éclair",
)
"""Customers and suppliers in the texts of vouchers."""

ROW_TEXTS: Final = (
    "",
    "Konsulttimmar",
    "Material enligt följesedel",
    "Påminnelseavgift",
    "Årsavgift",
    "Återbäring",
    "Övertid, vecka 12",
    "Hyra för släp",
    "Första raten",
)
"""Texts of rows; the first means none."""

COST_CENTRES: Final = ("Åkeri", "Verkstad", "Försäljning", "Kontor", "Lager Örsundet")
PROJECTS: Final = ("Bro över Ån", "Nytt tak", "Mässa i Västerås", "Älgsäker grind")

SIGNATURES: Final = ("ekonomi", "lön", "attest")
"""Who registered a row: desks, not persons."""


def organisation_number(serial: int) -> str:
    """Give the ``serial``-th invented organisation number, as ten digits.

    The check digit is right; the range 559990-559999 is not handed out to limited companies.

    Raises:
        ValueError: ``serial`` is negative or beyond the 10,000 of the range.
    """
    if not 0 <= serial < 10_000:
        raise ValueError(f"Serial {serial} is outside 0-9999, the range of invented numbers.")
    body = f"55999{serial:04d}"
    return body + check_digit(body)


def check_digit(digits: str) -> str:
    """Compute the Luhn digit that follows ``digits`` (2, 1, 2, ... from the right)."""
    total = sum(
        sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(digits[::-1])
    )
    return str(-total % 10)
