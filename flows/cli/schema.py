"""`tasma schema`: the contracts of files that other systems write, for their programs."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from flows.cli.app import command
from ledger.ecom.contract import schema as of_ecom
from ledger.invoice.contract import schema as of_invoice


class Contract(StrEnum):
    """What there is a schema of."""

    INVOICE = "invoice"
    ECOM = "ecom"


@command("schema", examples=("tasma schema invoice", "tasma schema ecom"))
def schema(
    contract: Annotated[Contract, typer.Argument(help="What the schema is of.")],
) -> None:
    """Print the JSON Schema of what another system gives us to push.

    What the fields mean, and how the same is written as JSON lines, CSV or Parquet, stands in
    docs/systems/invoices.md; for what Ecom's feed says, in docs/systems/ecom.md.
    """
    schemas = {Contract.INVOICE: of_invoice, Contract.ECOM: of_ecom}
    sys.stdout.write(json.dumps(schemas[contract](), indent=2, ensure_ascii=False) + "\n")
