"""The input files, made once per work folder by the generator."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from simulators.books.chunks import Habits
from simulators.books.company import Company
from simulators.books.sie.text import Layout
from simulators.books.years import calendar_years

BIG_VOUCHERS: Final = 200_000
"""Gives 600,000 booked rows and about 33 MB of SIE text."""

HABITS: Final = Habits(void_every=0, object_percent=10)


def one_year(seed: int, vouchers: int) -> Company:
    """Make a company with one year of exactly three rows per voucher."""
    return Company(seed, calendar_years(2024, 2024), vouchers, HABITS)


def big_sie(
    folder: Path,
    *,
    odd_percent: int = 0,
    vouchers: int = BIG_VOUCHERS,
    control_sum: bool = True,
) -> Path:
    """Write the big SIE 4E file, with corrections."""
    path = folder / f"sie-{vouchers}-{odd_percent}{'-ksumma' if control_sum else ''}.se"
    if not path.exists():
        layout = Layout(odd_percent=odd_percent, control_sum=control_sum)
        one_year(1, vouchers).write_sie(path, layout=layout)
    return path


def big_sie_for_peer(source: Path) -> Path:
    """Rewrite a SIE file so that pysie-accounting returns every row that it can.

    It reads UTF-8, knows only quoted series and numbers, and keeps vouchers by number alone, so
    all vouchers get one series and a number of their own.
    """
    path = source.with_name(f"{source.stem}-peer.se")
    if not path.exists():
        text = source.read_bytes().decode("cp437")
        count = iter(range(1, text.count("#VER") + 1))
        text = re.sub(
            r'^#VER\s+"?\w+"?\s+"?\d+"?\s+"?(\d+)"?\s+("[^"]*")\s+"?(\d+)"?',
            lambda match: f'#VER "A" "{next(count)}" {match[1]} {match[2]} {match[3]}',
            text,
            flags=re.MULTILINE,
        )
        path.write_text(text, encoding="utf-8", newline="")
    return path


def sru_table(folder: Path) -> Path:
    """Write the table of tax codes that pysie-accounting asks for."""
    path = folder / "sru.csv"
    codes = "".join(f"{code},{code}\n" for code in range(7200, 7600))
    path.write_text(f"SRU,Ink2\n{codes}", encoding="utf-8")
    return path
