"""What a whole file must hold and must not, by its type (SIE 4B §5.16, §5.17, the table of §11)."""

from __future__ import annotations

from typing import Final

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.records.reading import Records

_EVERY: Final = ("1", "2", "3", "4I", "4E")

COMPULSORY: Final = {
    "#FLAGGA": _EVERY,
    "#PROGRAM": _EVERY,
    "#FORMAT": _EVERY,
    "#GEN": _EVERY,
    "#FNAMN": _EVERY,
    "#SIETYP": ("2", "3", "4I", "4E"),
    "#RAR": ("1", "2", "3", "4E"),
    "#OMFATTN": ("2", "3"),
    "#KONTO": ("1", "2", "3", "4E"),
    "#UB": ("1", "2", "3", "4E"),
}
"""Types in which a label must occur. Balances of zero may be left out, so a missing #IB, #RES or
#PSALDO may be right."""

FORBIDDEN: Final = {
    "#BKOD": ("4I",),
    "#OMFATTN": ("1", "4I"),
    "#DIM": ("1", "2"),
    "#UNDERDIM": ("1", "2"),
    "#OBJEKT": ("1", "2"),
    "#IB": ("4I",),
    "#UB": ("4I",),
    "#RES": ("4I",),
    "#OIB": ("1", "2", "4I"),
    "#OUB": ("1", "2", "4I"),
    "#PSALDO": ("1", "4I"),
    "#PBUDGET": ("1", "4I"),
    "#VER": ("1", "2", "3"),
}
"""Types in which a label must not occur."""


def check_records(records: Records, sie_type: str, log: DiagnosticLog) -> None:
    """Note the compulsory records that are missing and the forbidden ones that are there."""
    for label, types in COMPULSORY.items():
        if sie_type in types and label not in records.first_lines:
            log.add("compulsory_missing", 0, label)
    for label, types in FORBIDDEN.items():
        if sie_type in types and label in records.first_lines:
            line = records.first_lines[label]
            log.add("record_forbidden", line, label, detail=f"It is of type {sie_type}.")
    flag = records.first_lines.get("#FLAGGA", 0)
    if flag > min(records.first_lines.values(), default=0):
        log.add("flagga_not_first", flag, "#FLAGGA")


def tell_type(declared: str | None, *, suffix: str, records: Records, log: DiagnosticLog) -> str:
    """Tell the type: 4E from 4I by the file's suffix, else by whether it holds balances.

    `declared` is #SIETYP in capitals, None when missing, which means type 1 (SIE 4B #SIETYP).
    """
    if declared in ("1", "2", "3"):
        return declared
    if declared is None and "#VER" not in records.first_lines:
        return "1"
    if declared not in ("4", "4E", "4I", None):
        log.add("sie_type_unknown", records.first_lines["#SIETYP"], "#SIETYP")
        if "#VER" not in records.first_lines:
            return "1"
    by_suffix = {".se": "4E", ".si": "4I"}.get(suffix.lower())
    if declared in ("4E", "4I") and by_suffix not in (None, declared):
        log.add("sie_type_suffix", records.first_lines["#SIETYP"], "#SIETYP")
    return by_suffix or (declared if declared in ("4E", "4I") else _by_contents(records))


def _by_contents(records: Records) -> str:
    balances = ("#IB", "#UB", "#RES")
    return "4E" if any(label in records.first_lines for label in balances) else "4I"
