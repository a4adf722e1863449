"""A lock date holds every change on or before it, however the books come; later days may change."""

from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub import Tenant
from ledger.fiscal_year import FiscalYear

YEAR = FiscalYear.parse("2024")
DAYS = ("20240131", "20240201", "20240615")


def books(*amounts, opening=0):
    """Return a SIE file with a voucher on each of `DAYS`."""
    head = (
        '#FLAGGA 0\n#PROGRAM "Bok" "1"\n#GEN 20250101\n#SIETYP 4\n#FNAMN "Testbolaget AB"\n'
        '#ORGNR 559990-0007\n#RAR 0 20240101 20241231\n#KONTO 1930 "Bank"\n#KONTO 2081 "Capital"\n'
        f'#KONTO 3001 "Sales"\n#IB 0 1930 {opening}\n#IB 0 2081 {-opening}\n'
        f"#UB 0 1930 {opening + sum(amounts)}\n#UB 0 2081 {-opening}\n#RES 0 3001 {-sum(amounts)}\n"
    )
    vouchers = (
        f'#VER "A" "{number}" {day} "x"\n{{\n'
        f"#TRANS 1930 {{}} {amount}\n#TRANS 3001 {{}} {-amount}\n}}\n"
        for number, (day, amount) in enumerate(zip(DAYS, amounts, strict=False), start=1)
    )
    return (head + "".join(vouchers)).encode()


@pytest.fixture
def locked(house):
    """A published year that is locked to the end of January."""
    house.stores.hub.tenants.add(Tenant("acme", "Testbolaget AB", "5599900007"))
    house.take("acme", books(100, 200, 300))
    house.stores.hub.years.lock_until("acme", YEAR, day=dt.date(2024, 1, 31))
    return house


@pytest.mark.requirement("R-FIN-P8")
@pytest.mark.parametrize(
    ("changed", "end"),
    [
        (books(101, 200, 300), "Held"),  # on the very day of the lock
        (books(100, 200, 300, opening=5), "Held"),
        (books(100, 201, 300), "Published"),  # the day after it
        (books(100, 200), "Published"),
        (books(100, 200, 300), "Unchanged"),
    ],
    ids=["on the day", "opening", "day after", "removed later", "same"],
)
def test_a_change_on_or_before_the_lock_date_is_refused(locked, changed, end):
    before = locked.units("acme")["2024"].published_digest

    found, why = locked.take("acme", changed)

    assert end == found, why
    assert ("locked_period" in why) is (end == "Held")
    assert (before == locked.units("acme")["2024"].published_digest) is (end != "Published")
