"""A hub with many tenants, such as years of work leave it, written by rows at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from blocks.hub import Hub, models
from blocks.hub.claims import NUMBER
from blocks.hub.connection_states import ConnectionState, Method
from blocks.hub.states import WHOLE_YEAR, UnitState
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import Transfer
from ledger.onboarding_form import OnboardingForm

NOW: Final = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
YEARS: Final = tuple(
    FiscalYear(dt.date(year, 1, 1), dt.date(year, 12, 31)) for year in (2023, 2024, 2025)
)
DIGEST: Final = "3360|0.00|1"
FORM: Final = OnboardingForm(
    source_system="fortnox", transfer=Transfer.API, fiscal_years=YEARS
).model_dump_json()

Rows = list[dict[str, Any]]


def tenant_id(place: int) -> str:
    """Return the id of the tenant at a place; ids are in order of places."""
    return f"tenant-{place:06}"


def build_hub(path: Path, tenants: int) -> int:
    """Write a hub of tenants with three years each, and return how many units it has.

    Of each three tenants one is live, one a trial, and one is being opened. Every tenth year is
    held, every second tenant is connected to Fortnox, each tenth of those connections is broken.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with Hub(f"sqlite:///{path}", clock=lambda: NOW) as hub:
        hub.migrate()
        places = range(tenants)
        with hub.database.writing() as connection:
            for table, rows in (
                (models.tenant, [_tenant(place) for place in places]),
                (models.fiscal_year, [row for place in places for row in _years(place)]),
                (models.load, [row for place in places for row in _loads(place)]),
                (models.unit, [row for place in places for row in _units(place)]),
                (models.onboarding, [_opening(place) for place in places]),
                (models.approval, [row for place in places[::3] for row in _approvals(place)]),
                (models.connection, [_connection(place) for place in places[::2]]),
                (models.claim, [row for place in places for row in _claims(place)]),
            ):
                connection.execute(insert(table), rows)
    return tenants * len(YEARS)


def _tenant(place: int) -> dict[str, Any]:
    return {
        "id": tenant_id(place),
        "name": f"Bolag {place} AB",
        "organisation_number": f"{5_590_000_000 + place}",
        "country": "SE",
        "currency": "SEK",
        "time_zone": "Europe/Stockholm",
        "years_from_source": True,
        "has_schedule": place % 3 == 0,
        "created_at": NOW,
    }


def _years(place: int) -> Iterator[dict[str, Any]]:
    for year in YEARS:
        yield {
            "tenant": tenant_id(place),
            "start_date": year.start_date,
            "end_date": year.end_date,
            "defined_at": NOW,
            "is_from_source": True,
        }


def _is_held(place: int, number: int) -> bool:
    return (place * len(YEARS) + number) % 10 == 9


def _load_id(place: int, number: int) -> str:
    return f"20260228T220000{place * len(YEARS) + number:012}"


def _loads(place: int) -> Iterator[dict[str, Any]]:
    for number, year in enumerate(YEARS):
        is_held = _is_held(place, number)
        yield {
            "load_id": _load_id(place, number),
            "tenant": tenant_id(place),
            "fiscal_year": year.key,
            "source": "fortnox",
            "landed_sha256": f"{place:060}{number:04}",
            "asked_sha256": f"{place:060}{number:04}",
            "stage_folder": f"stage/{tenant_id(place)}/{year.key}/{number}",
            "digest": DIGEST,
            "status": UnitState.HELD if is_held else UnitState.PUBLISHED,
            "coverage": WHOLE_YEAR,
            "created_at": NOW,
            "is_open": is_held,
            "passed_by": "" if is_held else "1",
        }


def _units(place: int) -> Iterator[dict[str, Any]]:
    for number, year in enumerate(YEARS):
        is_held = _is_held(place, number)
        load_id = _load_id(place, number)
        yield {
            "tenant": tenant_id(place),
            "fiscal_year": year.key,
            "status": UnitState.HELD if is_held else UnitState.PUBLISHED,
            "reason": "account 1930: expected 1200.20, actual 1100.10" if is_held else "",
            "source": "fortnox",
            "load_id": load_id,
            "digest": DIGEST,
            "updated_at": NOW,
            "last_published_at": None if is_held else NOW,
            "published_load_id": "" if is_held else load_id,
            "published_digest": "" if is_held else DIGEST,
            "published_source": "" if is_held else "fortnox",
            "voucher_count": 0 if is_held else 3_360,
            "posting_count": 0 if is_held else 10_080,
        }


def _opening(place: int) -> dict[str, Any]:
    is_trial = place % 3 == 1
    return {
        "tenant": tenant_id(place),
        "is_trial": is_trial,
        "form": "" if is_trial else FORM,
        "delivered_at": None if is_trial else NOW,
        "filed_at": None if is_trial else NOW,
        "filed_by": "" if is_trial else "bench",
    }


def _approvals(place: int) -> Rows:
    return [
        {
            "tenant": tenant_id(place),
            "fiscal_year": year.key,
            "approved_by": "bench",
            "approved_at": NOW,
        }
        for year in YEARS
    ]


def _claims(place: int) -> Iterator[dict[str, Any]]:
    ours = tenant_id(place)
    yield {"what": NUMBER, "company": f"{5_590_000_000 + place}", "tenant": ours}
    if place % 2 == 0:
        yield {"what": "fortnox", "company": f"{500_000 + place}", "tenant": ours}


def _connection(place: int) -> dict[str, Any]:
    is_broken = place % 20 == 0
    return {
        "tenant": tenant_id(place),
        "system": "fortnox",
        "method": Method.CLIENT_CREDENTIALS,
        "source_tenant_id": f"{500_000 + place}",
        "status": ConnectionState.RECONNECT_REQUIRED if is_broken else ConnectionState.CONNECTED,
        "reason": "the consent was withdrawn" if is_broken else "",
        "credential_revision": 0,
        "recent_calls": "",
        "created_at": NOW,
        "checked_at": NOW,
    }
