"""Organisation numbers (organisationsnummer, Y-tunnus): compared by value, not as typed.

Source:
    Skatteverket, SKV 709 (ten digits; 16, 19 or 20 before them in twelve); PRH, Y-tunnus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Self

Country = Literal["SE", "FI"]

LENGTHS: Final[dict[int, Country]] = {10: "SE", 8: "FI"}
"""Digits of a number, by which its country is known."""

CENTURIES: Final = ("16", "19", "20")
"""What stands before ten digits in twelve: 16 for an organisation, else a person's century."""

VAT_END: Final = "01"
"""What stands behind ten digits in a Swedish VAT number."""

_SEPARATORS: Final = str.maketrans("", "", " -.+")


@dataclass(frozen=True)
class OrganisationNumber:
    """One company's number. Two are equal when they are the same number, however each was written.

    `digits`: ten of a Swedish company, eight of a Finnish one, check digit included.
    """

    country: Country
    digits: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a number as people, programs and tax offices write it; None when it is none.

        Swedish: 556000-1234, 5560001234, 165560001234, SE556000123401. Finnish: 1234567-1,
        12345671, FI12345671. Zeros alone are no number. A wrong check digit is a `remark` and
        no refusal, since real files hold made-up numbers.
        """
        plain = text.translate(_SEPARATORS).upper()
        prefix, digits = (plain[:2], plain[2:]) if plain[:2] in {"SE", "FI"} else ("", plain)
        digits = _ten(digits, is_vat=prefix == "SE")
        country = LENGTHS.get(len(digits))
        if country is None or prefix not in {"", country}:
            return None
        is_number = digits.isascii() and digits.isdigit() and bool(digits.strip("0"))
        return cls(country, digits) if is_number else None

    @property
    def canonical(self) -> str:
        """The number as its country writes it: 556000-1234, 1234567-1."""
        body = 6 if self.country == "SE" else 7
        return f"{self.digits[:body]}-{self.digits[body:]}"

    @property
    def remark(self) -> str:
        """Say that the check digit is wrong; empty when it is right."""
        # The package takes 60 ms to import, which no command should wait for that only compares.
        from stdnum.fi import ytunnus  # noqa: PLC0415
        from stdnum.se import orgnr  # noqa: PLC0415

        form = orgnr if self.country == "SE" else ytunnus
        if form.is_valid(self.digits):
            return ""
        return f"the check digit of {self.canonical} is wrong: it may be mistyped"

    def __str__(self) -> str:
        return self.canonical


@dataclass(frozen=True)
class Identity:
    """The number that a source names and the one on record, as they are compared.

    Both are digits, empty for none. `is_readable`: the source names some company, whichever it is.
    """

    found: str
    wanted: str
    is_readable: bool

    @classmethod
    def of(cls, found: str, wanted: str) -> Self:
        """Compare a source's number with the one on record, both as they are written.

        A number of no form that is known here names a company only if it is as long as the one on
        record; one of another country's length may be anything.
        """
        ours, theirs = plain_digits(wanted), plain_digits(found)
        is_number = theirs != "" and len(theirs) in {10, len(ours)}
        return cls(theirs, ours, is_number or (theirs == ours != ""))


def plain_digits(text: str) -> str:
    """Return the digits of a number without century, country or dash; of any other text, all.

    Zeros alone are none: programs write them where nobody entered a number.
    """
    number = OrganisationNumber.parse(text)
    digits = number.digits if number else "".join(filter(_is_digit, text))
    return digits if digits.strip("0") else ""


def is_same(one: str, other: str) -> bool:
    """Return whether two texts name the same company."""
    return plain_digits(one) == plain_digits(other) != ""


def _ten(digits: str, *, is_vat: bool) -> str:
    """Take what is no part of the number off twelve digits."""
    if len(digits) != 12:
        return digits
    if digits.startswith(CENTURIES) and not is_vat:
        return digits[2:]
    return digits.removesuffix(VAT_END)


def _is_digit(sign: str) -> bool:
    return sign.isascii() and sign.isdigit()
