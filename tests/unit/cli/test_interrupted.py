"""Ctrl-C in the middle of work: nothing is published by half, and a person reads what was done."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from flows.cli.interrupted import COMES_TO_ITS_END, unbroken
from flows.cli.local import import_here
from ledger.fiscal_year import FiscalYear
from tasks.stores import open_stores


@pytest.fixture(autouse=True)
def _heed_ctrl_c() -> Iterator[None]:
    """A job in a shell's background ignores Ctrl-C, and so would these tests in one."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_waits_for_what_cannot_be_broken_off_however_often_it_is_pressed(capsys):
    done = []

    async def work() -> None:
        with unbroken():
            press()
            press()
            await asyncio.sleep(0)
            done.append("published")
        await asyncio.sleep(0)
        done.append("too much")

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(work())

    assert done == ["published"]
    assert capsys.readouterr().err.count(COMES_TO_ITS_END) == 1


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("publishing", "published, before the command stopped."),
        ("reconciling", "not published; what was published before stays."),
    ],
)
def test_who_interrupts_a_load_reads_whether_it_was_published(owner, sie, capsys, step, said):
    year = FiscalYear.parse("2024")
    with open_stores() as stores:
        with pytest.raises(KeyboardInterrupt):
            import_here(stores, owner, sie(), watch=lambda now: press() if now == step else None)
        is_there = stores.warehouse.load_record(owner, year) is not None
        status = stores.hub.units.find(owner, year).status

    assert f"{owner} 2024: {said}" in capsys.readouterr().err
    assert is_there == (step == "publishing")
    assert status == ("published" if is_there else "failed")


def test_ctrl_c_at_a_question_ends_as_it_does_elsewhere_and_nothing_is_done(tasma, acme):
    def no_answer(_screen: str) -> str:
        raise KeyboardInterrupt

    stopped = tasma("tenant", "erase", acme, answer=no_answer)

    assert 130 == stopped.exit_code
    assert "Interrupted." in stopped.stderr
    assert acme in tasma("tenant", "list").stdout
