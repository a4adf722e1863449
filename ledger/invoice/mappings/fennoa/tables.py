"""What Fennoa lists: tax codes, delivery methods, operators of e-invoices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from ledger.invoice.vat_rates import VatRates

Lines = Iterable[Mapping[str, str]]


@dataclass(frozen=True)
class Method:
    """A delivery method. `address`: which kind it needs; `operator`: listed, or a bank's BIC."""

    code: str
    address: str
    operator: str
    is_consumer: bool


@dataclass(frozen=True)
class Tables:
    """All of them.

    `operators`: names by id, since some ids have two. `listed_on`: when that list was read.
    """

    rates: VatRates
    tax_codes: Mapping[str, str]
    methods: Mapping[str, Method]
    operators: Mapping[str, tuple[str, ...]]
    listed_on: str

    @classmethod
    def of_lines(
        cls, *, rates: VatRates, tax_codes: Lines, methods: Lines, operators: Lines
    ) -> Self:
        """Read the lines of the tables as text."""
        names: dict[str, tuple[str, ...]] = {}
        listed_on = ""
        for line in operators:
            names[line["id"]] = (*names.get(line["id"], ()), line["operator"])
            listed_on = max(listed_on, line["source_date"])
        return cls(
            rates,
            {line["treatment"]: line["code"] for line in tax_codes},
            {line["code"]: _method(line) for line in methods},
            names,
            listed_on,
        )

    def operators_named(self, name: str) -> tuple[str, ...]:
        """Return every id of an operator: one name may have several."""
        return tuple(id_ for id_, names in self.operators.items() if name in names)


def _method(line: Mapping[str, str]) -> Method:
    return Method(line["code"], line["address"], line["operator"], line["is_consumer"] == "yes")
