"""An extract of thousands of small parts: landed, read, and landed again with three new ones."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Contender
from tests.benchmarks.plan import Benchmark, Results, Step
from tests.plugins.seaweed import KEY, SECRET, started

PARTS: Final = 5_000
NEW: Final = 3

FOLDER: Final = "ours: a folder"
BUCKET: Final = "ours: a bucket of SeaweedFS on this machine"


def lake(folder: Path) -> Benchmark:
    """Two steps; there is no peer that keeps each part as it came."""
    place = folder / "seaweed"

    def steps(number: int) -> Sequence[Step]:
        home = str(folder / "runs" / f"lake-{number}")
        url = f"s3://lake/round-{number}"
        return [
            Step(
                title=f"an extract of {PARTS:,} small parts: {what}",
                contenders=(
                    Contender(FOLDER, f"lake_ours:{work}", {"home": home}),
                    Contender(BUCKET, f"lake_ours:{work}", {"home": home, "url": url}),
                ),
                check=_check,
            )
            for what, work in (("landed", "land"), ("the next night", "again"))
        ]

    return Benchmark("lake", steps, beside=lambda: _service(place))


@contextmanager
def _service(place: Path) -> Iterator[None]:
    place.mkdir(parents=True, exist_ok=True)
    with started(place) as service:
        os.environ |= {
            "AWS_ENDPOINT_URL": service.address,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }
        yield


def _check(results: Results) -> None:
    assert {PARTS} == {result.facts["parts"] for result in results.values()}
