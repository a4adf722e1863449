"""Names of months in Finnish, Swedish and English, and how they are shortened."""

from __future__ import annotations

from typing import Final

_FINNISH: Final = (
    "tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä",
    "elo", "syys", "loka", "marras", "joulu",
)  # fmt: skip
_SWEDISH: Final = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli",
    "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
_ENGLISH: Final = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip

NUMBERS: Final[dict[str, int]] = {
    name: number
    for names in (
        _FINNISH,
        [f"{name}kuu" for name in _FINNISH],
        *([f"{name}{case}" for name in _FINNISH] for case in ("kuun", "kuuta", "kuussa")),
        _SWEDISH,
        _ENGLISH,
        [name[:3] for name in _SWEDISH],
        [name[:3] for name in _ENGLISH],
        [f"{name}kuu"[:5] for name in _FINNISH],
    )
    for number, name in enumerate(names, 1)
}
"""Month by its name in small letters."""

PATTERN: Final = "|".join(sorted(map(str, NUMBERS), key=len, reverse=True))
