"""What is known of a company between runs: its list, whether our key came back, its customers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

from blocks.hub import Hub
from blocks.hub.outbox import Queued
from blocks.systems.fennoa.listing import ListFacts
from ledger.push.items import Step

PROVEN: Final = "key_proven_in"
"""The fact that says in which field our key came back equal."""
TRIED: Final = "key_tried_by"
"""The fact that says which document is on its way to prove it."""


class Memory(Protocol):
    """Facts by name, and customers' numbers by our key of each."""

    def facts(self) -> dict[str, str]:
        """Return all facts."""

    def note(self, **facts: str) -> None:
        """Note facts in place of what was known by those names."""

    def customer(self, customer: str) -> str:
        """Return a customer's number; empty where none is known."""

    def learn(self, customer: str, number: str) -> None:
        """Note a customer's number; the first stays."""

    def is_awaited(self, queued: Queued) -> bool:
        """Return whether another document may have made the customer's card, of unknown number."""


@dataclass
class HubMemory:
    """As the hub keeps it."""

    hub: Hub
    tenant: str
    target: str

    def facts(self) -> dict[str, str]:
        """Return all facts."""
        return self.hub.push_facts.of(self.tenant, self.target)

    def note(self, **facts: str) -> None:
        """Note facts."""
        self.hub.push_facts.note(self.tenant, self.target, **facts)

    def customer(self, customer: str) -> str:
        """Return a customer's number."""
        return self.hub.push_facts.customer(self.tenant, self.target, customer)

    def learn(self, customer: str, number: str) -> None:
        """Note a customer's number."""
        self.hub.push_facts.learn(self.tenant, self.target, customer, number)

    def is_awaited(self, queued: Queued) -> bool:
        """Return whether another document may have made the customer's card."""
        return any(map(_may_have_made, self.hub.push_facts.begun_of(queued)))


@dataclass
class OwnMemory:
    """For as long as a session: of a company that is not connected yet."""

    known: dict[str, str] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)

    def facts(self) -> dict[str, str]:
        """Return all facts."""
        return dict(self.known)

    def note(self, **facts: str) -> None:
        """Note facts."""
        self.known |= facts

    def customer(self, customer: str) -> str:
        """Return a customer's number."""
        return self.customers.get(customer, "")

    def learn(self, customer: str, number: str) -> None:
        """Note a customer's number."""
        self.customers.setdefault(customer, number)

    def is_awaited(self, queued: Queued) -> bool:  # noqa: ARG002 - as the hub's
        """Return whether another may have: nothing is pushed by such a session."""
        return False


def _may_have_made(queued: Queued) -> bool:
    item = queued.item
    is_learnt = Step.CUSTOMER not in item.steps[item.finished :]
    return not is_learnt and (item.is_created or bool(item.hold and item.hold.is_lost))


def list_facts(memory: Memory) -> ListFacts:
    """Return what is known of the company's list."""
    return ListFacts.of_stored(memory.facts())
