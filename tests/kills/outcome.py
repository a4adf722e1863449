"""What became of the documents of real schedules, judged by what the target holds in the end.

The rows that were played are kept in a file beside decision 0020, one for each engine and seed, so
that schedules can be played in parts; the table of the decision is their sum.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Final

from blocks.home import PROJECT
from ledger.push.steps import Step
from simulators.fennoa.company import Company, Invoice

PLAYED: Final = PROJECT / "docs" / "decisions" / "0020-kills.csv"
HEADS: Final = (
    "by",
    "real schedules",
    "processes killed",
    "put to sleep",
    "documents",
    "created once",
    "held",
    "doubled",
    "lost",
)


@dataclass(frozen=True)
class End:
    """What an engine says of a document in the end. `is_created`: that it is there.

    `is_held`: that a person has to look, where nothing proves what became of a call.
    """

    is_done: bool
    is_held: bool
    is_created: bool
    steps: tuple[Step, ...]
    said: str


@dataclass
class Outcome:
    """One schedule of one engine. The last four count documents, each in one of them.

    `once`: there once, and as its plan says. `held`: there at most once, and a person is asked.
    `doubled`: created twice, or sent twice. `lost`: all others, of which nobody is told.
    """

    by: str
    seed: int
    killed: int = 0
    slept: int = 0
    once: int = 0
    held: int = 0
    doubled: int = 0
    lost: int = 0
    why: list[str] = field(default_factory=list)

    def judge(self, ends: Mapping[str, End], company: Company) -> None:
        """Count the documents, by their keys, against what a company holds."""
        there: dict[str, list[Invoice]] = {key: [] for key in ends}
        for invoice in company.invoices.values():
            there[key_in(invoice)].append(invoice)
        for key, end in ends.items():
            what = _judged(end, there[key])
            setattr(self, what, getattr(self, what) + 1)
            if what in {"doubled", "lost"}:
                sent = [one.sent for one in there[key]]
                self.why.append(f"{key[:8]} {what}: there {len(sent)} times, sent {sent}, {end}")


def _judged(end: End, there: list[Invoice]) -> str:
    if len(there) > 1 or any(one.sent > 1 for one in there):
        return "doubled"
    if end.is_held and (there or not end.is_created):
        return "held"
    is_whole = end.is_done and there and _is_as_planned(end.steps, there[0])
    return "once" if is_whole else "lost"


def _is_as_planned(steps: tuple[Step, ...], invoice: Invoice) -> bool:
    is_approved = invoice.approved_at is not None
    as_approved = is_approved or Step.APPROVE not in steps
    return as_approved and bool(invoice.sent) == (Step.SEND in steps)


def key_in(invoice: Invoice) -> str:
    """Return the key of ours that an invoice carries."""
    return invoice.fields["notes_internal"].splitlines()[0].removeprefix("tasma:")


COLUMNS: Final = tuple(one.name for one in fields(Outcome) if one.name != "why")


def read_played(path: Path = PLAYED) -> list[Outcome]:
    """Return what was played; empty where nothing was."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Outcome(**{name: text if name == "by" else int(text) for name, text in row.items()})
            for row in csv.DictReader(file)
        ]


def keep(outcomes: Iterable[Outcome], path: Path = PLAYED) -> None:
    """Keep what was played, in place of what those seeds came to before."""
    kept = {(one.by, one.seed): one for one in [*read_played(path), *outcomes]}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(kept[key]) for key in sorted(kept))


def lines(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the rows of the decision's table, one for each engine."""
    sums: dict[str, Counter[str]] = {}
    for one in outcomes:
        row = asdict(one)
        counts = {name: row[name] for name in COLUMNS[2:]} | {"schedules": 1}
        sums.setdefault(one.by, Counter()).update(counts)
    return [_line(by, counts) for by, counts in sums.items()]


def _line(by: str, counts: Counter[str]) -> str:
    ends = [counts[name] for name in ("once", "held", "doubled", "lost")]
    figures = [counts["schedules"], counts["killed"], counts["slept"], sum(ends), *ends]
    return f"| {by} | {' | '.join(f'{figure:,}' for figure in figures)} |"
