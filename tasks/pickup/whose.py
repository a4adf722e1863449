"""Whose a file is that several tenants may claim by its name: its organisation number says.

Source:
    R-FIN-P5: one credential serves all companies of a customer; data are split by business id.
"""

from __future__ import annotations

from collections.abc import Sequence

from blocks.hub import Hub
from ledger.errors import TerminalError
from ledger.organisation import is_same
from tasks.ledger_files import open_received

NOBODYS = ""
"""No tenant's, as far as the file says."""


def whose(hub: Hub, content: bytes, *, name: str, claimants: Sequence[str]) -> str:
    """Return the tenant among the claimants whose organisation number a file says.

    A sole claimant's is his without a look: the controls hold it if it is another company's.

    Args:
        hub: Knows the tenants' numbers.
        content: What came of the file, as far as it names its company.
        name: What its sender calls it.
        claimants: Tenants whose it may be by its name, at least one.

    Returns:
        The tenant; `NOBODYS` when the file says no number, one of nobody here, or of two.
    """
    if len(claimants) == 1:
        return claimants[0]
    try:
        number = open_received(content, file_name=name).facts.organisation_number
    except TerminalError:  # whoever it is of, it is no ledger
        return NOBODYS
    tenants = [hub.tenants.get(tenant) for tenant in claimants]
    owners = [item.id for item in tenants if is_same(number, item.organisation_number)]
    return owners[0] if len(owners) == 1 else NOBODYS
