"""A process that dies while it lands into a bucket leaves no half of a landing there."""

from __future__ import annotations

import hashlib
import os
import signal

import pyarrow as pa
import pytest

from blocks.lake import lake_of
from blocks.settings import Settings
from blocks.steps import STEPS
from tests.faults import extractor
from tests.faults.children import CHILDREN
from tests.lakes import BucketHands

CHILD_LIMIT_S = 120
LANDING_STEPS = [step for step in STEPS if step.startswith(("extract.", "land."))]
FIRST, LATER = ["1", "2", "3"], ["1", "2", "4", "5"]


@pytest.fixture
def url(s3):
    return s3.bucket()


@pytest.fixture
def lake(url, tmp_path):
    return lake_of(Settings(home=tmp_path, lake_url=url))


def killed(tmp_path, url, step):
    named = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    child = CHILDREN.Process(
        target=extractor.land_in_bucket_or_die, args=(tmp_path, url, named, LATER, step)
    )
    child.start()
    child.join(CHILD_LIMIT_S)
    return child.exitcode


@pytest.mark.parametrize("step", LANDING_STEPS)
def test_what_was_landed_before_stays_and_the_next_attempt_completes_it(
    lake, s3, url, tmp_path, step
):
    before = extractor.land_texts(lake, FIRST)
    hands = BucketHands.of(lake, s3.client)

    assert -signal.SIGKILL == killed(tmp_path, url, step)

    names = hands.names("acme/slips/")
    manifests = [name for name in names if name.endswith(".manifest.zst")]
    for name in {name for name in names if name.endswith(".zst")} - {*manifests}:
        content = pa.decompress(hands.bytes_at(name), 1, codec="zstd", asbytes=True)
        assert hashlib.sha256(content).hexdigest() in name
    assert len(manifests) == (2 if step == "land.landed" else 1)
    assert FIRST == contents(lake, before)
    assert LATER == contents(lake, extractor.land_texts(lake, LATER))
    assert 5 + 2 * 2 == len(hands.names("acme/slips/"))


def contents(lake, landed):
    return [part.read().decode() for part in lake.open_parts(landed)]
