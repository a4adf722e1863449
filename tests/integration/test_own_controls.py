"""The operator's own SQL judges as the built-in controls do, and reaches nothing but the books."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.controls import own_controls
from blocks.controls.own_run import Limits, run_own
from ledger.controls import MAX_BREAKS_KEPT, Answer, BreakKind, Severity
from ledger.fiscal_year import FiscalYear
from tasks.recheck import staged_as_published

EXAMPLES = Path(__file__).parents[2] / "docs/examples/controls"
MANY = "select i::varchar as voucher, i as expected, 0 as actual from range(1, 20_001) as t(i)"
"""Returns too many rows; a million take some seconds."""

Y2024 = FiscalYear.parse("2024")
BOOKS = """#FLAGGA 0
#PROGRAM "Exempel" 1
#SIETYP 4
#ORGNR 556000-0001
#FNAMN "Exempel AB"
#RAR 0 20240101 20241231
#KONTO 1910 Kassa
#KONTO 1930 Bank
#UB 0 1910 {closing}
#UB 0 1930 {bank}
#VER A 1 20240301 ""
{{
#TRANS 1910 {{}} {closing}
#TRANS 1930 {{}} {bank}
}}
"""
SHORT = BOOKS.format(closing="-5.00", bank="5.00")
RIGHT = BOOKS.format(closing="5.00", bank="-5.00")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = tmp_path / "own"
    made.mkdir()
    monkeypatch.setenv("TASMA_CONTROLS", str(made))
    return made


def configure(folder, *rows):
    (folder / "controls.csv").write_text("\n".join(["control,tenant,severity,tolerance", *rows]))


def own_of(stores, load_id):
    results = stores.hub.loads.results(load_id)
    return {item.control: item for item in results if item.control.startswith("own_")}


def test_the_documented_example_holds_loads_by_its_text_and_rows_of_today(stores, take, folder):
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)

    held = take(SHORT)

    assert held.outcome == "held"
    assert "own_cash_below_zero (1 break" in held.message
    found = own_of(stores, stores.hub.holds.find("acme", Y2024).load_id)
    (item,) = found["own_cash_below_zero"].breaks
    assert (item.account_number, item.period, item.kind) == (
        "1910",
        "2024-03",
        BreakKind.UNEXPECTED,
    )
    assert (item.expected, item.actual, item.difference) == (0, Decimal("-5.00"), Decimal("-5.00"))
    assert own_controls("beta")[0].severity is Severity.WARNS

    # The same books are asked again once the text has changed.
    assert take(RIGHT).outcome == "published"
    (folder / "cash_below_zero.sql").write_text("select 0 as expected, 7 as actual")
    assert take(RIGHT).outcome == "held"


def test_a_vanished_file_and_broken_sql_are_findings_that_hold_only_where_the_control_blocks(
    stores, take, folder
):
    configure(folder, "gone,*,warns,0.00", "wrong,*,informs,0.00", "others,beta,blocks,0.00")
    (folder / "wrong.sql").write_text("select acount from staged.posting")
    (folder / "stray.sql").write_text("select 1 as expected")

    taken = take(RIGHT)

    assert taken.outcome == "published"
    found = own_of(stores, stores.hub.loads.published("acme", Y2024).load_id)
    said = {name: item.breaks[0].detail for name, item in found.items()}
    assert said.keys() == {"own_gone", "own_wrong", "own_stray"}
    assert said["own_gone"].startswith("gone.sql is missing in the folder of own controls")
    assert (
        'wrong.sql could not be run. DuckDB said: Binder Error: Referenced column "acount"'
        in (said["own_wrong"])
    )
    assert "\n" not in said["own_wrong"]
    assert said["own_stray"].startswith("stray.sql is asked of nobody")

    configure(folder, "gone,*,blocks,0.00", "wrong,*,informs,0.00")
    held = take(RIGHT)
    assert held.outcome == "held"
    assert "own_gone" in held.message
    assert "own_wrong" not in held.message


ATTACKS = {
    "reads": ("select content as message from read_text('{file}')", "Permission Error"),
    "reads_own": ("select 1 as expected from read_blob('{staged}')", "Permission Error"),
    "reads_published": (
        "select size as expected from read_blob('{published}')",
        "Permission Error",
    ),
    "lists": ("select file as message from glob('/*')", "Permission Error"),
    "copies": ("copy (select 1) to '{file}'", "one query"),
    "copies_inside": (
        "with x as (copy (select 1) to '{published}' (format csv, use_tmp_file false)) from x",
        "could not be run",
    ),
    "attaches": ("attach '{other}' as other", "one query"),
    "sets": ("set enable_external_access = true", "one query"),
    "installs": ("install httpfs", "one query"),
    "two": ("select 1 as expected; select 2 as expected", "one query"),
    "breaks_out": (
        "select 1 as expected) as a; copy (select 1) to '{file}'; from (select 1",
        "syntax",
    ),
    "fetches": ("from read_csv('https://example.com/a.csv')", "could not be run"),
    "logs": ("from enable_logging(storage = 'file', storage_path = '{file}')", "could not be run"),
    "sees_python": ("select 1 as expected from asked", "does not exist"),
    "other_tenant": ("select 1 as expected from other.posting", "does not exist"),
    "columns": ("select 1 as acount", "its columns have to be some of account"),
    "quotes": ("select voucher_key::integer as expected from staged.voucher", "…"),
}


@pytest.fixture
def ask(stores, take, folder):
    """Publish right books, then ask controls about them by name."""
    assert take(RIGHT).outcome == "published"
    staged = staged_as_published(stores, stores.hub.loads.published("acme", Y2024))

    def ask(texts, limits):
        places = {
            "file": folder / "controls.csv",
            "staged": staged.parquet("posting"),
            "published": stores.warehouse.root / "acme.duckdb",
            "other": stores.warehouse.root / "beta.duckdb",
        }
        for name, text in texts.items():
            (folder / f"{name}.sql").write_text(text.format(**places))
        configure(folder, *(f"{name},*,warns,0.00" for name in texts))
        before = [place.read_bytes() if place.exists() else b"" for place in places.values()]
        found = run_own(staged, own_controls("acme"), warehouse=stores.warehouse, limits=limits)
        assert [
            place.read_bytes() if place.exists() else b"" for place in places.values()
        ] == before
        return {item.control.removeprefix("own_"): item for item in found}

    return ask


def test_no_control_reads_writes_or_attaches_anything(ask):
    found = ask({name: text for name, (text, _) in ATTACKS.items()} | {"many": MANY}, Limits())

    many = found.pop("many")
    assert (many.break_count, len(many.breaks)) == (20_000, MAX_BREAKS_KEPT)
    said = {name: item.breaks[0].detail for name, item in found.items()}
    assert {name: words for name, (_, words) in ATTACKS.items() if words not in said[name]} == {}
    assert "A:1" not in said["quotes"]


def test_what_takes_too_long_or_too_much_is_ended_and_the_others_are_asked(ask):
    found = ask(
        {
            "a_endless": "with recursive r as (select 1 as n union all select n + 1 from r)"
            " select n as expected from r",
            # Some ten seconds within one call of a function, which nothing interrupts.
            "b_one_call": "select levenshtein(repeat('a', 100_000), repeat('b', 100_000))"
            " as expected",
            "c_large": "select length(repeat('x', 3_000_000_000)) as expected",
            "e_passes": "select account_number as account from staged.posting where amount > 900",
        },
        Limits(seconds=1, grace=0.2, memory_mb=200),
    )

    said = {name: item.breaks[0].detail for name, item in found.items() if item.breaks}
    assert "a_endless.sql was stopped: it took longer than 1 s" in said["a_endless"]
    assert "b_one_call.sql was ended with its process: it took longer" in said["b_one_call"]
    assert "Out of Memory" in said["c_large"]
    assert found["e_passes"].outcome is Answer.PASSED
