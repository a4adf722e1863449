"""Where the rows of history stand among the booked rows of a voucher.

An added row (#RTRANS) stands directly before the booked row that it announces, so that a program
that knows only #TRANS books it once, and one that knows both ignores the second (SIE 4B, #RTRANS).
Rows of history keep their order.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

Places: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
Mask: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]

NONE = -1


def find_twins(posting: Places, added: Places, voucher: Places) -> Places:
    """Find the booked row of each added row: the first one free, in order, in its voucher.

    All vouchers advance together, so the rounds are as many as the added rows of one voucher.

    Args:
        posting: What each booked row is (voucher, account, objects, amount) as a number, in the
            order of writing. Shape (postings,).
        added: The same numbers for the added rows, in the order of writing. Shape (added,).
        voucher: The voucher of each added row, ascending. Shape (added,).

    Returns:
        The place of each added row's booked row in `posting`, or NONE. Shape (added,).
    """
    twins = np.full(len(added), NONE, np.int64)
    if len(posting) == 0:
        return twins
    size = len(posting) + 1
    known = np.sort(posting * size + np.arange(len(posting)))
    turn = np.arange(len(added)) - np.searchsorted(voucher, voucher)
    for live in _rounds(turn):
        after = np.where(turn[live] > 0, twins[live - 1], NONE)
        wanted = added[live] * size + after + 1
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        found = known[at]
        fits = (found >= wanted) & (found // size == added[live])
        twins[live] = np.where(fits, found % size, NONE)
    return twins


def _rounds(turn: Places) -> list[Places]:
    order = np.argsort(turn, kind="stable")
    return np.split(order, np.searchsorted(turn[order], np.arange(1, turn.max(initial=0) + 1)))


def stand_before(twins: Places, voucher: Places, end: Places) -> Places:
    """Say before which line each row of history stands.

    An added row stands before its twin; a struck row before the next added row's twin, or at the
    end of its voucher.

    Args:
        twins: The line of each added row's twin, NONE for struck rows. Shape (history,).
        voucher: The voucher of each row, ascending. Shape (history,).
        end: The line that closes each voucher. Shape (vouchers,).
    """
    size = len(twins)
    added = np.where(twins != NONE, np.arange(size), size)
    following = np.minimum.accumulate(added[::-1])[::-1]
    here = np.minimum(following, size - 1)
    same = (following < size) & (voucher[here] == voucher)
    return np.where(same, twins[here], end[voucher])
