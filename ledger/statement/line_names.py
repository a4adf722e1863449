"""What labels of customers' statements are about: our lines by their names, and beyond them.

A *part* is a leaf line of ours, or a range of accounts within one (`2099`), where customers show
less than a line of ours in a row. A part that ends with ``?`` is in a row only while no other row
of the statement is about it: what some show apart, others do not.

Source:
    R-FIN-11, R-FIN-27.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.account_map import Line, lies_in
from ledger.onboarding import StatementKind

Labels = Mapping[str, tuple[str, ...]]
"""Parts by the plain form (`plain`) of a label; the name of a sum stands for all of its lines."""

_TOTAL_WORDS: Final = re.compile(r"^(summa|s a|totalt?) | (yhteensä|totalt?|summa)$")
IF_ALONE: Final = "?"


@dataclass(frozen=True)
class Parts:
    """What a row is about. `if_alone`: parts that it has where no other row has them."""

    sure: tuple[str, ...] = ()
    if_alone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sure)

    @property
    def all(self) -> tuple[str, ...]:
        """Return all that the row may be about."""
        return (*self.sure, *self.if_alone)


class LineNames:
    """The lines of one statement of ours, found by label."""

    def __init__(self, kind: StatementKind, lines: Sequence[Line], labels: Labels) -> None:
        """Take the lines of a scheme, of both statements, and what labels mean beyond them."""
        self._lines = {line.line: line for line in lines if line.statement == kind}
        self._leaves = [line for line in self._lines.values() if line.accounts]
        names = [(name, line) for line in self._lines.values() for name in line.names.values()]
        self._parts = {_bare(plain(name)): Parts(self._leaves_of(line)) for name, line in names}
        self._parts |= {plain(name): Parts(self._leaves_of(line)) for name, line in names}
        known = [(label, parts) for label, parts in labels.items() if all(map(self._knows, parts))]
        self._parts |= {plain(label): self._parts_of(parts) for label, parts in known}

    def find(self, label: str) -> Parts:
        """Return what a label is about; nothing when it is not known."""
        name = plain(label)
        return self._parts.get(name) or self._parts.get(_bare(name), Parts())

    def homes(self, parts: Iterable[str]) -> frozenset[str]:
        """Return the lines that parts lie in, by the ranges of the scheme."""
        return frozenset(home for part in parts for home in self._homes_of(part))

    def _homes_of(self, part: str) -> list[str]:
        if not is_range(part):
            return [part]
        first = part.partition("-")[0]
        return [
            line.line
            for line in self._leaves
            if any(lies_in(first, accounts) for accounts in line.accounts)
        ]

    def _knows(self, part: str) -> bool:
        return is_range(part) or part.removesuffix(IF_ALONE) in self._lines

    def _parts_of(self, parts: Iterable[str]) -> Parts:
        sure = [part for part in parts if not part.endswith(IF_ALONE)]
        alone = [part.removesuffix(IF_ALONE) for part in parts if part.endswith(IF_ALONE)]
        return Parts(self._opened(sure), self._opened(alone))

    def _opened(self, parts: Iterable[str]) -> tuple[str, ...]:
        opened = [
            one
            for part in parts
            for one in ([part] if is_range(part) else self._leaves_of(self._lines[part]))
        ]
        return tuple(dict.fromkeys(opened))

    def _leaves_of(self, line: Line) -> tuple[str, ...]:
        if line.accounts:
            return (line.line,)
        first, last = line.adds
        return tuple(leaf.line for leaf in self._leaves if first <= leaf.order <= last)


def plain(label: str) -> str:
    """Return the letters of a label alone, in small ones: what two spellings of it share."""
    return re.sub(r"[\W\d_]+", " ", label.casefold()).strip()


def is_range(part: str) -> bool:
    """Return whether a part is an account or a range of them, not a line."""
    return part[:1].isdigit()


def _bare(name: str) -> str:
    """Return a plain name without the words that only say that it is a total."""
    return _TOTAL_WORDS.sub("", name).strip()
