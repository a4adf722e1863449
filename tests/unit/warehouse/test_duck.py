from __future__ import annotations

import contextlib

import pytest

from blocks import duck
from blocks.duck import close_idle, open_duckdb


@pytest.fixture(autouse=True)
def none_idle():
    close_idle()
    yield
    close_idle()


@pytest.fixture
def started(monkeypatch):
    """The engines that a test starts."""
    engines = []
    start = duck._start

    def noted():
        engines.append(start())
        return engines[-1]

    monkeypatch.setattr(duck, "_start", noted)
    return engines


def test_second_caller_takes_the_engine_of_the_first_and_finds_nothing_in_it(tmp_path, started):
    with open_duckdb(spill=tmp_path) as db:
        db.execute("create schema staged; create table staged.voucher as select 1 as number")
        db.execute("create temp table touched as select 1 as number; set variable folder = 'x'")
        db.execute("attach ':memory:' as published; use published")
    with open_duckdb(spill=tmp_path) as db:
        tables = db.execute("select table_name from duckdb_tables()").fetchall()
        databases = db.execute("select database_name from duckdb_databases() where not internal")
        left = (tables, sorted(databases.fetchall()), db.sql("select getvariable('folder')"))

        assert ([], [("memory",), ("scratch",)]) == left[:2]
        assert [(None,)] == left[2].fetchall()
    assert len(started) == 1


def test_two_callers_at_once_have_an_engine_each(tmp_path, started):
    with open_duckdb(spill=tmp_path) as one, open_duckdb(spill=tmp_path) as other:
        one.execute("create table voucher as select 1 as number")

        assert [] == other.execute("select table_name from duckdb_tables()").fetchall()
    assert len(started) == 2


def test_engine_in_which_something_failed_is_not_used_again(tmp_path, started):
    with contextlib.suppress(ZeroDivisionError), open_duckdb(spill=tmp_path) as db:
        db.execute("begin")
        raise ZeroDivisionError
    with open_duckdb(spill=tmp_path):
        pass

    assert len(started) == 2


def test_engine_that_spilled_to_disk_is_closed_and_its_folder_removed(tmp_path, started):
    with open_duckdb(spill=tmp_path) as db:
        db.execute("set memory_limit = '20MB'")
        db.execute("create table number as select range as n, hash(range) as h from range(4000000)")
        assert list(tmp_path.iterdir())
    with open_duckdb(spill=tmp_path):
        pass

    assert len(started) == 2
    assert [] == list(tmp_path.iterdir())


def test_only_so_many_engines_wait(tmp_path, started):
    for _ in range(2):
        with contextlib.ExitStack() as stack:
            for _ in range(duck.IDLE_ENGINES + 1):
                stack.enter_context(open_duckdb(spill=tmp_path))

    assert duck.IDLE_ENGINES + 2 == len(started)


def test_engine_spills_into_the_folder_of_its_present_caller(tmp_path, started):
    for name in ("lake", "warehouse"):
        with open_duckdb(spill=tmp_path / name) as db:
            found = db.execute(
                "select current_setting('temp_directory'), current_setting('memory_limit'),"
                " current_setting('max_temp_directory_size')"
            ).fetchone()
            assert str(tmp_path / name) in found[0]
            assert ("953.6 MiB", "46.5 GiB") == found[1:]
    assert len(started) == 1


@pytest.mark.parametrize(("rows", "cores"), [(duck.ONE_CORE_ROWS, 1), (None, None)])
def test_little_work_gets_one_core(tmp_path, rows, cores):
    with open_duckdb(spill=tmp_path) as db:
        (all_cores,) = db.execute("select current_setting('threads')").fetchone()
    with open_duckdb(spill=tmp_path, rows=rows) as db:
        assert (cores or all_cores,) == db.execute("select current_setting('threads')").fetchone()
    with open_duckdb(spill=tmp_path, rows=duck.ONE_CORE_ROWS + 1) as db:
        assert (all_cores,) == db.execute("select current_setting('threads')").fetchone()
