"""``python -m tests.benchmarks.portal_plain``: the same questions on plain pages of Starlette.

What such pages cost without accounts, roles, limits, languages and a menu: one query each, a table
and nothing else. They keep no answer. Files that are sent are written as they come.
"""

from __future__ import annotations

import html
import os
import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from blocks.settings import SQL

HOME: Final = Path(os.environ["TASMA_HOME"])
STATUS: Final = (
    "select tenant.id, name, unit.fiscal_year, unit.status, unit.source, connection.status "
    "from tenant left join unit on unit.tenant = tenant.id "
    "left join connection on connection.tenant = tenant.id "
)


def companies(_request: Request) -> Response:
    """List fifty."""
    return _page(_hub(f"{STATUS} order by tenant.id limit 150"))


def company(request: Request) -> Response:
    """Show how one stands: its years and its connection."""
    return _page(_hub(f"{STATUS} where tenant.id = ?", request.path_params["tenant"]))


def books(request: Request) -> Response:
    """Show both statements of a year; a comparison asks no less of the books."""
    year = request.query_params["year"]
    first, last = f"{year[:4]}-01-01", f"{year[:4]}-12-01"
    asked = {"fiscal_year": year, "first": first, "last": last}
    path = HOME / "warehouse" / f"{request.path_params['tenant']}.duckdb"
    with duckdb.connect(str(path), read_only=True) as db:
        found: list[tuple[Any, ...]] = []
        for name in ("income_statement", "balance_sheet"):
            query = (SQL / "report" / f"{name}.sql").read_text(encoding="utf-8")
            found += db.execute(query, asked).fetchall()
    return _page(found)


async def send(request: Request) -> Response:
    """Write what comes to a file."""
    folder = HOME / "uploads" / request.path_params["tenant"] / uuid.uuid4().hex
    folder.mkdir(parents=True)
    with (folder / "file").open("xb") as file:
        async for chunk in request.stream():
            await run_in_threadpool(file.write, chunk)
    return PlainTextResponse("taken")


def health(_request: Request) -> Response:
    """Answer."""
    return PlainTextResponse("ok")


def _hub(query: str, *values: str) -> Sequence[tuple[Any, ...]]:
    with sqlite3.connect(HOME / "hub" / "hub.sqlite") as connection:
        return connection.execute(query, values).fetchall()


def _page(rows: Iterable[Sequence[object]]) -> Response:
    cells = ("".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) for row in rows)
    return HTMLResponse(f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>")


if __name__ == "__main__":
    of_company = "/companies/{tenant}"
    routes = [
        Route("/health", health),
        Route("/companies", companies),
        *(Route(f"{of_company}{part}", company) for part in ("", "/lights", "/opening", "/holds")),
        *(Route(f"{of_company}/{part}", books) for part in ("books", "comparison")),
        Route(f"{of_company}/files", send, methods=["POST"]),
    ]
    port = int(os.environ["TASMA_PORTAL_PORT"])
    uvicorn.run(Starlette(routes=routes), port=port, log_level="warning", access_log=False)
