"""Who asks and where: session, company, rights, settings, bank accounts, VAT.

Source:
    Procountor API 26.04: SessionInfo, Company, UserPrivileges, CompanyUsageSettings,
    CirculationSettings, CompanyBankAccountSearchResult, VatInformation, VatSettings.
"""

from __future__ import annotations

from typing import Any

from simulators.procountor.answers import Answer, json_answer, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.paging import page


def status(_: Ask) -> Answer:
    """Answer GET /status."""
    return json_answer(
        {"name": "Procountor API", "version": "26.04", "status": "OK", "procountorVersion": "55"}
    )


def session(ask: Ask) -> Answer:
    """Answer GET /sessioninfo, which needs no right."""
    there, user = ask.company, ask.company.users[ask.key.user_id]
    return json_answer(
        {
            "companyId": there.id,
            "name": there.name,
            "country": there.country,
            "productVersion": there.product_version,
            "userId": user.id,
            "userName": user.name,
            "companySettings": {"invoiceDiscussionEnabled": False},
        }
    )


def company(ask: Ask) -> Answer:
    """Answer GET /company, which needs the right to basic company info."""
    ask.need("management.basicCompanyInfo")
    there = ask.company
    return json_answer(
        {
            "id": there.id,
            "name": there.name,
            "country": there.country,
            "productVersion": there.product_version,
            "operationType": there.operation_type,
            "companyCurrency": there.currency,
            "businessIdentifier": {"brnType": "YTUNNUS", "code": there.business_id},
            "accountingCoaLanguages": ["fi"],
            "currencyRateSearchDensity": "DAY",
        }
    )


def user(ask: Ask) -> Answer:
    """Answer GET /users: who the key's user is."""
    held = ask.company.users[ask.key.user_id]
    return json_answer({"id": held.id, "userName": held.name})


def rights(ask: Ask) -> Answer:
    """Answer GET /users/rights."""
    held = ask.company.users[ask.key.user_id]
    return json_answer({"role": held.role, "rights": held.rights})


def usage(ask: Ask) -> Answer:
    """Answer GET /company/usagesettings."""
    ask.need("management.basicCompanyInfo")
    posting = ("salesInvoicePosting", "purchaseInvoicePosting", "travelAndExpenseInvoicePosting")
    return json_answer(
        {
            "defaultInvoiceChannel": "NO_SENDING",
            "cashDiscount": {"cashDiscountForSales": False, "cashDiscountForPurchase": False},
            "accountingByRow": dict.fromkeys((*posting, "salaryPosting"), True),
        }
    )


def circulation(ask: Ask) -> Answer:
    """Answer GET /company/invoicecirculation/settings."""
    ask.need("management.basicCompanyInfo")
    there = ask.company
    acceptors = [{"userId": number} for number in there.default_acceptors]
    return json_answer(
        {
            "useForPurchaseInvoices": there.circulation,
            "useForTravelAndExpenseInvoices": False,
            "useDeterminedOrder": False,
            "allowPaymentOnlyWhenApproved": False,
            "maxVerifiers": 5,
            "maxAcceptors": 5,
            "verifiers": [],
            "acceptors": acceptors,
        }
    )


def currency(ask: Ask) -> Answer:
    """Answer GET /currencies/company."""
    return json_answer({"companyCurrency": ask.company.currency})


def bank_accounts(ask: Ask) -> Answer:
    """Answer GET /bankaccounts."""
    ask.need("management.basicCompanyInfo")
    return page(
        ask,
        ask.company.bank_accounts,
        shown=lambda row: {key: row[key] for key in row if key != "ledgerAccount"},
        id_of=lambda row: int(row["id"]),
        orders={"orderByOrderNo": lambda row: row["orderNo"]},
    )


def bank_account(ask: Ask) -> Answer:
    """Answer GET /bankaccounts/{id}."""
    ask.need("management.basicCompanyInfo")
    found = [row for row in ask.company.bank_accounts if str(row["id"]) == ask.parts[0]]
    if not found:
        raise refuse(404, "Not found")
    return json_answer(found[0])


def vats(ask: Ask) -> Answer:
    """Answer GET /vats/default: percentages and statuses that are enabled in the environment."""
    percents: list[dict[str, Any]] = [
        {"vatPercent": percent, "sales": True, "purchase": True}
        for percent in ask.company.vat_percents
    ]
    return json_answer(
        {
            "vatInformation": [{"country": "Finland", "percentages": percents}],
            "vatStatuses": ask.company.vat_statuses,
        }
    )


def vat_settings(ask: Ask) -> Answer:
    """Answer GET /vats/settings."""
    sales, purchases = ask.company.unit_prices_include_vat
    return json_answer(
        {"unitPricesIncludeVatSales": sales, "unitPricesIncludeVatPurchase": purchases}
    )
