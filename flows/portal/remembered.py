"""Answers that stand as long as what they were made of does, so that the next who asks waits less.

Of published books that is the tenant's file, which is replaced as a whole and never written to.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

MAX_ANSWERS: Final = 256
"""Most answers that are kept, of some 100 KB each; the one that was asked for longest ago goes."""

T = TypeVar("T")


@dataclass
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    basis: object = None
    answer: Any = None


class Remembered:
    """Answers by key; each is made once, however many ask for it at the same time."""

    def __init__(self, max_answers: int = MAX_ANSWERS) -> None:
        self._max_answers = max_answers
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def of(self, key: Hashable, basis: object, make: Callable[[], T]) -> T:
        """Return an answer: the kept one if it was made of an equal basis, else a new one.

        Args:
            key: What is asked, the tenant included.
            basis: What the answer follows from; None where nobody knows, and then it is not kept.
                It is taken before the answer is made,
                so that what changes meanwhile makes the next who asks find another basis.
            make: Makes it; what it raises is not kept.
        """
        if basis is None:
            return make()
        kept = self._find(key)
        with kept.lock:
            if kept.basis != basis:
                kept.answer, kept.basis = make(), basis
            found: T = kept.answer
        return found

    def _find(self, key: Hashable) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            while len(self._kept) > self._max_answers:
                self._kept.popitem(last=False)
        return kept
