"""Bank reference numbers: whether their check digit is right, and new ones.

Source:
    Finance Finland, "Forming a Finnish reference number" (weights 7, 3, 1); ISO 11649 (RF).
"""

from __future__ import annotations

import re
from typing import Final

FINNISH: Final = re.compile(r"0*[1-9]\d{3,19}")
INTERNATIONAL: Final = re.compile(r"RF\d{2}[A-Z0-9]{1,21}")


def is_valid(reference: str) -> bool:
    """Return whether a Finnish or an international reference has the right check digits."""
    text = reference.replace(" ", "").upper()
    if INTERNATIONAL.fullmatch(text):
        digits = "".join(str(int(letter, 36)) for letter in text[4:] + text[:4])
        return int(digits) % 97 == 1
    return bool(FINNISH.fullmatch(text)) and text[-1] == check_digit(text[:-1])


def check_digit(digits: str) -> str:
    """Return the digit that ends a Finnish reference."""
    weights = (7, 3, 1)
    total = sum(int(d) * weights[place % 3] for place, d in enumerate(reversed(digits)))
    return str(-total % 10)


def new(serial: int) -> str:
    """Return a reference for a number."""
    digits = f"{serial:05d}"
    return digits + check_digit(digits)
