"""A small home whose files tests damage: three loads of one tenant, in two years."""

from __future__ import annotations

import shutil
from decimal import Decimal

from blocks.hub import Tenant
from flows.cli.local import import_here
from tasks.stores import open_stores

TENANT = "acme"
PLACES = ("TASMA_LAKE", "TASMA_WAREHOUSE", "TASMA_INBOX", "TASMA_HUB_URL")


def lead_to(home, environment):
    """Have the settings, and so the command line, name a home."""
    for name in PLACES:
        environment.delenv(name, raising=False)
    environment.setenv("TASMA_HOME", str(home))


def new_home(home, empty_hub):
    """Make a home with the tenant; the settings have to lead there."""
    (home / "hub").mkdir(parents=True)
    shutil.copy(empty_hub, home / "hub" / "hub.sqlite")
    with open_stores() as stores:
        stores.hub.tenants.add(Tenant(TENANT, "Exempel AB", "5560000001"))


def books(*vouchers, year=2024):
    """Return a SIE file of vouchers, each a number and an amount."""
    total = sum(Decimal(amount) for _, amount in vouchers)
    return (
        f'#FLAGGA 0\n#PROGRAM "Exempel" 1\n#SIETYP 4\n#ORGNR 556000-0001\n#FNAMN "Exempel AB"\n'
        f"#RAR 0 {year}0101 {year}1231\n#KONTO 1930 Bank\n#KONTO 3001 Intäkter\n"
        f"#UB 0 1930 {total}\n#RES 0 3001 -{total}\n"
    ) + "".join(
        f'#VER A {number} {year}0301 ""\n'
        f"{{\n#TRANS 1930 {{}} {amount}\n#TRANS 3001 {{}} -{amount}\n}}\n"
        for number, amount in vouchers
    )


def load(content, folder):
    """Load a file as `tasma import` does; return what became of it."""
    path = folder / "books.se"
    path.write_bytes(content.encode("cp437"))
    with open_stores() as stores:
        return import_here(stores, TENANT, path, dry_run=False, watch=lambda _step: None)


def published(year="2024"):
    """Return the amounts of the published vouchers of a year, by voucher."""
    with open_stores() as stores:
        rows = stores.warehouse.published(TENANT, "posting").to_pylist()
    return {
        row["voucher_key"]: row["amount"]
        for row in rows
        if row["amount"] > 0 and row["fiscal_year"].startswith(year)
    }
