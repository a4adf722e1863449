"""Named faults: what goes wrong, for whom, where and how often."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

FAULTS: Final[dict[str, dict[str, Any]]] = {
    "status": {"status": 500, "body": "json", "retry_after_s": None},
    "html_instead": {"status": 200},
    "expire_token": {},
    "revoke_consent": {},
    "licence_missing": {},
    "module_missing": {},
    "scope_missing": {},
    "delay": {"seconds": 1.0},
    "cut_body": {"share": 0.5, "declared": True},
    "lose_answer": {},
    "clock_skew": {"seconds": 300},
    "hide_voucher": {"voucher": None},
    "shift_pages": {"how": "remove", "voucher": None},
    "books_change_during_pull": {"removed": (), "changed": (), "year": -1},
    "wrong_company": {},
    "empty_sie": {},
    "odd_field": {"field": "", "value": None, "where": {}, "is_absent": False},
    "hide_rows": {"where": {"Id": 1}},
    "lost_letters": {},
}
"""Every fault with its details and their usual values."""

EXCLUSIVE: Final = frozenset(
    {"status", "html_instead", "expire_token", "revoke_consent", "licence_missing",
     "module_missing", "scope_missing", "cut_body", "lose_answer"}
)  # fmt: skip
"""Faults that spoil the whole answer: of those, a request meets the first only."""


@dataclass
class Fault:
    """One fault that waits. `left`: requests that it still meets (None: every one)."""

    name: str
    tenant: int | None
    path: str
    left: int | None
    after: int
    details: dict[str, Any]

    def meets(self, tenant: int | None, path: str) -> bool:
        """Return whether a request is meant."""
        return self.left != 0 and self.tenant in (None, tenant) and path.startswith(self.path)

    def use(self) -> bool:
        """Count a request that is meant; False while it is among the first that are spared."""
        if self.after:
            self.after -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True


@dataclass
class Faults:
    """The faults that wait, in the order in which they were added."""

    _waiting: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        name: str,
        *,
        tenant: int | None = None,
        path: str = "/3/sie/",
        times: int | None = 1,
        after: int = 0,
        **details: Any,
    ) -> None:
        """Let the next requests go wrong.

        Args:
            name: One of `FAULTS`.
            tenant: Database number (None: any tenant).
            path: What the path begins with; ``/oauth-v1/token`` for the token endpoint.
            times: How many requests (None: all until `clear`).
            after: How many requests are spared first.
            details: Those of `FAULTS`; what is left out is as given there.

        Raises:
            ValueError: No such fault or detail: a test would prove nothing.
        """
        unknown = set(details) - set(FAULTS.get(name, {}))
        if name not in FAULTS or unknown:
            raise ValueError(f"No fault {name!r} with {sorted(unknown)}: known are {FAULTS}.")
        fault = Fault(name, tenant, path, times, after, {**FAULTS[name], **details})
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """Give the faults that have requests left to meet."""
        with self._lock:
            return list(self._waiting)

    def due(self, tenant: int | None, path: str) -> Mapping[str, Fault]:
        """Use up and give the faults that a request meets, by name."""
        with self._lock:
            due: dict[str, Fault] = {}
            for fault in self._waiting:
                taken = fault.name in due or (fault.name in EXCLUSIVE and EXCLUSIVE & set(due))
                if not taken and fault.meets(tenant, path) and fault.use():
                    due[fault.name] = fault
            self._waiting = [fault for fault in self._waiting if fault.left != 0]
            return due
