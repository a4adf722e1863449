"""Whether a file is whole, by its end and by what it says of itself."""

from __future__ import annotations

import zlib

import pytest

from blocks.settings import REFERENCE
from simulators.books.company import Company
from simulators.books.years import calendar_years
from tasks.pickup import whole
from tasks.pickup.whole import is_unfinished

COMPANY = Company(3, calendar_years(2024, 2024), 6)
SIE = COMPANY.sie()
JOURNAL = (REFERENCE / "journal_template.csv").read_text().replace("SAMPLE", "A")


def unfinished(tmp_path, content, name="books.se"):
    (tmp_path / "taken.tmp").write_bytes(content)
    return is_unfinished(tmp_path / "taken.tmp", name)


@pytest.mark.parametrize("ending", [b"", b" ", b"\r\n", b"\r\n\r\n \x1a"])
def test_a_whole_file_is_finished_however_it_ends(tmp_path, ending):
    assert not unfinished(tmp_path, SIE.rstrip() + ending)


def test_a_file_is_finished_at_its_last_sign_and_nowhere_before(tmp_path):
    """Behind its type and year, which stand among its first lines."""
    start = SIE.index(b"\n", SIE.index(b"#RAR")) + 1
    lines = [at + 1 for at, sign in enumerate(SIE) if sign == ord("\n") and at >= start]
    cuts = {*lines[::7], *range(len(SIE) - 400, len(SIE.rstrip()))}

    assert [cut for cut in sorted(cuts) if not unfinished(tmp_path, SIE[:cut])] == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"#FLAGGA 0\n#SIETYP 1\n#UB 0 1930 1.00\n", False),
        (b"#FLAGGA 0\n#SIETYP 1\n#UB 0 1930 1.0", True),
        (b'#FLAGGA 0\n#SIETYP 4\n#VER A 1 20240101 "x"\n{\n#TRANS 1930 {} 1.00\n', True),
        (b'#FLAGGA 0\n#SIETYP 4\n#VER A 1 20240101 "x"\n{\n\t#trans 1930 {} 1.00\n\n', True),
        (b"hello\n", False),
    ],
)
def test_what_reports_no_balances_is_judged_by_its_end_alone(tmp_path, content, expected):
    assert expected == unfinished(tmp_path, content, "books.si")


EVIDENCE = b"#FLAGGA 0\r\n#KSUMMA\r\n#SIETYP 1\r\n#UB 0 1930 1000.00\r\n"


def summed(content):
    """Close a file with the sum of its records (SIE 4B §10), without the end of the line."""
    records = content.partition(b"#KSUMMA\r\n")[2]
    plain = records.replace(b"\r\n", b"").replace(b" ", b"")
    return content + b"#KSUMMA %d" % zlib.crc32(plain)


def test_a_sum_over_all_records_proves_a_file_whole_that_lacks_its_last_line_end(tmp_path):
    """Balances alone say nothing of what may be missing behind the last of them."""
    file = summed(EVIDENCE)
    assert not unfinished(tmp_path, file)
    assert not unfinished(tmp_path, file + b"\r\n")
    without = EVIDENCE.replace(b"#KSUMMA\r\n", b"")
    assert not unfinished(tmp_path, without)

    assert unfinished(tmp_path, without.rstrip()), "its last amount may go on"


@pytest.mark.parametrize("missing", range(1, 40))
def test_a_file_that_opens_a_sum_is_unfinished_until_it_is_closed(tmp_path, missing):
    assert unfinished(tmp_path, summed(EVIDENCE)[:-missing])


def test_a_large_file_is_judged_by_its_end_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(whole, "ADDED_UP_BYTES", 100)
    cut = SIE[: SIE.rindex(b"#VER")]

    assert not unfinished(tmp_path, cut)
    assert unfinished(tmp_path, cut[:-3])


def test_an_archive_is_whole_with_its_directory(tmp_path):
    assert unfinished(tmp_path, b"PK\x03\x04 and more", "books.xlsx")
    assert not unfinished(tmp_path, b"\xd0\xcf\x11\xe0", "books.xls")


def test_a_journal_is_finished_when_its_declared_rows_are_there(tmp_path):
    assert not unfinished(tmp_path, JOURNAL.encode(), "books.csv")
    assert not unfinished(tmp_path, JOURNAL.rstrip().encode(), "books.csv"), "no end of the line"


@pytest.mark.parametrize("line", range(1, len(JOURNAL.splitlines())))
def test_a_journal_is_not_finished_at_any_line_before(tmp_path, line):
    cut = "".join(JOURNAL.splitlines(keepends=True)[:line])

    assert unfinished(tmp_path, cut[:-4].encode(), "books.csv")
    # Between its first two lines nothing tells it from a file of another layout.
    assert unfinished(tmp_path, cut.encode(), "books.csv")


def test_a_journal_with_too_many_rows_is_wrong_and_not_unfinished(tmp_path):
    more = JOURNAL.rstrip() + "\n" + JOURNAL.rstrip().splitlines()[-1] + "\n"

    assert not unfinished(tmp_path, more.encode(), "books.csv")
