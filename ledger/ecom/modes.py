"""In which mode a company's documents go, and since when: the stamp of what is triggered.

Source:
    R-ECO-12, -13, -16: *muistiotositetaso* or *tositetaso*, and where purchases are posted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Mode(StrEnum):
    """How documents reach the books; the word is the stamp that a document carries."""

    MEMO = "memo"
    """*Muistiotositetaso*: closing a period sends its journals, and nothing goes by itself."""
    VOUCHER = "voucher"
    """*Tositetaso*, where it is not chosen yet where purchases are posted."""
    VOUCHER_PROCOUNTOR = "voucher:procountor"
    """A: purchases are posted in Procountor (*tilitoimistossa*)."""
    VOUCHER_ECOM = "voucher:ecom"
    """B: purchases are posted in Ecom (*yrityksessä*)."""

    @property
    def is_voucher(self) -> bool:
        """Return whether documents go one by one."""
        return self is not Mode.MEMO


MODES_IN_WORDS: Final[Mapping[str, str]] = {
    Mode.MEMO: "memo level: closing a period sends its journals",
    Mode.VOUCHER: "voucher level; where purchases are posted is not chosen yet",
    Mode.VOUCHER_PROCOUNTOR: "voucher level; purchases are posted in Procountor",
    Mode.VOUCHER_ECOM: "voucher level; purchases are posted in Ecom",
}
"""As people read them."""


@dataclass(frozen=True)
class Since:
    """From when on a mode holds."""

    mode: Mode
    since: dt.datetime


def mode_at(history: Sequence[Since], moment: dt.datetime) -> Mode | None:
    """Return the mode at a moment; None before the first one.

    Args:
        history: Oldest first.
        moment: Aware; a change holds from its own moment on.
    """
    return next((one.mode for one in reversed(history) if one.since <= moment), None)
