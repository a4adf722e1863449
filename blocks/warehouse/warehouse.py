"""The warehouse: what is published, one DuckDB file per tenant, read while it is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duckdb import DuckDBPyConnection

from blocks.staging import StagedUnit
from blocks.warehouse.files import TenantFiles
from blocks.warehouse.workbench import open_workbench


class Warehouse:
    """A folder of tenants' files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def workbench(self, staged: StagedUnit) -> Iterator[DuckDBPyConnection]:
        """Yield a connection with the staged unit beside what is published (`open_workbench`)."""
        with open_workbench(staged, self._files(staged.facts.tenant)) as db:
            yield db

    def _files(self, tenant: str) -> TenantFiles:
        return TenantFiles(self.root, tenant)
