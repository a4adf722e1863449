"""Numbers that name companies, accounts and payments: their form is hard, check digits by case.

Each function returns a `Verdict`. A wrong form is refused wherever it occurs. A wrong check digit
is a remark where real registers hold such numbers (business ids; the Finnish bank's own digit in an
IBAN, which widely used samples fail), and a refusal where money would go astray without it.

Source:
    PRH, Y-tunnus; ISO 13616 (IBAN), ISO 9362 (BIC), ISO 11649 (RF); Finance Finland, structure of
    the domestic reference number; TIEKE, OVT (0037, business id, at most five signs).
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import cycle
from typing import Final

from stdnum import bic, iban, iso11649, luhn
from stdnum.eu import vat
from stdnum.fi import ytunnus

from ledger.organisation import OrganisationNumber


class Verdict(StrEnum):
    """What a number is worth."""

    GOOD = "good"
    CHECK_DIGIT = "check_digit"
    """It has the form, and its check digit says that it is mistyped."""
    MALFORMED = "malformed"


_Y_TUNNUS: Final = re.compile(r"[0-9]{7}-[0-9]")
_FI_REFERENCE: Final = re.compile(r"[1-9][0-9]{2,19}")
_RF: Final = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_VAT: Final = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,12}")
_OVT: Final = re.compile(r"0037([0-9]{8})[0-9A-Z]{0,5}")
_EMAIL: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
EMAIL_CHARS: Final = 254
OVT_COUNTRY: Final = "0037"


def y_tunnus(text: str) -> Verdict:
    """Judge a Finnish business id as it is written on invoices: 1234567-1, and nothing else."""
    if not _Y_TUNNUS.fullmatch(text):
        return Verdict.MALFORMED
    return _checked(ytunnus.is_valid(text))


def business_id(text: str, country: str) -> Verdict:
    """Judge a company's number by the rules of its country; of others any text is good."""
    if country == "FI":
        return y_tunnus(text)
    if country == "SE":
        number = OrganisationNumber.parse(text)
        if number is None or number.country != "SE":
            return Verdict.MALFORMED
        return _checked(not number.remark)
    return Verdict.GOOD


def vat_number(text: str) -> Verdict:
    """Judge a VAT number of any country of the union, its prefix included: FI12345671."""
    compact = text.replace(" ", "").upper()
    if not _VAT.fullmatch(compact):
        return Verdict.MALFORMED
    module = vat._get_cc_module(compact[:2])  # noqa: SLF001 - the package has no other way to ask whether it knows a country
    return _checked(module is None or vat.is_valid(compact))


def iban_number(text: str) -> Verdict:
    """Judge an IBAN: its two check digits are hard, the Finnish bank's own digit is a remark."""
    compact = iban.compact(text)
    if not iban.is_valid(compact):
        return Verdict.MALFORMED
    return _checked(not compact.startswith("FI") or luhn.is_valid(compact[4:]))


def bic_code(text: str) -> Verdict:
    """Judge a BIC: it has a form and no check digit."""
    return Verdict.GOOD if bic.is_valid(text) else Verdict.MALFORMED


def ovt(text: str) -> Verdict:
    """Judge an OVT address: 0037, the eight digits of a business id, at most five signs."""
    found = _OVT.fullmatch(text)
    return _checked(ytunnus.is_valid(found[1])) if found else Verdict.MALFORMED


def e_invoice_address(text: str) -> Verdict:
    """Judge an address of e-invoices: an OVT, an IBAN, or a number of the operator's own."""
    if text.startswith(OVT_COUNTRY):
        return ovt(text)
    if re.match(r"[A-Z]{2}[0-9]{2}", text):
        return iban_number(text)
    return Verdict.GOOD if re.fullmatch(r"[0-9A-Za-z:._-]{3,50}", text) else Verdict.MALFORMED


def email(text: str) -> Verdict:
    """Judge an e-mail address: one, not a list of several (R-FEN-21)."""
    is_one = len(text) <= EMAIL_CHARS and _EMAIL.fullmatch(text)
    return Verdict.GOOD if is_one else Verdict.MALFORMED


def finnish_check_digit(body: str) -> int:
    """Return the last digit of a domestic reference: weights 7, 3, 1 from the right."""
    total = sum(int(digit) * weight for digit, weight in zip(reversed(body), cycle((7, 3, 1))))
    return -total % 10


def finnish_reference(body: str) -> str:
    """Return a domestic reference: a number of two to 19 digits, and its check digit."""
    return f"{body}{finnish_check_digit(body)}"


def rf_reference(reference: str) -> str:
    """Return the RF form of a domestic reference: 1234561 is RF341234561."""
    body = reference.lstrip("0")
    return f"RF{98 - int(f'{body}271500') % 97:02d}{body}"


def payment_reference(text: str) -> Verdict:
    """Judge a domestic or RF reference, with or without spaces between groups."""
    compact = text.replace(" ", "").upper()
    if _RF.fullmatch(compact):
        return _checked(iso11649.is_valid(compact))
    if _FI_REFERENCE.fullmatch(compact):
        return _checked(finnish_check_digit(compact[:-1]) == int(compact[-1]))
    return Verdict.MALFORMED


def _checked(is_valid: bool) -> Verdict:  # noqa: FBT001 - the one thing that it is about
    return Verdict.GOOD if is_valid else Verdict.CHECK_DIGIT
