"""Damaged and hostile SIE files are read to an end, told of, and cost little.

A longer run: ``SIE_HURT_FILES=20000 SIE_FLOOD_BYTES=20000000 pytest tests/faults/test_sie_…``, or
``python -m tests.faults.hostile_reader`` for one file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.faults.hostile_files import FLOODS
from tests.faults.hostile_reader import read_all

HURT_FILES = int(os.environ.get("SIE_HURT_FILES", "150"))
FLOOD_BYTES = int(os.environ.get("SIE_FLOOD_BYTES", "100000"))

MOST_CPU_S = 3 + FLOOD_BYTES * 2e-6
"""For one file on a busy machine; an idle one needs a tenth of it."""
MOST_MIB = 700
TIMEOUT_S = 1_800


def read_in_child(*words):
    """Read files in a process that the kernel holds to its limits; one answer for each."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.hostile_reader", *map(str, words)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert (0, b"") == (done.returncode, done.stderr[-2000:])
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.timeout(TIMEOUT_S)
def test_file_hurt_by_chance_is_read_and_never_changed_in_silence():
    """With a control sum in the file, whatever else its rows say was noted by something."""
    read = read_in_child("hurts", 0, HURT_FILES)

    assert HURT_FILES == len(read)
    assert [] == [facts for facts in read if facts["silent"]]
    assert [] == [facts for facts in read if facts["cpu_s"] > MOST_CPU_S]
    assert HURT_FILES // 2 < sum(facts["noted"] > 0 for facts in read)


@pytest.mark.timeout(TIMEOUT_S)
def test_flood_of_one_thing_is_read_in_bounded_time_and_memory():
    read = read_in_child("floods", FLOOD_BYTES)

    assert [*FLOODS] == [facts["name"] for facts in read]
    assert {} == {facts["name"]: facts["cpu_s"] for facts in read if facts["cpu_s"] > MOST_CPU_S}
    assert max(facts["peak_mib"] for facts in read) < MOST_MIB
    assert [] == [facts["name"] for facts in read if not facts["noted"]]
    assert max(facts["kept"] for facts in read) < 5_000


scraps = st.sampled_from(
    [
        *("#VER", "#TRANS", "#RTRANS", "#KONTO", "#RAR", "#IB", "#KSUMMA", "#OIB", "#ver", "#"),
        *("{", "}", "{}", '{1 "2"}', '"{"', " {\n", "\n}\n", '"', '\\"', "\\", " ", "\t", "\n"),
        *("\r\n", "\r", "0", "1930", "-1.00", "1e9", "20240101", "99" * 20, "å", "\u20ac"),
        *("\0", "\x1a", "\x01"),
    ]
)
pieces = st.lists(scraps | st.text(max_size=3), max_size=60).map("".join)
pages = st.sampled_from(["cp437", "utf-8", "cp1252", "utf-16", "utf-8-sig"])


@settings(max_examples=examples(150), deadline=None)
@given(st.builds(lambda text, page: text.encode(page, "replace"), pieces, pages) | st.binary())
def test_any_bytes_are_read_to_an_end(content):
    facts, tables = read_all(content)

    assert facts["noted"] > 0
    assert "ledger_account" in tables


@pytest.mark.parametrize(
    ("field", "opens"), [("{", True), ('"{"', False), ('"{', True), ('"a {"', False)]
)
def test_only_a_bare_brace_opens_a_block_on_its_voucher_line(field, opens):
    """A brace that a lost quotation mark laid bare counts as one; the loss is noted."""
    content = f"#FLAGGA 0\n#VER A 1 20240101 {field}\n#TRANS 1930 {{}} 1\n}}\n".encode()

    facts, _ = read_all(content)

    assert 1 == facts["postings"]
    assert opens == ("brace_on_voucher_line" in facts["codes"])
    assert opens != ("open_brace_missing" in facts["codes"])
