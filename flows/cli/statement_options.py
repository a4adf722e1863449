"""What a person may say of a statement at the prompt, where its file leaves it open."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer

from ledger.statement.answers import Answers
from ledger.statement.values import Kind

StatementPath = Annotated[Path, typer.Argument(help="A .csv, .txt, .xlsx, .xls or .ods file.")]
KindOption = Annotated[
    Literal["income-statement", "balance-sheet", "trial-balance"] | None,
    typer.Option("--kind", help="Which statement it is, when the file does not say."),
]
DateOption = Annotated[
    str,
    typer.Option("--date", metavar="DATE", help="Day of the balances, or last day of the amounts."),
]
StartOption = Annotated[
    str, typer.Option("--from", metavar="DATE", help="First day of the amounts.")
]
AmountsOption = Annotated[
    Literal["month", "cumulative"] | None,
    typer.Option("--amounts", help="What a column holds that is headed with a month alone."),
]
ColumnOption = Annotated[
    str, typer.Option("--column", metavar="LETTERS", help="Which column holds the amounts: C.")
]
DecimalSign = Annotated[
    Literal[",", "."] | None,
    typer.Option("--decimal-sign", help="Which sign stands before decimals."),
]


def answers_of(
    kind: KindOption,
    date: str,
    start: str,
    amounts: AmountsOption,
    decimal_sign: DecimalSign,
    *,
    column: str,
) -> Answers:
    """Return what the options say of a statement; nothing of what was left out."""
    return Answers(
        kind=Kind(kind.replace("-", "_")) if kind else None,
        date=_day_of(date),
        start=_day_of(start),
        is_cumulative=None if amounts is None else amounts == "cumulative",
        decimal_sign=decimal_sign,
        column=column.upper() or None,
    )


def _day_of(text: str) -> dt.date | None:
    """Read a day as an option gives it; nothing when it is left out."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day: expected 2026-12-31.") from None
