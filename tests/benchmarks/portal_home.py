"""A home such as a portal serves: many companies, and one with a year of a million postings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

from blocks.hub import UnitState
from blocks.hub.portal_roles import Role
from blocks.staging import stage_unit
from ledger.sie.reader import SieFile, open_sie
from ledger.unit import Unit
from tasks.customer_statements import Decisions, add_statements
from tasks.stores import Stores, open_stores
from tests.benchmarks.inputs import big_sie
from tests.benchmarks.scale_hub import build_hub, tenant_id
from tests.benchmarks.units import facts_of

BIG: Final = tenant_id(0)
"""The company of the large year."""

USERS: Final = 20
BREAK: Final = Decimal("0.01")
"""By which the customer's statement differs from the books on one account."""


def build(home: Path, *, tenants: int, vouchers: int) -> Unit:
    """Make the home unless it is there, and return the large year.

    It has vouchers of three postings and is held against a trial balance that differs on one
    account. The other companies have their rows in the hub, and no books.
    """
    content = big_sie(home.parent, vouchers=vouchers).read_bytes()
    unit = facts_of(open_sie(content, suffix=".se"), content, tenant=BIG).unit
    if not (done := home / "whole").exists():
        build_hub(home / "hub" / "hub.sqlite", tenants)
        (home / "hub").chmod(0o750)
        with stores_of(home) as stores:
            _publish(stores, content)
            _add_people(stores)
        done.touch()
    return unit


@contextmanager
def stores_of(home: Path) -> Iterator[Stores]:
    """Open the stores of a home, which becomes this process's own."""
    os.environ["TASMA_HOME"] = str(home)
    with open_stores() as stores:
        yield stores


def sessions(stores: Stores) -> list[str]:
    """Sign each user in, and return what their browsers keep."""
    users, begun = stores.hub.portal_users, stores.hub.portal_sessions
    return [begun.begin(users.get(_email(number))) for number in range(USERS)]


def _add_people(stores: Stores) -> None:
    for number in range(USERS):
        stores.hub.portal_users.add(_email(number), Role.OPERATOR, tenants=[], by="bench")


def _email(number: int) -> str:
    return f"user{number}@bench.example"


def _publish(stores: Stores, content: bytes) -> None:
    sie = open_sie(content, suffix=".se")
    staged = stage_unit(
        stores.lake,
        facts_of(sie, content, tenant=BIG),
        tables=sie.tables,
        batches=sie.batches(),
        diagnostics=sie.diagnostics,
        path_counts=sie.path_counts,
    )
    unit, rows = staged.facts.unit, staged.tables["posting"].row_count
    stores.hub.years.define(BIG, unit.year)
    stores.warehouse.publish(staged, unit=unit, token=1, load_id="1", run_id="bench")
    for state in (UnitState.RECONCILING, UnitState.PUBLISHED):
        stores.hub.units.set_status(
            BIG, unit.year, state, load_id="1", digest="d", source="sie", posting_count=rows
        )
    about = {"file_name": "tb.csv", "decisions": Decisions(), "who": "bench"}
    add_statements(stores, BIG, _trial_balance(sie, unit), **about)


def _trial_balance(sie: SieFile, unit: Unit) -> bytes:
    """Return what the file reports as a customer would export it, wrong on its first account."""
    kinds, end = {"closing", "result"}, unit.year.end_date
    said = [
        (row["account_number"], row["amount"])
        for row in sie.tables["reported_balance"].to_pylist()
        if row["year_offset"] == 0 and row["balance_kind"] in kinds and row["amount"]
    ]
    said[0] = (said[0][0], said[0][1] + BREAK)
    rows = "\n".join(f"{account};Konto;{amount}" for account, amount in said)
    return f"Saldobalans {end}\nKonto;Benämning;{end}\n{rows}\n".encode()
