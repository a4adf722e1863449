"""The company, its settings, its years, and who asks.

Source: Fortnox OpenAPI, /3/companyinformation, /3/settings/company, /3/settings/lockedperiod,
/3/me, /3/financialyears; developer page "Best practices: vouchers" on years that do not exist.
"""

from __future__ import annotations

from typing import Any, Final

from simulators.books.names import organisation_number
from simulators.fortnox.answers import Answer, Raw, Refusal, json_answer, json_text
from simulators.fortnox.ask import NOT_FOUND, Ask, holds
from simulators.fortnox.paging import listing

OTHER_NUMBER: Final = 999_999
OTHER_NAME: Final = "Främmande Låtsasbolaget AB"
OTHER_ORGANISATION: Final = organisation_number(9_999)
"""The company that answers when the fault `wrong_company` says so."""


def identity(ask: Ask) -> tuple[int, str, str]:
    """Give database number, name and organisation number (with its hyphen)."""
    company = ask.edition.company
    number, name, digits = ask.tenant.number, company.name, company.organisation_number
    if ask.meets("wrong_company"):
        number, name, digits = OTHER_NUMBER, OTHER_NAME, OTHER_ORGANISATION
    return number, name, f"{digits[:6]}-{digits[6:]}"


def company_information(ask: Ask) -> Answer:
    """Answer /3/companyinformation, where DatabaseNumber is a number."""
    number, name, organisation = identity(ask)
    blank = dict.fromkeys(("VisitAddress", "VisitCity", "VisitCountryCode", "VisitZipCode"), "")
    information = {
        "Address": "Påhittsgränd 1",
        "City": "Ingenstädes",
        "CompanyName": name,
        "CountryCode": "SE",
        "DatabaseNumber": number,
        "OrganizationNumber": organisation,
        "ZipCode": "000 00",
        **blank,
    }
    return json_answer({"CompanyInformation": information})


def company_settings(ask: Ask) -> Answer:
    """Answer /3/settings/company, where DatabaseNumber is text."""
    number, name, organisation = identity(ask)
    settings = {
        "Name": name,
        "OrganizationNumber": organisation,
        "DatabaseNumber": str(number),
        "Address": "Påhittsgränd 1",
        "ZipCode": "000 00",
        "City": "Ingenstädes",
        "CountryCode": "SE",
        "VATNumber": f"SE{organisation.replace('-', '')}01",
        "Domicile": "Ingenstädes",
    }
    return json_answer({"CompanySettings": settings})


def locked_period(ask: Ask) -> Answer:
    """Answer /3/settings/lockedperiod; without a date nothing is locked."""
    until = ask.tenant.made_with.locked_until
    return json_answer({"LockedPeriod": {"EndDate": str(until)} if until else {}})


def me(ask: Ask) -> Answer:
    """Answer /3/me for the service account, which is nobody."""
    information = {
        "Id": "1",
        "Name": "Tjänstekonto",
        "Email": "service@example.invalid",
        "Locale": "sv_SE",
        "SysAdmin": ask.is_administrator,
    }
    return json_answer({"MeInformation": information})


def financial_years(ask: Ask) -> Answer:
    """Answer /3/financialyears in order of the Ids, or the year that holds ``date``."""
    date, ids, years = ask.date("date"), ask.edition.ids, ask.edition.company.years
    found = [
        Raw(json_text(_year(ask, ids.index(year_id))))
        for year_id in sorted(ids, reverse=True)
        if date is None or holds(years[ids.index(year_id)], date)
    ]
    return listing(ask, "FinancialYears", found)


def financial_year(ask: Ask) -> Answer:
    """Answer /3/financialyears/{Id}."""
    text = ask.path["Id"]
    if not text.isdecimal() or int(text) not in ask.edition.ids:
        raise Refusal(NOT_FOUND, 2000423)
    return json_answer({"FinancialYear": _year(ask, ask.edition.ids.index(int(text)))})


def _year(ask: Ask, place: int) -> dict[str, Any]:
    year, year_id = ask.edition.company.years[place], ask.edition.ids[place]
    return {
        "@url": ask.url(f"financialyears/{year_id}"),
        "Id": year_id,
        "FromDate": str(year.start_date),
        "ToDate": str(year.end_date),
        "AccountingMethod": ask.tenant.made_with.accounting_method,
        "AccountChartType": f"Bas {year.end_date.year}",
    }
