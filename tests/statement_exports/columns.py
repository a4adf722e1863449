"""Columns of printed statements by what they hold."""

from __future__ import annotations

from decimal import Decimal

from tests.statement_exports.books import Moment, Span
from tests.statement_exports.printing import Head
from tests.statement_exports.rows import signed

IS, BS, TB = "income_statement", "balance_sheet", "trial_balance"
JANUARY, FEBRUARY, MARCH = (2026, 1), (2026, 2), (2026, 3)
M, Q, Q25 = Span(MARCH, MARCH), Span(JANUARY, MARCH), Span((2025, 1), (2025, 3))
YEAR, YEAR25 = Span(JANUARY, (2026, 12)), Span((2025, 1), (2025, 12))
END, END25, QEND = Moment((2026, 12)), Moment((2025, 12)), Moment(MARCH)


def used(time, *texts, role="amount"):
    """Return the statement's own column."""
    return Head(texts, time, role, use=True)


def cumulative(time, *texts):
    """Return the statement's own column, of several months."""
    return used(time, *texts, role="cumulative")


def month(time, *texts):
    """Return a month beside it."""
    return Head(texts, time, "month")


def before(time, *texts, role="comparison"):
    """Return what is for comparison."""
    return Head(texts, time, role)


def budget(*texts, role="budget"):
    """Return planned amounts, in whole hundreds."""
    hundreds = lambda row, own: (own / 100).quantize(Decimal(1)) * 100  # noqa: ARG005, E731
    return Head(texts, role=role, make=hundreds)


def percent(*texts):
    """Return shares as text."""
    share = lambda row, own: f"{(abs(own) / 1000 % 100):.1f} %".replace(".", ",")  # noqa: ARG005, E731
    return Head(texts, role="percent", make=share)


def part(divisor, *texts, role="difference"):
    """Return a share of each amount, as a difference or a department has."""
    return Head(
        texts, role=role, make=lambda row, own: (own / divisor).quantize(Decimal("0.01"))  # noqa: ARG005
    )  # fmt: skip


def change(first, last, *texts, signs="natural", kind=BS):
    """Return what an amount grew by between two times."""

    def make(row, own):
        return signed(row, row.value(last) - row.value(first), signs, kind)

    role = "movement" if kind != IS else "difference"
    return Head(texts, role=role, make=make)


def opening(end, *texts, use=False):
    """Return opening balances: nothing on income accounts, retained earnings after the closing."""
    return Head(texts, end if use else None, "opening", use, lambda row, own: _opening(row, end))  # noqa: ARG005


def turnover(time, sign, *texts):
    """Return a turnover of one side, as if half as much had gone both ways besides."""

    def make(row, own):
        net = row.value(time)
        return max(net * sign, Decimal(0)) + (abs(net) / 2).quantize(Decimal("0.01"))

    return Head(texts, role="debit" if sign > 0 else "credit", make=make)


def sides(time, *texts, is_opening=False):
    """Return balances, or opening ones, as two columns: each in that of its side."""
    value = (lambda row: _opening(row, time)) if is_opening else (lambda row: row.value(time))
    return [
        Head(
            text, time, "opening" if is_opening else name, name == "debit" and not is_opening,
            lambda row, own, sign=sign: max(value(row) * sign, 0) or None,  # noqa: ARG005
        )
        for text, name, sign in zip(texts, ("debit", "credit"), (1, -1), strict=True)
    ]  # fmt: skip


def _opening(row, end):
    if row.account and row.account[0] not in "12":
        return Decimal(0)
    is_retained = row.account in ("2251", "2091")
    return row.value(end if is_retained else Moment((end.month[0] - 1, 12)))
