"""The process in which the operator's own SQL runs: without files, network, settings or time.

It reads an `Asked` and answers one result a line. The alarm that ends it is the system's, so that
nothing in it can hold on.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection, StatementType

from blocks.controls.breaks import find_breaks
from blocks.controls.control import OwnControl
from blocks.controls.evidence import DIFFERENCE_KIND
from blocks.controls.own_run import ASKED, READY, RESULT, Asked, Limits, failing, too_slow
from blocks.warehouse.files import TenantFiles
from blocks.warehouse.locked_bench import lay_out_locked
from ledger.controls import ControlResult

COLUMNS: Final = ("account", "month", "voucher", "expected", "actual", "message")
MAX_WORDS: Final = 300
"""Characters that are passed on of what DuckDB says."""

ABOUT_SQL: Final = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)
"""Errors whose words are about the query alone; those of others may hold values of the books."""

LAYOUT_S: Final = 120
ROOM_MB: Final = 300
"""What the process may take beside the engine's own memory."""

STATM: Final = Path("/proc/self/statm")
"""What the process has taken, in pages; the sixth number is its data (proc(5))."""


class Unasked(Exception):
    """Why a control is not asked."""


def answer(asked: Asked) -> Iterator[bytes]:
    """Yield that the books lie ready, then the result of each control."""
    signal.alarm(LAYOUT_S)
    memory = asked.limits.memory_mb
    with duckdb.connect(":memory:", config=_config(memory)) as db:
        db.execute("set global TimeZone = 'UTC'")
        files = TenantFiles(asked.warehouse, asked.staged.facts.tenant)
        db.execute("create schema if not exists unit;" + DIFFERENCE_KIND)
        lay_out_locked(db, asked.staged, files)
        _bound(memory + ROOM_MB)
        yield READY
        for control in asked.controls:
            with _timed(db, asked.limits):
                result = _judge(db, control, asked.limits)
            yield RESULT.dump_json(result)


def _config(memory_mb: int) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": f"{memory_mb}MB",
        "threads": 1,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def _bound(room_mb: int) -> None:
    """Let the process take so much more than it has, where the system says what that is."""
    if STATM.exists():
        pages = int(STATM.read_text(encoding="ascii").split()[5])
        room = pages * resource.getpagesize() + room_mb * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (room, room))


@contextmanager
def _timed(db: DuckDBPyConnection, limits: Limits) -> Iterator[None]:
    signal.setitimer(signal.ITIMER_REAL, limits.seconds + limits.grace)
    timer = Timer(limits.seconds, db.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _judge(db: DuckDBPyConnection, control: OwnControl, limits: Limits) -> ControlResult:
    def ask(query: str, *, control: str, **parameters: object) -> DuckDBPyConnection:
        del control
        return db.execute(query, parameters)

    try:
        return find_breaks(ask, control, _breaks(db, control))
    except Unasked as problem:
        return failing(control, str(problem))
    except duckdb.InterruptException:
        return failing(control, f"was stopped: {too_slow(limits)}")
    except duckdb.Error as problem:
        return failing(control, f"could not be run. DuckDB said: {cleaned(problem)}")
    except MemoryError:
        return failing(control, f"was stopped: it took more than {limits.memory_mb} MB of memory")


def cleaned(problem: duckdb.Error) -> str:
    """Return the first line of an error, without what it quotes of the books."""
    line = str(problem).partition("\n")[0].strip()
    if not isinstance(problem, ABOUT_SQL):
        line = re.sub(r"""'.*'|".*"|[0-9]+""", "…", line)
    return line if len(line) <= MAX_WORDS else line[:MAX_WORDS] + "…"


def _breaks(db: DuckDBPyConnection, control: OwnControl) -> str:
    """Return the query of an own control in the one shape of all controls."""
    statements = duckdb.extract_statements(control.sql)
    if len(statements) != 1 or statements[0].type != StatementType.SELECT:
        raise Unasked("was not asked: it has to hold one query (SELECT) and nothing else")
    query = statements[0].query.strip().removesuffix(";")
    found = db.execute(f"from ({query}\n) limit 0").description or []
    names = [column[0].lower() for column in found]
    if not names or set(names) - set(COLUMNS) or len(set(names)) < len(names):
        raise Unasked(f"was not asked: its columns have to be some of {', '.join(COLUMNS)}")
    given = {
        "account_number": _text("account", 100, names),
        "period": _month(names),
        "voucher_key": _text("voucher", 200, names),
        "expected": _amount("expected", names),
        "actual": _amount("actual", names),
        "detail": _text("message", 500, names),
    }
    columns = ", ".join(f"{value} as {name}" for name, value in given.items())
    return f"""
        select
            '{control.name}' as control, *,
            actual - expected as difference,
            case
                when expected is null or actual is null then 'attribute'
                else unit.difference_kind(expected, actual)
            end as kind
        from (select {columns} from ({query}\n) as own)
    """  # noqa: S608 - it runs where there is nothing but the tenant's own books


def _text(name: str, length: int, names: list[str]) -> str:
    return f"coalesce(left(own.{name}::varchar, {length}), '')" if name in names else "''"


def _amount(name: str, names: list[str]) -> str:
    return f"{f'own.{name}' if name in names else 'null'}::decimal(38, 2)"


def _month(names: list[str]) -> str:
    if "month" not in names:
        return "''"
    month = "left(own.month::varchar, 7)"
    return f"""case
        when coalesce({month}, '') = '' then ''
        when regexp_full_match({month}, '[0-9]{{4}}-(0[1-9]|1[0-2])') then {month}
        else error('month is neither a date nor YYYY-MM')
    end"""


def main() -> None:
    """Answer on standard output, on which nothing else may write: DuckDB shows its progress."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        for line in answer(ASKED.validate_json(sys.stdin.buffer.read())):
            answers.write(line + b"\n")
            answers.flush()


if __name__ == "__main__":
    main()
