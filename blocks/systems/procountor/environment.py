"""What a company's Procountor is set up with: chart, VAT statuses, and its own bank accounts.

Source:
    Procountor API 26.04, GET /coa, GET /vats/default and GET /bankaccounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.systems.ports import Environment, VatCode
from blocks.systems.procountor.session import ProcountorSession
from ledger.invoice.mappings.procountor.reading import rows_in, text_in


class ProcountorEnvironment:
    """See `EnvironmentSource`."""

    def __init__(self, session: ProcountorSession) -> None:
        self._session = session

    async def environment(self) -> Environment:
        """Read chart and VAT statuses; accounts that are not in use any more are left out."""
        accounts = await self._rows("coa", "ledgerAccounts")
        statuses = await self._rows("vats/default", "vatStatuses")
        return Environment(
            {
                text_in(row, "ledgerAccountCode"): text_in(row, "name")
                for row in accounts
                if row.get("active") is not False
            },
            tuple(
                VatCode(
                    str(row.get("vatStatus", "")),
                    text_in(row, "description"),
                    is_for_sales=row.get("sales") is True,
                    is_for_purchases=row.get("purchase") is True,
                )
                for row in statuses
            ),
        )

    async def bank_accounts(self) -> Mapping[str, str]:
        """Read the company's own accounts."""
        found = await self._rows("bankaccounts", "results")
        return {"".join(text_in(row, "iban").split()): text_in(row, "bic") for row in found}

    async def _rows(self, path: str, name: str) -> list[Mapping[str, Any]]:
        answer = await self._session.get(path)
        found = answer.get(name) if isinstance(answer, Mapping) else None
        return list(rows_in(found))
