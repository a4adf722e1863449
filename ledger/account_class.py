"""Which class of account a number is of, where a source's chart of accounts is built so."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class AccountClass(StrEnum):
    """What decides how an account is proven and brought forward."""

    EQUITY = "equity"
    """Carried into the next year, into which the result of the year before is moved."""
    BALANCE = "balance"
    """Assets and liabilities: carried into the next year."""
    RESULT = "result"
    """Income and expense: begins every year at zero."""


AccountClasses = Mapping[str, AccountClass]
"""By the first digits of a number; the longest that fit decide. Where none do, an account's own
type (`ledger.schemas.LEDGER_ACCOUNT`) does."""
