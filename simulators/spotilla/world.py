"""What the simulated Spotilla holds: tenants with users, customers, products and tasks."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from simulators.procountor.answers import Request
from simulators.procountor.faults import Faults

Body = dict[str, Any]
MAIN_USER: Final = "main_user"
ORDINARY: Final = "user"
TOKEN_LIFE_S: Final = 24 * 3600.0
STATES: Final = ("planned", "started", "finished", "accepted", "reopened")


@dataclass(frozen=True)
class Names:
    """Other names for fields and states than the made-up ones: ``{"business_id": "vat"}``."""

    fields: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)

    def outward(self, body: Body) -> Body:
        """Return a body as it is sent."""
        named = {self.fields.get(key, key): value for key, value in body.items()}
        state = self.fields.get("state", "state")
        if state in named:
            named[state] = self.states.get(named[state], named[state])
        return named

    def inward(self, body: Body) -> Body:
        """Return a body as it is kept."""
        own = {other: key for key, other in self.fields.items()}
        return {own.get(key, key): value for key, value in body.items()}


@dataclass
class User:
    """Who logs in. The role is what the log-in answers."""

    email: str
    password: str
    id: int = 1
    role: str = MAIN_USER


@dataclass
class Tenant:
    """One company, known by its subdomain. `keeps_external_id`: customers have a field for ours."""

    subdomain: str
    users: list[User] = field(
        default_factory=lambda: [User("integraatio@example.invalid", "plainly-fake-password")]
    )
    keeps_external_id: bool = True
    customers: dict[int, Body] = field(default_factory=dict)
    products: dict[int, Body] = field(default_factory=dict)
    tasks: dict[int, Body] = field(default_factory=dict)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))


@dataclass
class World:
    """All tenants. `calls`: method, path, status and body of each."""

    tenants: dict[str, Tenant] = field(default_factory=dict)
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    names: Names = Names()
    faults: Faults = field(default_factory=Faults)
    page_size: int = 50
    tokens: dict[str, tuple[str, int, dt.datetime]] = field(default_factory=dict)
    calls: deque[tuple[str, str, int, bytes]] = field(default_factory=lambda: deque(maxlen=100_000))
    late: list[tuple[dt.datetime, Request]] = field(default_factory=list)
    crashes: list[Exception] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    serial: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def of(cls, tenants: Iterable[Tenant], **settings: Any) -> World:
        """Make a world of tenants."""
        return cls({tenant.subdomain: tenant for tenant in tenants}, **settings)

    @property
    def stamp(self) -> str:
        """The time as Spotilla writes it."""
        return self.clock().astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Acts:
    """What people do in one tenant's Spotilla."""

    def __init__(self, world: World, subdomain: str) -> None:
        self.world, self.tenant = world, world.tenants[subdomain]

    def add_customer(self, name: str = "Asiakas Oy", **fields: Any) -> int:
        """Add a customer to the register; return its id."""
        usual: Body = {
            "name": name,
            "business_id": "1234567-8",
            "street": "Katu 1",
            "zip": "00100",
            "city": "Helsinki",
            "country": "FI",
        }
        return self._add(self.tenant.customers, {**usual, **fields})

    def add_product(self, name: str = "Huoltotunti", **fields: Any) -> int:
        """Add a product to the register; return its id."""
        usual: Body = {"name": name, "code": "", "price": "10.00", "unit": "h", "vat": "25.5"}
        number = self._add(self.tenant.products, {**usual, **fields})
        if not self.tenant.products[number]["code"]:
            self.tenant.products[number]["code"] = f"T{number}"
        return number

    def add_task(self, customer: int | None, products: dict[int, Any], **fields: Any) -> int:
        """Plan a task for a customer, with quantities by product; return its id."""
        usual: Body = {
            "title": "Huolto",
            "state": "planned",
            "customer_id": customer,
            "order_number": "T-100",
            "rows": [
                {"product_id": product, "quantity": str(quantity)}
                for product, quantity in products.items()
            ],
            "finished_at": None,
            "accepted_at": None,
            "photos": ["tyomaa.jpg"],
            "report": "Raportin teksti",
        }
        return self._add(self.tenant.tasks, {**usual, **fields})

    def set_state(self, task: int, state: str) -> None:
        """Move a task to a state; finishing and accepting are dated.

        Raises:
            ValueError: There is no such state.
        """
        if state not in STATES:
            raise ValueError(f"No state {state!r}: known are {STATES}.")
        dated = {f"{state}_at": self.world.stamp} if state in ("finished", "accepted") else {}
        self.edit(self.tenant.tasks, task, state=state, **dated)

    def finish(self, task: int) -> None:
        """Finish a task."""
        self.set_state(task, "finished")

    def edit(self, register: dict[int, Body], number: int, **fields: Any) -> None:
        """Change something of a register."""
        with self.world.lock:
            register[number] = {**register[number], **fields, "updated_at": self.world.stamp}

    def edit_customer(self, number: int, **fields: Any) -> None:
        """Change a customer."""
        self.edit(self.tenant.customers, number, **fields)

    def delete_customer(self, number: int) -> None:
        """Delete a customer; lists that ask since when tell of it, others leave it out."""
        self.edit(self.tenant.customers, number, deleted_at=self.world.stamp)

    def _add(self, register: dict[int, Body], body: Body) -> int:
        with self.world.lock:
            number = next(self.tenant.ids)
            stamps = {"created_at": self.world.stamp, "updated_at": self.world.stamp}
            register[number] = {"id": number, **deepcopy(body), **stamps, "deleted_at": None}
            return number
