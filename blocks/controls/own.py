"""The operator's own controls: SQL files in a folder, and what a break of each is worth to whom.

``controls.csv`` of the folder (`TASMA_CONTROLS`) has the columns `COLUMNS`. ``control`` is the name
of a file without its ending, ``tenant`` the id of one or ``*`` for all that have no row of their
own. A control is asked of the tenants that its rows name. What a file holds: docs/own-controls.md.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from blocks.controls.control import OWN, OwnControl
from blocks.settings import settings
from ledger.controls import Severity
from ledger.errors import TerminalError

CONFIGURATION: Final = "controls.csv"
COLUMNS: Final = ["control", "tenant", "severity", "tolerance"]
ALL: Final = "*"
"""Every tenant that has no row of its own."""

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
MEANS: Final = re.compile(r"^-- (means|what to do): *(.+?)\.? *$", re.MULTILINE)
"""What a person reads of a control, in the comments of its file."""

Worth = tuple[Severity, Decimal]


class OwnControlsUnreadable(TerminalError):
    """The folder of own controls does not say what is to be asked, so that nothing is judged."""

    sentence = (
        "{file} of the own controls in {folder}: {problem}. Mend it; until then no load is judged, "
        "and nothing is published. The folder is that of TASMA_CONTROLS, if set."
    )


def own_controls(tenant: str) -> tuple[OwnControl, ...]:
    """Read the folder of the settings: every own control of a tenant, by name.

    A file that is gone or that no row names is a control too, with its problem.

    Raises:
        OwnControlsUnreadable: ``controls.csv`` is malformed, or the folder that was named is gone.
    """
    chosen = settings()
    folder = chosen.controls
    if not folder.is_dir():
        if "controls" in chosen.model_fields_set:
            raise _unreadable("The folder", "it is not there")
        return ()
    worth = _worth(folder / CONFIGURATION)
    files = {path.stem: path for path in folder.glob("*.sql")}
    if odd := sorted(name for name in files if not NAME.fullmatch(name)):
        problem = "a name is of small letters, digits and _, and begins with a letter"
        raise _unreadable(files[odd[0]].name, problem)
    return tuple(
        _control(folder, name, worth.get(name), tenant)
        for name in sorted({*worth, *files})
        if name not in worth or {tenant, ALL} & worth[name].keys()
    )


def _control(folder: Path, name: str, worth: dict[str, Worth] | None, tenant: str) -> OwnControl:
    sql, problem = _read(folder / f"{name}.sql")
    if worth is None:
        problem = f"is asked of nobody: {CONFIGURATION} has no row of it"
        worth = {ALL: (Severity.WARNS, Decimal(0))}
    severity, tolerance = worth.get(tenant) or worth[ALL]
    texts = dict(MEANS.findall(sql))
    return OwnControl(
        name=OWN + name,
        severity=severity,
        tolerance=tolerance,
        meaning=texts.get("means", f"The query of {name}.sql finds nothing"),
        what_to_do=texts.get("what to do", "Ask whoever wrote this control"),
        sql=sql,
        problem=problem,
    )


def _read(path: Path) -> tuple[str, str]:
    try:
        return path.read_text(encoding="utf-8"), ""
    except FileNotFoundError:
        back = f"put it back, or take its rows out of {CONFIGURATION}"
        return "", f"is missing in the folder of own controls: {back}"
    except (OSError, UnicodeDecodeError) as problem:
        return "", f"cannot be read ({type(problem).__name__}): it has to be a text in UTF-8"


def _worth(path: Path) -> dict[str, dict[str, Worth]]:
    """Return severity and tolerance by control and tenant."""
    found: dict[str, dict[str, Worth]] = {}
    for line, row in _rows(path):
        if row["tenant"] in found.setdefault(row["control"], {}):
            raise _at(line, f"a second row of {row['control']} for {row['tenant']}")
        found[row["control"]][row["tenant"]] = _severity(line, row), _tolerance(line, row)
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    if not path.exists():
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            if reader.fieldnames != COLUMNS:
                raise _at(1, f"the columns are not {', '.join(COLUMNS)}")
            for row in reader:
                if None in row or None in row.values() or not NAME.fullmatch(row["control"]):
                    raise _at(reader.line_num, "not the name of a control and three values more")
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        why = f"it cannot be read ({type(problem).__name__})"
        raise _unreadable(CONFIGURATION, why) from problem


def _severity(line: int, row: dict[str, str]) -> Severity:
    try:
        return Severity(row["severity"])
    except ValueError:
        raise _at(line, f"the severity is none of {', '.join(Severity)}") from None


def _tolerance(line: int, row: dict[str, str]) -> Decimal:
    try:
        tolerance = Decimal(row["tolerance"])
    except InvalidOperation:
        tolerance = Decimal("NaN")
    if not tolerance.is_finite() or tolerance < 0:
        raise _at(line, "the tolerance is no amount such as 0.00")
    return tolerance


def _at(line: int, problem: str) -> OwnControlsUnreadable:
    return _unreadable(CONFIGURATION, f"line {line}: {problem}")


def _unreadable(file: str, problem: str) -> OwnControlsUnreadable:
    return OwnControlsUnreadable(file=file, folder=settings().controls, problem=problem)
