"""Fiscal years as a person asks for them: one by one, or as a span of calendar years."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.fiscal_year import FiscalYear, short_year

SPAN: Final = re.compile(r"(\d{4})-(\d{4})", re.ASCII)

MAX_YEARS: Final = 50
"""Most years that are asked for at once, and of one span."""


@dataclass(frozen=True)
class AskedYear:
    """A year that was asked for. `text`: ``2024``, or the key of a broken year.

    `in_span`: only as one of a span, in which nobody promised that each year is there.
    """

    text: str
    in_span: bool = False


def asked_years(texts: Iterable[str]) -> list[AskedYear]:
    """Read years and spans, such as ``2021-2024`` or ``2024-07-01_2025-06-30``.

    A year that is named and also lies in a span counts as named.

    Raises:
        ValueError: One is neither, a span has no year or too many, or all together have.
    """
    found: dict[str, AskedYear] = {}
    for text in texts:
        for item in _read(text):
            if not item.in_span or item.text not in found:
                found[item.text] = item
    if not 0 < len(found) <= MAX_YEARS:
        raise ValueError(f"{len(found)} years; expected 1 to {MAX_YEARS}.")
    return list(found.values())


def _read(text: str) -> list[AskedYear]:
    span = SPAN.fullmatch(text)
    if span is None:
        return [AskedYear(short_year(FiscalYear.parse(text).key))]
    first, last = int(span[1]), int(span[2])
    if last < first:
        raise ValueError(f"{text} is no span: write the earlier year first, {last}-{first}.")
    if last - first >= MAX_YEARS:
        raise ValueError(f"{text} is no span of 1 to {MAX_YEARS} years.")
    return [AskedYear(str(year), in_span=True) for year in range(first, last + 1)]
