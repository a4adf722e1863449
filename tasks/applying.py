"""Tenants as a file says them: many are added and changed by one command, again and again.

What the file says is made so; what it does not say stays. Nothing is ever taken away by it: no
tenant is erased, no year retired, no pickup stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from blocks.hub import Hub, Tenant
from blocks.hub.pickups import Pickup
from blocks.plain_yaml import read_yaml
from ledger.errors import TasmaError, TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.organisation import OrganisationNumber
from ledger.refused_value import reason_of
from tasks.onboarding import agree_pickup, deliver_form

NAMED: Final = {"missing": "is missing", "extra_forbidden": "there is no such field"}

MAX_BYTES: Final = 16 << 20
"""Largest file; one of ten thousand tenants takes two megabytes."""

CURRENCIES: Final = {"SE": "SEK", "FI": "EUR"}
TIME_ZONES: Final = {"SE": "Europe/Stockholm", "FI": "Europe/Helsinki"}

SETTLED: Final = ("name", "organisation_number", "time_zone", "same_number_as")
"""What of a tenant that is there may be another; its country and currency may not."""


AGREED: Final = ("block", "folder", "file_pattern", "done_suffix", "poll_minutes")
"""What of a pickup is agreed; the rest is how its polls went."""


def currency_of(country: str) -> str:
    """Return the currency of a country's books unless another is said."""
    return CURRENCIES.get(country, "EUR")


def time_zone_of(country: str) -> str:
    """Return the time zone of a country's companies unless another is said."""
    return TIME_ZONES.get(country, "Europe/Stockholm")


class TenantsUnreadable(TerminalError):
    """A file of tenants is not as it should be."""

    sentence = "{file}: {count} things are wrong, so nothing was done. First: {first}"


class WantedPickup(BaseModel):
    """What was agreed on fetching files; the block has the login."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    block: str
    folder: str
    pattern: str = ""
    done_suffix: str = ""
    minutes: int = 5


class Wanted(BaseModel):
    """A tenant as the file says it. `years`: as `FiscalYear.parse` reads them."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    id: str
    name: str
    organisation_number: str = ""
    country: str = "SE"
    currency: str = ""
    time_zone: str = ""
    same_number_as: str = ""
    trial: bool = False
    years: tuple[FiscalYear, ...] = ()
    pickup: WantedPickup | None = None

    @field_validator("years", mode="before")
    @classmethod
    def _parsed(cls, value: object) -> object:
        if not isinstance(value, list):
            return value
        return tuple(FiscalYear.parse(str(item)) for item in value)

    def tenant(self) -> Tenant:
        """Return the tenant that it makes."""
        number = OrganisationNumber.parse(self.organisation_number)
        return Tenant(
            self.id,
            self.name,
            organisation_number=number.digits if number else self.organisation_number,
            country=self.country,
            currency=self.currency or currency_of(self.country),
            time_zone=self.time_zone or time_zone_of(self.country),
            years_from_source=not self.years,
            same_number_as=self.same_number_as,
        )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tenants: tuple[Wanted, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Change:
    """One thing that is other than the file says. `problem`: why it could not be made so."""

    tenant: str
    what: str
    before: str = ""
    after: str = ""
    problem: str = ""


def read_tenants(path: Path) -> tuple[Wanted, ...]:
    """Read a file of tenants; each wrong field is named by its place.

    Raises:
        TenantsUnreadable: It is no such file, a field is wrong, or an id stands twice.
    """
    values, problem = read_yaml(path, max_bytes=MAX_BYTES, what="file of tenants")
    problems, found = [problem] if problem else [], None
    if not problems:
        try:
            found = _File.model_validate(values)
        except ValidationError as wrong:
            problems = [_named(values, error) for error in wrong.errors()]
    if found:
        problems = list(_contradictions(found.tenants))
    if problems or not found:
        raise TenantsUnreadable(file=path.name, count=len(problems), first=problems[0])
    return found.tenants


def apply_tenants(
    hub: Hub, wanted: tuple[Wanted, ...], *, who: str, dry_run: bool = False
) -> Iterator[Change]:
    """Yield what is other than the file says and, but for a dry run, make it so.

    What cannot be made so is a change with its problem, and stops no other tenant.
    """
    # A tenant that shares a number comes after the one that has it.
    for one in sorted(wanted, key=lambda item: bool(item.same_number_as)):
        try:
            yield from _apply(hub, one, who=who, dry_run=dry_run)
        except TasmaError as problem:
            yield Change(one.id, "tenant", problem=str(problem))


def _apply(hub: Hub, one: Wanted, *, who: str, dry_run: bool) -> Iterator[Change]:
    new, old = one.tenant(), hub.tenants.find(one.id)
    if old is None:
        if not dry_run:
            hub.tenants.add(new)
            if one.trial:
                hub.openings.begin(one.id, is_trial=True)
            else:
                deliver_form(hub, one.id)
        yield Change(one.id, "tenant", after=one.name)
    else:
        yield from _changed(hub, one, new, old, dry_run=dry_run)
    yield from _years(hub, one, dry_run=dry_run)
    yield from _pickup(hub, one, who=who, dry_run=dry_run)


def _changed(hub: Hub, one: Wanted, new: Tenant, old: Tenant, *, dry_run: bool) -> Iterator[Change]:
    given = one.model_fields_set
    for name in ("country", "currency"):
        before, after = getattr(old, name), getattr(new, name)
        if name in given and before != after:
            problem = f"the {name} of books does not change; it stays {before}"
            yield Change(one.id, name, before, after, problem)
    others = {
        name: getattr(new, name)
        for name in SETTLED
        if name in given and getattr(new, name) != getattr(old, name)
    }
    if others and not dry_run:
        hub.tenants.update(one.id, **others)
    for name, value in others.items():
        yield Change(one.id, name.replace("_", " "), getattr(old, name), value)


def _years(hub: Hub, one: Wanted, *, dry_run: bool) -> Iterator[Change]:
    known = hub.tenants.has(one.id)
    for year in one.years:
        if not known or hub.years.find(one.id, year) is None:
            if not dry_run:
                hub.years.define(one.id, year)
            yield Change(one.id, "fiscal year", after=str(year))


def _pickup(hub: Hub, one: Wanted, *, who: str, dry_run: bool) -> Iterator[Change]:
    if one.pickup is None:
        return
    agreed = one.pickup
    new = Pickup(
        one.id,
        agreed.block,
        agreed.folder,
        file_pattern=agreed.pattern,
        done_suffix=agreed.done_suffix,
        poll_minutes=agreed.minutes,
    )
    old = hub.pickups.find(one.id)
    if old and all(getattr(old, name) == getattr(new, name) for name in AGREED):
        return
    if not dry_run:
        agree_pickup(hub, new, who=who)
    before = f"{old.block} {old.folder}" if old else ""
    yield Change(one.id, "pickup", before, f"{new.block} {new.folder}")


def _contradictions(wanted: tuple[Wanted, ...]) -> Iterator[str]:
    for name, count in Counter(one.id for one in wanted).items():
        if count > 1:
            yield f"tenant {name} stands there {count} times"
    for one in wanted:
        for year, other in combinations(one.years, 2):
            if year.overlaps(other):
                yield f"tenant {one.id}: {year} and {other} share days"


def _named(values: Any, error: Mapping[str, Any]) -> str:
    """Say which field of which tenant is wrong, and never what was written there."""
    place, reason = list(error["loc"]), NAMED.get(error["type"]) or reason_of(error)
    who = ""
    if place[:1] == ["tenants"] and len(place) > 1 and isinstance(place[1], int):
        row = values["tenants"][place[1]]
        name = row.get("id") if isinstance(row, dict) else None
        who, place = f"tenant {name or place[1] + 1}: ", place[2:]
    return f"{who}{'.'.join(map(str, place)) or 'the file'}: {reason}"
