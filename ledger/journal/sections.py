"""The sections of a file, found in its bytes without looking at every row."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.journal.findings import Findings
from ledger.journal.layout import DELIMITERS, SECTIONS

BOM: Final = codecs.BOM_UTF8
SHEET_ROW: Final = re.compile(rb"\[\w+\] ([0-9]{1,7})")
"""A section that was a sheet says in which row of it the headings stand."""
SECTION_LINE: Final = re.compile(rb'(?m)^"?\[(?P<name>\w+)\]"?(?P<more>[^\r\n]*)\r?$')
"""A line that begins a section, as a spreadsheet may quote it and fill it up."""

DECODED_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True)
class Section:
    """One section. `first_row`: line of its first row below the headings, from 1.

    `spare`: columns without a heading behind the last, as spreadsheets fill them up; all empty.
    """

    name: str
    content: memoryview
    first_row: int
    delimiter: str
    spare: int = 0


def has_section(content: bytes) -> bool:
    """Return whether a file has the line of any section: it was meant for a journal file."""
    lines = SECTION_LINE.finditer(content.removeprefix(BOM))
    return any(line["name"].decode("latin-1") in SECTIONS for line in lines)


def find_sections(content: bytes, findings: Findings) -> dict[str, Section]:
    """Return the sections; none when one is missing or its headings are others."""
    if not _is_text(content, findings):
        return {}
    starts = _starts(content.removeprefix(BOM), findings)
    if len(starts) < len(SECTIONS):
        findings.is_cut = bool(starts)
    if findings.count:
        return {}
    content = content.removeprefix(BOM)
    ends = [*starts[1:], len(content)]
    delimiter = _delimiter(content[starts[0] : ends[0]])
    found = {}
    row = content.count(b"\n", 0, starts[0]) + 1
    for name, start, end in zip(SECTIONS, starts, ends, strict=True):
        section = _section(name, memoryview(content)[start:end], row, delimiter, findings)
        if section:
            found[name] = section
        row += content.count(b"\n", start, end)
    return found if len(found) == len(SECTIONS) else {}


def _starts(content: bytes, findings: Findings) -> list[int]:
    """Return where the sections begin; what else stands there or before is noted."""
    starts: list[int] = []
    missing: list[str] = []
    position = 0
    for name in SECTIONS:
        lines = SECTION_LINE.finditer(content, position)
        found = next((line for line in lines if line["name"].decode() == name), None)
        if found is None:
            missing.append(name)
            continue
        if found["more"].strip(b',;\t" ') and not SHEET_ROW.fullmatch(found[0].strip()):
            row = content.count(b"\n", 0, found.start()) + 1
            findings.add(name, f"expected nothing but [{name}] on its line", row=row)
        starts.append(found.start())
        position = found.end()
    if missing:
        findings.add(missing[0], _missing(missing))
    if starts and content[: starts[0]].strip(b',;\t" \r\n'):
        findings.add("journal", "something stands before the first section", row=1)
    return starts


def _missing(names: Sequence[str]) -> str:
    missing = "the section is missing"
    if others := ", ".join(names[1:]):
        missing = f"the section is missing, and with it {others}"
    return (
        f"{missing}; expected a line [{names[0]}] and its rows below it, or "
        "in a workbook a sheet of that name; `tasma template` prints all sections in order"
    )


def _delimiter(section: bytes) -> str:
    heading = section.partition(b"\n")[2]
    fitting = (mark for mark in DELIMITERS if heading.startswith(f"key{mark}value".encode()))
    return next(fitting, DELIMITERS[0])


def _section(
    name: str, content: memoryview, row: int, delimiter: str, findings: Findings
) -> Section | None:
    head = bytes(content[: 1 << 16]).split(b"\n", 2)
    if stated := SHEET_ROW.fullmatch(head[0].strip()):
        row = int(stated[1]) - 1
    above = sum(len(line) + 1 for line in head[:2])
    came = head[1].decode().rstrip("\r").split(delimiter) if len(head) > 1 else []
    named = [heading.strip('"') for heading in came]
    expected = SECTIONS[name]
    spare = len(named) - len(expected)
    if tuple(named[: len(expected)]) != expected or any(named[len(expected) :]):
        findings.is_cut = findings.is_cut or not any(head[1:])
        findings.add(
            name,
            f"the headings are others; expected exactly {delimiter.join(expected)}",
            row=row + 1,
        )
        return None
    return Section(name, _trimmed(content[above:]), row + 2, delimiter, spare)


def _trimmed(content: memoryview) -> memoryview:
    """Leave out the empty lines between two sections."""
    end = len(content)
    while end and content[end - 1] in b"\r\n":
        end -= 1
    return content[:end]


def _is_text(content: bytes, findings: Findings) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), DECODED_AT_ONCE):
        end = start + DECODED_AT_ONCE
        try:
            decoder.decode(content[start:end], final=end >= len(content))
        except UnicodeDecodeError:
            findings.add("journal", "the file is no UTF-8; save it as CSV UTF-8")
            return False
    if b"\0" in content:
        findings.add("journal", "the file holds NUL bytes; it is no text")
        return False
    return True
