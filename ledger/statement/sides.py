"""Statements in two columns: what stands on the debit side, and what on the credit side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ledger.statement import column_words
from ledger.statement.values import Column, Role

SIDES = (Role.DEBIT, Role.CREDIT)


def choose_sides(columns: Sequence[Column]) -> list[Column]:
    """Return the columns with debit and credit of the statement in use, none when it is unclear.

    Of several such pairs it is the closing one, or else the one that ends last. Turnovers alone are
    no balances: they are used with the opening balance before them.
    """
    visible = [column for column in columns if not column.is_hidden]
    pair = _closing([column for column in visible if column.role in SIDES])
    chosen = {column.column for column in (*_opening(visible, pair), *pair)}
    return [replace(column, use=column.column in chosen) for column in columns]


def _closing(sides: Sequence[Column]) -> list[Column]:
    found = [c for c in sides if column_words.ROLES[Role.AMOUNT].search(c.header.casefold())]
    last = max((c.period.end for c in sides if c.period), default=date.min)
    found = found or [c for c in sides if (c.period.end if c.period else date.min) == last]
    return found if len({column.role for column in found}) == len(found) else []


def _opening(visible: Sequence[Column], pair: Sequence[Column]) -> list[Column]:
    """Return the opening balance that turnovers go on from; none where the pair is of balances."""
    openings = [column for column in visible if column.role is Role.OPENING][-1:]
    is_balance = any(column_words.ROLES[Role.AMOUNT].search(c.header.casefold()) for c in pair)
    return [] if is_balance else openings
