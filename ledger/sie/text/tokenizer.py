r"""The exact tokenizer: one line of SIE to a label and its fields, by the letter.

Fields are split by blanks and tabs; quotation marks may enclose any field; only ``\"`` is an
escape, every other backslash is data (SIE 4B §5.6, §5.7). What real programs do beside that is
taken as `docs/systems/sie.md` says, with a problem code for each bend.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

BLANK: Final = " \t"
OBJECT_LABELS: Final = frozenset(
    {"#TRANS", "#RTRANS", "#BTRANS", "#OIB", "#OUB", "#PSALDO", "#PBUDGET"}
)

_BARE: Final = re.compile(r"[^ \t]*")
_BARE_IN_LIST: Final = re.compile(r"[^ \t}]*")
_ENDS_FIELD: Final = re.compile(r"$|[ \t]")
_ENDS_LISTED_FIELD: Final = re.compile(r"$|[ \t}]")
_ENDS_DAMAGED_FIELD: Final = re.compile(r'$|[ \t]*}|[ \t]+["{]|[ \t]+-?[0-9]')


@dataclass
class Record:
    """One line.

    `fields` are those outside the object list; `objects` is the flat object list, None when the
    line has none; `contents` is all of it in the order of the line, the label as it stands;
    `text` is the line without blanks around it.
    """

    label: str
    fields: list[str] = field(default_factory=list)
    objects: list[str] | None = None
    contents: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    text: str = ""

    def get(self, index: int) -> str:
        """The field at `index` without its padding; empty when the line has fewer."""
        return self.fields[index].strip(BLANK) if index < len(self.fields) else ""


class _Line:
    """A cursor over one line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.problems: list[str] = []

    def skip_blanks(self) -> bool:
        """Move to the next field; say whether there is one."""
        text, size = self.text, len(self.text)
        while self.at < size and text[self.at] in BLANK:
            self.at += 1
        return self.at < size

    def bare(self, pattern: re.Pattern[str]) -> str:
        """Read up to the next blank."""
        match = pattern.match(self.text, self.at)
        value = match.group() if match else ""
        self.at += len(value)
        if '"' in value:
            if '"' in value.replace('\\"', ""):
                self.problems.append("stray_quote")
            value = value.replace('\\"', '"')
        return value

    def quoted(self, ends: re.Pattern[str]) -> str:
        """Read from the quotation mark here to the one that closes it."""
        start = self.at + 1
        close = self._closing(start, ends)
        if close < 0:
            self.problems.append("unclosed_quote")
            close = len(self.text)
        self.at = close + 1
        return self.text[start:close].replace('\\"', '"')

    def _closing(self, start: int, ends: re.Pattern[str]) -> int:
        """Find the closing mark, or -1. After a stray mark only a plain end of field closes."""
        text = self.text
        close = text.find('"', start)
        while close >= 0:
            if text[close - 1] == "\\" and close > start:
                if text[close - 2 : close] == "\\\\" and close == len(text) - 1:
                    return close
            elif ends.match(text, close + 1):
                return close
            elif ends is not _ENDS_DAMAGED_FIELD:
                self.problems.append("stray_quote")
                ends = _ENDS_DAMAGED_FIELD
            close = text.find('"', close + 1)
        return -1

    def object_list(self) -> list[str]:
        """Read from the ``{`` here to its ``}``."""
        self.at += 1
        objects: list[str] = []
        while self.skip_blanks():
            here = self.text[self.at]
            if here == "}":
                self.at += 1
                return objects
            objects.append(
                self.quoted(_ENDS_LISTED_FIELD) if here == '"' else self.bare(_BARE_IN_LIST)
            )
        self.problems.append("object_list_unclosed")
        return objects


_FIELD = r'(?:"[^"\\]*+"|[^ \t"\\{}]++)'
_FIELDS = rf"(?:[ \t]++{_FIELD}(?![^ \t]))*+"
_PLAIN_LINE: Final = re.compile(rf"(#[A-Z]++)(?![^ \t])({_FIELDS})")
_PLAIN_ROW: Final = re.compile(
    rf"(#[A-Z]++)(?![^ \t])({_FIELDS})[ \t]++{{"
    rf"((?:[ \t]*+{_FIELD}(?![^ \t}}]))*+)[ \t]*+}}({_FIELDS})"
)
_CONTENT: Final = re.compile(r'"([^"\\]*+)"|([^ \t"\\{}]++)')


def read_record(text: str) -> Record:
    """Split one line, given without its line end, into label and fields.

    Never fails: what cannot be split as the format says is split as `problems` tell.
    """
    text = text.strip(" \t\r")
    record = read_plain(text) or read_irregular(text)
    record.text = text
    return record


def read_plain(text: str) -> Record | None:
    """Split a line that is as the format says, without escapes, at one stroke; None for others."""
    if row := _PLAIN_ROW.fullmatch(text):
        if row[1] not in OBJECT_LABELS:
            return None
        before, objects, after = map(_contents, row.group(2, 3, 4))
        return Record(row[1], before + after, objects, [row[1], *before, *objects, *after])
    if line := _PLAIN_LINE.fullmatch(text):
        fields = _contents(line[2])
        return Record(line[1], fields, None, [line[1], *fields])
    return None


def _contents(fields: str) -> list[str]:
    return [quoted or bare for quoted, bare in _CONTENT.findall(fields)]


def read_irregular(text: str) -> Record:
    """Split any line, given without blanks around it, character by character."""
    line = _Line(text)
    record = Record(line.bare(_BARE), problems=line.problems)
    record.contents.append(record.label)
    label = record.label.upper()
    if label != record.label:
        record.label = label
        line.problems.append("label_case")
    takes_objects = label in OBJECT_LABELS
    while line.skip_blanks():
        here = line.text[line.at]
        if here == "{" and takes_objects and record.objects is None:
            record.objects = line.object_list()
            record.contents += record.objects
            continue
        value = line.quoted(_ENDS_FIELD) if here == '"' else line.bare(_BARE)
        record.fields.append(value)
        record.contents.append(value)
    return record
