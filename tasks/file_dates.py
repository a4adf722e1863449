"""When the books of a file are of, and those of what is published that it would replace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo

from blocks.hub import Hub, Load, UnitState
from blocks.lake import Lake
from ledger.coverage import Coverage
from ledger.errors import TerminalError
from ledger.file_order import date_in, of_moment
from ledger.source import SourceFacts
from ledger.unit import Unit
from tasks.ledger_files import open_landed


def date_of_remote(hub: Hub, tenant: str, name: str, facts: SourceFacts, *, modified_s: int) -> str:
    """Return when the books of a file on a server are of, as `date_of_file` does.

    `modified_s`: its time there, seconds since 1970 (UTC).
    """
    known = date_in_agreed_name(hub, tenant, name) or _own(facts)
    return known or _local(hub, tenant, dt.datetime.fromtimestamp(modified_s, dt.UTC))


def date_of_file(hub: Hub, tenant: str, path: Path, facts: SourceFacts, *, sha256: str = "") -> str:
    """Return when the books of a file are of (`ledger.file_order`).

    The date in its name, where the tenant's form agrees on names; else the source's own; else the
    time of the file; of one that is not there any more, or lies elsewhere, the time when its bytes
    (`sha256`) were first seen. Empty when nothing says.
    """
    known = date_in_agreed_name(hub, tenant, path.name) or _own(facts)
    return known or _time(hub, tenant, path, sha256)


def date_in_agreed_name(hub: Hub, tenant: str, file_name: str) -> str:
    """Return the date in a name that is as agreed, by form or pickup; empty for any other."""
    opening, pickup = hub.openings.find(tenant), hub.pickups.find(tenant)
    agreed = opening.form.file_pattern if opening and opening.form else ""
    if not agreed and pickup:
        agreed = pickup.file_pattern
    return date_in(file_name) if agreed and fnmatchcase(file_name, agreed) else ""


def date_of_extract(hub: Hub, tenant: str, facts: SourceFacts) -> str:
    """Return when the books that a system sent are of: now, unless it says so itself."""
    return _own(facts) or _local(hub, tenant, hub.database.now())


def published_date(lake: Lake, loads: Sequence[Load], *, digest: str) -> str:
    """Return when the books are of that a load would replace.

    Args:
        lake: Has what those of earlier releases were made from, which noted no date.
        loads: Those of `published_loads`.
        digest: Of the load: the same rows are never older than what is published.

    Returns:
        The latest date of the loads by which these rows are published; empty when there are none,
        when they are those of the load, or when nothing says when they are of.
    """
    if not loads or loads[0].digest == digest:
        return ""
    same = [load.dated for load in loads if load.digest == loads[0].digest]
    return max(same) or _date_of_landed(lake, loads[0])


def published_before(hub: Hub, loads: Sequence[Load], *, digest: str, sha256: str) -> str:
    """Return the day when books came that were published, and were replaced since.

    Args:
        hub: Knows where the books are kept.
        loads: Those of `published_loads`.
        digest: Of the load's rows.
        sha256: Of its file, which another release, or other settings, may read otherwise.

    Returns:
        The day of the latest such load, as it was where the books are kept; empty when these were
        never published, are what is published, or gave way to a rollback: a year is kept after one,
        and whoever lets it go asks for what was loaded before it.
    """
    if loads and loads[0].rollback:
        return ""
    same = [load for load in loads if load.digest == digest or load.landed_sha256 == sha256]
    came = same[0].created_at if same and loads[0] not in same else None
    return _local(hub, same[0].tenant, came)[:10] if came else ""


def published_loads(hub: Hub, unit: Unit, coverage: Coverage) -> list[Load]:
    """Return the loads that were published and touch what a load covers; the present one first."""
    # A load that was held may have been published after a later one.
    present = hub.loads.published(unit.tenant, unit.year)
    earlier = hub.loads.of_unit(unit.tenant, unit.year)
    return [
        load
        for load in (*filter(None, [present]), *earlier)
        if load.status is UnitState.PUBLISHED and Coverage.parse(load.coverage).overlaps(coverage)
    ]


def _date_of_landed(lake: Lake, load: Load) -> str:
    landed = lake.find(load.tenant, load.source, load.landed_sha256)
    try:
        return _own(open_landed(lake, landed).facts) if landed else ""
    except TerminalError:  # damaged meanwhile: the control says that nothing says when it was made
        return ""


def _own(facts: SourceFacts) -> str:
    return facts.generated_on.isoformat() if facts.generated_on else ""


def _time(hub: Hub, tenant: str, path: Path, sha256: str) -> str:
    try:
        seconds = path.stat().st_mtime
    except OSError:  # taken up before and moved since, or fetched from a server
        seen = hub.files.first_seen(tenant, sha256)
        return _local(hub, tenant, seen) if seen else ""
    return _local(hub, tenant, dt.datetime.fromtimestamp(seconds, dt.UTC))


def _local(hub: Hub, tenant: str, moment: dt.datetime) -> str:
    return of_moment(moment.astimezone(ZoneInfo(hub.tenants.get(tenant).time_zone)))
