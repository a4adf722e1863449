"""A process that dies while it lands an extract of many parts leaves no half of one."""

from __future__ import annotations

import hashlib
import signal

import pyarrow as pa
import pytest

from blocks.lake import Lake
from blocks.steps import STEPS
from tests.faults import extractor
from tests.faults.children import CHILDREN

CHILD_LIMIT_S = 120
EXTRACT_STEPS = [step for step in STEPS if step.startswith(("extract.", "land."))]
FIRST, LATER = ["1", "2", "3"], ["1", "2", "4", "5"]
MANIFEST = ".manifest.zst"


def killed(folder, texts, step):
    child = CHILDREN.Process(target=extractor.land_or_die, args=(folder, texts, step))
    child.start()
    child.join(CHILD_LIMIT_S)
    return child.exitcode


def contents(lake, landed):
    return [part.read().decode() for part in lake.open_parts(landed)]


@pytest.mark.parametrize("step", EXTRACT_STEPS)
def test_what_was_landed_before_stays_and_the_next_attempt_completes_it(tmp_path, step):
    lake = Lake(tmp_path)
    before = extractor.land(tmp_path, FIRST)

    assert -signal.SIGKILL == killed(tmp_path, LATER, step)

    files = [
        path for path in lake.place_of(before.address).parent.iterdir() if path.suffix == ".zst"
    ]
    parts = [path for path in files if not path.name.endswith(MANIFEST)]
    for path in parts:
        content = pa.decompress(path.read_bytes(), 1, codec="zstd", asbytes=True)
        assert path.stem == hashlib.sha256(content).hexdigest()
    assert len(files) - len(parts) == (2 if step == "land.landed" else 1)
    assert FIRST == contents(lake, before)
    assert LATER == contents(lake, extractor.land(tmp_path, LATER))
