"""`tasma up` and `tasma demo`: Prefect's server and the deployments, on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.cli.app import AsJson, app, command
from flows.cli.exits import ExitCode
from flows.cli.opening import short
from flows.cli.output import next_steps, remark, say, show_json, show_table

if TYPE_CHECKING:
    from flows.demo.demo import Outcome


@command(app, "up", examples=("tasma up", "tasma --demo up"))
def up() -> None:
    """Start Prefect's server, its UI and the deployments, and stop them with Ctrl-C.

    TASMA_HOST and TASMA_PORT say where it listens; 127.0.0.1:4200 unless set.
    """
    from blocks.settings import settings  # noqa: PLC0415 - for this command alone
    from flows import server  # noqa: PLC0415 - as above
    from flows.demo import home  # noqa: PLC0415 - as above

    here = settings().home
    with home.used_alone(here) if home.is_demo(here) else nullcontext():
        raise typer.Exit(server.up(say))


@command(app, "demo", examples=("tasma demo",))
def demo(*, as_json: AsJson = False) -> None:
    """Load invented companies end to end through a Prefect server, and check the outcome.

    Ends with 1 unless exactly the planted break is found and all other books are right to the öre.
    It works in a home of its own, which it empties first; nothing else is touched.
    """
    from flows.demo.demo import run_demo  # noqa: PLC0415 - brings DuckDB and numpy

    outcome = run_demo(remark)
    if as_json:
        show_json({"took_s": round(outcome.took_s), "complaints": outcome.complaints})
    else:
        _show(outcome)
    if outcome.complaints:
        raise typer.Exit(ExitCode.FAILED)


def _show(outcome: Outcome) -> None:
    rows = [
        (
            "red" if unit.blocking_count else "green",
            unit.tenant,
            short(unit.fiscal_year),
            unit.status,
            unit.voucher_count,
            unit.posting_count,
            unit.blocking_count,
            "; ".join(str(item) for item in unit.blocking),
        )
        for unit in outcome.seen
    ]
    headings = ("light", "tenant", "year", "status", "vouchers", "postings", "breaks", "why")
    show_table(headings, rows)
    for complaint in outcome.complaints:
        remark(f"Wrong: {complaint}")
    if outcome.complaints:
        remark(f"The demo failed after {outcome.took_s:.0f} s. Logs: {outcome.home}/prefect/*.log")
        return
    say(
        f"As it must be: one planted break is held, and all other balances are the generator's "
        f"to the öre ({outcome.took_s:.0f} s). Home: {outcome.home}"
    )
    tasma = program()
    held = next(unit for unit in outcome.seen if unit.blocking_count)
    good = next(unit for unit in outcome.seen if not unit.blocking_count)
    next_steps(
        f"{tasma} --demo ledger breaks {held.tenant} {short(held.fiscal_year)}",
        f"{tasma} --demo ledger report {good.tenant} {short(good.fiscal_year)}",
        f"{tasma} --demo up                 (these tenants and runs in Prefect's UI)",
        f"{tasma} import FILE --new-tenant  (your own SIE file, in a home of your own)",
    )


def program() -> str:
    """Return how this program is called from here: ``tasma`` when the shell finds it."""
    found = shutil.which("tasma")
    beside = Path(sys.executable).with_name("tasma")
    if found and Path(found).resolve() == beside.resolve():
        return "tasma"
    return os.path.relpath(beside) if beside.exists() else "tasma"
