"""The chart, the fiscal years with their tracking periods, and the dimensions.

Source:
    Procountor API 26.04: LedgerAccounts, FiscalYears, Dimension.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from simulators.procountor.answers import Answer, json_answer, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.company import Account, FiscalYear
from simulators.procountor.rights import ALL


def accounts(ask: Ask) -> Answer:
    """Answer GET /coa; translations are left out where there are none."""
    rows = sorted(ask.company.accounts.values(), key=lambda account: account.code)
    return json_answer({"ledgerAccounts": [_account(row) for row in rows]})


def _account(account: Account) -> dict[str, Any]:
    row: dict[str, Any] = {
        "ledgerAccountCode": account.code,
        "name": account.name,
        "active": account.active,
    }
    if account.translations:
        row["translations"] = [
            {"languageCode": code, "translation": text}
            for code, text in account.translations.items()
        ]
    return row


def fiscal_years(ask: Ask) -> Answer:
    """Answer GET /fiscalyears: newest year first, periods in order of time."""
    years = sorted(ask.company.years, key=lambda year: year.start, reverse=True)
    return json_answer({"fiscalYears": [_year(ask, year) for year in years]})


def _year(ask: Ask, year: FiscalYear) -> dict[str, Any]:
    modified = ask.world.stamp(dt.datetime.combine(year.start, dt.time(8)))
    return {
        "id": year.id,
        "startDate": str(year.start),
        "endDate": str(year.end),
        "modified": modified,
        "isOpen": year.is_open,
        "trackingPeriods": [
            {
                "id": period.id,
                "startDate": str(period.start),
                "endDate": str(period.end),
                "status": period.status,
                "modified": modified,
            }
            for period in year.periods
        ],
    }


def put_period(ask: Ask) -> Answer:
    """Answer PUT /fiscalyears/{}/trackingPeriods/{}: only OPEN to PENDING is possible."""
    ask.need("accounting.closingOfAccountTools", ALL)
    year_id, period_id = ask.parts
    found = [
        period
        for year in ask.company.years
        if str(year.id) == year_id
        for period in year.periods
        if str(period.id) == period_id
    ]
    if not found:
        raise refuse(404, "Not found")
    if found[0].status != "OPEN" or ask.body().get("status") != "PENDING":
        raise refuse(409, "Tracking period status conflict")
    found[0].status = "PENDING"
    return json_answer({"message": "Tracking period updated"})


def dimensions(ask: Ask) -> Answer:
    """Answer GET /dimensions: a bare array; an active item has no status, an inactive one P."""
    name, code = ask.text("name").lower(), ask.text("codeName").lower()
    rows = [
        row
        for row in ask.company.dimensions
        if name in row["name"].lower()
        and any(code in item["codeName"].lower() for item in row["items"] or [{"codeName": ""}])
    ]
    return json_answer(rows)


def dimension(ask: Ask) -> Answer:
    """Answer GET /dimensions/{id}."""
    found = [row for row in ask.company.dimensions if str(row["id"]) == ask.parts[0]]
    if not found:
        raise refuse(404, "Not found")
    return json_answer(found[0])
