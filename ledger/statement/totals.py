"""Which rows add up others: found by arithmetic in every column, above their parts or below them.

A row that merely looks like a total is none, and one that does not say so is one if it adds up.
Words decide only where figures cannot: a total of one line, a total of zeros, and one that is off.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from operator import itemgetter
from typing import Final

import numpy as np

from ledger.statement.rows import Rows, Totals, Word
from ledger.statement.sums import (
    CLOSE_SHARE_OF_ONE,
    adds_up,
    filled,
    is_close,
    matches,
    nearest,
    nearly,
    with_zeros,
)

MAX_PARTS: Final = 60
"""Parts that a total can have which does not say that it is one."""
MAX_PARTS_OF_NAMED: Final = 20_000
"""Parts that a total can have which does."""
MAX_DOUBTED: Final = 6
"""Totals that are taken apart again, together, to make a later one add up."""


def find_totals(rows: Rows) -> Totals:
    """Return the rows that add up others, each with its parts.

    Where figures fit totals above as well as below, the reading counts that leaves fewest totals
    off, and then fewest rows outside any total.
    """
    count = len(rows.words)
    return min(
        (_read_both_ways(rows), _read_below(rows)),
        key=lambda totals: (len(totals.off), totals.count_roots(count)),
    )


def _read_below(rows: Rows) -> Totals:
    totals = Totals()
    _totals_below(rows, totals, range(len(rows.words)))
    return totals


def _read_both_ways(rows: Rows) -> Totals:
    totals = Totals()
    top = _totals_above(rows, totals, weak=False)
    if totals.parts:  # totals stand above here, so a group may do so over a single line
        totals = Totals()
        top = _totals_above(rows, totals, weak=True)
    _totals_below(rows, totals, top)
    return totals


def _totals_above(rows: Rows, totals: Totals, *, weak: bool) -> list[int]:
    """Find totals above their parts, from the last row up; return what is left on top."""
    following: list[int] = []
    for row in range(len(rows.words) - 1, -1, -1):
        count = 0
        if not _is_below_only(rows.words[row]):
            count = _count_following(rows, row, following)
            count = count or int(weak and _heads_single(rows, row, following))
            count = count or _count_meant(rows, row, following, totals)
        if count:
            totals.parts[row] = following[::-1][:count]
            del following[-count:]
        following.append(row)
    return following[::-1]


def _is_below_only(word: Word) -> bool:
    return word is Word.LEAF or word.is_named


def _count_following(rows: Rows, row: int, following: Sequence[int]) -> int:
    """Return how many of the following rows a row adds up, 0 for none."""
    reach = _reach_below(rows, following)
    for group in (_count_deeper(rows, row, reach), _count_accounts(rows, row, reach)):
        if group and adds_up(rows, row, reach[:group]):
            return group
    sums = matches(rows, row, reach)
    return next((k for k in sums if filled(rows, row, reach[:k]) > 1), 0)


def _reach_below(rows: Rows, following: Sequence[int]) -> list[int]:
    """Return the rows below that a total above them can have: up to one that says it is one."""
    reach = list(following[: -MAX_PARTS - 1 : -1])
    named = (place for place, other in enumerate(reach) if rows.words[other].is_named)
    return reach[: next(named, len(reach))]


def _count_meant(rows: Rows, row: int, following: Sequence[int], totals: Totals) -> int:
    """Return how many of the following rows a group means that it does not add up to."""
    if not rows.words[row].is_group:
        return 0
    reach = _reach_below(rows, following)
    groups = (_count_deeper(rows, row, reach), _count_accounts(rows, row, reach))
    count = next((k for k in groups if k > 1), 0) or nearly(rows, row, reach)
    if count:
        totals.off.add(row)
    return count


def _heads_single(rows: Rows, row: int, following: Sequence[int]) -> bool:
    """Return whether a group equals the line below it, which is no group of its own rank."""
    if not following or not rows.words[row].is_group:
        return False
    child = following[-1]
    is_part = not rows.words[child].is_named and rows.words[child] is not Word.TOP_GROUP
    return is_part and filled(rows, row, [child]) > 0 and adds_up(rows, row, [child])


def _count_deeper(rows: Rows, row: int, reach: Sequence[int]) -> int:
    """Return how many rows in a row are moved in further than this one."""
    shallow = (p for p, other in enumerate(reach) if rows.indent[other] <= rows.indent[row])
    return next(shallow, len(reach))


def _count_accounts(rows: Rows, row: int, reach: Sequence[int]) -> int:
    """Return how many accounts follow right below a row that is none itself."""
    places = range(len(reach))
    end = next((p for p in places if not rows.has_account[reach[p]]), len(reach))
    return end if end and not rows.has_account[row] else 0


def _totals_below(rows: Rows, totals: Totals, top: Sequence[int]) -> None:
    """Find totals that stand below their parts, among the rows that no total above has."""
    stack: list[int] = []
    has_above = bool(totals.parts)
    for row in top:
        word = rows.words[row]
        if stack and word is not Word.LEAF and row not in totals.parts:
            parts = _parts_before(rows, row, stack, totals, has_above=has_above)
            if parts:
                totals.parts[row] = parts
                del stack[stack.index(parts[0]) :]
        stack.append(row)


def _parts_before(
    rows: Rows, row: int, stack: list[int], totals: Totals, *, has_above: bool
) -> list[int]:
    """Return the last rows of the stack that a row adds up; the stack may be taken apart for it."""
    word = rows.words[row]
    if count := _count_before(rows, row, stack, has_above=has_above):
        return _with_lines_of_first(rows, stack, count, totals) if word.is_named else stack[-count:]
    if not (word.is_named or word.is_group):
        return []
    if opened := _taken_apart(rows, row, stack, totals):
        return opened
    if word.is_named and (grouped := _grouped(rows, row, stack, totals)):
        return grouped
    reach = stack[: -MAX_PARTS - 1 : -1]
    count = _count_nearly(rows, row, stack) if word.is_named else nearly(rows, row, reach)
    if not count or (word is Word.RESULT and _balances(rows, row, stack)):
        return []
    totals.off.add(row)
    return stack[-count:]


def _count_before(rows: Rows, row: int, stack: Sequence[int], *, has_above: bool) -> int:
    """Return how many of the last rows a row adds up, 0 for none."""
    word = rows.words[row]
    limit = MAX_PARTS_OF_NAMED if word.is_named else MAX_PARTS
    reach = stack[: -limit - 1 : -1]
    counts = matches(rows, row, reach)
    is_zero = not rows.figures[row][rows.present[row]].any()
    if word.is_named and is_zero:
        return counts[-1] if counts else 0
    if word.is_named or (word is Word.TOP_GROUP and not has_above and not is_zero):
        return with_zeros(rows, reach, counts[0]) if counts else 0
    several = (k for k in counts if filled(rows, row, reach[:k]) > 1)
    return next((with_zeros(rows, reach, k) for k in several), 0)


def _taken_apart(rows: Rows, row: int, stack: list[int], totals: Totals) -> list[int]:
    """Take back totals that only their sums speak for, when this one adds up without them.

    So a result that happens to be the sum of the two lines above it does not hide that equity is
    all three.
    """
    doubted = [
        other for other in stack if other in totals.parts and not rows.words[other].is_named
    ][-MAX_DOUBTED:]
    for size in range(1, len(doubted) + 1):
        for chosen in combinations(reversed(doubted), size):
            opened = _opened(stack, totals, chosen)
            if count := _count_before(rows, row, opened, has_above=True):
                for other in chosen:
                    del totals.parts[other]
                stack[:] = opened
                return opened[-count:]
    return []


def _grouped(rows: Rows, row: int, stack: list[int], totals: Totals) -> list[int]:
    """Take groups for totals of the lines up to the next group, when a later total says so.

    A group that is off does not add up by itself; the total of all groups shows what it is.
    """
    ranks = [[rows.words[other] is Word.TOP_GROUP for other in stack]]
    ranks += [[rows.words[other].is_group for other in stack]]
    found: list[tuple[int, dict[int, list[int]], list[int], int]] = []
    for is_group, is_above in product(ranks, (False, True)):
        meant = _parts_by_group(stack, is_group, totals, is_above=is_above)
        closest = {
            group: its
            if rows.words[group] is Word.TOP_GROUP
            else nearest(rows, group, its if is_above else its[::-1])
            for group, its in meant.items()
        }
        parts = {group: sorted(its) for group, its in closest.items() if its}
        inner = {part for its in parts.values() for part in its}
        top = [other for other in stack if other not in inner]
        if parts and (count := _count_before(rows, row, top, has_above=True)):
            far = sum(not is_close(rows, group, its) for group, its in parts.items())
            found.append((far, parts, top, count))
    if not found:
        return []
    _, parts, stack[:], count = min(found, key=itemgetter(0))
    totals.parts.update(parts)
    totals.off.update(group for group, its in parts.items() if not adds_up(rows, group, its))
    return stack[-count:]


def _with_lines_of_first(rows: Rows, stack: list[int], count: int, totals: Totals) -> list[int]:
    """Return the parts of a total; lines left over before a group that is the first are its own.

    Nothing else can be meant by them: the total does without, and the group names a side's part.
    """
    parts = stack[-count:]
    if not rows.words[parts[0]].is_group or parts[0] in totals.parts:
        return parts
    own: list[int] = []
    for other in stack[-count - 1 :: -1]:
        if other in totals.parts or rows.words[other] is Word.TOP_GROUP:
            break
        own.insert(0, other)
    if own and (rows.words[parts[0]] is Word.TOP_GROUP or is_close(rows, parts[0], own)):
        totals.parts[parts[0]] = own
        totals.off.add(parts[0])
        stack[:] = [other for other in stack if other not in own]
    return parts


def _parts_by_group(
    stack: Sequence[int], is_group: Sequence[bool], totals: Totals, *, is_above: bool
) -> dict[int, list[int]]:
    """Return for each group the lines after it, or before it, up to the next group or total."""
    order = list(zip(stack, is_group, strict=True))
    parts: dict[int, list[int]] = {}
    pending: list[int] = []
    for row, is_head in reversed(order) if is_above else order:
        is_group_here = is_head and row not in totals.parts
        if is_group_here and pending:
            parts[row] = sorted(pending)
        pending = [] if is_group_here or row in totals.parts else [*pending, row]
    return parts


def _opened(stack: Sequence[int], totals: Totals, chosen: Sequence[int]) -> list[int]:
    opened = [(*totals.parts[row], row) if row in chosen else (row,) for row in stack]
    return sorted(row for rows in opened for row in rows)


def _balances(rows: Rows, row: int, stack: Sequence[int]) -> bool:
    """Return whether a result brings what stands above it to zero: then it is a line, no total.

    So ends a balance sheet whose liabilities are negative: the result is what assets lack there. It
    lacks of two sides; one row that is the result turned around is half of what was earned.
    """
    shown = rows.present[row] & (rows.figures[row] != 0)
    sums = np.cumsum(rows.figures[stack[::-1]][:, shown], axis=0)
    result = rows.figures[row][shown]
    balancing = (sums[1:] == -result).sum(axis=1).max(initial=0)
    return bool(balancing > (sums == result).sum(axis=1).max())


def _count_nearly(rows: Rows, row: int, stack: Sequence[int]) -> int:
    """Return how many rows a total means that does not add up: most columns say, or its group."""
    reach = stack[: -MAX_PARTS_OF_NAMED - 1 : -1]
    shown = rows.present[row] & (rows.figures[row] != 0)
    if shown.any():
        sums = np.cumsum(rows.figures[list(reach)][:, shown], axis=0)
        fitting = (sums == rows.figures[row][shown]).sum(axis=1)
        if fitting.max():
            return int(np.argmax(fitting)) + 1
    if rows.words[row] is Word.RESULT:
        return len(reach)
    heading = (place + 1 for place, other in enumerate(reach) if rows.after_heading[other])
    return _likeliest(rows, row, reach, next(heading, len(reach)))


def _likeliest(rows: Rows, row: int, reach: Sequence[int], of_group: int) -> int:
    """Return how many rows a total means that adds up in no column: its group, or what is close.

    One wrong figure is mostly a small part of the total; a group that is far off is another's too.
    """
    closest = nearest(rows, row, reach)
    if len(closest) < 2:
        return of_group
    is_much_closer = is_close(rows, row, closest, share=CLOSE_SHARE_OF_ONE)
    is_group_close = is_close(rows, row, reach[:of_group])
    return of_group if is_group_close and not is_much_closer else len(closest)
