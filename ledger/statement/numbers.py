"""Amounts as people and programs write them, in Finnish, Swedish and English.

Spaces of five widths, points, commas or apostrophes between thousands; a comma or a point before
the decimals; a minus before or behind, of four kinds, or parentheses; a currency around all that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

SPACES: Final = " \t\u00a0\u202f" + "".join(map(chr, range(0x2000, 0x200B)))
MINUS: Final = "\\-\u2212\u2013\u2014\u2010\u2011\u00ad"
"""Signs of a negative number, written for a class of a pattern: hyphens, minus, dashes."""
UNSEEN: Final = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF))
"""Marks of writing direction and joints, which spreadsheets copy along."""
MAX_DIGITS: Final = 16
"""Digits before the point that an amount of the books can have (`ledger.money.MONEY`)."""

MAX_CHARS: Final = 64
"""Longest text that can be an amount."""

KEPT: Final = 65_536
"""Texts whose amounts are kept: each cell is looked at by several steps."""

_CURRENCY: Final = re.compile(
    r"(?<![^\W\d])(?:kr\.?|eur|sek|nok|dkk|usd|euroa|:-)(?![^\W\d])|[€$£]", re.IGNORECASE
)
_SIDE: Final = re.compile(
    r"(?<=[\d)])(?:\s?(?P<debit>dr|deb\.?|debet|debit)|\s?(?P<credit>cr|kred\.?|kredit|credit)"
    r"|\s(?P<d>d)|\s(?P<k>[kc]))$",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(
    rf"(?P<open>\()?(?P<minus>[{MINUS}+])?(?P<digits>\d[\d.,'\u2019{SPACES}]*?)"
    rf"(?P<behind>[{MINUS}])?(?P<close>\))?(?P<last>[{MINUS}])?"
)
_FIGURE: Final = re.compile(rf"\d|^[{SPACES}]*[{MINUS}]")
_SPACE: Final = re.compile(f"[{SPACES}]")
_EDGES: Final = re.compile(rf"(?<![\d])[{SPACES}]+|[{SPACES}]+(?!\d)")
_NOTHING: Final = re.compile(rf"[{MINUS}]{{1,2}}")


@dataclass(frozen=True)
class Notation:
    """How a table writes numbers; `is_certain`: some number of it leaves no other reading.

    `has_sides`: amounts have no sign but a word behind them, debit on some and credit on others.
    """

    decimal_sign: str = ","
    is_certain: bool = True
    has_sides: bool = False


def find_notation(texts: Iterable[str]) -> Notation:
    """Return the decimal sign that the numbers of a table show.

    A sign with other than three digits behind it is a decimal sign, and so is the last of two
    different ones; one that occurs twice, or in front of another, parts thousands. ``1.234`` alone
    says neither: then the sign parts thousands, and `is_certain` is False.
    """
    votes = {".": 0, ",": 0}
    doubtful: set[str] = set()
    sides: set[bool] = set()
    for text in texts:
        if (digits := _digits(text)) is not None:
            _vote(digits, votes, doubtful)
            sides |= {_is_credit(side) for side in _SIDE.finditer(text.strip())}
    has_sides = len(sides) > 1
    if votes["."] != votes[","]:
        return Notation(max(votes, key=votes.__getitem__), has_sides=has_sides)
    if doubtful and not votes["."]:
        return Notation("," if "." in doubtful else ".", is_certain=False, has_sides=has_sides)
    return Notation(has_sides=has_sides)


def _is_credit(side: re.Match[str]) -> bool:
    return bool(side["credit"] or side["k"])


def _vote(digits: str, votes: dict[str, int], doubtful: set[str]) -> None:
    signs = re.findall(r"[.,]", digits)
    if not signs:
        return
    last, behind = signs[-1], len(digits) - 1 - digits.rindex(signs[-1])
    if len(set(signs)) == 2 or (len(signs) == 1 and (behind != 3 or digits[0] == "0")):
        votes[last] += 1
    elif len(signs) > 1:
        votes["," if last == "." else "."] += 1
    elif not _SPACE.search(digits) and len(digits) <= len("123.456"):
        doubtful.add(last)
    else:
        votes[last] += 1


@lru_cache(maxsize=KEPT)
def parse_amount(text: str, notation: Notation) -> Decimal | None:
    """Return the amount that a text says, None when it is no number.

    A lone dash says zero, as sheets show it. Digits must be whole groups of three where they are
    parted, so that two numbers in one cell are none.
    """
    if len(text) > MAX_CHARS or not _FIGURE.search(text):
        return None
    side = _SIDE.search(text.strip()) if notation.has_sides else None
    if side:
        unsigned = parse_amount(text.strip()[: side.start()], replace(notation, has_sides=False))
        return -unsigned if unsigned and _is_credit(side) else unsigned
    bare = _bare(text)
    if _NOTHING.fullmatch(bare):
        return Decimal(0)
    found = _PARTS.fullmatch(bare)
    if not found or bool(found["open"]) != bool(found["close"]):
        return None
    minus = [found[name] for name in ("minus", "behind", "last") if found[name]]
    value = _value(found["digits"], notation.decimal_sign)
    if value is None or len(minus) + bool(found["open"]) > 1:
        return None
    is_negative = bool(found["open"]) or bool(minus and minus[0] != "+")
    return -value if is_negative and value else value


def looks_like_amount(text: str) -> bool:
    """Return whether a text is a number in one notation or the other, a lone dash included."""
    return any(parse_amount(text, Notation(sign, has_sides=True)) is not None for sign in ",.")


def _bare(text: str) -> str:
    """Return the text without its currency, and without spaces but those between digits."""
    plain = text.translate(UNSEEN).strip()
    before, *behind = [_EDGES.sub("", part) for part in _CURRENCY.split(plain, maxsplit=1)]
    if behind and before[-1:].isdecimal() and behind[0][:1].isdecimal():
        return text
    return "".join((before, *behind))


def _digits(text: str) -> str | None:
    plain = _SIDE.sub("", text.strip())
    found = _PARTS.fullmatch(_bare(plain)) if looks_like_amount(text) else None
    return found["digits"] if found else None


def _value(digits: str, decimal_sign: str) -> Decimal | None:
    whole, sign, fraction = digits.partition(decimal_sign)
    if sign and not fraction.isdecimal():
        return None
    parts = re.split(rf"[.,'\u2019{SPACES}]", whole)
    groups_fit = len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
    parted_by = set(re.findall(r"[^\d]", whole))
    if len(parts) > 1 and (not groups_fit or len({_kind(sign) for sign in parted_by}) > 1):
        return None
    return Decimal(f"{''.join(parts)}.{fraction}" if sign else "".join(parts))


def _kind(sign: str) -> str:
    return " " if sign in SPACES else sign
