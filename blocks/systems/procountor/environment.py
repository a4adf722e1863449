"""What a company's Procountor is set up with: its chart and its VAT statuses, for account tables.

Source:
    Procountor API 26.04, GET /coa and GET /vats/default.
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

    async def _rows(self, path: str, name: str) -> list[Mapping[str, Any]]:
        answer = await self._session.get(path)
        found = answer.get(name) if isinstance(answer, Mapping) else None
        return list(rows_in(found))
