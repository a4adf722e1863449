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

FINNISH_COMPANIES: Final = (
    "Keksitty Leipomo Oy",
    "Harjoituskuljetus Öljynen Oy",
    "Esimerkkiverstas Åke Oy",
    "Kuviteltu Kahvila Oy",
    "Mallimaalaamo Yrjälä Oy",
)
"""Names of Finnish companies that do not exist."""

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


_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2)


def business_id(serial: int) -> str:
    """Give the ``serial``-th invented Finnish business id, as eight digits.

    The check digit is right; numbers that begin with 99 are not handed out.

    Raises:
        ValueError: ``serial`` is negative or beyond the 50,000 of the range.
    """
    if not 0 <= serial < 50_000:
        raise ValueError(f"Serial {serial} is outside 0-49999, the range of invented numbers.")
    for body in (f"{9_900_000 + 2 * serial}", f"{9_900_001 + 2 * serial}"):
        rest = sum(map(int.__mul__, map(int, body), _WEIGHTS)) % 11
        if rest != 1:  # for which there is no check digit
            return f"{body}{-rest % 11}"
    raise ValueError(f"Neither number of serial {serial} has a check digit.")
