"""A lake and a warehouse of their own for each test."""

from __future__ import annotations

import pytest

from blocks.lake import Lake
from blocks.warehouse import FileWarehouse


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake")


@pytest.fixture
def warehouse(tmp_path):
    return FileWarehouse(tmp_path / "warehouse")
