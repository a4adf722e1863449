"""Amounts: decimal from the source's text to the last table, debit positive, credit negative."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

MONEY_SCALE = 2
"""Decimals of an amount. SIE 4B §5.9 and every currency of the Nordic countries have two."""

QUANTITY_SCALE = 6
"""Decimals of a quantity (hours, pieces, litres)."""

MONEY = pa.decimal128(18, MONEY_SCALE)
QUANTITY = pa.decimal128(18, QUANTITY_SCALE)

ZERO = Decimal("0.00")
