"""The bank account that sales carry, held against those that Procountor has.

Procountor takes no BIC of a sale, so that of the settings is only compared.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.invoice.mappings.ecom_procountor.postings import Refusal, refusal
from ledger.invoice.pushed.parts import BankAccount

HEAD_OFFICE = "XXX"
"""What a BIC may end with and be the same without."""


def against_bic(account: BankAccount | None, there: Mapping[str, str]) -> tuple[Refusal, ...]:
    """Return what stands against the settings' account, by those of the company in Procountor.

    An account that is not there, or has no BIC there, is Procountor's to refuse.

    Args:
        account: Of the settings.
        there: BIC by IBAN.
    """
    theirs = there.get(account.iban, "") if account else ""
    if account is None or not account.bic or not theirs or _plain(account.bic) == _plain(theirs):
        return ()
    return (refusal("bic_differs", ours=account.bic, theirs=theirs),)


def _plain(bic: str) -> str:
    return bic.strip().upper().removesuffix(HEAD_OFFICE)
