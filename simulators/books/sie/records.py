"""The records before the vouchers: who the company is, its chart, its balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import numpy as np

from simulators.books.chart import ACCOUNTS, ALL_NUMBERS, HAS_BALANCE
from simulators.books.model import Extract
from simulators.books.names import COST_CENTRES, PROJECTS
from simulators.books.years import Year

Record = tuple[str, ...]


class Text(str):
    """A field that is written in quotes."""

    __slots__ = ()


SIE_TYPES: Final = ("1", "2", "3", "4E", "4I")
_UNITS: Final = {"3041": "tim", "5611": "liter"}


def shown(record: Record) -> str:
    """Render a record without its line end."""
    return " ".join(
        '"' + field.replace('"', '\\"') + '"' if isinstance(field, Text) else field
        for field in record
    )


def content(record: Record) -> str:
    """Give what #KSUMMA counts of a record: its fields without quotes, braces and blanks."""
    return "".join(
        field.strip("{}").replace(" ", "").replace('"', "") if field.startswith("{") else field
        for field in record
    )


def identification(extract: Extract, sie_type: str) -> Iterator[Record]:
    """Yield the flag's followers up to the chart of accounts and the objects."""
    number = extract.organisation_number
    yield "#PROGRAM", Text("Övningsbokföring"), "1.0"
    yield "#FORMAT", "PC8"
    yield "#GEN", _day(extract.year.end_date + dt.timedelta(days=20)), Text("export")
    yield "#SIETYP", sie_type[0]
    yield "#FNR", Text(number[-4:])
    before = extract.country.digits_before_hyphen
    yield "#ORGNR", f"{number[:before]}-{number[before:]}"
    yield "#FNAMN", Text(extract.name)
    yield "#ADRESS", Text("Ekonomi"), Text("Påhittsgränd 1"), Text("000 00 Ingenstädes"), Text("")
    yield from _years(extract, sie_type)
    if sie_type in ("2", "3"):
        yield "#OMFATTN", _day(extract.year.end_date)
    if extract.country.chart_type:
        yield "#KPTYP", extract.country.chart_type
    yield "#VALUTA", extract.country.currency
    yield from _chart(extract, with_codes=sie_type != "4I")
    if sie_type in ("3", "4E", "4I"):
        yield from _objects()


def _years(extract: Extract, sie_type: str) -> Iterator[Record]:
    yield _year(0, extract.year)
    if extract.previous_year and sie_type != "4I":
        yield _year(-1, extract.previous_year)


def _year(offset: int, year: Year) -> Record:
    return "#RAR", str(offset), _day(year.start_date), _day(year.end_date)


def _chart(extract: Extract, *, with_codes: bool) -> Iterator[Record]:
    for account in (ACCOUNTS[place] for place in extract.accounts):
        yield "#KONTO", account.number, Text(account.name)
        if with_codes:
            yield "#KTYP", account.number, account.sie_type
            yield "#SRU", account.number, account.sru_code
        if account.number in _UNITS:
            yield "#ENHET", account.number, Text(_UNITS[account.number])


def _objects() -> Iterator[Record]:
    yield "#DIM", "1", Text("Kostnadsställe")
    yield "#DIM", "6", Text("Projekt")
    for place, name in enumerate(COST_CENTRES, start=1):
        yield "#OBJEKT", "1", Text(f"{place}0"), Text(name)
    for place, name in enumerate(PROJECTS, start=1):
        yield "#OBJEKT", "6", Text(f"P0{place}"), Text(name)


def balances(extract: Extract, sie_type: str) -> Iterator[Record]:
    """Yield opening and closing balances, results and changes per month."""
    if sie_type == "4I":
        return
    yield from _per_account("#IB", 0, extract.opening)
    yield from _per_account("#IB", -1, extract.previous_opening)
    for offset, closing in ((0, extract.closing), (-1, extract.previous_closing)):
        yield from _per_account("#UB", offset, np.where(HAS_BALANCE, closing, 0))
        yield from _per_account("#RES", offset, np.where(HAS_BALANCE, 0, closing))
    if sie_type == "3":
        yield from _object_balances(extract)
    if sie_type != "1":
        yield from _changes(extract, sie_type)


def _per_account(label: str, offset: int, ore: np.ndarray) -> Iterator[Record]:
    for place in np.flatnonzero(ore):
        yield label, str(offset), ALL_NUMBERS[place], _kronor(ore[place])


def _object_balances(extract: Extract) -> Iterator[Record]:
    change = extract.totals.by_project.sum(axis=1)
    opening = extract.opening_by_project
    for label, ore in (("#OIB", opening), ("#OUB", opening + change)):
        for place, project in zip(*np.nonzero(ore * HAS_BALANCE[:, None]), strict=True):
            if project:
                yield (
                    label,
                    "0",
                    ALL_NUMBERS[place],
                    _object(6, project),
                    _kronor(ore[place, project]),
                )


def _changes(extract: Extract, sie_type: str) -> Iterator[Record]:
    yield from _monthly(extract, extract.totals.by_month[:, :, None], dimension=0)
    if sie_type == "3":
        yield from _monthly(extract, extract.totals.by_cost_centre, dimension=1)
        yield from _monthly(extract, extract.totals.by_project, dimension=6)


def _monthly(extract: Extract, ore: np.ndarray, *, dimension: int) -> Iterator[Record]:
    months = extract.year.months
    for account, month, number in zip(*np.nonzero(ore), strict=True):
        if bool(dimension) == bool(number):
            period = months[month].replace("-", "")
            amount = _kronor(ore[account, month, number])
            yield "#PSALDO", "0", period, ALL_NUMBERS[account], _object(dimension, number), amount


def _object(dimension: int, number: int) -> str:
    return {0: "{}", 1: f'{{1 "{number}0"}}', 6: f'{{6 "P0{number}"}}'}[dimension]


def _day(day: dt.date) -> str:
    return day.strftime("%Y%m%d")


def _kronor(ore: int) -> str:
    size = abs(int(ore))
    return f"{'-' if ore < 0 else ''}{size // 100}.{size % 100:02d}"
