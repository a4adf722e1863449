"""The demo's customers: one opened from the empty form on, one that differs from its statement.

Both have the books of `docs/examples/opening`; what must be true of them is taken from the lines of
the file itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

from blocks.home import PROJECT
from blocks.hub import Hub, Tenant
from blocks.onboarding_form import read_form_file
from flows.demo.truth import ExpectedBreak, Truth
from ledger.onboarding import Stage
from ledger.onboarding_form import OnboardingForm
from tasks.account_map import set_account_map
from tasks.approve import approve
from tasks.chart import import_chart
from tasks.customer_statements import Decisions, add_statements
from tasks.onboarding import deliver_form, file_form, stages
from tasks.stores import Stores, open_stores

EXAMPLE: Final = PROJECT / "docs" / "examples" / "opening"
NUMBER_IN_FILE: Final = b"559990-0015"
WHO: Final = "the demo"

CLOSING: Final = re.compile(rb"^#(?:UB|RES) 0 (\d+) (-?[\d.]+)", re.MULTILINE)
"""What the file says of an account's balance at the end of the year."""


@dataclass(frozen=True)
class Customer:
    """A tenant to open. `stage`: that it must have in the end; `planted`: what must hold it."""

    slug: str
    name: str
    number: str
    balance_sheet: str
    stage: Stage
    planted: tuple[ExpectedBreak, ...] = ()


OPENED: Final = Customer("provkund", "Provkund AB", "559990-0015", "balansrapport.csv", Stage.LIVE)
DIFFERING: Final = Customer(
    "avvikande",
    "Avvikande AB",
    "559990-0023",
    "balansrapport-med-fel.csv",
    Stage.MISMATCH,
    (ExpectedBreak("customer_balance_sheet", "1930", Decimal("0.01")),),
)
CUSTOMERS: Final = (OPENED, DIFFERING)


def open_customers(inbox: Path) -> tuple[list[Truth], dict[tuple[str, str], Path]]:
    """Open both as an operator does, up to their books; return their truths and files."""
    truths, files = [], {}
    with open_stores() as stores:
        for customer in CUSTOMERS:
            path = inbox / customer.slug / "books.se"
            truth = _open(stores, customer, path)
            truths.append(truth)
            files[truth.tenant, truth.fiscal_year] = path
    return truths, files


def approve_opened() -> None:
    """Approve the first transfer of the one that agrees with its statements."""
    with open_stores() as stores:
        approve(stores, OPENED.slug, approved_by=WHO, note="agrees with both statements")


def complaints_of_customers(hub: Hub) -> list[str]:
    """Say whose opening has not come as far as it must, or further."""
    found = stages(hub)
    return [
        f"{customer.slug}: expected stage {customer.stage}, got {found.get(customer.slug)}"
        for customer in CUSTOMERS
        if found.get(customer.slug) != customer.stage
    ]


def _open(stores: Stores, customer: Customer, path: Path) -> Truth:
    hub, slug = stores.hub, customer.slug
    hub.tenants.add(Tenant(slug, customer.name, customer.number.replace("-", "")))
    deliver_form(hub, slug)
    own = {"company_name": customer.name, "business_id": customer.number}
    form = cast("OnboardingForm", read_form_file(EXAMPLE / "form.yaml")[0]).model_copy(update=own)
    file_form(hub, slug, form, who=WHO)
    content = (EXAMPLE / "books.se").read_bytes()
    content = content.replace(NUMBER_IN_FILE, customer.number.encode())
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    import_chart(hub, slug, path, who=WHO)
    set_account_map(stores, slug, "BAS", (), who=WHO)
    for name in ("resultatrakning.csv", customer.balance_sheet):
        statement = (EXAMPLE / name).read_bytes()
        add_statements(stores, slug, statement, file_name=name, decisions=Decisions(), who=WHO)
    return truth_of_books(customer, content, form.fiscal_years[0].key)


def truth_of_books(customer: Customer, content: bytes, fiscal_year: str) -> Truth:
    """Take from a SIE file itself what must be true of its books; debit positive."""
    stated = {number.decode(): Decimal(text.decode()) for number, text in CLOSING.findall(content)}
    return Truth(
        tenant=customer.slug,
        fiscal_year=fiscal_year,
        trial_balance={number: amount for number, amount in stated.items() if amount},
        voucher_count=content.count(b"#VER "),
        posting_count=content.count(b"#TRANS "),
        planted=customer.planted,
    )
