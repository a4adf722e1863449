"""Dimensions that a tenant leaves out: none of their rows is staged, of whatever format."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ledger.diagnostics import Diagnostic, Level

Batches = Iterable[Mapping[str, pa.RecordBatch]]


def numbers_of(tables: Mapping[str, pa.Table], names: Sequence[str]) -> frozenset[str]:
    """Return the numbers of the dimensions that are called exactly so in the source."""
    if not names or "dimension" not in tables:
        return frozenset()
    dimension = tables["dimension"]
    named = pc.is_in(dimension["name"], value_set=pa.array(names, pa.string()))
    return frozenset(dimension["dimension_number"].filter(named).to_pylist())


def in_other_case(tables: Mapping[str, pa.Table], names: Sequence[str]) -> list[Diagnostic]:
    """Name each of the names that the source has in other letter case only: it excludes nothing."""
    there = tables["dimension"]["name"].to_pylist() if names and "dimension" in tables else []
    alike = {name.casefold() for name in there}
    return [
        Diagnostic(
            "excluded_dimension_case",
            Level.WARNING,
            0,
            "dimension",
            "A dimension that is to be left out has other capital and small letters in the source.",
            "it was not left out; write its name exactly as the source has it",
        )
        for name in names
        if name not in there and name.casefold() in alike
    ]


def without(
    numbers: frozenset[str], tables: Mapping[str, pa.Table], batches: Batches
) -> tuple[Mapping[str, pa.Table], Batches]:
    """Return the tables of a unit without what belongs to some dimensions; amounts all stay.

    A reported balance of several objects goes when one of them is left out: there is none that says
    what it would be without.
    """
    if not numbers:
        return tables, batches
    kept = {name: _table(name, table, numbers) for name, table in tables.items()}
    return kept, _batches(batches, numbers)


def _batches(batches: Batches, numbers: frozenset[str]) -> Iterator[dict[str, pa.RecordBatch]]:
    for batch in batches:
        kept = dict(batch)
        if "posting_dimension" in kept:
            rows = kept["posting_dimension"]
            kept["posting_dimension"] = rows.filter(_other(rows["dimension_number"], numbers))
        if "posting_correction" in kept:
            kept["posting_correction"] = _corrections(kept["posting_correction"], numbers)
        yield kept


def _table(name: str, table: pa.Table, numbers: frozenset[str]) -> pa.Table:
    if name == "dimension":
        table = table.filter(_other(table["dimension_number"], numbers))
        parents = table["parent_number"]
        nobody = pa.nulls(len(parents), parents.type)
        kept = pc.if_else(_other(parents, numbers), parents, nobody)
        return table.set_column(2, table.schema.field("parent_number"), kept)
    if name == "dimension_object":
        return table.filter(_other(table["dimension_number"], numbers))
    if name == "reported_balance":
        shares = _by_value(
            table["dimension_number"], lambda text: numbers.isdisjoint(text.split()), pa.bool_()
        )
        return table.filter(pc.fill_null(shares, fill_value=True))
    return table


def _other(column: pa.ChunkedArray | pa.Array, numbers: frozenset[str]) -> pa.Array:
    return pc.invert(pc.is_in(column, value_set=pa.array(sorted(numbers), pa.string())))


def _corrections(rows: pa.RecordBatch, numbers: frozenset[str]) -> pa.RecordBatch:
    def kept(text: str) -> str | None:
        pairs = [pair for pair in json.loads(text) if pair[0] not in numbers]
        return json.dumps(pairs, ensure_ascii=False) if pairs else None

    place = rows.schema.get_field_index("objects")
    objects = _by_value(rows["objects"], kept, pa.string())
    return rows.set_column(place, rows.schema.field(place), objects)


def _by_value(
    column: pa.ChunkedArray | pa.Array, make: Callable[[str], object], kind: pa.DataType
) -> pa.Array:
    """Return a column made of another, each distinct value once: there are few of them."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    encoded = column.dictionary_encode()
    made = pa.array([make(text) for text in encoded.dictionary.to_pylist()], kind)
    return made.take(encoded.indices)
