"""Customers of Spotilla, made and changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.http import CallFailed
from blocks.systems.spotilla.api import Api


class SpotillaCustomers:
    """See `CustomerRegister`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    @property
    def keeps_external_id(self) -> bool:
        """Return whether a customer has a place for an id of ours."""
        return self._api.names.keeps("customer", "external_id")

    async def create(self, fields: Mapping[str, str], *, external_id: str) -> str:
        """Make a customer and return its id."""
        body = self._api.names.body("customer", {**fields, "external_id": external_id})
        found = await self._api.change("POST", self._api.names.path("customers"), body)
        return self._id(found)

    async def update(self, customer_id: str, fields: Mapping[str, str]) -> None:
        """Write fields of a customer; others stay as they are."""
        path = f"{self._api.names.path('customers')}/{customer_id}"
        await self._api.change("PUT", path, self._api.names.body("customer", fields))

    def _id(self, found: Any) -> str:
        number = self._api.names.value("customer", "id", found) if isinstance(found, dict) else None
        if number in (None, ""):
            raise CallFailed("Spotilla's answer names no customer.", code="no_id")
        return str(number)
