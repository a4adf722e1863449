"""A bar for commands that take long: which step of which file is at work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from flows.cli.output import console
from flows.cli.switches import is_given
from ledger.text import visible


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], Callable[[str], None]]]:
    """Show which step of which file is at work, on a terminal that is not to be ``--quiet``.

    Yields a function that, given a file's name, returns what hears of its steps.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    bar = Progress(*columns, console=console(sys.stderr), transient=True)
    bar.disable = not sys.stderr.isatty() or is_given("--quiet")
    with bar:
        task = bar.add_task("", total=total)
        done = -1

        def of_file(name: str) -> Callable[[str], None]:
            nonlocal done
            done += 1
            bar.update(task, completed=done)
            return lambda step: bar.update(task, description=visible(f"{step} {name}"))

        yield of_file
