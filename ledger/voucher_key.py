r"""The stable key of a voucher in a source that numbers by series (SIE, Fortnox).

``A:17`` is number 17 of series A. A number that is empty, or that the series has used before,
gets its occurrence in file order: ``A:#1``, ``A:17#2``. ``\``, ``:`` and ``#`` inside a series or
a number are escaped by ``\``, so two different vouchers never share a key.
"""

from __future__ import annotations

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

NUMBERING: Final = ("voucher_series", "voucher_number")
"""Columns by which a source numbers its vouchers."""

NEEDS_ESCAPE: Final = re.compile(r"([\\:#])")


def voucher_key(series: str, number: str, *, occurrence: int = 1) -> str:
    """Build the key of the ``occurrence``-th voucher (from 1) with this series and number."""
    key = f"{_escape(series)}:{_escape(number)}"
    return f"{key}#{occurrence}" if occurrence > 1 or not number else key


def voucher_name(key: str, series: str | None, number: str | None) -> str:
    """Return what an accountant calls a voucher: its series and number, else its key.

    The key of a source that numbers by series says both already; another's is the source's own id.
    """
    if not number or key.partition("#")[0] == voucher_key(series or "", number):
        return key
    return f"{series} {number}" if series else number


def keyed(rows: pa.Table) -> pa.Table:
    """Return rows with ``voucher_key`` in the place of ``voucher_series`` and ``voucher_number``.

    For lists of a source that numbers by series: each row names the first voucher of its number.
    """
    series, number = (
        pc.replace_substring_regex(rows[name], NEEDS_ESCAPE.pattern, r"\\\1") for name in NUMBERING
    )
    key = pc.binary_join_element_wise(series, number, ":")
    key = pc.if_else(pc.equal(number, ""), pc.binary_join_element_wise(key, "#1", ""), key)
    field = pa.field("voucher_key", pa.string(), nullable=False)
    place = rows.schema.get_field_index(NUMBERING[0])
    return rows.add_column(place, field, key).drop_columns(list(NUMBERING))


def _escape(text: str) -> str:
    return NEEDS_ESCAPE.sub(r"\\\1", text)
