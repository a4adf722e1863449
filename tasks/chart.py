"""The ledger accounts that a tenant is given before its first file comes."""

from __future__ import annotations

from pathlib import Path

from blocks.hub import Hub
from blocks.received import read_received
from ledger.errors import TerminalError
from tasks.ledger_files import open_received


class NoChart(TerminalError):
    """A file was to give a tenant its accounts and has none."""

    sentence = (
        "{file_name} has no ledger accounts. Export the chart of accounts from the source system, "
        "in a SIE file for instance, and import that."
    )


def import_chart(hub: Hub, tenant: str, path: Path, *, who: str) -> int:
    """Replace the accounts that a tenant was given; return how many there are.

    Raises:
        NoChart: The file has none.
        NotALedger: It is no ledger file.
        UnknownTenant: The hub has no such tenant.

    Source:
        R-FIN-24: accounts are imported before files may come.
    """
    file = open_received(read_received(path), file_name=path.name)
    table = file.tables.get("ledger_account")
    if table is None or not table.num_rows:
        raise NoChart(file_name=path.name)
    columns = (table[name].to_pylist() for name in ("account_number", "name", "account_type"))
    accounts = (
        (number, name or "", kind or "") for number, name, kind in zip(*columns, strict=True)
    )
    return hub.charts.set(tenant, accounts, who=who)
