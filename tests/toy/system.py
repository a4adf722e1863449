"""The light half of a system that only the tests have: it is connected by a typed key."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from blocks.systems.ports import Connecting, System

SYSTEM: Final = System(
    name="toy",
    title="Toy",
    answers=str(Path(__file__).with_name("toy_answers.csv")),
    secrets=("TASMA_TOY_CLIENT_SECRET",),
    port="tests.toy.port",
    offers=frozenset({"ledger"}),
    connecting=Connecting(
        help="Connect a tenant to its company in Toy by the key that the company made for us.",
        examples=("tasma connect toy acme",),
        secrets={"key": "Key of the company, which Toy shows once"},
    ),
)
