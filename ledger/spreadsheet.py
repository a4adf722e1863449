"""Text in a CSV file that a spreadsheet opens: what begins like a formula is kept from being one.

Source:
    OWASP, "CSV Injection": cells that begin with =, +, -, @, a tab or a carriage return.
"""

from __future__ import annotations

import re
from typing import Final

MARK: Final = "'"
"""Before such a text; spreadsheets show what follows as it is."""

_ACTS: Final = re.compile(r"'*[=+\-@\t\r]")
_MARKED: Final = re.compile(r"'+[=+\-@\t\r]")


def as_cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; `from_cell` gives it back as it was."""
    return MARK + text if _ACTS.match(text) else text


def from_cell(cell: str) -> str:
    """Return what `as_cell` was given."""
    return cell[1:] if _MARKED.match(cell) else cell
