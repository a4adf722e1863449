"""Text within Windows-1252, which is all that Procountor takes, however UTF-8 it is sent.

The rule: what the set has stays. A letter with a mark that it lacks loses the mark (Ŕ is R), what
has a compatible form takes that (U+2024 is a dot), Cyrillic and Greek are written with the Latin
letters of the table below, and whatever is left becomes a question mark.

Source:
    dev.procountor.com/api-requests, "character set".
"""

from __future__ import annotations

import unicodedata
from typing import Final


def _pairs(table: str) -> dict[str, str]:
    """Return the signs of a table and how each is written; a sign alone is left out."""
    return {pair[0]: pair[1:] for pair in table.split()}


LETTERS: Final = _pairs(
    """
    аa бb вv гg дd еe ёe жzh зz иi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ ыy ь
    эe юyu яya іi їi єe ґg
    αa βb γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo
    łl đd ħh ıi ŋn əe
    """  # noqa: RUF001 - these signs are the table
)
"""Small letters; a capital is written with a capital."""

SIGNS: Final = _pairs(
    "−- ‐- ‑- ―- ′' ″\" →-> ←<- ≤<= ≥>= ≠!= №No ẞSS"  # noqa: RUF001 - these signs are the table
)
LEFT: Final = "?"
UNDEFINED: Final = frozenset(map(chr, range(0x7F, 0xA0)))
"""Controls; some of their numbers have a sign of Windows-1252 and some have none."""


def within(text: str) -> str:
    """Return text that Procountor takes; the same text where it takes that."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(map(_sign, composed))


def is_changed(text: str) -> bool:
    """Return whether `within` says it in other signs; another way to compose the same is none."""
    return within(text) != unicodedata.normalize("NFC", text)


def _sign(sign: str) -> str:
    if _is_taken(sign):
        return sign
    if sign in SIGNS:
        return SIGNS[sign]
    lower = sign.lower()
    if lower in LETTERS:
        return LETTERS[lower] if sign == lower else LETTERS[lower].capitalize()
    bare = unicodedata.normalize("NFKD", sign)
    kept = "".join(one for one in bare if not unicodedata.combining(one))
    if kept and kept != sign:
        return "".join(map(_sign, kept))
    return "" if unicodedata.category(sign) in {"Cf", "Mn", "Me"} else LEFT


def _is_taken(sign: str) -> bool:
    if sign in UNDEFINED or (sign < " " and sign not in "\n\r\t"):
        return False
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
