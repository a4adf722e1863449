"""A tenant is erased while a file of it is on its way: whichever comes last, nothing is left."""

from __future__ import annotations

import pytest

from blocks.hub import Tenant
from blocks.hub.errors import UnknownTenant
from blocks.lake.lake import TenantErased
from blocks.settings import settings
from ledger.fiscal_year import FiscalYear
from ledger.source import Part
from tasks.erasing import erase, holdings
from tasks.stores import open_stores
from tests.faults import lander
from tests.faults.children import CHILDREN

WAIT_S = 60


@pytest.fixture
def stores(tmp_path, monkeypatch):
    for name in ("TASMA_LAKE", "TASMA_WAREHOUSE", "TASMA_INBOX", "TASMA_HUB_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    with open_stores() as stores:
        stores.hub.tenants.add(Tenant("acme", "Acme AB"))
        yield stores


class Slow:
    """A file of which the second piece comes once the tenant has been erased."""

    def __init__(self, meanwhile) -> None:
        self._meanwhile = meanwhile
        self._pieces = [b"first", b"second"]

    def read(self, _size: int = -1) -> bytes:
        if len(self._pieces) == 1:
            self._meanwhile()
        return self._pieces.pop(0) if self._pieces else b""


def test_file_whose_tenant_is_erased_while_it_comes_leaves_nothing(stores):
    file = Slow(lambda: erase(stores, "acme"))

    with pytest.raises(TenantErased):
        stores.lake.land_stream("acme", "sie", file, file_name="books.se")
    assert left(stores) == []


def test_parts_of_an_extract_whose_tenant_is_erased_while_they_come_leave_nothing(stores):
    def second() -> bytes:
        erase(stores, "acme")
        return b"second"

    parts = [Part("1", lambda: b"first"), Part("2", second)]

    with pytest.raises(TenantErased):
        stores.lake.land_extract("acme", "fortnox", parts, file_name="2024", format_name="fortnox")
    assert left(stores) == []


def test_no_run_of_an_erased_tenant_begins(stores):
    erase(stores, "acme")

    with (
        pytest.raises(UnknownTenant),
        stores.hub.unit_lease("acme", FiscalYear.parse("2024"), holder="late"),
    ):
        pass
    assert stores.hub.leases.live() == []


def test_process_that_lands_while_another_erases_leaves_nothing(stores, tmp_path):
    """Files are landed one after the other as fast as the disk takes them, and then all is gone."""
    child = CHILDREN.Process(target=lander.land_until_erased, args=(tmp_path,))
    child.start()
    wanted = settings().lake / "landing" / "acme" / "sie"
    lander.wait_until(lambda: len(list(wanted.glob("*.zst"))) >= 3)

    erase(stores, "acme")

    child.join(WAIT_S)
    assert child.exitcode == 0
    assert (tmp_path / "said").read_text() == "TenantErased"
    assert left(stores) == []


def left(stores) -> list[str]:
    """Return what is still kept of the tenant, and what lies half-written; locks are nobody's."""
    files = [path for path in settings().lake.rglob("*") if path.is_file()]
    files = [path for path in files if path.suffix != ".lock"]
    return [*map(str, holdings(stores, "acme")), *map(str, files)]
