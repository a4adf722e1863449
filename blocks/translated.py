"""Reasons in Finnish and Swedish: what was stored or raised in English, for those who read pages.

``data/reference/translated/reasons.csv`` has a row for each: English with the names of its values
in braces, and the same in the other languages. A value written ``{name:phrase}`` is itself a
reason that has to be there; of others that are, the translation is taken. A value ends at a
semicolon, unless it is written ``{name:text}``; ``{name:fields}`` are fields of a document,
``{name:code}`` is a code of a diagnostic, ``{name:count}`` a count and ``{name:amount}`` an amount.
Several reasons that stand behind each other are translated one by one, also as a value written
``{name:reasons}``; of one that was cut off, what is whole. ``controls.csv`` has the titles of
controls.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from string import Formatter
from typing import Final

from blocks.field_words import fields_translated
from blocks.settings import REFERENCE
from ledger.written import MINUS, NARROW, amount, count

FOLDER: Final = REFERENCE / "translated"
PHRASE: Final = "phrase"
REASONS: Final = "reasons"
FIELDS: Final = "fields"
SEPARATORS: Final = ("\n", "; ", r"(?<=\.) ", ", ")
"""Between several reasons, sentences or names that stand behind each other, as expressions."""

CUT: Final = "…"
"""At the end of a reason that was longer than where it is kept (`blocks.hub.events.cut`)."""

MAX_CHARS: Final = 1_000
"""What is longer is read as if it had been cut off here."""

MAX_PARTS: Final = 20
"""Most reasons that are taken apart, so that a text which somebody made up costs little."""

MAX_KEPT: Final = 4_096
VALUE: Final = r"(?:(?!; |\n).)+?"
LONG_VALUE: Final = r"(?:(?!\); ).)+?"
"""What a value may be; a long one ends where the next control is named."""

OTHER_VALUES: Final = {
    REASONS: ".+",
    "code": r"[a-z]+(?:_[a-z0-9]+)+",
    "count": r"[\d,]+",
    "amount": r"-?[\d,.]+",
}
"""What a value of these kinds may be."""

AMOUNT: Final = re.compile(r"-?(\d{1,15}|\d{1,3}(,\d{3}){1,4})\.\d{2}")
COUNT: Final = re.compile(r"\d{1,3}(,\d{3})+")
DAYS: Final = re.compile(r"(\d{4}-\d{2}-\d{2}) to (\d{4}-\d{2}-\d{2})")
"""A fiscal year that is no calendar year, as `ledger.fiscal_year.year_in_words` says it."""

_TYPED: Final = r"(?:[^.;`]|`(?!tasma )[^`]*`)*`tasma [^`]*`[^.;]*"
_COMMAND: Final = re.compile(rf"; {_TYPED}(?=\.|$)|(?:^|(?<=[.;]) ){_TYPED}[.;]?")
"""A sentence, or the last part of one, that says what to type at a terminal."""

_CLAUSE: Final = re.compile(
    r": (?:`tasma [^`]*` [a-z]+s\b[^.;`]*|`--[^`]*`, such as `--[^`]*`)(?=[.;]|$)"
    r"| \(`tasma [^)]*\)"
)
"""What a command does, or an option, behind what stays without it."""

_OR: Final = re.compile(r"`tasma [^`]*`, or ")
"""A command beside which there is another way, which stays."""

_BROKEN: Final = re.compile(r"(?<![\w.])[a-z_]+(?= \([\d,]+ breaks?[,)])")
"""A control, as `ledger.controls.ControlResult.in_words` names it."""

_CODE: Final = re.compile(
    r"(?:^|(?<=first: ))(?P<line>line [\d,]+ )?[a-z]+(?:_[a-z0-9]+)+"
    r"(?: in (?P<field>[^:;]{1,80}))?: (?!\d)"
)
"""A code of a diagnostic before what it means, as ``source_damage.sql`` puts them together."""

_NUMBER: Final = re.compile(
    r"(?<![\w.,-])(?:-?\d{1,3}(?:,\d{3})+(?:\.\d{2,})?|-\d+\.\d{2,})(?!\w|[.,]\d)"
)
"""An amount or a count that tables of pages write in another way."""

_RATE: Final = re.compile(r"(?<![\d.])(\d{1,3})\.(\d{1,3})(?= %)")
"""A rate of VAT."""


@dataclass(frozen=True)
class _Pattern:
    """A reason with values.

    `phrases`: the names of those that are reasons themselves; `fields`: of fields of a document.
    """

    written: re.Pattern[str]
    phrases: frozenset[str]
    fields: frozenset[str]
    languages: Mapping[str, str]


@lru_cache(maxsize=MAX_KEPT)
def translated(text: str, language: str) -> str | None:
    """Return a reason in a language other than English; None when it is no reason of ours."""
    if len(text) > MAX_CHARS:
        text = f"{text[: MAX_CHARS - 1]}{CUT}"
    if known := _plain().get(text):
        return known[language]
    if text.endswith(CUT):
        return _of_cut(text.removesuffix(CUT), language)
    found = (_filled(pattern, text, language) for pattern in _patterns())
    return next((one for one in found if one), None) or _one_by_one(text, language)


def without_commands(reason: str) -> str:
    """Return a reason without its sentences on commands of the terminal, for readers of pages."""
    return _COMMAND.sub("", _OR.sub("", _CLAUSE.sub("", reason))).strip() or reason


def control_title(control: str, language: str) -> str:
    """Return a control's title; an operator's own control has its name."""
    found = _titles().get(control)
    return found[language] if found else control


def as_pages_write(reason: str) -> str:
    """Return an English reason with titles, without codes, and with numbers as in pages' tables."""
    return _NUMBER.sub(_as_in_tables, _CODE.sub(_placed, with_titles(reason)))


def with_titles(reason: str) -> str:
    """Return an English reason in which broken controls are called by their titles."""
    return _BROKEN.sub(lambda found: control_title(found[0], "en"), reason)


def _placed(found: re.Match[str]) -> str:
    place = ", ".join(part.strip() for part in found.groups() if part)
    return f"{place}: " if place else ""


def _as_in_tables(found: re.Match[str]) -> str:
    return found[0].replace(",", NARROW).replace("-", MINUS)


def _filled(pattern: _Pattern, text: str, language: str) -> str | None:
    if not (found := pattern.written.fullmatch(text)):
        return None
    values = {}
    for name, value in found.groupdict().items():
        if name in pattern.fields:
            values[name] = fields_translated(value, language)
            continue
        known = translated(value, language)
        if known is None and name in pattern.phrases:
            return None
        values[name] = _written(value, language) if known is None else known
    return _RATE.sub(r"\1,\2", pattern.languages[language].format_map(values))


def _written(value: str, language: str) -> str:
    """Return a value as Finns and Swedes write it: an amount, a count, a fiscal year's two days."""
    if AMOUNT.fullmatch(value):
        return amount(Decimal(value.replace(",", "")), language)
    if COUNT.fullmatch(value):
        return count(int(value.replace(",", "")))
    return DAYS.sub("\\1 \N{EN DASH} \\2", value)


def _one_by_one(text: str, language: str) -> str | None:
    for separator in SEPARATORS:
        places = list(re.finditer(separator, text))
        if len(places) >= MAX_PARTS:
            continue
        for found in places:
            first = translated(text[: found.start()], language)
            rest = translated(text[found.end() :], language) if first else None
            if rest:
                return f"{first}{found[0]}{rest}"
    return None


def _of_cut(text: str, language: str) -> str | None:
    """Return what can be told of a reason whose end is gone: it is whole, its first parts are.

    A control is whole by its name and count; what it found first is in brackets behind.
    """
    places = [found.start() for found in re.finditer("|".join(SEPARATORS), text)]
    for end in (len(text), *reversed(places[-MAX_PARTS:])):
        part = text[:end]
        if found := translated(part, language) or translated(f"{part})", language):
            return f"{found} {CUT}"
    return None


@cache
def _plain() -> dict[str, Mapping[str, str]]:
    return _titles() | {row["en"]: row for row in _rows("reasons") if "{" not in row["en"]}


@cache
def _patterns() -> tuple[_Pattern, ...]:
    """Return the reasons with values, the surest first."""
    rows = sorted(
        (row for row in _rows("reasons") if "{" in row["en"]), key=_certainty, reverse=True
    )
    return tuple(map(_pattern, rows))


def _pattern(row: Mapping[str, str]) -> _Pattern:
    parts, kinds = [], {}
    for literal, name, kind, _ in Formatter().parse(row["en"]):
        parts.append(re.escape(literal))
        if name:
            parts.append(f"(?P<{name}>{_value_of(kind)})")
            kinds[name] = kind
    phrases, fields = (
        frozenset(name for name, kind in kinds.items() if kind in some)
        for some in ((PHRASE, REASONS), (FIELDS,))
    )
    return _Pattern(re.compile("".join(parts), re.DOTALL), phrases, fields, row)


def _value_of(kind: str | None) -> str:
    return OTHER_VALUES.get(kind, LONG_VALUE) if kind else VALUE


def _certainty(row: Mapping[str, str]) -> tuple[bool, int]:
    """Return how much speaks for it: that it names another reason, then its own words."""
    parts = list(Formatter().parse(row["en"]))
    return any(kind in {PHRASE, REASONS} for *_, kind, _ in parts), sum(
        len(words) for words, *_ in parts
    )


@cache
def _titles() -> dict[str, Mapping[str, str]]:
    return {row["control"]: row for row in _rows("controls")}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
