"""What a target's refusals mean: a catalogue by patterns, and what to say of what is not in it.

A table for each target lies in ``data/reference/errors``. A message that no pattern knows is kept
as it came, with no remedy, and is tried once more only by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple, Self

from ledger.text import visible

LANGUAGES: Final = ("en", "fi", "sv")
UNKNOWN: Final = "unknown"
WAIT: Final = "wait"
VERBATIM_CHARS: Final = 500

NO_REMEDY: Final = {
    "en": "no known remedy; look into it and retry by hand",
    "fi": "ei tunnettua korjausta; selvitä syy ja yritä uudelleen käsin",
    "sv": "ingen känd åtgärd; utred orsaken och försök igen för hand",
}
NOT_KNOWN: Final = {
    "en": "The target answered what the catalogue does not know",
    "fi": "Kohde vastasi jotain, mitä luettelo ei tunne",
    "sv": "Målet svarade något som katalogen inte känner",
}


class Message(NamedTuple):
    """One complaint of an answer. `field`: as the target spells it, where it names one."""

    text: str
    field: str = ""


@dataclass(frozen=True)
class KnownAnswer:
    """A line of the table.

    `status`: of HTTP, 0 for any. `step`: of the plan, empty for any. `pattern`: of the message, a
    regular expression without regard to case, ``^$`` for an answer without words; empty where the
    status says all. `is_retry_safe`: the same call can make nothing twice. `who_acts`: customer,
    administrator, us, wait, nobody.
    """

    code: str
    status: int
    step: str
    pattern: str
    is_retry_safe: bool
    who_acts: str
    cause: Mapping[str, str] = field(hash=False)
    remedy: Mapping[str, str] = field(hash=False)
    source: str

    @classmethod
    def of_line(cls, line: Mapping[str, str]) -> Self:
        """Read a line of the table as text."""
        return cls(
            line["code"],
            int(line["status"] or 0),
            line["step"],
            line["pattern"],
            line["retry"] == "safe",
            line["who_acts"],
            {language: line[f"cause_{language}"] for language in LANGUAGES},
            {language: line[f"remedy_{language}"] for language in LANGUAGES},
            line["source"],
        )

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    def is_of(self, status: int, step: str) -> bool:
        """Return whether the line is about answers of a status to a step."""
        return self.status in {0, status} and self.step in {"", step}

    def knows(self, message: Message) -> bool:
        """Return whether the line is about a message; one without a pattern is about none."""
        return bool(self.pattern) and self._expression.search(message.text) is not None


@dataclass(frozen=True)
class Explained:
    """What is said of one complaint. `verbatim`: as the target wrote it, in which nothing acts."""

    code: str
    cause: Mapping[str, str] = field(hash=False)
    remedy: Mapping[str, str] = field(hash=False)
    is_retry_safe: bool
    who_acts: str
    verbatim: str = ""
    field: str = ""

    def sentence(self, language: str = "en") -> str:
        """Return cause and remedy, the target's field, and its own words."""
        own = f" ({self.field})" if self.field else ""
        quoted = f" “{self.verbatim}”" if self.verbatim else ""
        remedy = self.remedy[language]
        return f"{self.cause[language]}{own}. {remedy[:1].upper()}{remedy[1:]}.{quoted}"


@dataclass(frozen=True)
class PushAnswers:
    """The table of one target. An earlier line goes before a later one."""

    lines: tuple[KnownAnswer, ...]

    @classmethod
    def of_lines(cls, lines: Iterable[Mapping[str, str]]) -> Self:
        """Read the lines of the table as text."""
        return cls(tuple(map(KnownAnswer.of_line, lines)))

    def explain(
        self, status: int, messages: Sequence[Message] = (), *, step: str = ""
    ) -> tuple[Explained, ...]:
        """Say what an answer means: one for each message, or one for the status.

        Args:
            status: Of HTTP.
            messages: What the body complains of; none where it says nothing.
            step: Of the plan, such as ``create``.
        """
        lines = [one for one in self.lines if one.is_of(status, step)]
        of_status = next((one for one in lines if not one.pattern), None)
        # Whoever only has to wait learns nothing from the words.
        if of_status and of_status.who_acts == WAIT:
            return (_explained(of_status, *messages[:1]),)
        return tuple(_of_message(one, lines, of_status) for one in messages or [Message("")])


def _of_message(
    message: Message, lines: Sequence[KnownAnswer], of_status: KnownAnswer | None
) -> Explained:
    line = next((one for one in lines if one.knows(message)), of_status)
    return _explained(line, message) if line else _unknown(message)


def _explained(line: KnownAnswer, message: Message = Message("")) -> Explained:  # noqa: B008 - it is immutable
    return Explained(
        line.code,
        line.cause,
        line.remedy,
        line.is_retry_safe,
        line.who_acts,
        _verbatim(message.text),
        visible(message.field),
    )


def _unknown(message: Message) -> Explained:
    """Keep what nobody knows: its words, no remedy, and a retry by hand alone."""
    verbatim, name = _verbatim(message.text), visible(message.field)
    return Explained(UNKNOWN, NOT_KNOWN, NO_REMEDY, False, "us", verbatim, name)


def _verbatim(text: str) -> str:
    return visible(text[:VERBATIM_CHARS])
