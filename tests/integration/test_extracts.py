"""An extract of many parts, of which a later night brings few: known by its manifest."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from blocks.hub import Tenant
from ledger.fiscal_year import FiscalYear
from ledger.readers import FORMATS, SIE, Format
from ledger.source import LedgerReader, Part
from tasks.fetch import Fetched
from tasks.ledger_files import facts_of, open_landed
from tasks.pruning import prune
from tasks.stage import staged_from_landing

YEAR = FiscalYear.parse("2024")
NUMBERS = range(1, 301)
HEAD = Part(
    "0",
    b'#FLAGGA 0\n#PROGRAM "Slips" 1\n#SIETYP 4\n#ORGNR 556000-0001\n#FNAMN "Exempel AB"\n'
    b"#RAR 0 20240101 20241231\n#KONTO 1930 Bank\n#UB 0 1930 0.00\n".strip,
)


def joined(parts):
    return SIE.reader.open_parts([Part("a.se", lambda: b"\n".join(item.read() for item in parts))])


READER = LedgerReader(version=1, open_parts=joined, says_year="a head", says_company="a head")
"""Of a format in which every voucher is a part of its own."""


def slip(number, amount="5.00"):
    rows = f"#TRANS 1930 {{}} {amount}\n#TRANS 1930 {{}} -{amount}"
    return Part(f"A {number:03}", f'#VER A {number} 20240301 ""\n{{\n{rows}\n}}'.encode)


@pytest.fixture
def lake(house, monkeypatch):
    house.stores.hub.tenants.add(Tenant("acme", "Exempel AB", "5560000001"))
    monkeypatch.setitem(FORMATS, "slips", Format("slips", "Slips", frozenset(), port=__name__))
    return house.stores.lake


@pytest.fixture
def load(house, lake):
    """Load what came, and what came before; return the landing and how the run ended."""

    def load(came, known=()):
        parts = {part.name: part for part in known} | {part.name: part for part in came}
        landed = lake.land_extract(
            "acme", "sie", parts.values(), file_name="slips", format_name="slips"
        )
        file = open_landed(lake, landed)
        return landed, *house.load(Fetched(landed, facts_of(file, landed, YEAR), file))

    return load


def landings(lake):
    return {path.name for path in lake.root.glob("landing/*/*/*.zst")}


def test_a_night_that_brings_few_new_parts_publishes_the_year_and_keeps_those_it_reuses(
    house, lake, load
):
    first, *_ = load([HEAD, *map(slip, NUMBERS)])
    known = lake.usable("acme", "sie", lake.parts_of(first))
    before = landings(lake)
    second, name, message = load([slip(7, "6.00"), slip(301)], known)
    came = landings(lake) - before
    again, unchanged, _ = load([], lake.parts_of(second))
    published = house.stores.hub.loads.published("acme", YEAR)
    for path in lake.root.rglob("*"):
        os.utime(path, (0, 0))
    # What a load was made of stays for a while after another one replaced it.
    assert {Path(first.address).name, f"{known[7].sha256}.zst"} <= landings(lake)
    gone = {item.address.rpartition("/")[2] for item in prune(house.stores, dry_run=False)}
    shutil.rmtree(lake.place_of(published.stage_folder))
    restaged = staged_from_landing(house.stores, published)

    assert ("Published", "Unchanged") == (name, unchanged)
    assert "added: 1, changed: 1, removed: 0" in message
    assert (second, second.sha256) == (again, published.landed_sha256)
    assert 3 == len(came)
    assert set() == gone & before
    assert (published.digest, 301) == (restaged.digest, restaged.tables["voucher"].row_count)


def test_a_part_that_is_gone_is_named_and_the_year_stays_as_it_is(house, lake, load):
    landed, *_ = load([HEAD, *map(slip, NUMBERS[:3])])
    published = house.stores.hub.loads.published("acme", YEAR)
    shutil.rmtree(lake.place_of(published.stage_folder))
    part = lake.parts_of(landed)[2]
    (lake.place_of(landed.address).parent / f"{part.sha256}.zst").unlink()

    with pytest.raises(Exception, match=f"{part.sha256[:16]} of acme is not in the lake"):
        staged_from_landing(house.stores, published)
    assert 3 == house.units("acme")["2024"].voucher_count
