"""Keep a lease while work goes on: renewed in the background, loss reported to the worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from blocks.hub.database import Clock
from blocks.hub.errors import HubBusy, LeaseLost
from blocks.hub.leases import DEFAULT_TTL_S, Lease, Leases

RENEWALS_PER_TTL: Final = 3
"""Renewals in the life of one lease, so that one or two may come late."""


class KeptLease:
    """A lease that a background thread renews; ask `check` before writing anything."""

    def __init__(self, leases: Leases, lease: Lease, *, ttl_s: float, clock: Clock) -> None:
        self._leases = leases
        self._lease = lease
        self._ttl_s = ttl_s
        self._clock = clock
        self._is_over = threading.Event()
        self._is_lost = threading.Event()
        self._thread = threading.Thread(
            target=self._keep, name=f"lease {lease.resource}", daemon=True
        )

    @property
    def lease(self) -> Lease:
        """The lease as last renewed."""
        return self._lease

    @property
    def token(self) -> int:
        """The fencing token, the same for as long as the lease is held."""
        return self._lease.token

    @property
    def is_lost(self) -> bool:
        """Whether it ended without our doing, or would have if nobody renewed it in time."""
        return self._is_lost.is_set() or not self._lease.is_live(self._clock())

    def check(self) -> None:
        """Raise `LeaseLost` if the lease is no longer ours."""
        if self.is_lost:
            raise LeaseLost(
                self._lease.resource, holder=self._lease.holder, token=self._lease.token
            )

    def start(self) -> None:
        """Begin renewing."""
        self._thread.start()

    def stop(self) -> None:
        """End renewing; the lease itself stays."""
        self._is_over.set()
        self._thread.join()

    def _keep(self) -> None:
        try:
            while not self._is_over.wait(self._ttl_s / RENEWALS_PER_TTL):
                self._renew()
        except LeaseLost:
            self._is_lost.set()
        finally:
            # Any other way out of the loop means that nobody renews any more.
            if not self._is_over.is_set():
                self._is_lost.set()

    def _renew(self) -> None:
        # A busy hub is asked again at the next turn; once the lease has run out it says so.
        with suppress(HubBusy):
            self._lease = self._leases.renew(self._lease, ttl_s=self._ttl_s)


@contextmanager
def leased(
    leases: Leases,
    resource: str,
    *,
    holder: str,
    clock: Clock,
    ttl_s: float = DEFAULT_TTL_S,
    run_id: str = "",
    above: int = 0,
) -> Iterator[KeptLease]:
    """Hold the lease of `resource` for the length of the body.

    Raises:
        LeaseTaken: Somebody else holds it.
        LeaseLost: It was lost while the body ran, which therefore may have been overtaken.
    """
    lease = leases.acquire(resource, holder=holder, ttl_s=ttl_s, run_id=run_id, above=above)
    kept = KeptLease(leases, lease, ttl_s=ttl_s, clock=clock)
    kept.start()
    try:
        yield kept
    except BaseException:
        kept.stop()
        # The body's own trouble is what the caller must see; an unfreed lease runs out by itself.
        with suppress(LeaseLost, HubBusy):
            leases.release(kept.lease)
        raise
    kept.stop()
    leases.release(kept.lease)
