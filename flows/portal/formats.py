"""How values are written on pages: amounts, days and moments, the same in every language.

A comma or a point as decimal sign, and blanks between thousands, are the reader's; the value is
exact. Moments are shown in the tenant's time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from blocks.controls.catalogue import advice_of
from blocks.hub.kept_years import KEPT
from blocks.translated import control_title
from ledger.fiscal_year import FiscalYear, short_year
from ledger.organisation import OrganisationNumber
from ledger.outcome import Outcome
from ledger.readers import FORMATS
from ledger.written import amount, count
from tasks.ledger_sources import title_of
from tasks.pages.documents import lacks_right, new_in


def decimal(value: Decimal | None, language: str = "sv") -> str:
    """Write a number, such as a VAT rate, with as many decimals as it has; nothing for None."""
    text = "" if value is None else str(value)
    return text if language == "en" else text.replace(".", ",")


def moment(value: dt.datetime | None, time_zone: str = "Europe/Stockholm") -> str:
    """Write a moment to the minute, where the tenant is."""
    return f"{value.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}" if value else ""


def digits(value: str) -> str:
    """Return the digits of a number, however it is written."""
    return "".join(sign for sign in value if sign.isdigit())


def year(value: FiscalYear) -> str:
    """Write a fiscal year: 2025, or from day to day when it is no calendar year."""
    return short_year(value.key).replace("_", " \N{EN DASH} ")


def number(value: str) -> str:
    """Write an organisation number with its dash; what is none stays."""
    found = OrganisationNumber.parse(value)
    return str(found) if found else value


def format_title(name: str) -> str:
    """Return the title of a format of ledgers by its name."""
    return FORMATS[name].title


def run_word(state: str, *, is_over: bool) -> str:
    """Return which sentence of `runs` tells a run's state, which is Prefect's or an outcome's.

    Whoever carries a run out names states on its way (Submitting, InfrastructurePending): as long
    as it is not over, it waits.
    """
    return RUN_WORDS.get(Outcome.of_state(state) or state, "failed" if is_over else "waiting")


RUN_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("", "Scheduled", "Late", "Pending", "AwaitingRetry"), "waiting"),
    **dict.fromkeys(("Running", "Retrying", "Cancelling"), "running"),
    **dict.fromkeys((Outcome.HELD, Outcome.WOULD_HOLD, Outcome.DIFFERS), "held"),
    **dict.fromkeys((Outcome.PARTIAL, Outcome.EVIDENCE), "partial"),
    **dict.fromkeys((Outcome.AGREES, Outcome.READY, Outcome.SKIPPED, Outcome.DONE), "done"),
    Outcome.PLANNED: "done",
    Outcome.PUBLISHED: "published",
    Outcome.UNCHANGED: "unchanged",
    Outcome.KEPT: "kept",
    Outcome.BUSY: "busy",
    "Completed": "done",
}
"""What a state is to somebody who waits; whatever is not here (Failed, Crashed, Cancelled,
TimedOut) did not work."""


def kept_word(message: str) -> str:
    """Return which sentence of `runs` tells of a ledger that was kept, by the run's message."""
    words = dict(zip(KEPT, ("brought_back", "to_bring_back"), strict=True))
    return next((word for quoted, word in words.items() if quoted in message), "kept")


def file_word(outcome: str) -> str:
    """Return which sentence of `files` tells what became of a file, by the hub's word for it."""
    return FILE_WORDS.get(outcome) or run_word(outcome, is_over=True)


FILE_WORDS: Final[Mapping[str, str]] = {"received": "running", "duplicate": "unchanged"}
"""What else is noted of a file besides outcomes."""

FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "amount": amount,
    "moment": moment,
    "control_advice": advice_of,
    "control_title": control_title,
    "count": count,
    "decimal": decimal,
    "digits": digits,
    "format_title": format_title,
    "run_word": run_word,
    "title_of": title_of,
    "kept_word": kept_word,
    "lacks_documents": lacks_right,
    "new_documents": new_in,
    "number": number,
    "year": year,
}
