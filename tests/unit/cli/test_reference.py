"""The page of commands says what the commands do."""

from __future__ import annotations

from blocks.home import PROJECT
from flows.cli.reference import page


def test_page_of_commands_is_up_to_date():
    """Make it anew with ``python -m flows.cli.reference > docs/cli.md``."""
    assert (PROJECT / "docs" / "cli.md").read_text(encoding="utf-8") == page()
