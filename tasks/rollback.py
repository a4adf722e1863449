"""Rollback: what was received for an earlier load, taken again because a person wants it back.

It goes the way of every load: staged, judged by all controls of today, published or held. What the
source was asked beside it is what it was asked then, for it speaks of those books; today's answers
speak of the books that are left (decision 0051).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from blocks.hub import Hub, Load, UnitState
from blocks.hub.files import MAX_FILES
from blocks.hub.kept_years import KeptYear, YearKept
from blocks.hub.states import WHOLE_YEAR
from blocks.warehouse.reports import rows_of
from ledger.errors import TerminalError
from ledger.fiscal_year import short_year
from ledger.outcome import Outcome
from ledger.rollback import Rollback
from ledger.unit import Unit
from tasks.fetch import Fetched
from tasks.from_landing import NotReceived, fetched_from_landing
from tasks.jobs import Job
from tasks.log import say
from tasks.stage import StagedLoad
from tasks.steps import step
from tasks.stores import Stores


class NoSuchLoad(TerminalError):
    """A year was to be brought back to a load that it does not have."""

    sentence = (
        "{unit} has no load {number}: it has {known}. `tasma ledger changes {tenant} {year}` lists "
        "them with what each changed."
    )


class LoadOfPeriod(TerminalError):
    """A year was to be brought back to a load of a part of it."""

    sentence = (
        "Load {number} of {unit} covers {coverage}, and only a load of the whole year says what "
        "the year was. Bring back one of those ({whole}), then load the period's file again."
    )


class ReceivedGone(TerminalError):
    """What an earlier load was made of cannot be had any more."""

    sentence = (
        "{unit}: what load {number} was made of is not in the lake any more ({why}). Its books can "
        "still be read and exported as they were (`tasma ledger report TENANT YEAR --as-of DAY`); "
        "to publish them, take the file from a backup, or from whoever sent it, and drop it in: "
        "`tasma drop-in TENANT FILE`."
    )


class ReadOtherwiseNow(TerminalError):
    """What an earlier load was made of does not come to the books that it published."""

    sentence = (
        "{unit}: what load {number} was made of comes to other books now than it published then: "
        "this release reads it otherwise, or other dimensions are left out. Nothing was published. "
        "Drop the file in (tasma drop-in TENANT FILE): what changes is listed and judged."
    )


@dataclass(frozen=True)
class Wanted:
    """Back to which load of a year, by its number; who wants it, and why."""

    unit: Unit
    load_number: int
    who: str
    reason: str


@dataclass(frozen=True)
class _Numbered:
    number: int
    load_id: str
    digest: str
    coverage: str


def received_for(stores: Stores, wanted: Wanted) -> Fetched:
    """Return what was received for an earlier load of a year, to be loaded again.

    Loads after it that changed nothing had the same books; where its own file was pruned, one of
    theirs serves.

    Raises:
        NoSuchLoad, LoadOfPeriod: The year cannot be brought back to that load.
        ReceivedGone: Nothing that came to those books is in the lake any more.
        TerminalError: The disk gives back other bytes than were received.
    """
    target = _target(stores, wanted)
    why = "the hub does not know that load"
    for load in _with_its_books(stores, wanted.unit, target):
        try:
            fetched = fetched_from_landing(stores, load)
        except NotReceived as gone:
            why = f"{gone.values['what']} of load {load.load_id} was removed since"
            continue
        fetched.is_refresh = load.is_refresh
        fetched.rollback = Rollback(target.load_id, target.number, wanted.who, wanted.reason)
        return fetched
    raise ReceivedGone(unit=wanted.unit, number=target.number, why=why)


def keep_year(job: Job, load: StagedLoad, wanted: Wanted) -> None:
    """Keep other loads from the year, before this one is judged: it may wait for a person.

    Raises:
        ReadOtherwiseNow: It is not what the earlier load published; nothing is kept.
        KeptUnexplained: There is no reason or no person.
        LeaseLost: The unit has passed to another run.
    """
    refuse_other_books(job.stores, load, wanted)
    if job.lease is None:
        return
    job.lease.check()
    unit = wanted.unit
    kept = job.stores.hub.kept_years.keep(
        unit.tenant,
        unit.year,
        load_id=load.load_id,
        load_number=wanted.load_number,
        who=wanted.who,
        reason=wanted.reason,
    )
    say(f"Is {kept}", **job.where)


def refuse_other_books(stores: Stores, load: StagedLoad, wanted: Wanted) -> None:
    """Let only the books pass that the earlier load published.

    Raises:
        ReadOtherwiseNow: They are not.
    """
    if load.staged.digest != _target(stores, wanted).digest:
        raise ReadOtherwiseNow(unit=wanted.unit, number=wanted.load_number)


def kept_in_words(hub: Hub, unit: Unit) -> str:
    """Say that a year is kept and how it is let go; empty when it is not."""
    kept = hub.kept_years.find(unit.tenant, unit.year)
    return str(kept) if kept else ""


def refuse_kept(stores: Stores, unit: Unit, load: StagedLoad) -> None:
    """Let no load replace a year that is kept, but the one that it is kept for.

    Raises:
        YearKept: It would.
    """
    kept = stores.hub.kept_years.find(unit.tenant, unit.year)
    if kept is None or kept.load_id == load.load_id:
        return
    record = stores.warehouse.load_record(unit.tenant, unit.year)
    if record is None or record.digest != load.staged.digest:
        raise YearKept(tenant=unit.tenant, fiscal_year=unit.year, kept=kept)


def _target(stores: Stores, wanted: Wanted) -> _Numbered:
    unit, number = wanted.unit, wanted.load_number
    known = {item.number: item for item in _numbered(stores, unit)}
    target = known.get(number)
    if target is None:
        numbers = f"loads 1 to {max(known)}" if known else "none that is published"
        raise NoSuchLoad(
            unit=unit, number=number, known=numbers, tenant=unit.tenant, year=unit.year
        )
    if target.coverage != WHOLE_YEAR:
        whole = [str(item.number) for item in known.values() if item.coverage == WHOLE_YEAR]
        raise LoadOfPeriod(
            unit=unit, number=number, coverage=target.coverage, whole=", ".join(whole) or "none"
        )
    return target


def _numbered(stores: Stores, unit: Unit) -> Iterator[_Numbered]:
    if unit.year in stores.warehouse.units(unit.tenant):
        found = stores.warehouse.report(unit.tenant, "load_numbered", fiscal_year=unit.year.key)
        for row in rows_of(found):
            yield _Numbered(*row)


def _with_its_books(stores: Stores, unit: Unit, target: _Numbered) -> Iterator[Load]:
    """Yield the load itself, then those of the same books, latest first, as the hub knows them."""
    loads = stores.hub.loads
    if load := loads.find(target.load_id):
        yield load
    for load in loads.of_unit(unit.tenant, unit.year):
        is_published = load.status is UnitState.PUBLISHED and load.coverage == WHOLE_YEAR
        if is_published and load.digest == target.digest and load.load_id != target.load_id:
            yield load


@dataclass(frozen=True)
class Released:
    """A year that was let go. `came_meanwhile`: files that were not loaded while it was kept."""

    kept: KeptYear
    came_meanwhile: tuple[str, ...]

    def __str__(self) -> str:
        """Say what happens next, and what came and was not loaded."""
        since = f"{self.kept.kept_at:%Y-%m-%d}"
        what = (
            f"{self.kept.tenant} {short_year(self.kept.fiscal_year)}, kept since {since}, is let go"
        )
        if not self.came_meanwhile:
            return f"{what}: the next pull or file replaces it, if the controls let it pass."
        files = ", ".join(self.came_meanwhile)
        return (
            f"{what}. Files came meanwhile and were not loaded; load the one that counts: {files}."
        )


def release_year(stores: Stores, unit: Unit, *, reason: str, who: str) -> Released:
    """Let a year go that is kept; what is published stays until a load replaces it.

    Raises:
        YearNotKept: Nobody keeps it.
        KeptUnexplained: There is no reason or no person.
    """
    kept = stores.hub.kept_years.release(unit.tenant, unit.year, who=who, reason=reason)
    came = [
        file.file_name
        for file in stores.hub.files.recent(unit.tenant, limit=MAX_FILES)
        if file.outcome == Outcome.KEPT and file.seen_at and file.seen_at >= kept.kept_at
    ]
    say(f"Let go: {reason}", tenant=unit.tenant, unit=unit.year.key)
    return Released(kept, tuple(dict.fromkeys(came)))


release: Final = step("release", about="unit")(release_year)
