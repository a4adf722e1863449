"""The pages of a company that its menu leads to, in this order: name of the route, key of the text.

A page that stands in the menu adds its line here; who may not use it does not see it.
"""

from __future__ import annotations

from typing import Final

TABS: Final[tuple[tuple[str, str], ...]] = (
    ("company", "company.title"),
    ("files", "files.title"),
    ("books", "books.title"),
    ("pushes", "pushes.title"),
    ("holds", "holds.title"),
    ("opening", "opening.title"),
    ("routes", "routes.title"),
)
