"""`tasma template`: a file of our own layout to fill in."""

from __future__ import annotations

import sys

from blocks.settings import REFERENCE
from flows.cli.app import command


@command("template", examples=("tasma template",))
def template() -> None:
    """Print a journal file with sample rows: chart, opening balances, vouchers.

    What its columns mean stands in docs/systems/journal.md. Put your own rows in the place of the
    samples, then load the file with `tasma import`.
    """
    sys.stdout.write((REFERENCE / "journal_template.csv").read_text(encoding="utf-8"))
