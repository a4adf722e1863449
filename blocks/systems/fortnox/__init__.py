"""Fortnox (REST v3): the ledger of a company, read by SIE file and by what can be held against it.

`fortnox_session` is the door to a tenant's books.
"""

from blocks.systems.fortnox.connect import fortnox_session
from blocks.systems.fortnox.pull import YearExtract
from blocks.systems.fortnox.session import SYSTEM, FortnoxSession
from blocks.systems.fortnox.wire import Company, SourceVoucher, SourceYear

__all__ = [
    "SYSTEM",
    "Company",
    "FortnoxSession",
    "SourceVoucher",
    "SourceYear",
    "YearExtract",
    "fortnox_session",
]
