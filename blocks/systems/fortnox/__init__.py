"""Fortnox (REST v3): the ledger of a company, read by SIE file and by what can be held against it.

`fortnox_session` is the door to a tenant's books, `preflight` says what a customer lacks,
`authorize_url` and `finish_consent` connect one, `refresh_idle` keeps quiet ones connected.
"""

from typing import Final

from blocks.systems.fortnox.answers import CATALOGUE
from blocks.systems.fortnox.block import FortnoxApp, FortnoxTokens
from blocks.systems.fortnox.connect import fortnox_session
from blocks.systems.fortnox.consent import SCOPES, authorize_url, finish_consent
from blocks.systems.fortnox.documents import DOCUMENT_SCOPES
from blocks.systems.fortnox.idle import IdleRefresh, refresh_idle
from blocks.systems.fortnox.preflight import Requirement, preflight, preflight_of_redirect
from blocks.systems.fortnox.pull import YearExtract
from blocks.systems.fortnox.rotation import delete_tokens
from blocks.systems.fortnox.session import SYSTEM, FortnoxSession
from blocks.systems.fortnox.wire import Company, SourceVoucher, SourceYear

BLOCKS: Final = (FortnoxApp, FortnoxTokens)
"""What an operator registers with Prefect."""

open_session: Final = fortnox_session
"""The name that every system has for it."""

__all__ = [
    "BLOCKS",
    "CATALOGUE",
    "DOCUMENT_SCOPES",
    "SCOPES",
    "SYSTEM",
    "Company",
    "FortnoxApp",
    "FortnoxSession",
    "FortnoxTokens",
    "IdleRefresh",
    "Requirement",
    "SourceVoucher",
    "SourceYear",
    "YearExtract",
    "authorize_url",
    "delete_tokens",
    "finish_consent",
    "fortnox_session",
    "open_session",
    "preflight",
    "preflight_of_redirect",
    "refresh_idle",
]
