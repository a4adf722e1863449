"""A cursor that takes our files' statements, whose parameters are written ``$name``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from psycopg import ClientCursor

from blocks.duck import PARAMETER
from blocks.postgresql import fit


class Cursor(ClientCursor[tuple[Any, ...]]):
    """Asked as a DuckDB connection is, so that what reads load records reads them here too.

    The driver writes the values into the statement, quoted: the server need not guess the type of
    one that is missing, and several statements may come at once.
    """

    def execute(self, query: Any, params: Any = None, **more: Any) -> Self:
        """Run a statement; `params`: values by name."""
        return super().execute(query if params is None else _named(query), fit(params), **more)

    def written(self, query: str, params: Mapping[str, object] | None = None) -> str:
        """Return a statement with its values in it."""
        return query if params is None else self.mogrify(_named(query), params)


def _named(query: str) -> str:
    return PARAMETER.sub(r"%(\1)s", query.replace("%", "%%"))
