"""Vouchers as SIE text, a chunk at a time: columns are joined, nothing loops over rows.

Source: SIE file format 4B, 5.13 (#BTRANS), 5.14 (#RTRANS), 5.15 (#TRANS), 5.16 (#VER). The plain
shape of a row is the one Fortnox exports: all fields to the quantity, the date left empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulators.books.chart import ALL_NUMBERS
from simulators.books.model import BOOKED, Chunk
from simulators.books.names import COST_CENTRES, PARTNERS, PROJECTS, ROW_TEXTS, SIGNATURES
from simulators.books.years import Year

Part: TypeAlias = "pa.StringArray | str"

_LABELS: Final = pa.array(["#TRANS", "#RTRANS", "#BTRANS"])
_NUMBERS: Final = pa.array(ALL_NUMBERS)
_TEXTS: Final = pa.array(ROW_TEXTS)
_PARTNERS: Final = pa.array(PARTNERS)
_SIGNATURES: Final = pa.array(SIGNATURES)
_CENTS: Final = pa.array([f".{cent:02d}" for cent in range(100)])
_SHORT_CENTS: Final = pa.array(["", *(f".{cent:02d}".rstrip("0") for cent in range(1, 100))])
_OBJECTS: Final = [
    [*(("1", f"{centre}0") if centre else ()), *(("6", f"P0{project}") if project else ())]
    for centre in range(len(COST_CENTRES) + 1)
    for project in range(len(PROJECTS) + 1)
]


class Fields(NamedTuple):
    """The contents of rows, one string column per field, without quotes and braces."""

    label: pa.StringArray
    account: pa.StringArray
    objects: np.ndarray
    amount: pa.StringArray
    date: pa.StringArray
    text: pa.StringArray
    quantity: pa.StringArray
    signature: pa.StringArray

    def take(self, picked: np.ndarray) -> Fields:
        """Give the rows at some positions."""
        chosen = pa.array(picked)
        return Fields(
            *(
                column[picked] if isinstance(column, np.ndarray) else column.take(chosen)
                for column in self
            )
        )


def join(*parts: Part) -> pa.StringArray:
    """Join columns and constants row by row."""
    return cast("pa.StringArray", pc.binary_join_element_wise(*parts, ""))


def text_of(lines: pa.StringArray) -> str:
    """Join all rows of a column into one text."""
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(data)[int(ends[0]) : int(ends[-1])]).decode() if len(lines) else ""


def dates(year: Year, days: np.ndarray) -> pa.StringArray:
    """Give days of the year as YYYYMMDD; a day beyond the year lies after its end."""
    known = np.arange(int(days.max(initial=0)) + 1) + np.datetime64(year.start_date, "D")
    texts = pa.array([str(day).replace("-", "") for day in known])
    return texts.take(pa.array(days))


def numbers(column: np.ndarray) -> pa.StringArray:
    """Give whole numbers as text."""
    return pa.array(column).cast(pa.string())


def amounts(hundredths: np.ndarray, *, short: np.ndarray | bool = False) -> pa.StringArray:
    """Give hundredths as decimals with a dot, ``-12.50``; ``short`` ones without closing zeros."""
    size = np.abs(hundredths)
    sign = pa.array(["", "-"]).take(pa.array((hundredths < 0).astype(np.int8)))
    cents = pa.array(size % 100 + np.where(short, 100, 0))
    both = pa.concat_arrays([_CENTS, _SHORT_CENTS])
    return join(sign, numbers(size // 100), both.take(cents))


def fields_of(chunk: Chunk, *, short: np.ndarray | bool = False) -> Fields:
    """Give the contents of a chunk's rows. Rows of history carry a signature."""
    rows = chunk.rows
    place = pa.array(chunk.number[rows.voucher] % len(SIGNATURES))
    history = pa.array(rows.kind != BOOKED)
    blank = pa.repeat("", len(rows))
    quantity = pc.if_else(pa.array(rows.quantity != 0), amounts(rows.quantity), "0")
    return Fields(
        label=_LABELS.take(pa.array(rows.kind)),
        account=_NUMBERS.take(pa.array(rows.account)),
        objects=rows.cost_centre * np.int16(len(PROJECTS) + 1) + rows.project,
        amount=amounts(rows.ore, short=short),
        date=blank,
        text=_TEXTS.take(pa.array(rows.text)),
        quantity=quantity,
        signature=pc.if_else(history, _SIGNATURES.take(place), ""),
    )


def objects(column: np.ndarray, render: Callable[[Sequence[str]], str]) -> pa.StringArray:
    """Give object lists, each rendered from its dimension and object numbers."""
    return pa.array([render(pairs) for pairs in _OBJECTS]).take(pa.array(column))


def object_list(pairs: Sequence[str]) -> str:
    """Render ``{1 "10" 6 "P01"}``."""
    return (
        "{" + " ".join(f'"{part}"' if place % 2 else part for place, part in enumerate(pairs)) + "}"
    )


def plain_rows(rows: Fields) -> pa.StringArray:
    """Render rows in the plain shape, without line ends."""
    signed = pc.if_else(pc.equal(rows.signature, ""), "", join(' "', rows.signature, '"'))
    listed = objects(rows.objects, object_list)
    text = pc.replace_substring(rows.text, '"', '\\"')
    head = join(rows.label, " ", rows.account, " ", listed, " ", rows.amount)
    return join(head, ' "', rows.date, '" "', text, '" ', rows.quantity, signed)


def contents(rows: Fields) -> pa.StringArray:
    """Give what #KSUMMA counts of each row: label and fields, nothing between them."""
    named = objects(rows.objects, "".join)
    head = join(rows.label, rows.account, named, rows.amount)
    return join(head, rows.date, rows.text, rows.quantity, rows.signature)


class Heads(NamedTuple):
    """The contents of #VER records, one string column per field."""

    series: pa.StringArray
    number: pa.StringArray
    date: pa.StringArray
    text: pa.StringArray
    registered: pa.StringArray


def heads_of(chunk: Chunk, year: Year, *, numbered: bool = True) -> Heads:
    """Give the contents of a chunk's #VER records; files of type 4I may leave numbers out."""
    number = numbers(chunk.number)
    partner = _PARTNERS.take(pa.array(chunk.partner))
    return Heads(
        series=pa.repeat(chunk.series, len(chunk)),
        number=number if numbered else pa.repeat('""', len(chunk)),
        date=dates(year, chunk.day),
        text=join(chunk.label, " ", number, " ", partner),
        registered=dates(year, chunk.registered),
    )


def plain_heads(heads: Heads) -> pa.StringArray:
    """Render #VER records in the plain shape, without line ends."""
    body = join("#VER ", heads.series, " ", heads.number, " ", heads.date)
    return join(body, ' "', heads.text, '" ', heads.registered)


def head_contents(heads: Heads) -> pa.StringArray:
    """Give what #KSUMMA counts of each #VER record."""
    number = pc.replace_substring(heads.number, '""', "")
    return join("#VER", heads.series, number, heads.date, heads.text, heads.registered)


def with_heads(
    heads: pa.StringArray, rows: pa.StringArray, *, voucher: np.ndarray, after: str
) -> pa.StringArray:
    """Put each voucher's head before its first row and ``after`` behind its last."""
    place = pa.array(voucher)
    first = pa.array(np.diff(voucher, prepend=-1) != 0)
    last = pa.array(np.diff(voucher, append=-1) != 0)
    return join(pc.if_else(first, heads.take(place), ""), rows, pc.if_else(last, after, ""))
