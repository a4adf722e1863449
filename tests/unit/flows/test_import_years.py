"""A file out of the inbox that is several loads, or none: what lies beside it, and in the hub."""

from __future__ import annotations

import asyncio

import pytest

from blocks.hub import Tenant
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.taking import take_in
from ledger.errors import TasmaError
from ledger.fiscal_year import FiscalYear
from tasks.arrivals import Arrival
from tasks.fetch import land_file
from tests.homes import opened_new

ROWS = ["{", "#TRANS 1930 {} 100.00", "#TRANS 3001 {} -100.00", "}"]
HEAD = ["#FLAGGA 0", "#SIETYP 4", "#FNAMN Acme", "#KONTO 1930 Bank", "#KONTO 3001 Sale"]
TILL = "\r\n".join([*HEAD, '#VER "" "" 20241230', *ROWS, '#VER "" "" 20250105', *ROWS, ""]).encode()


@pytest.fixture
def stores(tmp_path, monkeypatch, empty_hub):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    with opened_new(tmp_path, empty_hub) as stores:
        stores.hub.tenants.add(Tenant("acme", "Acme AB"))
        stores.hub.years.define("acme", FiscalYear.parse("2025"))
        yield stores


@pytest.fixture
def drop(stores, tmp_path):
    """Drop a file into the inbox and take it in; return the folder it was moved to."""

    def take(content, name):
        path = tmp_path / "inbox" / "acme" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        sha256 = land_file(stores, "acme", path=path).sha256
        steps = LocalSteps(LoadResult("acme", path), lambda _step: None)
        try:
            asyncio.run(take_in(stores, Arrival("acme", path, sha256=sha256), steps=steps))
        except TasmaError:
            assert path.parent.joinpath("failed", name).exists()
        return path.parent

    return take


def test_refused_vouchers_are_named_beside_the_file_and_in_the_hub_and_the_rest_is_loaded(
    stores, drop
):
    reason = (drop(TILL, "till.si") / "failed" / "till.si.error.txt").read_text(encoding="utf-8")

    (seen, *_) = stores.hub.files.recent("acme")
    for told in (reason, seen.reason):
        assert "2025 Partial: a few vouchers of the year" in told
        assert "1 voucher of till.si lies in no fiscal year that is defined for acme" in told
        assert "tasma tenant year add acme 2024" in told
        assert "line 6 of 2024-12-30." in told
    assert "failed" == seen.outcome
    (load,) = stores.hub.loads.of_unit("acme", FiscalYear.parse("2025"))
    assert ("partial", seen.sha256) == (load.status, load.landed_sha256)
    assert [] == stores.hub.loads.of_unit("acme", FiscalYear.parse("2024"))


def test_file_of_several_years_that_are_all_defined_is_done_with(stores, drop):
    stores.hub.years.define("acme", FiscalYear.parse("2024"))

    folder = drop(TILL, "till.si")

    assert ["till.si"] == [path.name for path in (folder / "processed").iterdir()]
    counts = [
        len(stores.hub.loads.of_unit("acme", FiscalYear.parse(year))) for year in ("2024", "2025")
    ]
    assert [1, 1] == counts


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<?xml version="1.0"?><Sie xmlns="http://www.sie.se/sie5"/>', "It is SIE 5 (XML)"),
        (TILL.decode().encode("utf-16"), "It is text in UTF-16"),
        (b"PK\x05\x06" + bytes(18), "It is a zip archive. Unpack it"),
    ],
    ids=["SIE 5", "UTF-16", "zip"],
)
def test_file_of_another_kind_is_named_beside_it(drop, content, said):
    reason = (drop(content, "books.se") / "failed" / "books.se.error.txt").read_text("utf-8")

    assert f"books.se is no SIE file of type 1 to 4. {said}" in reason
