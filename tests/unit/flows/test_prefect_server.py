"""Prefect's server on SQLite: its transactions stand in line instead of failing."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy.exc import OperationalError

from flows.server.prefect_internals import one_writer
from flows.server.prefect_internals.one_writer import OneWriter

WRITERS = 20
COUNT, INSERT = sa.text("select count(*) from run"), sa.text("insert into run values (1)")


@pytest.fixture
def url(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}"


def work(config, body):
    """Run ``body(begin, read)`` on a database with an empty table ``run``."""

    async def run():
        engine = await config.engine()
        async with engine.begin() as connection:
            await connection.execute(sa.text("create table run (n int)"))

        async def count():
            async with await config.session(engine) as session:
                return (await session.execute(COUNT)).scalar_one()

        async def read_then_write(pause_s=0.005):
            async with (
                await config.session(engine) as session,
                config.begin_transaction(session),
            ):
                await session.execute(COUNT)
                await asyncio.sleep(pause_s)
                await session.execute(INSERT)
                return await count()

        try:
            return await asyncio.wait_for(body(read_then_write, count), 30)
        finally:
            await engine.dispose()

    return asyncio.run(run())


async def many(read_then_write, count):
    await asyncio.gather(*(read_then_write() for _ in range(WRITERS)))
    return await count()


def test_transactions_that_read_first_all_succeed(url):
    assert work(OneWriter(url), many) == WRITERS


def test_prefect_alone_lets_them_fail(url):
    """If this fails, Prefect has mended it, and `OneWriter` may go."""
    with pytest.raises(OperationalError, match="database is locked"):
        work(AioSqliteConfiguration(connection_url=url), many)


def test_a_plain_read_does_not_wait_for_an_open_transaction(url):
    async def side_load(read_then_write, count):
        writer = asyncio.create_task(read_then_write(pause_s=0.5))
        await asyncio.sleep(0.1)
        seen, is_open = await count(), not writer.done()
        await writer
        return seen, is_open

    assert work(OneWriter(url), side_load) == (0, True)


def test_a_transaction_within_a_transaction_does_not_wait_for_itself(url):
    config = OneWriter(url)

    async def nested(_write, _count):
        engine = await config.engine()
        async with (
            await config.session(engine) as outer,
            await config.session(engine) as inner,
            config.begin_transaction(outer),
            config.begin_transaction(inner),
        ):
            return (await inner.execute(COUNT)).scalar_one()

    assert work(config, nested) == 0


def test_a_turn_that_does_not_come_is_not_waited_for_forever(url, monkeypatch):
    monkeypatch.setattr(one_writer, "TURN_LIMIT_S", 0.1)

    async def impatient(read_then_write, _count):
        slow = asyncio.create_task(read_then_write(pause_s=1))
        await asyncio.sleep(0.1)
        await read_then_write(pause_s=0)
        is_first = not slow.done()
        slow.cancel()
        return is_first

    assert work(OneWriter(url), impatient)


def test_a_cancelled_transaction_gives_its_turn_back(url):
    async def cancelled(read_then_write, count):
        gone = asyncio.create_task(read_then_write(pause_s=20))
        await asyncio.sleep(0.1)
        gone.cancel()
        await read_then_write()
        return await count()

    assert work(OneWriter(url), cancelled) == 1
