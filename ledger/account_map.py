"""The account map: on which line of which statement each account is, from which year on.

Finnish *tilikartta*. A scheme of statements (`Line`) has default ranges; a tenant's own places go
before them, the most exact first, then the latest. An account that neither places is unmapped.

Source:
    R-FIN-24, R-FIN-27; ranges are inclusive by prefix, as the Finnish schemes are written.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

UNMAPPED: Final = "unmapped_account"
"""The control that holds a load with an account that has no place."""

ALWAYS: Final = dt.date(1, 1, 1)
"""The first day of a place that holds for every year."""

MAX_PLACES: Final = 10_000
"""Most places of one map."""

COLUMNS: Final = ("accounts", "statement", "line", "valid_from")
"""Headings of a map as CSV, in this order and no others."""

ACCOUNTS: Final = re.compile(r"[0-9A-Za-z]{1,20}(-[0-9A-Za-z]{1,20})?", re.ASCII)

HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class Line:
    """A line of a statement. `accounts`: default ranges; empty for a sum of other lines.

    `names`: by language (sv, fi, en). `statement`: income_statement or balance_sheet. `adds`: the
    first and last order of the lines that a sum adds up.
    """

    statement: str
    line: str
    order: int
    accounts: tuple[str, ...] = ()
    adds: tuple[int, int] = (0, 0)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Place:
    """Where accounts go. `accounts`: one account, a prefix, or a range of prefixes (365-39)."""

    accounts: str
    statement: str
    line: str
    valid_from: dt.date = ALWAYS

    def holds(self, account_number: str) -> bool:
        """Return whether an account lies in the range."""
        return lies_in(account_number, self.accounts)


@dataclass(frozen=True)
class Placed:
    """The place that was found for an account. `is_default`: by the scheme, not by the tenant."""

    statement: str
    line: str
    is_default: bool


@dataclass(frozen=True)
class AccountMap:
    """A tenant's map. `lines`: of its scheme; `places`: its own."""

    chart: str
    lines: tuple[Line, ...]
    places: tuple[Place, ...] = ()

    def all_places(self) -> tuple[Place, ...]:
        """Return the tenant's own places, and behind them the scheme's defaults."""
        defaults = (
            Place(accounts, line.statement, line.line)
            for line in self.lines
            for accounts in line.accounts
        )
        return (*self.places, *defaults)

    def find(self, account_number: str, on: dt.date) -> Placed | None:
        """Return where an account is on a day; None when it has no place.

        The order is that of the view ``statement_account``: the longest first end of a range, then
        the latest day.
        """
        own = [p for p in self.places if p.valid_from <= on and p.holds(account_number)]
        if own:
            best = min(own, key=_exactness)
            return Placed(best.statement, best.line, is_default=False)
        held = (
            line
            for line in self.lines
            if any(lies_in(account_number, accounts) for accounts in line.accounts)
        )
        # What is on the income statement counts in the result as well; what books that result to
        # equity is nowhere else.
        found = min(held, key=lambda line: line.line == UNBOOKED, default=None)
        return Placed(found.statement, found.line, is_default=True) if found else None


UNBOOKED: Final = "unbooked_result"
"""The line that holds the accounts of the income statement once more, on the balance sheet."""


@dataclass(frozen=True)
class Coverage:
    """How much of the books has a place. `unmapped`: accounts without one, with their balances.

    `by_default`: accounts that only the scheme places. Shares are in percent of the sum of absolute
    balances; 100 when there are none.
    """

    accounts: int
    by_default: tuple[str, ...]
    unmapped: Mapping[str, Decimal]
    percent: Decimal


def cover(account_map: AccountMap, balances: Mapping[str, Decimal], on: dt.date) -> Coverage:
    """Say how much of the books an account map places.

    Args:
        account_map: The tenant's.
        balances: Closing balance of every account in use, debit positive.
        on: The last day of the fiscal year.
    """
    found = {number: account_map.find(number, on) for number in sorted(balances)}
    unmapped = {number: balances[number] for number, place in found.items() if place is None}
    total = sum((abs(amount) for amount in balances.values()), Decimal(0))
    without = sum((abs(amount) for amount in unmapped.values()), Decimal(0))
    share = HUNDRED if not total else (HUNDRED * (total - without) / total)
    return Coverage(
        accounts=len(found),
        by_default=tuple(n for n, place in found.items() if place and place.is_default),
        unmapped=unmapped,
        percent=share.quantize(Decimal("0.01")),
    )


@dataclass(frozen=True)
class Suggestion:
    """A place that might be right. It is shown, and never taken by itself."""

    account_number: str
    statement: str
    line: str
    why: str


def suggest(
    account_map: AccountMap, unmapped: Mapping[str, str], named: Mapping[str, str], on: dt.date
) -> Iterator[Suggestion]:
    """Suggest places for accounts without one, by number first, then by name.

    Args:
        account_map: The tenant's.
        unmapped: Name by number of the accounts without a place.
        named: Name by number of the others.
        on: The day on which the places are to hold.
    """
    by_name = {_plain(name): number for number, name in named.items() if _plain(name)}
    for number, name in sorted(unmapped.items()):
        neighbour = _nearest(number, named)
        if place := neighbour and account_map.find(neighbour, on):
            why = f"next to account {neighbour}"
            yield Suggestion(number, place.statement, place.line, why)
        namesake = by_name.get(_plain(name), "")
        if namesake and (place := account_map.find(namesake, on)):
            why = f"called as account {namesake}"
            yield Suggestion(number, place.statement, place.line, why)
        for line in account_map.lines:
            if line.accounts and _plain(name) in {_plain(text) for text in line.names.values()}:
                yield Suggestion(number, line.statement, line.line, "called as the line")


def write_map(places: Iterable[Place]) -> str:
    """Return places as CSV, which `read_map` reads back as they are."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for place in sorted(places):
        day = "" if place.valid_from == ALWAYS else place.valid_from.isoformat()
        rows.writerow((place.accounts, place.statement, place.line, day))
    return text.getvalue()


def read_map(text: str, lines: Sequence[Line]) -> tuple[tuple[Place, ...], tuple[str, ...]]:
    """Read places from CSV, with commas or semicolons between; all or none of them.

    Returns:
        The places and no problem, or none and each problem with its row (1 is the heading).
    """
    # What spreadsheets write where the comma is the decimal sign.
    delimiter = ";" if text.startswith(";".join(COLUMNS)) else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    if not rows or tuple(rows[0]) != COLUMNS:
        came = ",".join(rows[0])[:80] if rows else "nothing"
        return (), (f"row 1: the headings are {came}; expected {','.join(COLUMNS)}",)
    if len(rows) > MAX_PLACES:
        return (), (f"row {MAX_PLACES + 1}: more than {MAX_PLACES:,} places",)
    known = {(line.statement, line.line) for line in lines if line.accounts}
    places, problems = [], []
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        place = _place(row, known)
        if isinstance(place, Place):
            places.append(place)
        else:
            problems.append(f"row {number}: {place}")
    problems += _doubled(places)
    return ((), tuple(problems)) if problems else (tuple(places), ())


def lies_in(account_number: str, accounts: str) -> bool:
    """Return whether an account lies in an inclusive range of prefixes.

    Programs let users add digits of their own (143010 is a 1430), and an account shorter than a
    prefix is the first of those that it could be.
    """
    first, _, last = accounts.partition("-")
    last = last or first
    return _cut(account_number, first) >= first and _cut(account_number, last) <= last


def _cut(account_number: str, prefix: str) -> str:
    return account_number[: len(prefix)].ljust(len(prefix), "0")


def _exactness(place: Place) -> tuple[int, int, str]:
    first = place.accounts.partition("-")[0]
    return -len(first), -place.valid_from.toordinal(), place.accounts


def _nearest(number: str, named: Mapping[str, str]) -> str:
    """Return the account that shares the longest beginning, at least two characters of it."""
    shared = {other: _shared(number, other) for other in named}
    best = max(shared, key=lambda other: (shared[other], other), default="")
    return best if best and shared[best] >= 2 else ""


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _plain(name: str) -> str:
    return re.sub(r"[\W\d_]+", " ", name.casefold()).strip()


def _place(row: Sequence[str], known: set[tuple[str, str]]) -> Place | str:
    if len(row) != len(COLUMNS):
        return f"{len(row)} fields; expected {len(COLUMNS)}"
    accounts, statement, line, day = (field.strip() for field in row)
    if not ACCOUNTS.fullmatch(accounts):
        return f"accounts: {accounts[:40]!r}; expected an account, a prefix or a range (365-39)"
    if (statement, line) not in known:
        return f"line: there is no {statement[:40]} line {line[:40]!r} that takes accounts"
    try:
        valid_from = dt.date.fromisoformat(day) if day else ALWAYS
    except ValueError:
        return f"valid_from: {day[:20]!r}; expected a day (2025-01-01), or nothing for always"
    return Place(accounts, statement, line, valid_from)


def _doubled(places: Sequence[Place]) -> Iterator[str]:
    seen: set[tuple[str, dt.date]] = set()
    for place in places:
        if (key := (place.accounts, place.valid_from)) in seen:
            yield f"accounts: {place.accounts} has two places from the same day on"
        seen.add(key)
