"""More breaks of one control than are kept: accepted as a whole, and published."""

from __future__ import annotations

from ledger.controls import MAX_BREAKS_KEPT
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.accept import accept_breaks

HEAD = """#FLAGGA 0
#SIETYP 4
#PROGRAM "Exempel" 1
#ORGNR 556000-0001
#FNAMN "Exempel AB"
#RAR 0 20240101 20241231
#KONTO 1930 Bank
#KONTO 3001 Intäkt
#UB 0 1930 0.00
#RES 0 3001 0.00
"""

COUNT = MAX_BREAKS_KEPT + 1


def text(*, last="1.00"):
    """Write a year of vouchers of one row each; ``last`` is the amount of the last one."""
    amounts = ["1.00"] * (COUNT - 1) + [last]
    return HEAD + "".join(
        f'#VER A {number} 20240301 "Rad"\n{{\n#TRANS 1930 {{}} {amount}\n}}\n'
        for number, amount in enumerate(amounts, start=1)
    )


def accept_all(stores):
    unit = Unit("acme", FiscalYear.parse("2024"))
    return accept_breaks(
        stores, unit, controls=(), reason="known", accepted_by="A. Person", expires_on=None
    )


def test_breaks_too_many_to_keep_are_accepted_as_a_whole_and_the_load_is_published(stores, take):
    held = take(text())
    left = accept_all(stores)
    published = take(text())

    assert ("held", "published") == (held.outcome, published.outcome), published.message
    assert [] == left
    record = stores.warehouse.load_record("acme", FiscalYear.parse("2024"))
    assert record.voucher_count == COUNT
    with stores.warehouse.read("acme") as db:
        accepted = db.execute(
            "select distinct accepted from control_break where control = 'voucher_balance'"
        ).fetchall()
    assert [("known",)] == accepted


def test_whole_set_that_was_accepted_holds_again_when_one_break_of_it_changes(stores, take):
    """The changed one is the last voucher, which is not among the breaks that are kept."""
    take(text())
    accept_all(stores)

    assert "held" == take(text(last="1.01")).outcome
