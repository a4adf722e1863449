"""Address and pace of Fennoa, from the environment (``TASMA_FENNOA_*``)."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, NonNegativeFloat, PositiveInt
from pydantic_settings import SettingsConfigDict

from blocks.from_environment import FromEnvironment

SHORTEST_LAG_S: Final = 180.0
"""More than a claim and one call last: a sender that was fenced out may have its call under way for
as long; seconds."""


class FennoaSettings(FromEnvironment):
    """Each with a default that needs none; user and key lie in a Prefect block."""

    model_config = SettingsConfigDict(env_prefix="TASMA_FENNOA_", frozen=True)

    url: str = "https://app.fennoa.com/api"
    """What ``/sales_api/...`` is added to; a simulator's address on one's own machine."""

    rate: PositiveInt = 5
    """Most calls a second of all tenants, pulls and pushes and processes together."""

    rate_scope: Literal["everybody", "user"] = "everybody"
    """Whether the rate is of everybody or of each API user; Fennoa's page does not say what it
    counts."""

    asks_results: bool = True
    """Whether accounts of the income statement are asked for their balance too. Fennoa's page does
    not say that it begins at zero every year; where it does not, every first pull would be held."""

    commit_lag_s: float = Field(900.0, ge=SHORTEST_LAG_S)
    """Longest time after which a create whose answer was lost still appears; seconds."""

    number_looks: PositiveInt = 30
    """For the number of an approved invoice, before a person is asked."""

    number_every_s: NonNegativeFloat = 20.0

    delivery_looks: PositiveInt = 3
    """For a delivery error after a sending; what comes up later is in the deviation report."""

    delivery_every_s: NonNegativeFloat = 60.0

    credit_every_s: NonNegativeFloat = 3_600.0
    """Between two looks for the number of an invoice that is to be credited; seconds."""


def settings() -> FennoaSettings:
    """Read the settings anew; cheap, and a test may change the environment at any time."""
    return FennoaSettings()
