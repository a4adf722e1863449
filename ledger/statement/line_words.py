"""What the words and the account of a line say of its being a total."""

from __future__ import annotations

from ledger.statement import words
from ledger.statement.lines import RawLine
from ledger.statement.rows import Word
from ledger.statement.values import Kind


def word_of(line: RawLine, kind: Kind, usual: int, *, heads_account: bool = False) -> Word:
    """Return what a line's account and label say of its being a total.

    An account with fewer digits than most, `usual`, may be a group of them; `heads_account`: an
    account stands right below.
    """
    label = words.bare(line.label)
    if line.account is not None:
        return Word.LEAF if len(line.account) >= usual else Word.OPEN
    if not label:
        return Word.TOTAL
    if words.TOTALS.search(label):
        return Word.TOTAL
    if kind is Kind.BALANCE_SHEET:
        word = _word_in_balance(label)
        return Word.GROUP if heads_account and word is Word.LEAF else word
    if words.RESULTS.match(label):
        return Word.RESULT
    return Word.GROUP if words.GROUP_LINES.match(label) else Word.OPEN


def _word_in_balance(label: str) -> Word:
    if words.COMPUTED_RESULT.search(label):
        return Word.RESULT
    if words.RESULT_IN_BALANCE.match(label):
        return Word.LEAF
    if words.GROUPS.fullmatch(label):
        return Word.TOP_GROUP
    return Word.GROUP if words.GROUP_LINES.match(label) else Word.OPEN
