r"""The stable key of a voucher in a source that numbers by series (SIE, Fortnox).

``A:17`` is number 17 of series A. A number that is empty, or that the series has used before,
gets its occurrence in file order: ``A:#1``, ``A:17#2``. ``\``, ``:`` and ``#`` inside a series or
a number are escaped by ``\``, so two different vouchers never share a key.
"""

from __future__ import annotations

import re
from typing import Final

NEEDS_ESCAPE: Final = re.compile(r"([\\:#])")


def voucher_key(series: str, number: str, *, occurrence: int = 1) -> str:
    """Build the key of the ``occurrence``-th voucher (from 1) with this series and number."""
    key = f"{_escape(series)}:{_escape(number)}"
    return f"{key}#{occurrence}" if occurrence > 1 or not number else key


def _escape(text: str) -> str:
    return NEEDS_ESCAPE.sub(r"\\\1", text)
