"""Text from outside, written so that it stays text: nothing in it acts on what shows it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

ACTING: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of Unicode that a screen obeys instead of showing: controls (the escape sequences of a
terminal begin with one), marks of direction and of no width, halves of pairs (what Python makes of
a file's name that is no UTF-8), separators of lines and paragraphs."""

TAGS: Final = range(0xE0000, 0xE0080)
"""Signs that nothing shows: of no category where Unicode has given none of them a meaning yet."""

_SPACES: Final = str.maketrans(dict.fromkeys("\t\n\v\f\r\x85\u2028\u2029", " "))

_NOT_PLAIN: Final = re.compile(r"[^\n -~]")


def visible(text: str) -> str:
    r"""Return text on one line in which what would act is written out, such as ``\x1b``.

    Tabs and line ends become spaces, so that no text makes a line of its own. All else stays as it
    is: names of every language are read as they were written. What cannot be encoded is written out
    too, so the result always can.
    """
    if text.isprintable():
        return text
    return "".join(map(_written_out, text.translate(_SPACES)))


def visible_lines(text: str) -> str:
    """Return text of several lines, each of them as `visible` returns it."""
    return "\n".join(visible(line) for line in text.splitlines())


def is_explained(reason: str, *, who: str) -> bool:
    """Return whether a decision has a person, and a reason of more than signs such as ``...``."""
    return any(map(str.isalnum, reason)) and bool(who.strip())


def joined(*sentences: str, by: str = "; ") -> str:
    """Join what is said into one sentence, without full stops before ``by``; nothing of empty."""
    parts = [one for one in sentences if one]
    return by.join([*(part.removesuffix(".") for part in parts[:-1]), *parts[-1:]])


def common_ending(texts: Sequence[str], by: str = "; ") -> str:
    """Return what several texts all end with, in whole parts; nothing of a single one.

    The first part of a text is its own, and never common.
    """
    if len(texts) < 2:
        return ""
    parts = [text.split(by)[1:] for text in texts]
    columns = zip(*map(reversed, parts), strict=False)
    shared = list(takewhile(lambda same: len(set(same)) == 1, columns))
    return by.join(same[0] for same in reversed(shared))


def number_of(count: int, what: str, many: str = "") -> str:
    """Write a count with its noun: ``1 tenant``, ``2,000 tenants``; ``many``: an odd plural."""
    return f"{count:,} {what if count == 1 else many or f'{what}s'}"


def json_text(value: object, *, indent: int | None = None) -> str:
    """Return JSON that says what ``value`` says, and in which nothing acts.

    `json` escapes only the controls of ASCII; the others are escaped here, as JSON allows.
    """
    text = json.dumps(value, default=str, ensure_ascii=False, indent=indent)
    return _NOT_PLAIN.sub(_as_json_escape, text)


def _written_out(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii") if _acts(sign) else sign


def _as_json_escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if _acts(found[0]) else found[0]


def _acts(sign: str) -> bool:
    return unicodedata.category(sign) in ACTING or ord(sign) in TAGS
