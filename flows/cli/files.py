"""Which files a command line means: each file named, and the ledgers in each folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import typer

from ledger.readers import SUFFIXES, suffixes_in_words

MAX_FILES: Final = 10_000
"""Most files of one command."""


STANDARD_INPUT: Final = Path("-")


@contextmanager
def with_standard_input(paths: list[Path], *, name: str) -> Iterator[list[Path]]:
    """Give the paths, with what is piped in, where ``-`` stands, as a file of this name.

    Raises:
        typer.BadParameter: The name is a path, or nothing is piped in.
    """
    if STANDARD_INPUT not in paths:
        yield paths
        return
    if name != Path(name).name or sys.stdin.isatty():
        raise typer.BadParameter("- reads what is piped in; --name is a file's name, no path.")
    with TemporaryDirectory(prefix="tasma-") as folder:
        file = Path(folder, name)
        with file.open("wb") as target:
            shutil.copyfileobj(sys.stdin.buffer, target)
        yield [file if path == STANDARD_INPUT else path for path in paths]


def there(path: Path) -> Path:
    """Return a file that was named, or say that the command named none that is there."""
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a folder: name a file in it.")
    if not path.is_file():
        raise typer.BadParameter(f"there is no file {path}.")
    return path


def ledger_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files, those of a folder in order of name; each once.

    A file that is named itself may be called anything.

    Raises:
        typer.BadParameter: A path is not there, a folder has no ledger, or there are too many.
    """
    found = list(dict.fromkeys(file for path in paths for file in _files(path)))
    if len(found) > MAX_FILES:
        raise typer.BadParameter(f"{len(found):,} files; at most {MAX_FILES:,} in one command.")
    return found


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise typer.BadParameter(f"there is no file {path}.")
    if path.is_file():
        yield path
        return
    inside = [file for file in sorted(path.iterdir()) if _is_ledger(file)]
    if not inside:
        raise typer.BadParameter(f"{path} holds no file that ends in {suffixes_in_words()}.")
    yield from inside


def _is_ledger(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.suffix.lower() in SUFFIXES
