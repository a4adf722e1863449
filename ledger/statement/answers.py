"""What a person has decided about a file, in answer to its questions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from ledger.statement.values import Kind


@dataclass(frozen=True)
class Answers:
    """Each is None as long as nobody has decided; then the default of the question holds.

    `date`: day of the balances, or last day of the movements. `start`: their first day.
    `is_cumulative`: a column headed with a month alone holds the fiscal year until then. `column`:
    letters of the column of the amounts.
    """

    kind: Kind | None = None
    date: dt.date | None = None
    start: dt.date | None = None
    is_cumulative: bool | None = None
    column: str | None = None
    decimal_sign: Literal[",", "."] | None = None


NO_ANSWERS = Answers()
