"""Customers' cards in Fennoa, and whether a card is the customer of an invoice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ledger.invoice.mappings.fennoa.checks import TITLE
from ledger.invoice.parties import Customer
from ledger.invoice.problems import Problem, problem
from ledger.organisation import is_same


@dataclass(frozen=True)
class Card:
    """What is read of a card. `price_list_id`: empty where the customer has none."""

    id: str
    number: str
    name: str
    business_id: str = ""
    price_list_id: str = ""

    @classmethod
    def of_answer(cls, answer: Mapping[str, object]) -> Self:
        """Read a `Customer` of an answer; ids come as numbers and as text.

        A consumer's personal id may stand in it too, and is not taken.
        """
        return cls(
            _text(answer.get("id")),
            _text(answer.get("customer_no")),
            _text(answer.get("name")),
            _text(answer.get("business_id")),
            _text(answer.get("sales_pricelist_id")),
        )

    def check(self, customer: Customer) -> tuple[Problem, ...]:
        """Return a refusal unless the card is the customer's: name and business id agree.

        Letter case and spaces do not count in names. A business id that only one of the two has
        does not agree.
        """
        one, other = self.business_id, customer.business_id
        agree = {
            "name": _plain(self.name) == _plain(customer.name),
            "business id": one == other or is_same(one, other),
        }
        differing = ", ".join(name for name, is_equal in agree.items() if not is_equal)
        if not differing:
            return ()
        return (problem("customer_differs", "customer.number", target=TITLE, fields=differing),)


def _text(value: object) -> str:
    is_plain = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).strip() if is_plain else ""


def _plain(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip().casefold()
