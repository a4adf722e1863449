"""What every test may use."""

from __future__ import annotations

import pytest

import blocks  # noqa: F401 - before any test imports Prefect, which reports from then on
from tests.examples import load_profile

pytest_plugins = [
    "pytester",
    "tests.plugins.requirements",
    "tests.plugins.costs",
    "tests.plugins.absent_parts",
    "tests.plugins.own_machine",
    "tests.plugins.shares",
    "tests.plugins.postgres",
    "tests.plugins.buckets",
    "tests.plugins.seaweed",
]

load_profile()


@pytest.fixture(scope="session")
def empty_hub(tmp_path_factory):
    """The file of a hub without a tenant, migrated once: a copy of a closed hub is a hub."""
    # Every test loads this module; only those that ask need the hub.
    from blocks.hub import Hub  # noqa: PLC0415

    path = tmp_path_factory.mktemp("hub") / "hub.sqlite"
    with Hub(f"sqlite:///{path}") as hub:
        hub.migrate()
    return path


@pytest.fixture(scope="session")
def read_sie():
    """Read a SIE file whole: the opened file, and every canonical table it has."""
    # Every test loads this module; only those that ask need the reader.
    import pyarrow as pa  # noqa: PLC0415

    from ledger.schemas import CANONICAL, VOUCHER_TABLES  # noqa: PLC0415
    from ledger.sie.reader import open_sie  # noqa: PLC0415

    def read(content, suffix=".se"):
        file = open_sie(content, suffix=suffix)
        parts = list(file.batches())
        whole = {
            name: pa.Table.from_batches([part[name] for part in parts], CANONICAL[name])
            for name in VOUCHER_TABLES
        }
        return file, file.tables | whole

    return read
