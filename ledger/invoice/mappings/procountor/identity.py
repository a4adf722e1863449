"""Numbers of companies in one spelling, so that two ways to write one number are one.

``1234567-1``, ``FI12345671`` and ``FI 1234567-1`` are ``FI12345671``; a Swedish organisation number
and its VAT number are ``SE`` and ten digits. Check digits are not asked: registers hold wrong ones.

Source:
    PRH and Skatteverket on VAT numbers; R-ECO-26.
"""

from __future__ import annotations

import re
from typing import Final

_FINNISH: Final = re.compile(r"(?:FI)?([0-9]{7})-?([0-9])")
_SWEDISH: Final = re.compile(r"(?:SE)?(?:16)?([0-9]{6})-?([0-9]{4})(?:01)?")
_APART: Final = re.compile(r"[\s.]+")


def canonical(text: str, country: str = "") -> str:
    """Return a business id or VAT number in one spelling; empty of an empty one.

    Args:
        text: As it was written.
        country: ISO code of the company's country where it is known; eight bare digits are a
            Finnish number only then, since Danish ones look alike.
    """
    compact = _APART.sub("", text).upper()
    if (found := _FINNISH.fullmatch(compact)) and (not compact.isdigit() or country == "FI"):
        return f"FI{found[1]}{found[2]}"
    if (found := _SWEDISH.fullmatch(compact)) and _is_swedish(compact, country):
        return f"SE{found[1]}{found[2]}"
    return compact.replace("-", "")


def _is_swedish(compact: str, country: str) -> bool:
    return (
        country == "SE"
        or compact.startswith("SE")
        or re.fullmatch(r"\d{6}-\d{4}", compact) is not None
    )


def numbers_of(*texts: str, country: str = "") -> frozenset[str]:
    """Return the numbers of a company, each in one spelling."""
    return frozenset(filter(None, (canonical(text, country) for text in texts)))
